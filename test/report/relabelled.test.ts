import { expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { useHarness, type Harness } from './harness.js';

/** `BILLING_BROKER` is changed after months were billed: the person who did it hears so from every command, what to do, and nothing is written. */

const MONTH = '2025-10';
const AS_OF = '2025-11-02';
const RENAMED = { BILLING_BROKER: 'acme-relabelled' };
const REFUSED =
  'BILLING_BROKER is acme-relabelled, but this Autotask tenant was billed as default before. The label is part of the keys by which charges are found again: under another one the same money would be billed twice. Nothing was written. Set BILLING_BROKER=default for the worker and for every command, restart the worker, and run again.\n';

let harness: Harness;
useHarness(
  async (opened) => {
    harness = opened;
    await harness.bill(MONTH, AS_OF);
  },
  undefined,
  { TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS! },
);

const books = async (): Promise<unknown> => ((await harness.control('GET', 'state')) as { autotask: unknown }).autotask;

const COMMANDS = [
  ['run', MONTH, '--as-of', AS_OF],
  ['status', MONTH],
  ['status', MONTH, '--check'],
];

// With the way out.
test.each(['open', 'approved and posted'])('a month %s ends every command with 78; nothing runs', async (which) => {
  if (which !== 'open') await harness.control('POST', 'autotask/freeze', { through: '2025-10-31' });
  const before = await books();
  for (const argv of COMMANDS)
    expect({ argv, ...(await harness.cliWith(RENAMED, ...argv)) }).toEqual({ argv, code: 78, out: '', said: REFUSED });
  const { code, out } = await harness.cliWith(RENAMED, 'doctor', '--json');
  const findings = JSON.parse(out) as { check: string; isGood: boolean; text: string; fix: string }[];
  expect(code).toBe(3);
  expect(findings.filter(({ check }) => check === 'label')).toEqual([
    {
      check: 'label',
      isGood: false,
      text: 'BILLING_BROKER is acme-relabelled, but this Autotask tenant was billed as default before: under another label the same money would be billed twice',
      fix: 'Set BILLING_BROKER=default for the worker and for every command, and restart the worker.',
    },
  ]);
  const connection = await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! });
  const begun = await new Client({ connection }).workflow.count(`WorkflowId STARTS_WITH 'daily-billing/acme-relabelled'`);
  await connection.close();
  expect(begun.count).toBe(0);
  expect(await books()).toEqual(before);
});

test('the own label finds the month; doctor names its owner', async () => {
  expect((await harness.cli('status', MONTH)).code).not.toBe(78);
  const findings = JSON.parse((await harness.cli('doctor', '--json')).out) as { check: string; text: string }[];
  expect(findings.find(({ check }) => check === 'label')?.text).toBe('default, as the tenant was billed before');
});
