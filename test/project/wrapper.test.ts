import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `./billing` next to a stack and in a checkout. Docker is a program that writes down how it was called: what is shown is which call is made. */

const WRAPPER = fileURLToPath(new URL('../../billing', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-wrapper-'));
  const docker = join(folder, 'docker');
  // `ps` answers with what the test has put there, for all containers and for the worker.
  await writeFile(
    docker,
    `#!/bin/sh
case "$*" in
  *'ps --all'*) printf '%s' "$CONTAINERS" ;;
  *' ps '*) printf '%s' "$WORKER" ;;
  *) printf '%s|' "$@" > '${folder}/called'; exit 3 ;;
esac
`,
  );
  await chmod(docker, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  code: number;
  out: string;
  called: string[] | null;
}

async function call(environment: Record<string, string>, ...args: string[]): Promise<Ended> {
  await rm(join(folder, 'called'), { force: true });
  const env = { PATH: `${folder}:${process.env.PATH}`, CONTAINERS: '', WORKER: '', ...environment };
  const { code, out } = await new Promise<Omit<Ended, 'called'>>((resolve) => {
    const child = execFile(WRAPPER, args, { env, cwd: folder }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, out: stdout + stderr }),
    );
  });
  const called = await readFile(join(folder, 'called'), 'utf8').catch(() => null);
  return { code, out, called: called?.split('|').slice(0, -1) ?? null };
}

describe('./billing', () => {
  const COMPOSE = ['compose', '--project-directory', ROOT];
  const ARGUMENTS = ['status', '2025-10', '--organization', 'Contoso Dental Group'];

  test('runs in the worker’s container with the words as typed', async () => {
    const { code, called } = await call({ CONTAINERS: 'a', WORKER: 'b' }, ...ARGUMENTS);
    const PROGRAM = ['worker', 'node', '--enable-source-maps', 'client/bin.js'];
    expect(called).toEqual([...COMPOSE, 'exec', '--no-TTY', '--env', 'CALLED_AS', ...PROGRAM, ...ARGUMENTS]);
    expect(code).toBe(3);
  });

  test('runs in its own container while no worker is up', async () => {
    const { called } = await call({ CONTAINERS: 'a' }, ...ARGUMENTS);
    expect(called).toEqual([...COMPOSE, 'run', '--rm', '--no-deps', '--no-TTY', '--env', 'CALLED_AS', 'worker', ...ARGUMENTS]);
  });

  test.each([
    ['without containers', {}],
    ['where BILLING_WHERE says so', { CONTAINERS: 'a', WORKER: 'b', BILLING_WHERE: 'checkout' }],
  ])('runs the checkout %s, and names itself in advice', async (_when, environment: Record<string, string>) => {
    const { code, out, called } = await call(environment, 'plann');
    expect({ code, called }).toEqual({ code: 64, called: null });
    expect(out).toContain(`${WRAPPER} help`);
  });

  test('refuses another place', async () => {
    expect(await call({ BILLING_WHERE: 'image' }, 'status')).toMatchObject({
      code: 64,
      out: 'BILLING_WHERE: expected stack or checkout, found image\n',
    });
  });
});
