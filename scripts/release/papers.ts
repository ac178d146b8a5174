import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { git, type Candidate } from './refusals.js';

/** What a release consists of besides its tag: the images' content, the lists of what is in it, and where it came from. */

export interface Release extends Pick<Candidate, 'version' | 'commit'> {
  root: string;
  /** Folders that `scripts/image.js` made, by the name of their image. */
  images: Record<string, string>;
  out: string;
}

/** Writes all of it into the folder; answers the files, in order. */
export async function writePapers(release: Release): Promise<string[]> {
  await mkdir(release.out, { recursive: true });
  const archives = Object.entries(release.images).map(([name, folder]) => archive(release, name, folder));
  const lists = await writeLists(release);
  const subject = await Promise.all([...archives, ...lists].map((file) => described(release.out, file)));
  await writeJson(release.out, 'provenance.json', await provenance(release, subject));
  const sums = [...subject, await described(release.out, 'provenance.json')];
  await writeFile(join(release.out, 'SHA256SUMS'), sums.map(({ name, digest }) => `${digest.sha256}  ${name}\n`).join(''));
  return [...sums.map(({ name }) => name), 'SHA256SUMS'];
}

/** The same files make the same bytes, by any user and at any time. */
function archive({ root, out, version, commit }: Release, name: string, folder: string): string {
  const file = `billing-${version}-${name}.tar.gz`;
  const at = git(root, 'show', '--no-patch', '--format=@%ct', commit);
  const owner = ['--sort=name', `--mtime=${at}`, '--owner=0', '--group=0', '--numeric-owner', '--mode=u+rw,go+rX,go-w'];
  execFileSync('tar', [
    ...owner,
    '--use-compress-program=gzip --no-name',
    '--create',
    `--file=${join(out, file)}`,
    '--directory',
    folder,
    '.',
  ]);
  return file;
}

/** The production dependencies, as CycloneDX and with their licences. */
async function writeLists({ root, out }: Release): Promise<string[]> {
  const program = join(root, 'scripts/licenses.js');
  const licences = execFileSync(process.execPath, [program, '--sbom', join(out, 'sbom.cdx.json')], {
    cwd: root,
    encoding: 'utf8',
  });
  await writeFile(join(out, 'licences.txt'), licences);
  return ['sbom.cdx.json', 'licences.txt'];
}

interface Described {
  name: string;
  digest: { sha256: string };
}

async function described(folder: string, name: string): Promise<Described> {
  const hash = createHash('sha256');
  for await (const part of createReadStream(join(folder, name))) hash.update(part as Buffer);
  return { name, digest: { sha256: hash.digest('hex') } };
}

/** An in-toto statement with SLSA's predicate, which tools for supply chains read. */
async function provenance({ root, version, commit }: Release, subject: Described[]): Promise<object> {
  const inputs = await Promise.all(inputsOf(root, commit).map((file) => described(root, file)));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject,
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'urn:cloudmore-autotask-billing:release',
        externalParameters: { version },
        internalParameters: { node: process.version, machine: `${process.platform}-${process.arch}` },
        resolvedDependencies: [{ name: 'commit', digest: { gitCommit: commit } }, ...inputs],
      },
      runDetails: { builder: { id: 'urn:cloudmore-autotask-billing:scripts/release' } },
    },
  };
}

/** Committed files that an image is built from: the Dockerfile, and what `.dockerignore` lets through. */
function inputsOf(root: string, commit: string): string[] {
  const allowed = [...readFileSync(join(root, '.dockerignore'), 'utf8').matchAll(/^!(.+)$/gm)].map(([, path]) => path!);
  const isInput = (file: string): boolean => allowed.some((path) => file === path || file.startsWith(`${path}/`));
  const files = git(root, 'ls-tree', '-r', '--name-only', commit).split('\n');
  return ['Dockerfile', ...files.filter(isInput)];
}

const writeJson = (folder: string, name: string, value: object): Promise<void> =>
  writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
