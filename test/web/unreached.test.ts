import { afterAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { evidenceSource } from '../../client/web/evidence-source.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { useDesk, type Desk } from '../report/desk.js';

/** The page for finance while Temporal is away: what is in the evidence is shown, and what nobody can tell is said. */

let desk: Desk;
useDesk(async (opened) => {
  desk = opened;
  await desk.bill('2025-10', '2025-10-17');
});
const address = '127.0.0.1:1';
const connection = Connection.lazy({ address });
afterAll(() => connection.close());

test('a month says that nobody can tell whether a run is under way: it looked as if none was, after seventeen seconds', async () => {
  const evidence = openEvidence(desk.env['BILLING_EVIDENCE']!);
  const temporal = { client: new Client({ connection }), address, namespace: 'default' };
  const shown = await evidenceSource(loadBaseConfig(desk.env), evidence, temporal, desk.env).month('2025-10');
  expect(shown?.result.posted.sales).toBe('7120.32');
  expect(shown?.progress).toMatch(/^Temporal does not answer, so nobody can tell whether a run is under way/);
}, 15_000);
