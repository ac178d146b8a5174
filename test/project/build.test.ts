import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** What the image holds, as the Dockerfile puts it together: `client/bin.js`, `dist`, libraries, and no sources. */
const root = fileURLToPath(new URL('../..', import.meta.url));
/** With the output in the message: the compiler writes its errors to standard output. */
const node = (...args: string[]) =>
  promisify(execFile)(process.execPath, args, { cwd: image }).catch((error: Error & { stdout: string }) => {
    throw new Error(`${error.message}\n${error.stdout}`);
  });
let image: string;

beforeAll(async () => {
  image = await realpath(await mkdtemp(join(tmpdir(), 'image-')));
  await mkdir(join(image, 'client'));
  await Promise.all(['package.json', 'client/bin.js'].map((file) => copyFile(join(root, file), join(image, file))));
  await symlink(join(root, 'node_modules'), join(image, 'node_modules'));
  await node(join(root, 'scripts/build.js'), join(image, 'dist'));
}, 120_000);

afterAll(() => rm(image, { recursive: true, force: true }));

test('the built command starts', async () => {
  const { stdout } = await node(join(image, 'client/bin.js'), '--help');
  expect(stdout).toContain('worker');
});

test('the built sandbox takes the options that docker-compose.yml gives it', async () => {
  const { stdout } = await node(join(image, 'client/bin.js'), 'sandbox', '--help');
  expect(stdout).toContain('--host');
  expect(stdout).toContain('--port');
});

test('the built worker can be loaded, with the bundle it runs', async () => {
  const code = `const { workflowBundle } = await import('${image}/dist/worker/bundle.js');
    await import('${image}/dist/worker/main.js');
    console.log((await workflowBundle()).codePath);`;
  const { stdout } = await node('--input-type=module', '--eval', code);
  expect(stdout.trim()).toBe(join(image, 'dist/workflow-bundle.js'));
});
