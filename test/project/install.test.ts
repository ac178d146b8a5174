import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { emptyMachine, program, type Machine } from './fake-programs.js';

/** `scripts/install.js` in a clone of its own, with an npm that only pretends. */
let machine: Machine;
let clone: string;

const lock = (packages: Record<string, object>): string => JSON.stringify({ packages: { '': {}, ...packages } });
const LOCKED = { 'node_modules/a': { version: '1.0.0' }, 'node_modules/only-elsewhere': { version: '1.0.0', optional: true } };

beforeEach(async () => {
  machine = await emptyMachine();
  clone = join(machine.root, 'clone');
  await mkdir(join(clone, 'scripts'), { recursive: true });
  await copyFile(fileURLToPath(new URL('../../scripts/install.js', import.meta.url)), join(clone, 'scripts/install.mjs'));
  await writeFile(join(clone, 'package-lock.json'), lock(LOCKED));
  await program(
    join(machine.bin, 'npm'),
    `const fs = require('node:fs');
     fs.appendFileSync('npm.log', process.argv.slice(2, 3) + '\\n');
     setTimeout(() => {
       fs.mkdirSync('node_modules', { recursive: true });
       const { packages } = JSON.parse(fs.readFileSync('package-lock.json'));
       delete packages['node_modules/only-elsewhere'];
       fs.writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
     }, 300);`,
  );
});

afterEach(() => rm(machine.root, { recursive: true, force: true }));

const install = () => promisify(execFile)(process.execPath, [join(clone, 'scripts/install.mjs')], { env: machine.env });
const npmCalls = async (): Promise<string[]> => (await readFile(join(clone, 'npm.log'), 'utf8')).trim().split('\n');

test('installs a fresh clone once, and says so', async () => {
  const { stdout, stderr } = await install();
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^Installing the libraries .*\nInstalled in \d+ s\.\n$/);
  expect(await install()).toEqual({ stdout: '', stderr: '' });
  expect(await npmCalls()).toEqual(['ci']);
});

test('a lock file with another version is installed again', async () => {
  await install();
  await writeFile(join(clone, 'package-lock.json'), lock({ 'node_modules/a': { version: '1.0.1' } }));
  await install();
  expect(await npmCalls()).toEqual(['ci', 'ci']);
});

test('two at once install once', async () => {
  const outputs = await Promise.all([install(), install(), install()]);
  expect(await npmCalls()).toEqual(['ci']);
  expect(outputs.filter(({ stderr }) => stderr.includes('waiting for it'))).toHaveLength(2);
});

test('does not write through a link named like the lock', async () => {
  const target = join(machine.root, 'target');
  await writeFile(target, '999999999');
  await symlink(target, join(clone, '.install.lock'));
  await install();
  expect(await readFile(target, 'utf8')).toBe('999999999');
});

test('an npm that fails is an error that says so', async () => {
  await program(join(machine.bin, 'npm'), 'process.exit(7);');
  await expect(install()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('npm ci failed') });
});
