import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyMachine, type Machine } from './fake-programs.js';

/** `client/bin.js` in a checkout (sources beside it) and in the image (only `dist`). */
const root = fileURLToPath(new URL('../..', import.meta.url));
let machine: Machine;
let folder: string;

beforeEach(async () => {
  machine = await emptyMachine();
  folder = join(machine.root, 'package');
  await mkdir(join(folder, 'client'), { recursive: true });
  await mkdir(join(folder, 'dist/client'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await copyFile(join(root, 'client/bin.js'), join(folder, 'client/bin.js'));
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

test('the image runs what was built, and its exit code is that of the command', async () => {
  expect(await billing('status', '2025-09')).toEqual({ stdout: 'built status 2025-09\n', code: 3 });
});

test('a checkout runs its sources, also when there is an older build', async () => {
  const source = `export const main = async (args: string[]): Promise<number> => { console.log('source', ...args); return 0; };`;
  await writeFile(join(folder, 'client/cli.ts'), source);
  expect(await billing('doctor')).toEqual({ stdout: 'source doctor\n', code: 0 });
});
