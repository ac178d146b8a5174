import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writePapers } from '../../scripts/release/papers.js';
import { candidate, git } from '../../scripts/release/refusals.js';
import { buildImage, type Image } from './image.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const AUTHOR = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com'];

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'release-test-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('what is in the way of a release', () => {
  let clone: string;
  const write = (file: string, text: string): Promise<void> => writeFile(join(clone, file), text);
  const commit = (): string => git(clone, ...AUTHOR, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'Change');
  const lockOf = (version: string): string => JSON.stringify({ version, packages: { '': { version } } });

  beforeEach(async () => {
    clone = await mkdtemp(join(folder, 'clone-'));
    git(clone, 'init', '--quiet');
    await write('package.json', '{ "version": "1.4.0" }');
    await write('package-lock.json', lockOf('1.4.0'));
    await write('CHANGELOG.md', '# Changelog\n\n## 1.4.0 (2026-11-30)\n\n- Quicker.\n\n## 1.3.0 (2026-10-01)\n\n- Slower.\n');
    await write('UPGRADING.md', '# Upgrading\n\n## 1.4.0\n\nNothing.\n');
    await mkdir(join(clone, 'test/replay/1.4.0'), { recursive: true });
    await write('test/replay/1.4.0/run.json', '{}');
    await mkdir(join(clone, 'test/recomputed/1.4.0'), { recursive: true });
    await write('test/recomputed/1.4.0/billed.jsonl.gz', '');
    git(clone, 'add', '.');
    commit();
  });

  // Version, changelog, upgrade notes, histories and months.
  test('refuses nothing when everything is there and committed', () => {
    expect(candidate(clone)).toEqual({ version: '1.4.0', commit: git(clone, 'rev-parse', 'HEAD'), problems: [] });
  });

  test.each<[what: string, change: () => unknown, problem: RegExp]>([
    [
      'a version that is none',
      () => write('package.json', '{ "version": "1.4" }'),
      /^package.json: the version is "1.4", expected three numbers/,
    ],
    [
      'a lock file of another version',
      () => write('package-lock.json', lockOf('1.3.9')),
      /^package-lock.json: has another version than package.json \(1.4.0\)/,
    ],
    ['a version that is released', () => git(clone, ...AUTHOR, 'tag', '-a', '-m', 'v', 'v1.4.0'), /^v1.4.0 is a tag already/],
    [
      'a changelog without it',
      () => write('CHANGELOG.md', '## Unreleased (1.4.0)\n\n- Quicker.\n'),
      /^CHANGELOG.md: has no section "## 1.4.0 \(YYYY-MM-DD\)"/,
    ],
    [
      'a changelog that says nothing of it',
      () => write('CHANGELOG.md', '## 1.4.0 (2026-11-30)\n\n## 1.3.0 (2026-10-01)\n'),
      /^CHANGELOG.md: says nothing of 1.4.0/,
    ],
    ['upgrade notes of another version', () => write('UPGRADING.md', '## 1.4.01\n'), /^UPGRADING.md: has no section "## 1.4.0"/],
    [
      'histories that were not recorded',
      () => rm(join(clone, 'test/replay'), { recursive: true }),
      /^test\/replay\/1.4.0: histories of this version are missing. Run npm run record-histories/,
    ],
    [
      'months that were not recorded',
      () => rm(join(clone, 'test/recomputed'), { recursive: true }),
      /^test\/recomputed\/1.4.0: months of this version are missing. Run npm run record-months/,
    ],
  ])('%s', async (_what, change, problem) => {
    await change();
    commit();
    expect(candidate(clone).problems).toContainEqual(expect.stringMatching(problem));
  });

  test('files that are changed or that nobody committed, by name', async () => {
    await write('UPGRADING.md', '# Upgrading\n\n## 1.4.0\n\nSomething.\n');
    await write('close-2025-10.json', '{}');
    expect(candidate(clone).problems).toEqual([
      'The checkout is not as it was committed: UPGRADING.md, close-2025-10.json. Release from a clean clone.',
    ]);
  });

  test('all of it at once', async () => {
    await write('CHANGELOG.md', '');
    await write('UPGRADING.md', '');
    expect(candidate(clone).problems).toHaveLength(3);
  });
});

describe('what a release consists of', () => {
  let image: Image;
  let out: string;
  let files: string[];
  const commit = git(root, 'rev-parse', 'HEAD');
  const json = async <T>(file: string): Promise<T> => JSON.parse(await readFile(join(out, file), 'utf8')) as T;
  const sums = (): Promise<unknown> => promisify(execFile)('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: out });

  beforeAll(async () => {
    image = await buildImage();
    out = join(folder, 'out');
    files = await writePapers({ root, version: '1.4.0', commit, images: { production: image.folder }, out });
  }, 600_000);
  afterAll(() => image?.remove());

  test('holds the image, its lists, its provenance and checksums', async () => {
    expect(files).toEqual(['billing-1.4.0-production.tar.gz', 'sbom.cdx.json', 'licences.txt', 'provenance.json', 'SHA256SUMS']);
    expect((await readdir(out)).sort()).toEqual([...files].sort());
    await sums();
  });

  test('a file that was changed afterwards does not have its sum', async () => {
    const before = await readFile(join(out, 'licences.txt'));
    await writeFile(join(out, 'licences.txt'), 'none');
    await expect(sums()).rejects.toMatchObject({ stdout: expect.stringContaining('licences.txt: FAILED') });
    await writeFile(join(out, 'licences.txt'), before);
  });

  test('the archive equals the image, owned by nobody, dated by commit', () => {
    const listed = execFileSync('tar', ['--list', '--verbose', '--gzip', '--file', join(out, files[0]!)], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const lines = listed.trim().split('\n');
    expect(lines.filter((line) => !/^\S+ 0\/0 /.test(line))).toEqual([]);
    expect(new Set(lines.map((line) => /\d{4}-\d\d-\d\d \d\d:\d\d/.exec(line)?.[0])).size).toBe(1);
    expect(listed).toContain('./client/bin.js');
  });

  test('every package of the image is in the SBOM, with its version', async () => {
    const { components } = await json<{ components: { name: string; version: string }[] }>('sbom.cdx.json');
    const known = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const entries = await readdir(join(image.folder, 'node_modules'), { recursive: true });
    const packages = entries.filter((path) => /^(.*\/node_modules\/)?(@[^/]+\/)?[^/@]+\/package\.json$/.test(path));
    const described = await Promise.all(
      packages.map(
        async (path) =>
          JSON.parse(await readFile(join(image.folder, 'node_modules', path), 'utf8')) as { name?: string; version?: string },
      ),
    );
    const within = described.flatMap(({ name, version }) => (name && version ? [`${name}@${version}`] : []));
    // The page says how many there are, so that nobody adds one unseen.
    const page = await readFile(join(root, 'docs/dependencies.md'), 'utf8');
    expect(/image holds (\d+) packages/.exec(page)?.[1]).toBe(String(within.length));
    expect(within.filter((one) => !known.has(one))).toEqual([]);
  });

  test('provenance names commit, lock file, every source and every product', async () => {
    const { subject, predicate } = await json<{
      subject: { name: string }[];
      predicate: { buildDefinition: { resolvedDependencies: { name: string; digest: Record<string, string> }[] } };
    }>('provenance.json');
    expect(subject.map(({ name }) => name)).toEqual(files.slice(0, 3));
    const inputs = predicate.buildDefinition.resolvedDependencies;
    expect(inputs[0]).toEqual({ name: 'commit', digest: { gitCommit: commit } });
    const names = inputs.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['Dockerfile', 'package-lock.json', 'client/bin.js', 'workflows/index.ts', 'scripts/image.js']),
    );
    expect(names.filter((name) => /^(test|docs|bench)\//.test(name))).toEqual([]);
    const [sum] = execFileSync('sha256sum', [join(root, 'package-lock.json')], { encoding: 'utf8' }).split(' ');
    expect(inputs.find(({ name }) => name === 'package-lock.json')?.digest).toEqual({ sha256: sum });
  });
});
