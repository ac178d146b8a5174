import { expect, test } from '@jest/globals';
import { Session } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { chargeKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';
import { describeStep } from '../../shared/billing/derivation/describe.js';
import { codeOrProduct } from '../../shared/billing/report/items.js';
import { invoiceLines } from '../../shared/billing/results/invoice.js';
import type { Books, Charge, Line, Report } from '../../shared/billing/types.js';
import {
  books,
  charge,
  contract,
  line,
  manualLine,
  MONTH,
  organization,
  plan,
  price,
  row,
  running,
  service,
  subscription,
  undo,
  type Situation,
} from './builders.js';

/**
 * What a customer's month costs grows with its lines, not with their square or cube: when half of a report was missing, a customer of 20,000 lines would have
 * kept its worker busy for hours, and all brokers there with it. The tests count how often each function and loop of the rules runs, and use no clock.
 */

const SOME = 40;

const each = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at));
const id = (at: number): string => `${String(at).padStart(8, '0')}-1111-4111-8111-111111111111`;
const from = (start: number, count: number, changes: Partial<Line> = {}): Line[] =>
  each(count, (at) => line({ subscriptionId: id(start + at), subscriptionName: `Seat ${start + at}`, ...changes }));
const lines = (count: number, changes: Partial<Line> = {}): Line[] => from(0, count, changes);
const dearer = { unitSales: '13.00', sales: '130.00' };
const usage = { recordType: 'AzurePlan', itemCode: null };

const reported = (all: Line[], changes: Partial<Report> = {}): Partial<Report> => ({
  lines: all,
  subscriptions: all.map(({ subscriptionId }) => subscription({ id: subscriptionId ?? 'none' })),
  prices: [price()],
  ...changes,
});

const contracts = (count: number): Books['contracts'] =>
  each(count, (at) => contract({ id: 100 + at, subscriptionId: id(at), number: id(at) }));

const standing = (count: number, frozen = false): Books =>
  books({
    services: [service()],
    contracts: contracts(count),
    rows: each(count, (at) =>
      running().rows.map((one, index) => row({ ...one, id: 10 * (100 + at) + index, contractId: 100 + at, frozen })),
    ).flat(),
  });

const charged = (count: number, changes: Partial<Charge> = {}): Books =>
  books({
    contracts: contracts(count),
    charges: each(count, (at) => {
      const own = { broker: 'default', organizationId: 'org-1', subscriptionId: id(at), type: 'AzurePlan' as const };
      const key = chargeKeyOf(MONTH, itemHash({ ...own, codeOrProduct: codeOrProduct('AzurePlan', id(at), null, null) }));
      return charge({ id: 2000 + at, contractId: 100 + at, key, price: '120', cost: '100', ...changes });
    }),
  });

const SITUATIONS: [what: string, of: (count: number) => Situation][] = [
  ['a first month', (count) => ({ report: reported(lines(count)) })],
  ['a month that is billed', (count) => ({ ...billed(count), report: reported(lines(count)) })],
  ['a month with new prices', (count) => ({ ...billed(count), report: reported(lines(count, dearer)) })],
  [
    'a month that is approved',
    (count) => ({
      report: reported(lines(count, dearer)),
      books: standing(count, true),
      settings: { afterFreeze: 'charge' },
    }),
  ],
  ['a report of which half is missing', (count) => ({ ...billed(count), report: reported(lines(count / 2)) })],
  [
    'a report and contracts of which half are missing',
    (count) => ({ ...billed(count), report: reported(lines(count / 2)), books: standing(count / 2) }),
  ],
  ['an empty report', (count) => ({ ...billed(count), report: reported([]) })],
  ['a month of which Autotask shows nothing', (count) => ({ ...billed(count), report: reported(lines(count)), books: books() })],
  [
    'a month whose contracts are gone',
    (count) => ({
      ...billed(count),
      report: reported(lines(count)),
      books: books({ gone: contracts(count).map((one) => ({ kind: 'contract', id: one.id, key: one.number!, why: 'Gone.' })) }),
    }),
  ],
  ['a month with new subscription ids', (count) => ({ ...billed(count), report: reported(from(count, count)) })],
  ['a month without subscription ids', (count) => ({ ...billed(count), report: reported(nameless(count)) })],
  [
    'a month by hand',
    (count) => ({ ...billed(count), report: reported(each(count, (at) => manualLine({ subscriptionId: id(at) }))) }),
  ],
  ['usage that is new', (count) => ({ report: reported(lines(count, usage)) })],
  ['usage that is billed', (count) => ({ report: reported(lines(count, usage)), books: charged(count) })],
  ['usage without lines', (count) => ({ report: reported(lines(count / 2, usage)), books: charged(count) })],
  [
    'charges of unknown origin',
    (count) => ({ report: reported(lines(count, usage)), books: charged(count, { key: `CM-${MONTH}-1` }) }),
  ],
  [
    'two customers of one company',
    (count) => ({
      ...billed(count),
      report: reported([...lines(count), ...from(count, count, { organizationId: 'org-2' })], {
        organizations: [organization(), organization({ id: 'org-2' })],
      }),
      settings: { allowSharedCompanies: [7] },
    }),
  ],
];

/** What they hold is planned twice. */
const withoutBreakers = (situation: Situation): Situation => ({
  ...situation,
  settings: { breakers: BREAKERS_OFF, ...situation.settings },
});

/** All of it was accepted and stands. */
function billed(count: number): Situation {
  return { accepted: reported(lines(count)), books: standing(count) };
}

/** Only their codes differ. */
function nameless(count: number): Line[] {
  return each(count, (at) =>
    line({ recordType: 'Perpetual', subscriptionId: null, itemCode: `DG7-${at}`, productName: `P ${at}` }),
  );
}

const first = (count: number): Situation => withoutBreakers({ report: reported(lines(count)) });

/** What is worked out of it is made before anything is counted. */
const WORK: [what: string, prepare: (count: number) => () => unknown][] = [
  ...SITUATIONS.map(([what, of]): [string, (count: number) => () => unknown] => [
    what,
    (count) => {
      const situation = withoutBreakers(of(count));
      return () => plan(situation);
    },
  ]),
  [
    'its invoice',
    (count) => {
      const made = plan(first(count));
      return () => invoiceLines(made);
    },
  ],
  [
    'its steps in words',
    (count) => {
      const made = plan(first(count));
      return () => made.steps.map((step) => describeStep(step, made));
    },
  ],
  [
    'its way back',
    (count) => {
      const situation = withoutBreakers({ ...billed(count), report: reported(lines(count)) });
      const before = { books: books(), companyId: 7, billed: each(count, id) };
      return () => undo(situation, before);
    },
  ],
];

test.each(WORK)('%s takes twice the work for twice the lines', async (_what, prepare) => {
  const few = await counted(prepare(SOME));
  const many = await counted(prepare(2 * SOME));
  expect(few.size).toBeGreaterThan(10);
  expect(grown(few, many)).toEqual([]);
});

/** How often each function and loop of the rules ran. What V8 has optimized it does not count. */
async function counted(work: () => unknown): Promise<Map<string, number>> {
  const session = new Session();
  session.connect();
  setFlagsFromString('--no-opt');
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    await session.post('Profiler.stopPreciseCoverage');
    const rules = result.filter(({ url }) => url.includes('/shared/billing/'));
    return new Map(
      rules.flatMap(({ url, functions }) =>
        functions.flatMap(({ functionName, ranges }) =>
          ranges.map(
            ({ startOffset, count }) => [`${url.split('/shared/').at(-1)!} ${functionName} ${startOffset}`, count] as const,
          ),
        ),
      ),
    );
  } finally {
    setFlagsFromString('--opt');
    session.disconnect();
  }
}

/** Sorting takes a little more than twice; what runs so seldom does not count. */
const MOST = 2.6;
const SELDOM = 200;

const grown = (few: Map<string, number>, many: Map<string, number>): string[] =>
  [...many].flatMap(([place, count]) => {
    const before = few.get(place) ?? 0;
    return count > SELDOM && count > MOST * before ? [`${place}: ${before}, then ${count}`] : [];
  });
