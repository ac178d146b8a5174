/**
 * What the images hold, made without Docker; the Dockerfile runs it and copies what it made: `node scripts/image.js PRODUCTION REHEARSAL`, two folders.
 * Of the libraries those files come along that the program can reach, as esbuild finds them: no compiler, no test package, no native part for other machines.
 * Says how many packages each has, and refuses more than MOST_PACKAGES of them.
 * PRODUCTION has the worker, the page and all that is used on real tenants; REHEARSAL also the sandbox of both vendors, the demo and the Temporal dev server.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache');

/** The worker's threads begin at a file that the SDK names only when it runs. */
const BEGINNINGS = ['client/cli.ts', 'node_modules/@temporalio/worker/lib/workflow/workflow-worker-thread.js'];
const FOR_REHEARSALS = /\/commands\/(demo|sandbox\/[a-z-]+|temporal)\.js$/;
/** The SDK's way to webpack. The workflows of an image are bundled already. */
const BUNDLER = 'node_modules/@temporalio/worker/lib/workflow/bundler.js';
const NO_BUNDLER = `'use strict';
function refuse() {
  throw new Error('Workflows were bundled when this image was built; it has no compiler to bundle others.');
}
exports.bundleWorkflowCode = async () => refuse();
exports.WorkflowCodeBundler = class WorkflowCodeBundler {
  constructor() {
    refuse();
  }
};
exports.defaultWorkflowInterceptorModules = [];
`;
/** What libraries read next to their code. */
const READ_AT_RUN_TIME = ['.wasm', '.proto'];
const LICENCE = /^(licen[cs]e|notice|copying)/i;
const CODE = ['.js', '.map'];
/** Each package is code that others can change overnight. One more than this needs a reason in docs/dependencies.md, which has the number too. */
const MOST_PACKAGES = 180;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { unchecked: { type: 'boolean', default: false } },
});
const outputs = positionals.map((path) => resolve(path));
if (outputs.length !== 2) throw new Error('As in: node scripts/image.js PRODUCTION REHEARSAL');
mkdirSync(CACHE, { recursive: true });
/** Within the checkout, so that what is built finds its libraries. */
const built = mkdtempSync(join(CACHE, 'image-'));

async function make(output, { isForRehearsals }) {
  const reached = await reachedFiles(isForRehearsals);
  console.log(`${basename(output)}: ${countPackages(reached)} packages of libraries, at most ${MOST_PACKAGES}`);
  mkdirSync(join(output, 'client'), { recursive: true });
  for (const file of ['package.json', 'client/bin.js']) copyFileSync(join(ROOT, file), join(output, file));
  copyProgram(join(output, 'dist'), reached, isForRehearsals);
  copyLibraries(output, reached);
}

/** Sources and files of libraries that the program can load, as paths from the root on. */
async function reachedFiles(isForRehearsals) {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: BEGINNINGS,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'none',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // None but those of Node itself: esbuild would take the files that some packages have for bundlers alone.
    conditions: [],
    logLevel: 'error',
    plugins: [{ name: 'left-out', setup: (made) => leaveOut(made, isForRehearsals) }],
  });
  return Object.keys(metafile.inputs);
}

function countPackages(reached) {
  const count = new Set(librariesIn(reached).map(packageOf)).size;
  if (count <= MOST_PACKAGES) return count;
  throw new Error(`The program reaches ${count} packages of libraries, more than the ${MOST_PACKAGES} that an image may have.`);
}

const librariesIn = (reached) => reached.filter((path) => path.startsWith('node_modules/'));

function leaveOut({ onLoad, onResolve }, isForRehearsals) {
  onLoad({ filter: /bundler\.js$/ }, ({ path }) => (path.endsWith(BUNDLER) ? { contents: NO_BUNDLER } : null));
  if (!isForRehearsals) onResolve({ filter: FOR_REHEARSALS }, () => ({ external: true }));
}

/** The bundles, data next to the code that reads them, and of the code what is reached. */
function copyProgram(dist, reached, isForRehearsals) {
  const wanted = new Set(reached.filter((path) => extname(path) === '.ts').map((path) => path.replace(/\.ts$/, '.js')));
  const isWanted = (path) =>
    !path.includes(sep) ||
    (CODE.includes(extname(path)) ? wanted.has(path.replace(/\.map$/, '')) : isForRehearsals || !isSandbox(path));
  for (const path of filesIn(join(built, 'dist')).filter(isWanted)) copy(join(built, 'dist', path), join(dist, path));
}

const isSandbox = (path) => path.startsWith(`sandbox${sep}`);

function copyLibraries(output, reached) {
  const libraries = librariesIn(reached);
  for (const path of [...libraries, nativePart()]) copy(join(ROOT, path), join(output, path));
  const kept = [...new Set(libraries.map(packageOf))].flatMap((folder) =>
    filesIn(join(ROOT, folder))
      .filter(isKept)
      .map((path) => join(folder, path)),
  );
  const folders = new Set(libraries.flatMap(foldersOf));
  for (const path of kept.filter((each) => folders.has(dirname(each)) || !isDescription(each)))
    copy(join(ROOT, path), join(output, path));
  writeFileSync(join(output, BUNDLER), NO_BUNDLER);
}

/** Next to what is reached: what the package and its folders say of themselves, its licence, and what it reads. */
const isKept = (path) =>
  isDescription(path) || (!path.includes(sep) && LICENCE.test(path)) || READ_AT_RUN_TIME.includes(extname(path));

const isDescription = (path) => basename(path) === 'package.json';

/** The folder of the package that a file belongs to. */
const packageOf = (path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)[0];

/** Those that a file lies in, up to its package's. */
function foldersOf(path) {
  const [first, last] = [packageOf(path), dirname(path)];
  const names = last.slice(first.length).split('/').filter(Boolean);
  return [first, ...names.map((_, at) => join(first, ...names.slice(0, at + 1)))];
}

/** Of the SDK's core this machine's. */
function nativePart() {
  const { getPrebuiltPath } = createRequire(join(ROOT, 'package.json'))('@temporalio/core-bridge/common');
  return relative(ROOT, getPrebuiltPath());
}

/** Paths of a folder's files, without those of packages within. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((path) => !path.split(sep).includes('node_modules'));
}

function copy(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

try {
  writeFileSync(join(built, 'package.json'), '{ "type": "module" }');
  const builder = [join(ROOT, 'scripts/build.js'), join(built, 'dist'), ...(values.unchecked ? ['--unchecked'] : [])];
  const { status } = spawnSync(process.execPath, builder, { stdio: 'inherit' });
  if (status !== 0) process.exit(1);
  for (const [at, output] of outputs.entries()) await make(output, { isForRehearsals: at === 1 });
} finally {
  rmSync(built, { recursive: true, force: true });
}
