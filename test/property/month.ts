import fc from 'fast-check';
import { addMonths, firstDay, lastDay } from '../../shared/billing/basics/month.js';
import { joinNames, namesOf, NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Line, Report } from '../../shared/billing/types.js';
import {
  books,
  charge,
  CODE,
  company,
  contract,
  line,
  manualLine,
  organization,
  plan,
  price,
  row,
  service,
  subscription,
  type Situation,
  report as wholeReport,
} from '../billing/builders.js';
import { AutotaskInMemory } from '../billing/memory.js';
import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';

/**
 * A broker's organizations over several months, as chance has it: licences with changing quantities, credits, upfront terms, Azure, marketplace, manual
 * lines, lines without subscription or in another currency, conversions, reports that grow, shrink and are restated, subscriptions that end, people who edit
 * and freeze. What must hold after every run is in `checks.ts`.
 */

const MONTHS = ['2025-10', '2025-11', '2025-12', '2026-01'] as const;
const SUBSCRIPTIONS = ['s-1', 's-2', 's-3', 's-4'] as const;
const CODES = [CODE, 'CFQ7TTC0UPFRONT', 'CFQ7TTC0OFFLIST'] as const;
const CURRENCIES = ['EUR', 'JPY', 'KWD'] as const;
/** The second organization's subscriptions; both organizations are billed to one company. */
const ORGANIZATIONS = ['org-1', 'org-2'] as const;

export interface Story {
  currency: (typeof CURRENCIES)[number];
  afterFreeze: 'hold' | 'charge';
  /** What happens, in order. */
  events: Event[];
}

export type Event =
  | {
      kind: 'run';
      /** Months since the last run: none restates or completes the same report. */
      ahead: number;
      day: number;
      lines: LineSeed[];
      /** What the month before is now reported as: early in a month it is treated again (1.2). Null: unchanged. */
      restated: LineSeed[] | null;
      /** Listed subscriptions that Cloudmore calls deleted, by number. */
      deleted: number[];
    }
  | { kind: 'freeze'; month: number }
  | { kind: 'edit'; row: number; units: number }
  | { kind: 'editCharge' | 'deleteCharge' | 'copyCharge'; charge: number }
  | { kind: 'endEarlier'; contract: number; month: number }
  | { kind: 'foreignService'; contract: number };

export interface LineSeed {
  type: 'licence' | 'azure' | 'marketplace' | 'reservation' | 'perpetual' | 'software' | 'manual';
  organization: number;
  subscription: number;
  code: number;
  quantity: number;
  /** Thousandths. */
  sales: number;
  cost: number;
  isLongTerm: boolean;
  isForeign: boolean;
}

const mostly = <Value>(usual: Value, unusual: Value): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constant(unusual) });

const lineSeed: fc.Arbitrary<LineSeed> = fc.record({
  type: fc.constantFrom(
    'licence',
    'licence',
    'licence',
    'azure',
    'marketplace',
    'reservation',
    'perpetual',
    'software',
    'manual',
  ),
  organization: mostly(0, 1),
  subscription: fc.nat(SUBSCRIPTIONS.length - 1),
  code: fc.nat(CODES.length - 1),
  quantity: fc.integer({ min: -5, max: 1200 }),
  sales: fc.integer({ min: -500_000, max: 5_000_000 }),
  cost: fc.integer({ min: -400_000, max: 4_000_000 }),
  isLongTerm: mostly(false, true),
  isForeign: mostly(false, true),
});
const lineSeeds = fc.array(lineSeed, { maxLength: 5 });

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ahead: fc.constantFrom(0, 0, 0, 1, 1, 2),
      day: fc.integer({ min: 1, max: 31 }),
      lines: lineSeeds,
      restated: fc.option(lineSeeds, { freq: 1 }),
      deleted: fc.subarray([0, 1, 2]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze' as const), month: fc.nat(MONTHS.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), row: fc.nat(200), units: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('editCharge' as const, 'deleteCharge' as const, 'copyCharge' as const),
      charge: fc.nat(50),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('endEarlier' as const), contract: fc.nat(10), month: fc.nat(MONTHS.length - 1) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('foreignService' as const), contract: fc.nat(10) }) },
);

export const story: fc.Arbitrary<Story> = fc.record({
  currency: fc.constantFrom(...CURRENCIES),
  afterFreeze: fc.constantFrom('hold', 'charge'),
  events: fc.array(event, { minLength: 1, maxLength: 7 }),
});

// ---------------------------------------------------------------------------------------------------------------- lines

const TYPES = {
  licence: 'Csp365Nce',
  azure: 'AzurePlan',
  marketplace: 'Marketplace',
  reservation: 'ReservedInstance',
  perpetual: 'Perpetual',
  software: 'SoftwareSubscription',
} as const;

function toLine(seed: LineSeed, month: string, index: number, currency: string): Line {
  const organizationId = ORGANIZATIONS[seed.organization]!;
  const own = `${seed.organization === 0 ? '' : 'second-'}${SUBSCRIPTIONS[seed.subscription]!}`;
  const common = {
    organizationId,
    subscriptionId: seed.type === 'perpetual' ? null : own,
    sales: (seed.sales / 1000).toFixed(3),
    cost: (seed.cost / 1000).toFixed(3),
    currency: seed.isForeign ? 'USD' : currency,
    billingDate: `${month}-${['08', '09', '15'][index % 3]}`,
    startDay: firstDay(month),
    endDay: seed.isLongTerm ? lastDay(addMonths(month, 11)) : lastDay(month),
    quantity: String(seed.quantity),
    subscriptionQuantity: '1',
  };
  if (seed.type === 'manual') return manualLine(common);
  const itemCode = seed.type === 'licence' || seed.type === 'perpetual' ? CODES[seed.code]! : null;
  return line({ ...common, recordType: TYPES[seed.type], itemCode, productName: `Product ${seed.type} ${index % 2}` });
}

const toLines = (seeds: LineSeed[], month: string, currency: string): Line[] =>
  seeds.map((seed, index) => toLine(seed, month, index, currency));

// ---------------------------------------------------------------------------------------------------------------- playing

/** One organization's month of a daily run: what it was planned from, and what came of it. */
export interface Ran {
  organizationId: string;
  month: string;
  asOf: string;
  report: Partial<Report>;
  plan: Plan;
  /** Another plan, where the adjustments of the first were refused (7.0). */
  second: Plan | null;
  situation: Omit<Situation, 'books' | 'refused'>;
  refused: string[];
  /** Autotask before this organization's month, to try something else on. */
  start: AutotaskInMemory;
}

/** A daily run: the months it treated, earlier first, for every organization. */
export interface Day {
  ran: Ran[];
  before: Books;
  after: Books;
  /** Autotask after the day, to try something else on. */
  end: AutotaskInMemory;
  currency: string;
  internalCurrency: string;
}

/** What other people have in Autotask: a contract of the same company, and a charge on it whose number is not ours. */
const SOMEBODY_ELSES = {
  contracts: [contract({ id: 1, name: 'Managed services', number: 'MSA-1', subscriptionId: null })],
  rows: [row({ id: 1, contractId: 1, contractServiceId: 1, serviceId: 1 })],
  charges: [charge({ id: 1, contractId: 1, key: 'PO 4711' })],
  services: [service({ id: 1, key: 'managed', name: 'Managed workplace' })],
};

/** Plays a story; `look` sees every daily run. */
export function play({ currency, afterFreeze, events }: Story, look: (day: Day) => void): void {
  const autotask = new AutotaskInMemory(
    structuredClone(books({ internalCurrency: currency, companies: [company()], ...SOMEBODY_ELSES })),
  );
  const reports = new Map<number, Line[]>();
  let named = NOTHING_NAMED;
  let month = 0;
  for (const happens of events) {
    if (happens.kind !== 'run') {
      interfere(autotask, happens);
      continue;
    }
    month = Math.min(month + happens.ahead, MONTHS.length - 1);
    const before = reports.get(month - 1);
    if (happens.restated && before) reports.set(month - 1, toLines(happens.restated, MONTHS[month - 1]!, currency));
    reports.set(month, toLines(happens.lines, MONTHS[month]!, currency));
    // What a report once named is remembered, also when a later one does not.
    named = joinNames([named, ...[...reports].map(([index, lines]) => namesOf(wholeReport({ month: MONTHS[index]!, lines })))]);
    look(runDay(autotask, { happens, month, reports, named, currency, afterFreeze }));
  }
}

interface Run {
  happens: Extract<Event, { kind: 'run' }>;
  month: number;
  reports: Map<number, Line[]>;
  named: Named;
  currency: string;
  afterFreeze: 'hold' | 'charge';
}

/** Months are treated as rule 1.2 has them: the one before as long as it is early in the month, and always where it was restated. */
function runDay(autotask: AutotaskInMemory, run: Run): Day {
  const { happens, month, reports, currency } = run;
  const before = structuredClone(autotask.books);
  const asOf = `${MONTHS[month]!}-${String(Math.min(happens.day, 30)).padStart(2, '0')}`;
  const isRecheck = reports.has(month - 1) && (happens.day <= 10 || happens.restated !== null);
  const due = [...(isRecheck ? [month - 1] : []), month];
  const ran = due.flatMap((index) =>
    ORGANIZATIONS.map((organizationId) => runOne(autotask, run, { index, organizationId, asOf })),
  );
  return { ran, before, after: structuredClone(autotask.books), end: autotask.copy(), currency, internalCurrency: currency };
}

function runOne(
  autotask: AutotaskInMemory,
  { happens, reports, named, currency, afterFreeze }: Run,
  { index, organizationId, asOf }: { index: number; organizationId: string; asOf: string },
): Ran {
  const month = MONTHS[index]!;
  const report: Partial<Report> = {
    month,
    lines: reports.get(index) ?? [],
    previousLines: reports.get(index - 1) ?? [],
    organizations: ORGANIZATIONS.map((id) => organization({ id })),
    subscriptions: ['s-1', 's-2', 's-3'].map((id, number) =>
      subscription({
        id,
        endDay: number === 2 ? null : '2026-02-11',
        status: happens.deleted.includes(number) ? 'Deleted' : 'Active',
      }),
    ),
    prices: [price({ currency }), price({ currency, itemCode: CODES[1], paymentMonths: 12 })],
  };
  const situation = {
    report,
    named,
    asOf,
    organizationId,
    settings: { afterFreeze, breakers: BREAKERS_OFF, allowSharedCompanies: [7] },
  };
  const start = autotask.copy();
  const first = plan({ ...situation, books: structuredClone(autotask.books) });
  const refused = autotask.apply(first.steps);
  const second = refused.length > 0 ? plan({ ...situation, books: structuredClone(autotask.books), refused }) : null;
  if (second) autotask.apply(ofItems(second, refused));
  return { organizationId, month, asOf, report, plan: first, second, situation, refused, start };
}

export const ofItems = (made: Plan, ids: string[]): Plan['steps'] =>
  made.steps.filter(({ items }) => items.length > 0 && items.every((id) => ids.includes(id)));

// ---------------------------------------------------------------------------------------------------------------- people

/** What people make of the key when they copy a charge: left as it is, numbered, or with a number of their own. */
const SUFFIXES = ['', '-2', ', PO 4711', '-7'];

function interfere(autotask: AutotaskInMemory, happens: Exclude<Event, { kind: 'run' }>): void {
  const { books: held } = autotask;
  const pick = <Thing>(things: Thing[], number: number): Thing | undefined => things[number % Math.max(things.length, 1)];
  const ours = held.contracts.filter(({ id }) => id !== 1);
  const open = held.charges.filter(({ billed, id }) => !billed && id !== 1);
  switch (happens.kind) {
    case 'freeze':
      autotask.freeze(lastDay(MONTHS[happens.month]!));
      break;
    case 'deleteCharge':
      held.charges = held.charges.filter((one) => one !== pick(open, happens.charge));
      break;
    case 'editCharge': {
      const edited = pick(open, happens.charge);
      if (edited) Object.assign(edited, { price: '7', cost: '3', unitPrice: '7', unitCost: '3', quantity: '1' });
      break;
    }
    case 'copyCharge': {
      const copied = pick(open, happens.charge);
      const count = held.charges.length;
      if (copied) held.charges.push({ ...copied, id: 60_000 + count, key: `${copied.key}${SUFFIXES[count % SUFFIXES.length]}` });
      break;
    }
    case 'edit': {
      const edited = pick(
        held.rows.filter(({ frozen, contractId }) => !frozen && contractId !== 1),
        happens.row,
      );
      if (edited)
        Object.assign(edited, { units: happens.units, price: String(happens.units * 7), cost: String(happens.units * 5) });
      break;
    }
    case 'endEarlier': {
      const ended = pick(ours, happens.contract);
      const endDay = lastDay(MONTHS[happens.month]!);
      if (ended && ended.endDay > endDay && ended.startDay <= endDay) autotask.shorten(ended, endDay);
      break;
    }
    case 'foreignService': {
      const found = pick(ours, happens.contract);
      if (found && !held.rows.some(({ contractId, serviceId }) => contractId === found.id && serviceId === 1))
        held.rows.push(
          ...MONTHS.filter((month) => firstDay(month) >= found.startDay && firstDay(month) <= found.endDay).map((month, index) =>
            row({
              id: 50_000 + found.id * 10 + index,
              contractId: found.id,
              contractServiceId: 50_000 + found.id,
              serviceId: 1,
              startDay: firstDay(month),
              endDay: lastDay(month),
            }),
          ),
        );
    }
  }
}
