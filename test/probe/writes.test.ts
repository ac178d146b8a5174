import { describe, expect, test } from '@jest/globals';
import { startSandbox } from '../../sandbox/index.js';
import { ProbingAutotask } from '../../shared/autotask/probing.js';
import { loadConfig } from '../../shared/config.js';
import { probeWrites, type WriteProbeResult } from '../../shared/probe/writes/probe.js';
import type { WriteQuestion } from '../../shared/probe/writes/questions.js';
import { september } from '../api/vendors.js';
import { openHarness, type Harness } from '../report/harness.js';
import { ADVENTURE_WORKS } from '../system/system.js';

/** The probe that writes, against a tenant of each kind: it tells the kinds apart, and takes back all that it makes, whatever happens to it. */

type Rec = Record<string, unknown>;
/** Nobody is linked to it. */
const COMPANY = 29689999;
/** A customer with lines is linked to it, and has no contract yet. */
const LINKED = 29689998;
const TODAY = '2025-11-05';

interface Tenant {
  probe(signal?: AbortSignal): Promise<WriteProbeResult>;
  faults(rules: unknown[]): Promise<void>;
  /** What is there of probes beyond what Autotask cannot delete. */
  traces(): Rec;
  close(): Promise<void>;
}

async function openTenant(behaviour: Rec = {}): Promise<Tenant> {
  const world = september() as unknown as { now: string; autotask: Record<string, unknown> };
  world.now = `${TODAY}T06:00:00Z`;
  world.autotask.behaviour = behaviour;
  (world.autotask.companies as Rec[]).push({
    id: COMPANY,
    companyName: 'Test company',
    isActive: true,
    companyType: 1,
    currencyID: 1,
  });
  const sandbox = await startSandbox({ world });
  const config = loadConfig(sandbox.env());
  const begun = structuredClone(sandbox.state().autotask) as unknown as Record<string, Rec[]>;
  const added = (table: string): Rec[] => {
    const now = (sandbox.state().autotask as unknown as Record<string, Rec[]>)[table]!;
    return now.filter(({ id }) => !begun[table]!.some((known) => known.id === id));
  };
  let minute = 0;
  return {
    probe: (signal) =>
      probeWrites({
        autotask: new ProbingAutotask(config.autotask),
        companyId: COMPANY,
        subscriptionUdf: config.autotask.subscriptionUdf,
        settings: config.settings,
        today: TODAY,
        // Where something takes its time, each reading of the clock is a minute later.
        now: () => new Date(Date.now() + 60_000 * (behaviour.visibleAfterMs === undefined ? 0 : (minute += 1))),
        ...(behaviour.visibleAfterMs === undefined ? { sleep: async () => undefined } : {}),
        signal,
      }),
    faults: async (rules) =>
      void (await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(rules) })),
    traces: () => ({
      rows: added('unitRows').length,
      charges: added('charges').length,
      active: [
        ...added('contracts').filter(({ status }) => status !== 0),
        ...added('services').filter(({ isActive }) => isActive !== false),
      ].map(({ id }) => id),
      keyed: added('contracts').filter(({ userDefinedFields }) => JSON.stringify(userDefinedFields ?? []).includes('probe-'))
        .length,
    }),
    close: () => sandbox.close(),
  };
}
const NOTHING = { rows: 0, charges: 0, active: [], keyed: 0 };

async function answersOf(behaviour: Rec = {}): Promise<Record<WriteQuestion, string | null>> {
  const tenant = await openTenant(behaviour);
  try {
    const { answers, left } = await tenant.probe();
    expect({ left, ...tenant.traces() }).toEqual({ left: [], ...NOTHING });
    return Object.fromEntries(answers.map(({ id, is }) => [id, is])) as Record<WriteQuestion, string | null>;
  } finally {
    await tenant.close();
  }
}

const USUAL: Record<WriteQuestion, string> = {
  visible: 'at once',
  group: 'works',
  names: 'allowed',
  firstDay: 'changes',
  again: 'refused',
  decimals: '4 or more',
  extend: 'carry',
  proration: 'by days',
  chargeDecimals: '4',
  outside: 'allowed',
  days: 'both are the day',
  createOnly: 'refused',
};

const KINDS: [behaviour: Rec, answers: Partial<Record<WriteQuestion, string | null>>][] = [
  [{}, {}],
  [{ periodStart: 'duplicate' }, { firstDay: 'duplicate', again: null, decimals: null }],
  [{ secondAdjustment: 'merge' }, { again: 'taken' }],
  [{ extend: 'empty' }, { extend: 'empty' }],
  [{ unitPriceDecimals: 2 }, { decimals: '2', chargeDecimals: '2' }],
  [{ uniqueServiceNames: true }, { names: 'refused' }],
  [{ createOnly: 'ignore' }, { createOnly: 'ignored' }],
  [{ userDefinedFieldInOr: 'findsNothing' }, { group: 'finds nothing' }],
  [{ userDefinedFieldInOr: 'actsAsAnd' }, { group: 'acts as and' }],
  [{ userDefinedFieldInOr: 'refused' }, { group: 'refused' }],
  [{ timeZone: 'America/New_York' }, { days: 'midnight is another day' }],
  [{ timeZone: 'Pacific/Auckland', dateOutput: 'localMidnightAsUtc' }, {}],
  [{ afterPost: 'reject', missing: '404', patchAnswer: 'null', emptyFilter: 'refuse', accessValues: 'numbers' }, {}],
];

describe('a probe that writes', () => {
  test.each(KINDS)('shows what a tenant of %j does, and leaves nothing', async (behaviour, differing) => {
    expect(await answersOf(behaviour)).toEqual({ ...USUAL, ...differing });
  });

  test('waits until what it made can be seen', async () => {
    expect(await answersOf({ visibleAfterMs: 300 })).toEqual({ ...USUAL, visible: 'later' });
  });

  test('says when its user cannot see and take back its records', async () => {
    const tenant = await openTenant({ hidesAdded: ['Contracts'] });
    const { answers } = await tenant.probe();
    expect(answers.find(({ id }) => id === 'visible')?.is).toBe('never');
    await tenant.close();
  });
});

describe('what a probe made', () => {
  const WRITES = { vendor: 'autotask', path: '*/v1.0/*' };
  const writesOf = ['POST', 'PATCH', 'DELETE'];

  test('takes back what an earlier, killed probe left', async () => {
    const tenant = await openTenant();
    for (let nth = 1; nth <= 12; nth += 1) {
      // From the n-th change on nobody answers any more, as to a process that has been killed.
      const paths = ['*/Contracts', '*/Services', '*/ServiceAdjustments', '*/Charges', '*/Charges/*'];
      await tenant.faults(
        paths.flatMap((path) =>
          writesOf.map((method) => ({
            match: { ...WRITES, method, path, nth: Array.from({ length: 90 }, (_, index) => nth + index) },
            fault: { kind: 'reset', when: 'before' },
          })),
        ),
      );
      await tenant.probe().catch(() => undefined);
      await tenant.faults([]);
      const { answers, left } = await tenant.probe();
      expect({ nth, left, unanswered: answers.filter(({ is }) => is === null), ...tenant.traces() }).toEqual({
        nth,
        left: [],
        unanswered: [],
        ...NOTHING,
      });
    }
    await tenant.close();
  });

  test('takes back its records when an answer was lost at any write', async () => {
    const tenant = await openTenant();
    for (const path of ['*/Contracts', '*/Services', '*/ServiceAdjustments', '*/Charges', '*/Charges/*'])
      for (const nth of [1, 2, 3]) {
        await tenant.faults(
          writesOf.map((method) => ({ match: { ...WRITES, method, path, nth: [nth] }, fault: { kind: 'reset', when: 'after' } })),
        );
        await tenant.probe().catch(() => undefined);
        await tenant.faults([]);
        await tenant.probe();
        expect({ path, nth, ...tenant.traces() }).toEqual({ path, nth, ...NOTHING });
      }
    await tenant.close();
  });

  test('is taken back where somebody breaks it off', async () => {
    const tenant = await openTenant();
    const { answers, left } = await tenant.probe(AbortSignal.abort());
    expect({ left, ...tenant.traces() }).toEqual({ left: [], ...NOTHING });
    expect(answers.filter(({ text }) => text === 'not asked: the probe was broken off').length).toBeGreaterThan(5);
    await tenant.close();
  });
});

describe('billing doctor --probe-writes', () => {
  /** Its lines are of the month that it is now. */
  const withTestCompany = (): ReturnType<typeof september> => {
    const text = JSON.stringify(september()).replaceAll('2025-10', new Date().toISOString().slice(0, 7));
    const world = JSON.parse(text) as {
      autotask: { companies: Rec[] };
      cloudmore: { organizations: { id: string; customProperties: Rec[] }[] };
    };
    const customer = world.cloudmore.organizations.find(({ id }) => id === ADVENTURE_WORKS)!;
    for (const property of customer.customProperties) if (property.name === 'AutotaskCompanyID') property.value = String(LINKED);
    world.autotask.companies.push({ id: LINKED, companyName: 'Adventure Works', isActive: true, companyType: 1, currencyID: 1 });
    world.autotask.companies.push({ id: COMPANY, companyName: 'Test company', isActive: true, companyType: 1, currencyID: 1 });
    return world;
  };
  const opened = async (use: (harness: Harness) => Promise<void>): Promise<void> => {
    const harness = await openHarness(withTestCompany());
    try {
      await use(harness);
    } finally {
      await harness.close();
    }
  };
  const writes = async (harness: Harness): Promise<number> =>
    ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
      ({ method, path }) => /atservices/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path),
    ).length;

  test(
    'writes only with --confirm; doctor shows the answers',
    () =>
      opened(async (harness) => {
        const shown = await harness.cli('doctor', '--probe-writes', '--company', String(COMPANY));
        expect([shown.code, await writes(harness)]).toEqual([0, 0]);
        expect(shown.out).toMatch(
          /On Test company[\s\S]*extended by a month[\s\S]*except: the contract stays, inactive[\s\S]*Nothing was written[\s\S]*--confirm/,
        );
        const done = await harness.cli('doctor', '--probe-writes', '--company', String(COMPANY), '--confirm');
        expect([done.code, done.said.split('\n')[0]]).toEqual([0, expect.stringMatching(/^1 of 12: visible/)]);
        expect(done.out).toMatch(
          /which rows a later end date adds \(3\): carry[\s\S]*Everything that was made on company \d+ is taken back/,
        );
        const { out } = await harness.cli('doctor', '--json');
        const found = (JSON.parse(out) as { check: string; text: string }[]).find(({ check }) => check === 'behaviour');
        expect(found?.text).toMatch(/firstDay changes, again refused.*extend carry \(company \d+, 20\d\d-/);
      }),
    180_000,
  );

  test('refuses a customer’s company, a missing one, and none', () =>
    opened(async (harness) => {
      const cases: [string[], RegExp][] = [
        [['--company', '29683540', '--confirm'], /is a customer: it has contracts of subscriptions/],
        [['--company', String(LINKED), '--confirm'], /is a customer: .* is linked to it.* has lines in 20\d\d-\d\d/],
        [['--company', '999', '--confirm'], /There is no company 999/],
        [['--confirm'], /--company ID/],
      ];
      for (const [argv, says] of cases) {
        const { code, said } = await harness.cli('doctor', '--probe-writes', ...argv);
        expect([code, says.test(said) ? 'said' : said]).toEqual([64, 'said']);
      }
      expect(await writes(harness)).toBe(0);
    }));
});
