import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyMachine, type Machine } from './fake-programs.js';

/** `client/bin.js` in a checkout (sources next to it) and in the image (only `dist`). */
const root = fileURLToPath(new URL('../..', import.meta.url));
let machine: Machine;
let folder: string;

beforeEach(async () => {
  machine = await emptyMachine();
  folder = join(machine.root, 'package');
  await mkdir(join(folder, 'client'), { recursive: true });
  await mkdir(join(folder, 'dist/client'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await mkdir(join(folder, 'node_modules'));
  await symlink(join(root, 'node_modules/esbuild'), join(folder, 'node_modules/esbuild'));
  for (const file of ['client/bin.js', 'client/compile.js']) await copyFile(join(root, file), join(folder, file));
  await writeFile(
    join(folder, 'dist/client/cli.js'),
    `export const main = async (args) => { console.log('built', ...args); return 3; };`,
  );
});

afterEach(() => rm(machine.root, { recursive: true, force: true }));

function billing(...args: string[]): Promise<{ stdout: string; code: unknown }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(folder, 'client/bin.js'), ...args], (error, stdout) =>
      resolve({ stdout, code: error?.code ?? 0 }),
    );
  });
}

test('the image runs the build and ends with its exit code', async () => {
  expect(await billing('status', '2025-09')).toEqual({ stdout: 'built status 2025-09\n', code: 3 });
});

const sourceSaying = (word: string): string =>
  `export const main = async (args: string[]): Promise<number> => { console.log('${word}', ...args); return 0; };`;

test('a checkout runs its sources, also when there is an older build', async () => {
  await writeFile(join(folder, 'client/cli.ts'), sourceSaying('source'));
  expect(await billing('doctor')).toEqual({ stdout: 'source doctor\n', code: 0 });
});

test('a checkout always runs its current sources', async () => {
  await writeFile(join(folder, 'client/cli.ts'), sourceSaying('before'));
  expect(await billing('doctor')).toEqual({ stdout: 'before doctor\n', code: 0 });
  expect(await billing('doctor')).toEqual({ stdout: 'before doctor\n', code: 0 });
  await writeFile(join(folder, 'client/cli.ts'), sourceSaying('after!'));
  expect(await billing('doctor')).toEqual({ stdout: 'after! doctor\n', code: 0 });
});

test('what a worker’s log keeps of a mistake names the sources', async () => {
  const program = `export const main = async (): Promise<number> => {\n\n  console.log(new Error('wrong').stack); return 0; };`;
  await writeFile(join(folder, 'client/cli.ts'), program);
  expect((await billing('worker')).stdout).toContain('client/cli.ts:3:');
});

test('simultaneous first commands of a checkout do not disturb each other', async () => {
  await writeFile(join(folder, 'client/cli.ts'), sourceSaying('source'));
  const all = await Promise.all(['a', 'b', 'c'].map((word) => billing(word)));
  expect(all.map(({ stdout }) => stdout)).toEqual(['source a\n', 'source b\n', 'source c\n']);
  expect(await readdir(join(folder, 'node_modules/.cache/billing'))).toHaveLength(1);
});

test('what was compiled long ago is not kept for ever', async () => {
  for (let change = 0; change < 7; change += 1) {
    await writeFile(join(folder, 'client/cli.ts'), sourceSaying(`${'x'.repeat(change)}`));
    await billing('doctor');
  }
  expect((await readdir(join(folder, 'node_modules/.cache/billing'))).length).toBeLessThanOrEqual(5);
});
