import { describe, expect, test } from '@jest/globals';
import type { MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import { organizationBillingId } from '../../shared/messages/names.js';
import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { act } from '../../client/web/act.js';
import { eventually } from '../eventually.js';
import { CONTOSO, FABRIKAM, organizationOf, useSystem, type Run, type TestSystem, type Worker } from '../system/system.js';

/** Who decided what, through a real Temporal server: from the command line, from the page, and from the Web UI, which names nobody. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
/** Fabrikam's plan moves 5,620.99; Contoso's a few hundred. */
const LIMIT = { BILLING_MODE: 'approve', BILLING_TWO_PERSONS_ABOVE: '5000' };

describe('what people decide', () => {
  let system: TestSystem;
  let worker: Worker;
  useSystem({ world: 'september-2025', env: LIMIT, worker: false }, (opened) => (system = opened));
  const handle = (organizationId: string) =>
    system.client.workflow.getHandle(organizationBillingId('default', MONTH, organizationId));
  const status = (organizationId: string): Promise<OrganizationResult> =>
    handle(organizationId).query<OrganizationResult>('status');
  const approve = (organization: string, ...more: string[]): Promise<Run> =>
    system.cli('approve', MONTH, '--organization', organization, ...more);
  const logged = async (): Promise<LoggedDecision[]> =>
    (await system.json<{ entries: LoggedDecision[] }>([0], 'log', MONTH)).entries;
  const settled = (organizationId: string): Promise<unknown> =>
    eventually(
      () => handle(organizationId).describe(),
      ({ status: { name } }) => name === 'COMPLETED',
    );

  // A signal names nobody.
  test('a large plan released in the Web UI still waits', async () => {
    worker = await system.startWorker();
    const month = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    const { planDigest } = organizationOf(month, FABRIKAM);
    await handle(FABRIKAM).signal('approve', planDigest);
    await eventually(logged, (entries) => entries.length === 1);
    expect(
      await eventually(
        () => status(FABRIKAM),
        (result) => result.status !== 'Running',
      ),
    ).toMatchObject({ status: 'AwaitingApproval' });
    expect(await system.writes()).toEqual([]);
  });

  test('the same person twice is one person', async () => {
    for (const actor of ['anna', ' Anna ']) {
      const { code, stdout } = await approve(FABRIKAM, '--actor', actor, '--reason', 'as agreed');
      expect(code).toBe(0);
      // A busy machine answers later than the command waits.
      expect(stdout).toMatch(
        /^(Noted the release of Fabrikam Logistics .*more than 5,000 .*two people .* anna has; another person has to\.|Sent the release of Fabrikam Logistics as \w+\.\n)/,
      );
      await eventually(
        () => status(FABRIKAM),
        (result) => result.status === 'AwaitingApproval',
      );
    }
    expect((await status(FABRIKAM)).missingPersons).toMatch(/^It moves more than 5,000 .*: anna has; another person has to\.$/);
    expect(await system.writes()).toEqual([]);
  });

  test('a second person releases it on the page, and it is written', async () => {
    const { planDigest } = await status(FABRIKAM);
    const released = await act(
      { client: system.client, address: system.server.address, namespace: 'default' },
      { broker: 'default', schedule: { cron: '', timeZone: 'UTC' } },
      {
        action: 'approve',
        month: MONTH,
        organizationId: FABRIKAM,
        digest: planDigest!,
        reason: 'read on the page',
        actor: 'bert',
      },
    );
    expect(released).toMatchObject({ isGood: true, text: expect.stringMatching(/^Fabrikam Logistics is released/) });
    await settled(FABRIKAM);
    expect((await system.writes()).length).toBeGreaterThan(0);
  });

  test('a small plan needs one person; the log records skips too', async () => {
    await system.cli('skip', MONTH, '--organization', CONTOSO, '--reason', 'disputed', '--actor', 'anna');
    await system.cli('rerun', MONTH, '--organization', CONTOSO, '--reason', 'settled', '--actor', 'bert');
    const { planDigest } = await eventually(
      () => status(CONTOSO),
      (result) => result.status === 'AwaitingApproval',
    );
    await handle(CONTOSO).signal('approve', planDigest);
    await settled(CONTOSO);
    const entries = await logged();
    expect(
      entries.map(({ action, actor, via, reason, organizationName }) => [organizationName, action, actor, via, reason]),
    ).toEqual([
      ['Fabrikam Logistics', 'approve', null, 'signal', null],
      ['Fabrikam Logistics', 'approve', 'anna', 'command', 'as agreed'],
      ['Fabrikam Logistics', 'approve', 'Anna', 'command', 'as agreed'],
      ['Fabrikam Logistics', 'approve', 'bert', 'page', 'read on the page'],
      ['Contoso Dental Group', 'skip', 'anna', 'command', 'disputed'],
      ['Contoso Dental Group', 'rerun', 'bert', 'command', 'settled'],
      ['Contoso Dental Group', 'approve', null, 'signal', null],
    ]);
    expect(
      entries.filter(({ action }) => action === 'approve').map(({ digest, amounts }) => [digest, amounts?.currency]),
    ).toEqual(
      [entries[0]!.digest, entries[0]!.digest, entries[0]!.digest, entries[0]!.digest, planDigest].map((digest) => [
        digest,
        'EUR',
      ]),
    );
    expect(entries[0]!.amounts?.sales).toBe('5080.99');
    expect(entries.map(({ details }) => details)).toEqual([
      'of 5,620.99 EUR held; does not count: two people have to release it by name',
      'of 5,620.99 EUR held; the first of two people',
      'of 5,620.99 EUR held; the first of two people, again',
      'of 5,620.99 EUR held; the second of two people',
      null,
      null,
      null,
    ]);
  });

  test('a message with odd arguments names nobody and still works', async () => {
    await handle(CONTOSO).describe();
    await system.client.workflow.signalWithStart('organizationBilling', {
      workflowId: organizationBillingId('default', MONTH, CONTOSO),
      taskQueue: 'billing-default',
      args: [{ broker: 'default', month: MONTH, asOf: AS_OF, mode: null, organizationId: CONTOSO, given: null, parentId: null }],
      signal: 'skip',
      signalArgs: ['too late', { actor: 'eve\nroot', via: 'command' }],
    });
    const entries = await eventually(logged, ({ length }) => length === 8);
    expect(entries.at(-1)).toMatchObject({ action: 'skip', actor: null, via: 'signal', reason: 'too late' });
  });

  test('a run under other settings than the last one says which', async () => {
    const other = { BILLING_TWO_PERSONS_ABOVE: '100' };
    await worker.kill('SIGTERM');
    await system.startWorker(other);
    await system.cliWith(other, 'run', MONTH, '--as-of', AS_OF, '--wait');
    const { entries } = await system.json<{ entries: LoggedDecision[] }>([0], 'log');
    expect(entries.at(-1)).toMatchObject({
      action: 'settings',
      via: 'worker',
      details: 'changed since the last run: BILLING_TWO_PERSONS_ABOVE',
    });
  });
});
