import { describe, expect, test } from '@jest/globals';
import { temporal } from '@temporalio/proto';
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { keyFile, readKeys } from '../../shared/encryption/keyring.js';
import { freePort } from '../../client/temporal-server/free-port.js';
import { eventually } from '../eventually.js';
import { FABRIKAM, useSystem, type TestSystem, type Worker } from '../system/system.js';
import { plainValuesOf } from './plain-values.js';

/** A month billed with a key: what Temporal holds of it is read as anyone who gets at its database reads it, without the product's own eyes. */

const MONTH = '2025-10';
const BILLED = ['--as-of', '2025-10-09', '--wait'];
const port = await freePort();
const keys = await mkdtemp(join(tmpdir(), 'billing-keys-'));
let system: TestSystem;
let worker: Worker;
useSystem(
  {
    world: 'september-2025',
    worker: false,
    env: { BILLING_KEYS: keys, BILLING_MODE_ORGANIZATIONS: `${FABRIKAM}=approve` },
  },
  (opened) => (system = opened),
);

/** Every execution's whole history and description, as bytes with all text in them. */
async function kept(): Promise<string> {
  const texts: string[] = [];
  const { namespace } = system.client.options;
  const { executions } = await system.client.workflowService.listWorkflowExecutions({ namespace, pageSize: 1_000 });
  for (const info of executions ?? []) {
    const execution = info.execution!;
    let nextPageToken: Uint8Array | null | undefined;
    do {
      const page = await system.client.workflowService.getWorkflowExecutionHistory({
        namespace,
        execution,
        nextPageToken: nextPageToken ?? null,
      });
      texts.push(Buffer.from(temporal.api.history.v1.History.encode(page.history!).finish()).toString('latin1'));
      nextPageToken = page.nextPageToken;
    } while (nextPageToken?.length);
    texts.push(JSON.stringify(info));
    const described = await system.client.workflowService.describeWorkflowExecution({ namespace, execution });
    texts.push(
      Buffer.from(temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse.encode(described).finish()).toString(
        'latin1',
      ),
    );
  }
  return texts.join('\n');
}

/** Everything below the folder of the evidence. */
async function evidenceText(): Promise<string> {
  const folder = system.env['BILLING_EVIDENCE']!.slice('file:'.length);
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  return (await Promise.all(entries.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))).join('\n');
}

const SUMS = /^billing_month_(?:sales|cost)\{.*$/gm;
const figures = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const month = (): Promise<MonthResult> => system.json<MonthResult>([0, 3], 'report', MONTH, '--format', 'json');

describe('with a key', () => {
  // Nothing that Temporal or the evidence keeps of a month does; commands show all of it.
  test('no store, log or metric holds a name or amount', async () => {
    expect(await system.cli('keys', 'add')).toMatchObject({ code: 0, stdout: expect.stringContaining('encrypts from now on') });
    worker = await system.startWorker({ BILLING_HTTP: `127.0.0.1:${port}` });
    const ran = await system.cli('run', MONTH, ...BILLED);
    expect(ran).toMatchObject({ code: 3 });
    const billed = await month();
    const values = plainValuesOf(billed);
    expect(values.length).toBeGreaterThan(20);
    const text = await kept();
    expect(text).toContain('encryption-key-id');
    expect(text).toContain(`billing/default/${MONTH}/${FABRIKAM}`);
    expect(values.filter((one) => text.includes(one))).toEqual([]);
    const evidence = await evidenceText();
    expect(evidence).toContain(`outcomes/default/${MONTH}/${FABRIKAM}`);
    expect(values.filter((one) => evidence.includes(one))).toEqual([]);
    // The sums of the broker's month are what metrics are for; a customer's and a line's are not in them.
    const metrics = (await eventually(figures, (text) => text.includes('billing_month_sales{'))).replaceAll(SUMS, '');
    expect(values.filter((one) => `${worker.output()}${metrics}`.includes(one))).toEqual([]);
    expect(await system.cli('evidence', 'verify')).toMatchObject({ code: 0 });
    const status = await system.cli('status', MONTH);
    expect(status.stdout).toContain('Fabrikam Logistics');
  });

  test('failure messages are readable only where the run was requested', async () => {
    await system.faults([
      {
        match: { vendor: 'autotask', method: 'POST', path: '*/ContractCharges/query' },
        fault: { kind: 'status', status: 400, when: 'before' },
      },
    ]);
    const failed = await system.cli('run', '2025-11', '--as-of', '2025-11-09', '--wait');
    await system.faults([]);
    expect(failed.code).not.toBe(0);
    expect(`${failed.stdout}${failed.stderr}`).toContain('ContractCharges');
    const text = await kept();
    expect(text).toContain('Encoded failure');
    expect(text).not.toContain('ContractCharges/query');
  });

  test('a rotation in mid-month continues what the old key encrypted', async () => {
    const [before] = readKeys(keys);
    expect((await system.cli('keys', 'rotate')).code).toBe(0);
    const listed = await system.json<{ keys: { id: string; isCurrent: boolean }[] }>([0], 'keys', 'list');
    expect(listed.keys.map(({ isCurrent }) => isCurrent)).toEqual([false, true]);
    const released = await system.cli('approve', MONTH, '--organization', FABRIKAM);
    expect({ code: released.code, stderr: released.stderr }).toEqual({ code: 0, stderr: '' });
    expect(await system.cli('run', MONTH, ...BILLED)).toMatchObject({ code: 0 });
    expect((await month()).held.lines).toBe(0);
    const text = await kept();
    for (const { id } of listed.keys) expect(text).toContain(id);
    expect(before!.id).toBe(listed.keys[0]!.id);
  });

  test('a command without keys names the missing one', async () => {
    const elsewhere = `${keyFile(keys)}.away`;
    await rename(keyFile(keys), elsewhere);
    try {
      const lost = await system.cli('status', MONTH);
      const asked = await system.cliWith({}, 'run', MONTH, ...BILLED);
      expect(`${lost.stderr}${lost.stdout}${asked.stderr}${asked.stdout}`).toMatch(
        /encrypted with key 20\d\d-\d\d-\d\d-[0-9a-f]{6}, which is not in .*payload-keys\.json/,
      );
    } finally {
      await rename(elsewhere, keyFile(keys));
    }
  });

  test('the key file is private and never shown', async () => {
    const { stdout } = await system.cli('keys', 'list');
    const { keys: written } = JSON.parse(await readFile(keyFile(keys), 'utf8')) as { keys: { key: string }[] };
    for (const { key } of written) expect(stdout + worker.output()).not.toContain(key);
    await worker.kill('SIGTERM');
    await rm(keys, { recursive: true });
  });
});
