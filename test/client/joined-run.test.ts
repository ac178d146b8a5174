import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { dailyBillingId } from '../../shared/messages/names.js';
import { runCommand } from '../command.js';

/** `billing run` while a run of the month goes on already. No worker serves this broker, so that the first one stays. */

const MONTH = '2025-10';
const BROKER = `joined-${randomUUID().slice(0, 8)}`;
const env = {
  TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
  BILLING_BROKER: BROKER,
  BILLING_MODE: 'auto',
  BILLING_EVIDENCE: `file:/tmp/${BROKER}`,
};
const run = (...flags: string[]) => runCommand(env, ['run', MONTH, ...flags]);

describe('a run that is joined', () => {
  let connection: Connection;
  beforeAll(async () => {
    connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS });
    const first = await run(
      '--canary',
      'Fabrikam',
      '--as-of',
      '2025-10-09',
      '--organization',
      'Contoso',
      '--organization',
      'Fabrikam',
    );
    expect([first.code, first.said]).toEqual([0, expect.stringContaining('Run of 2025-10')]);
  });
  afterAll(async () => {
    await new Client({ connection }).workflow.getHandle(dailyBillingId(BROKER, MONTH)).terminate('test is over');
    await connection.close();
  });

  // Each of them was ignored in silence.
  const refused: [what: string, flags: string[], says: string][] = [
    ['--no-canary', ['--no-canary'], '--no-canary (it runs --canary Fabrikam)'],
    ['another canary', ['--canary', 'Contoso'], '--canary Contoso (it runs --canary Fabrikam)'],
    ['the smallest one as canary', ['--canary'], '--canary (it runs --canary Fabrikam)'],
    ['--mode shadow', ['--mode', 'shadow'], '--mode shadow (it runs as its worker has it)'],
    ['another day', ['--as-of', '2025-10-10'], '--as-of 2025-10-10 (it is as of 2025-10-09)'],
    ['another customer', ['--organization', 'Northwind'], '--organization (it bills Contoso, Fabrikam)'],
  ];
  test.each(refused)('is refused with different options: %s', async (_what, flags, says) => {
    const { code, said, out } = await run(...flags);
    expect([code, out]).toEqual([1, '']);
    expect(said).toContain(`A run of 2025-10 is already under way with different options, which cannot be changed: ${says}.`);
    expect(said).toContain('To wait for it: billing run 2025-10 --wait');
  });

  // It bills some customers alone.
  test('joins with the same flags, and without flags says who is billed', async () => {
    expect(await run('--canary', 'fabrikam', '--organization', 'Fabrikam', '--organization', 'Contoso')).toMatchObject({
      code: 0,
    });
    const { code, said } = await run();
    expect([code, said]).toEqual([
      0,
      expect.stringContaining('The run under way is only for some organizations: Contoso, Fabrikam.'),
    ]);
  });
});
