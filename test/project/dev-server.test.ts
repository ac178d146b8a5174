import { afterEach, describe, expect, test } from '@jest/globals';
import { Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyMachine, program } from './fake-programs.js';
import { startDevServer, type DevServer, type DevServerOptions } from '../../client/temporal-server/index.js';

const path = process.env.TEST_TEMPORAL_CLI ?? '';
let server: DevServer | undefined;

async function start(options: Partial<DevServerOptions> = {}): Promise<DevServer> {
  server = await startDevServer({ path, ...options });
  return server;
}

afterEach(() => server?.stop());

describe('a started dev server', () => {
  test('has our search attributes and remembers closed workflows for 90 days', async () => {
    const { address } = await start({ namespace: 'billing' });
    const connection = await Connection.connect({ address });
    try {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'billing' });
      const keyword = 2;
      expect(customAttributes).toMatchObject({
        BillingBroker: keyword,
        BillingMonth: keyword,
        BillingOrganization: keyword,
        BillingStatus: keyword,
      });
      const { config } = await connection.workflowService.describeNamespace({ namespace: 'billing' });
      expect(Number(config?.workflowExecutionRetentionTtl?.seconds)).toBe(90 * 24 * 60 * 60);
    } finally {
      await connection.close();
    }
  });

  test('shows its Web UI when asked to', async () => {
    const { uiUrl } = await start({ ui: true });
    expect((await fetch(uiUrl ?? '')).status).toBe(200);
    expect((await startedWithoutUi()).uiUrl).toBeUndefined();
  });

  test('is gone after stop', async () => {
    const { pid, stop, ended } = await start();
    await stop();
    await ended;
    expect(isAlive(pid)).toBe(false);
  });

  test('does not start where another one listens', async () => {
    const { address } = await start();
    const port = Number(address.split(':')[1]);
    await expect(startDevServer({ path, port })).rejects.toThrow(`Something already listens at ${address}`);
  });

  test('that cannot start says why', async () => {
    await expect(startDevServer({ path, dbFilename: '/does/not/exist' })).rejects.toThrow(
      /did not start \(it ended\)[^]*\/does\/not: no such file/,
    );
  });

  test.each([
    [
      'bind',
      'panic: failed assigning ephemeral port: failed to assign a free port: listen tcp 127.0.0.1:0: bind: address already in use',
    ],
    ['nil pointer', 'panic: runtime error: invalid memory address or nil pointer dereference'],
  ])('starts when its inner services twice found no port: %s', async (_error, panic) => {
    const { root } = await emptyMachine();
    const cli = await program(
      join(root, 'temporal'),
      `const { appendFileSync, statSync } = require('node:fs');
       const { spawn } = require('node:child_process');
       appendFileSync(__dirname + '/starts', '.');
       if (statSync(__dirname + '/starts').size <= 2) { console.error(${JSON.stringify(panic)} + '\\n    at'.repeat(40)); process.exit(2); }
       spawn(${JSON.stringify(path)}, process.argv.slice(2), { stdio: 'inherit' });`,
    );
    await start({ path: cli });
    expect(await readFile(join(root, 'starts'), 'utf8')).toBe('...');
  });

  test('ends with the process that started it, even by kill -9', async () => {
    const pid = await pidOfServerWhoseParentIsKilled();
    const giveUpAt = Date.now() + 10_000;
    while (isAlive(pid) && Date.now() < giveUpAt) await sleep(50);
    expect(isAlive(pid)).toBe(false);
  });
});

async function startedWithoutUi(): Promise<DevServer> {
  await server?.stop();
  return start();
}

async function pidOfServerWhoseParentIsKilled(): Promise<number> {
  const module = new URL('../../client/temporal-server/index.ts', import.meta.url).href;
  const code = `import { startDevServer } from '${module}';
    const { pid } = await startDevServer({ path: ${JSON.stringify(path)} });
    process.stdout.write(String(pid), () => process.kill(process.pid, 'SIGKILL'));`;
  const args = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', code];
  const parent = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  return Number(chunk.toString());
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
