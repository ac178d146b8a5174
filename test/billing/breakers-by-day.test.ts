import { describe, expect, test } from '@jest/globals';
import type { AcceptedPart } from '../../shared/billing/report/accepted.js';
import { BREAKER_LIMITS, BREAKERS_OFF, type BreakerName } from '../../shared/billing/plan/breaker-limits.js';
import { compareWithAccepted } from '../../shared/billing/report/comparison.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { addDays } from '../../shared/billing/basics/month.js';
import { planOrganization } from '../../shared/billing/plan/plan.js';
import type { Line, Settings } from '../../shared/billing/types.js';
import { exact, rounded, POSTED, standing } from '../property/model.js';
import { books, company, line, organization, price, report, settings, subscription, CODE } from './builders.js';
import { AutotaskInMemory } from './memory.js';

/**
 * Every breaker in daily runs over a whole month, from the first of October's runs to the last of those in November: it holds what looks wrong from the run
 * in which that falls due, to the end, and nothing of it is written; and a twin month, in which the same happens as it ordinarily does, is billed.
 */

const FIRST_RUN = '2025-10-02';
const LAST_RUN = '2025-11-10';
const UPFRONT = 'CFQ7TTC0LCHC-0002-P1Y-Annual';

interface Sold {
  id: string;
  sales: string;
  cost?: string;
  day?: string;
  units?: string;
  changes?: Partial<Line>;
}

/** A licence of a subscription, of October unless told otherwise. What is on the price list costs 12.00 a unit there. */
const licence = ({ id, sales, cost = '0.00', day = '08', units = '1', changes = {} }: Sold, month = '2025-10'): Line =>
  line({
    subscriptionId: id,
    itemCode: `CFQ7TTC0${id.toUpperCase()}-P1Y-Monthly`,
    productName: id,
    quantity: units,
    sales,
    cost,
    billingDate: `${month}-${day}`,
    ...changes,
  });

const before = (...all: Sold[]): Line[] => all.map((one) => licence(one, '2025-09'));
const now = (...all: Sold[]): Line[] => all.map((one) => licence(one));
const many = (count: number, sold: Omit<Sold, 'id'>): Sold[] =>
  Array.from({ length: count }, (_, index) => ({ ...sold, id: `new-${index}` }));

// ---------------------------------------------------------------------------------------------------------------- the months

interface Played {
  what: string;
  september: Line[];
  october: Line[];
  ended?: string[];
}

interface Case {
  harm: Played & {
    reason: string;
    /** Day of the first run that holds it. */
    from: string;
    /** What is held, by subscription; all else is billed. */
    held: string[];
  };
  twin: Played;
  settings?: Partial<Settings['breakers']>;
}

const BASE: Sold = { id: 'base', sales: '300.00', day: '04' };
const LARGE: Sold = { id: 'base', sales: '100000.00', day: '04' };

const CASES: [breaker: BreakerName, all: Case[]][] = [
  [
    'monthDropPercent',
    [
      {
        harm: {
          // September’s licences of the 8th are missing, and only another source’s line is there.
          what: 'the consent has expired',
          september: before(BASE, { id: 'azure', sales: '900.00' }),
          october: now(BASE, { id: 'other', sales: '5.00', day: '11' }),
          reason: 'breaker-month',
          from: '2025-10-12',
          held: ['other'],
        },
        twin: {
          what: 'a customer has left: its subscription has ended',
          september: before(BASE, { id: 'azure', sales: '900.00' }),
          october: now(BASE, { id: 'other', sales: '5.00', day: '11' }),
          ended: ['azure'],
        },
      },
    ],
  ],
  [
    'organizationPercent',
    [
      {
        harm: {
          what: 'sales of all subscriptions are three times as much',
          september: before(BASE, { id: 'more', sales: '400.00' }),
          october: now(BASE, { id: 'more', sales: '1800.00', day: '15' }),
          reason: 'breaker-organization',
          from: '2025-10-16',
          held: ['more'],
        },
        twin: {
          what: 'they have nearly doubled',
          september: before(BASE, { id: 'more', sales: '400.00' }),
          october: now(BASE, { id: 'more', sales: '1090.00', day: '15' }),
        },
      },
      {
        harm: {
          what: 'two of three subscriptions are missing without a reason',
          september: before(BASE, { id: 'less', sales: '900.00' }, { id: 'gone', sales: '900.00' }),
          october: now(BASE, { id: 'less', sales: '310.00', day: '11' }),
          reason: 'breaker-organization',
          from: '2025-10-12',
          held: ['less'],
        },
        twin: {
          what: 'one of two missing subscriptions has ended',
          september: before(BASE, { id: 'less', sales: '900.00' }, { id: 'gone', sales: '900.00' }),
          october: now(BASE, { id: 'less', sales: '310.00', day: '11' }),
          ended: ['gone'],
        },
        settings: { monthDropPercent: 0 },
      },
    ],
  ],
  [
    'organizationAmount',
    [
      {
        harm: {
          what: 'a small customer buys for 500.01 more',
          september: before({ ...BASE, sales: '40.00' }),
          october: now({ ...BASE, sales: '40.00' }, { id: 'more', sales: '500.01', day: '20' }),
          reason: 'breaker-organization',
          from: '2025-10-21',
          held: ['more'],
        },
        twin: {
          // That is twelve times as much, and little money.
          what: 'a small customer buys for 500.00 more',
          september: before({ ...BASE, sales: '40.00' }),
          october: now({ ...BASE, sales: '40.00' }, { id: 'more', sales: '500.00', day: '20' }),
        },
      },
    ],
  ],
  [
    'itemFactor',
    [
      {
        harm: {
          what: 'a large customer’s usage is eleven times as much',
          september: before(LARGE, { id: 'usage', sales: '100.00' }),
          october: now(LARGE, { id: 'usage', sales: '1100.00' }),
          reason: 'breaker-item',
          from: '2025-10-09',
          held: ['usage'],
        },
        twin: {
          what: 'it is ten times as much',
          september: before(LARGE, { id: 'usage', sales: '100.00' }),
          october: now(LARGE, { id: 'usage', sales: '1000.00' }),
        },
      },
      {
        harm: {
          what: 'it is an eleventh, where nothing says why',
          september: before(LARGE, { id: 'usage', sales: '1100.00', day: '06' }),
          october: now(LARGE, { id: 'usage', sales: '99.00', day: '11' }),
          reason: 'breaker-item',
          from: '2025-10-12',
          held: ['usage'],
        },
        twin: {
          what: 'it is a tenth',
          september: before(LARGE, { id: 'usage', sales: '1100.00', day: '06' }),
          october: now(LARGE, { id: 'usage', sales: '110.00', day: '11' }),
        },
      },
    ],
  ],
  [
    'newContracts',
    [
      {
        harm: {
          // It has another customer’s company id.
          what: 'one organization has 51 new subscriptions in a day',
          september: before(LARGE),
          october: now(LARGE, ...many(51, { sales: '1.00', day: '22' })),
          reason: 'breaker-contracts',
          from: '2025-10-23',
          held: many(51, { sales: '' }).map(({ id }) => id),
        },
        twin: {
          what: 'it has 60, on two days',
          september: before(LARGE),
          october: now(LARGE, ...many(50, { sales: '1.00', day: '22' }), ...many(60, { sales: '1.00', day: '23' }).slice(50)),
        },
      },
    ],
  ],
  [
    'itemAmount',
    [
      {
        harm: {
          what: 'something new costs more than 25,000',
          september: before(LARGE),
          october: now(LARGE, { id: 'fresh', sales: '25000.01', day: '28' }),
          reason: 'breaker-item',
          from: '2025-10-29',
          held: ['fresh'],
        },
        twin: {
          what: 'a new and an old item add 25,000 each',
          september: before(LARGE, { id: 'usage', sales: '26000.00' }),
          october: now(LARGE, { id: 'fresh', sales: '25000.00', day: '28' }, { id: 'usage', sales: '52000.00' }),
        },
      },
    ],
  ],
  [
    'newOrganizationAmount',
    [
      {
        harm: {
          what: 'a new customer’s fifth purchase brings it over 100,000',
          september: [],
          october: now(...many(4, { sales: '24000.00', day: '10' }), { id: 'fifth', sales: '4000.01', day: '25' }),
          reason: 'breaker-organization',
          from: '2025-10-26',
          held: ['fifth'],
        },
        twin: {
          what: 'a new customer buys for 100,000',
          september: [],
          october: now(...many(4, { sales: '24000.00', day: '10' }), { id: 'fifth', sales: '4000.00', day: '25' }),
        },
      },
    ],
  ],
  [
    'priceFactor',
    [
      {
        harm: {
          what: 'a unit costs over five times its list price',
          september: before(BASE),
          october: now(BASE, { id: 'dear', sales: '120.02', units: '2', changes: { itemCode: CODE } }),
          reason: 'breaker-item',
          from: '2025-10-09',
          held: ['dear'],
        },
        twin: {
          // That is twelve times the list price of a month.
          what: 'a year is paid for at once',
          september: before(BASE),
          october: now(BASE, {
            id: 'dear',
            sales: '288.00',
            units: '2',
            changes: { itemCode: UPFRONT, startDay: '2025-10-08', endDay: '2026-10-07', paymentFrequency: 'Annual' },
          }),
        },
      },
    ],
  ],
  [
    'marginPoints',
    [
      {
        harm: {
          what: 'only cost has risen, by a fifth of sales',
          september: before({ ...BASE, sales: '300.00', cost: '240.00' }),
          october: now({ ...BASE, sales: '300.00', cost: '300.00' }),
          reason: 'breaker-item',
          from: '2025-10-05',
          held: ['base'],
        },
        twin: {
          what: 'sales and cost have both risen by a fifth',
          september: before({ ...BASE, sales: '300.00', cost: '240.00' }),
          october: now({ ...BASE, sales: '360.00', cost: '288.00' }),
        },
        settings: { marginPoints: 10 },
      },
    ],
  ],
];

// ---------------------------------------------------------------------------------------------------------------- playing them

interface Run {
  asOf: string;
  held: { id: string; reason: string | null }[];
}

/** Bills September without breakers, and October day by day with them. */
function play({ september, october, ended = [] }: Played, chosen: Settings): { runs: Run[]; autotask: AutotaskInMemory } {
  const autotask = new AutotaskInMemory(books({ companies: [company()] }));
  const ids = [...new Set([...september, ...october].map(({ subscriptionId }) => subscriptionId!))];
  const prices = [price(), price({ itemCode: UPFRONT, paymentMonths: 12 })];
  const common = { organizations: [organization()], prices };
  const listed = (isOver: (id: string) => boolean): { subscriptions: ReturnType<typeof subscription>[] } => ({
    subscriptions: ids.map((id) => subscription({ id, itemCode: null, status: isOver(id) ? 'Cancelled' : 'Active' })),
  });
  const first = { ...common, ...listed(() => false), month: '2025-09', lines: september };
  run({ autotask, whole: report(first), asOf: '2025-10-01', accepted: null, chosen: { ...chosen, breakers: BREAKERS_OFF } });
  const whole = report({ ...common, ...listed((id) => ended.includes(id)), lines: october, previousLines: september });
  const runs: Run[] = [];
  let accepted: AcceptedPart | null = null;
  for (let asOf = FIRST_RUN; asOf <= LAST_RUN; asOf = addDays(asOf, 1)) {
    const plan = run({ autotask, whole, asOf, accepted, chosen });
    accepted = plan.accepted ?? null;
    const held = plan.items.filter(({ outcome }) => outcome !== 'posted');
    runs.push({ asOf, held: held.map(({ contractKey, reason }) => ({ id: contractKey, reason })) });
  }
  return { runs, autotask };
}

interface Day {
  autotask: AutotaskInMemory;
  whole: ReturnType<typeof report>;
  asOf: string;
  accepted: AcceptedPart | null;
  chosen: Settings;
}

function run({ autotask, whole, asOf, accepted, chosen }: Day): ReturnType<typeof planOrganization> {
  const parts = accepted === null ? [] : [{ organizationId: 'org-1', organizationName: 'Contoso', part: accepted }];
  const { facts, organizations } = compareWithAccepted(cutReport(whole, asOf), parts, chosen);
  const plan = planOrganization({ facts, slice: organizations[0]!, books: autotask.books, settings: chosen });
  expect(autotask.apply(plan.steps)).toEqual([]);
  return plan;
}

const cents = (amount: string): bigint => rounded(exact(amount), POSTED);
const billedFor = ({ books: all }: AutotaskInMemory, id: string): unknown => standing(all, id, '2025-10');
const asReported = (lines: Line[], id: string): unknown => {
  const own = lines.filter(({ subscriptionId }) => subscriptionId === id);
  const total = (side: 'sales' | 'cost'): bigint => own.reduce((sum, one) => sum + cents(one[side]), 0n);
  return { sales: total('sales'), cost: total('cost') };
};

const named = CASES.flatMap(([breaker, all]) => all.map((one) => [BREAKER_LIMITS[breaker].setting, one] as const));

describe.each(named)('%s', (_, { harm, twin, settings: changes = {} }) => {
  const usual = settings();
  const chosen = { ...usual, breakers: { ...usual.breakers, ...changes } };

  test(`holds it where ${harm.what}`, () => {
    const { runs, autotask } = play(harm, chosen);
    const wrong = runs.filter(({ held }) => held.length > 0);
    expect(wrong[0]?.asOf).toBe(harm.from);
    expect(wrong.map(({ asOf }) => asOf)).toEqual(runs.map(({ asOf }) => asOf).filter((asOf) => asOf >= harm.from));
    for (const { held } of wrong) {
      expect(held.map(({ id }) => id).filter((id) => harm.held.includes(id))).toHaveLength(harm.held.length);
      expect(held.filter(({ id }) => harm.held.includes(id)).every(({ reason }) => reason === harm.reason)).toBe(true);
    }
    // What stands is what September carried on, and never what looked wrong.
    for (const id of harm.held) expect(billedFor(autotask, id)).toEqual(asReported(harm.september, id));
  });

  test(`does not where ${twin.what}`, () => {
    const { runs, autotask } = play(twin, chosen);
    expect(runs.filter(({ held }) => held.length > 0)).toEqual([]);
    for (const { subscriptionId: id } of twin.october) expect(billedFor(autotask, id!)).toEqual(asReported(twin.october, id!));
  });
});

test('every breaker has its months', () => {
  expect(CASES.map(([breaker]) => breaker).sort()).toEqual(Object.keys(BREAKER_LIMITS).sort());
});
