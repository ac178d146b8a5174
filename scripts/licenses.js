/**
 * `npm run licenses`: what the product brings along. One row a production dependency, with its licence, and who asked for it; ends with 1 where one has no licence,
 * or one that we may not pass on. `--sbom FILE` also writes the list as CycloneDX, made by npm from the lock file. `--registry` asks npm for what is
 * outdated, which needs the network.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Licences that ask for nothing but their own text; of a choice one of them is enough. */
const PERMISSIVE = new Set([
  'MIT',
  'MIT-0',
  'MIT/X11',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Unlicense',
  'CC0-1.0',
  'CC-BY-4.0',
  'BlueOak-1.0.0',
  'Python-2.0',
  'Zlib',
]);
/** Packages whose licence their own package.json does not name, with where it stands. */
const STATED_ELSEWHERE = new Map([['unionfs', 'Unlicense, in its file LICENSE']]);

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'));
const direct = new Set(Object.keys(lock.packages[''].dependencies ?? {}));
const packages = Object.entries(lock.packages)
  .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
  .map(([path, entry]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), path, ...entry }))
  .map((entry) => ({ ...entry, license: entry.license ?? installedLicence(entry.path) }));

function installedLicence(path) {
  try {
    const { license, licenses } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
    return license?.type ?? license ?? licenses?.map(({ type }) => type).join(' OR ') ?? null;
  } catch {
    return null;
  }
}

/** Of "(MIT OR GPL-3.0)" one has to fit; of "MIT AND ISC" each. */
const isFitting = (license) =>
  (license ?? '')
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((part) => PERMISSIVE.has(part.trim())));

const isNoted = ({ name }) => STATED_ELSEWHERE.has(name);
const outdated = process.argv.includes('--registry') ? askRegistry() : {};

function askRegistry() {
  try {
    return JSON.parse(execFileSync('npm', ['outdated', '--json', '--omit=dev'], { cwd: ROOT, encoding: 'utf8' }) || '{}');
  } catch (error) {
    // It ends with 1 where something is outdated, and prints it all the same.
    return JSON.parse(error.stdout || '{}');
  }
}

for (const entry of packages.filter(({ name }) => direct.has(name)).sort((left, right) => (left.name < right.name ? -1 : 1))) {
  const state = entry.deprecated
    ? `deprecated: ${entry.deprecated}`
    : outdated[entry.name]
      ? `latest is ${outdated[entry.name].latest}`
      : '';
  console.log([entry.name.padEnd(28), entry.version.padEnd(10), (entry.license ?? 'none').padEnd(14), state].join(' ').trimEnd());
}
const deprecated = packages.filter(({ deprecated: text }) => text);
for (const { name, version, deprecated: text } of deprecated) console.log(`! ${name} ${version} is deprecated: ${text}`);
const unfit = packages.filter((entry) => !isFitting(entry.license));
for (const { name, version, license } of unfit)
  console.log(`${isNoted({ name }) ? '!' : '✗'} ${name} ${version}: ${STATED_ELSEWHERE.get(name) ?? license ?? 'no licence'}`);

const at = process.argv.indexOf('--sbom');
if (at !== -1) writeFileSync(process.argv[at + 1] ?? 'sbom.json', JSON.stringify(productionSbom(), null, 2));

/** npm's list of everything, without what is for development alone. Asked for that itself (`--omit=dev`), npm also leaves out what development shares with production. */
function productionSbom() {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
  const sbom = JSON.parse(execFileSync('npm', args, { cwd: ROOT, maxBuffer: 64 << 20, encoding: 'utf8' }));
  const wanted = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const isWanted = (ref) => wanted.has(ref) || ref === sbom.metadata.component['bom-ref'];
  return {
    ...sbom,
    components: sbom.components.filter((component) => isWanted(component['bom-ref'])),
    dependencies: sbom.dependencies
      .filter(({ ref }) => isWanted(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isWanted) })),
  };
}

const broken = unfit.filter((entry) => !isNoted(entry));
console.log(
  `${direct.size} direct and ${packages.length} production dependencies, ${new Set(packages.map(({ license }) => license)).size} licences, ${deprecated.length} deprecated, ${broken.length} not permitted`,
);
process.exitCode = broken.length === 0 ? 0 : 1;
