import fc from 'fast-check';
import { big } from '../../shared/billing/decimal.js';
import { firstDay, lastDay } from '../../shared/billing/month.js';
import { fold } from '../../shared/billing/text.js';
import type { Books, Line, Plan, Report } from '../../shared/billing/types.js';
import { books, CODE, company, line, manualLine, organization, plan, price, subscription } from '../billing/builders.js';
import { AutotaskInMemory } from '../billing/memory.js';

/**
 * A broker's organization over several months, as chance has it: licences with changing quantities, credits, upfront terms, Azure, manual lines, reports
 * that grow, people who edit and freeze. What must hold after every run is in `billing.property.test.ts`.
 */

const MONTHS = ['2025-10', '2025-11', '2025-12'] as const;
const SUBSCRIPTIONS = ['s-1', 's-2', 's-3', null] as const;
const CODES = [CODE, 'CFQ7TTC0UPFRONT', 'CFQ7TTC0OFFLIST'] as const;
const CURRENCIES = ['EUR', 'JPY', 'KWD'] as const;

export interface Story {
  currency: (typeof CURRENCIES)[number];
  afterFreeze: 'hold' | 'charge';
  /** What happens, in order. */
  events: Event[];
}

export type Event =
  | { kind: 'run'; month: number; day: number; lines: LineSeed[] }
  | { kind: 'again' }
  | { kind: 'freeze'; month: number }
  | { kind: 'edit'; row: number; units: number }
  | { kind: 'deleteCharge'; charge: number }
  | { kind: 'endEarlier'; contract: number; month: number };

export interface LineSeed {
  type: 'licence' | 'azure' | 'marketplace' | 'reservation' | 'perpetual' | 'manual';
  subscription: number;
  code: number;
  quantity: number;
  sales: number;
  cost: number;
}

const lineSeed: fc.Arbitrary<LineSeed> = fc.record({
  type: fc.constantFrom('licence', 'licence', 'licence', 'azure', 'marketplace', 'reservation', 'perpetual', 'manual'),
  subscription: fc.nat(SUBSCRIPTIONS.length - 1),
  code: fc.nat(CODES.length - 1),
  quantity: fc.integer({ min: -5, max: 1200 }),
  sales: fc.integer({ min: -500_000, max: 5_000_000 }),
  cost: fc.integer({ min: -400_000, max: 4_000_000 }),
});

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      month: fc.nat(MONTHS.length - 1),
      day: fc.integer({ min: 9, max: 30 }),
      lines: fc.array(lineSeed, { maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'again' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('freeze' as const), month: fc.nat(MONTHS.length - 1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('edit' as const), row: fc.nat(200), units: fc.nat(50) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deleteCharge' as const), charge: fc.nat(50) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('endEarlier' as const), contract: fc.nat(10), month: fc.nat(MONTHS.length - 1) }),
  },
);

export const story: fc.Arbitrary<Story> = fc.record({
  currency: fc.constantFrom(...CURRENCIES),
  afterFreeze: fc.constantFrom('hold', 'charge'),
  events: fc.array(event, { minLength: 1, maxLength: 9 }),
});

const TYPES = {
  licence: 'Csp365Nce',
  azure: 'AzurePlan',
  marketplace: 'Marketplace',
  reservation: 'ReservedInstance',
  perpetual: 'Perpetual',
} as const;

function toLine(seed: LineSeed, month: string, index: number, currency: string): Line {
  const subscriptionId = seed.type === 'perpetual' ? null : SUBSCRIPTIONS[seed.subscription]!;
  const amounts = {
    sales: (seed.sales / 1000).toFixed(3),
    cost: (seed.cost / 1000).toFixed(3),
    currency,
    billingDate: `${month}-08`,
    startDay: firstDay(month),
    endDay: lastDay(month),
  };
  const common = {
    ...amounts,
    subscriptionId: subscriptionId ?? (seed.type === 'perpetual' ? null : 's-4'),
    quantity: String(seed.quantity),
    subscriptionQuantity: '1',
  };
  if (seed.type === 'manual') return manualLine({ ...common, billingDate: `${month}-08` });
  const itemCode = seed.type === 'licence' || seed.type === 'perpetual' ? CODES[seed.code]! : null;
  return line({ ...common, recordType: TYPES[seed.type], itemCode, productName: `Product ${seed.type} ${index % 2}` });
}

/** One run's inputs and what came of it. */
export interface Ran {
  plan: Plan;
  before: Books;
  after: Books;
  again: Plan;
  report: Partial<Report>;
  asOf: string;
  month: string;
}

/** Plays a story; `look` sees every run. */
export function play({ currency, afterFreeze, events }: Story, look: (ran: Ran) => void): void {
  const autotask = new AutotaskInMemory(books({ internalCurrency: currency, companies: [company()] }));
  let last: { report: Partial<Report>; asOf: string; month: string } | null = null;
  for (const happens of events) {
    if (happens.kind === 'run') last = reportOf(happens, currency, last);
    if (happens.kind === 'run' || happens.kind === 'again') {
      if (last) look(run(autotask, last, afterFreeze));
    } else interfere(autotask, happens);
  }
}

function reportOf(
  { month: index, day, lines }: Extract<Event, { kind: 'run' }>,
  currency: string,
  last: { month: string } | null,
): { report: Partial<Report>; asOf: string; month: string } {
  // Months go forward: a broker bills the past again only by restating the current month.
  const month = last && last.month > MONTHS[index]! ? last.month : MONTHS[index]!;
  const subscriptions = ['s-1', 's-2'].map((id) => subscription({ id, itemCode: CODE, endDay: '2026-02-11' }));
  const prices = [price({ currency }), price({ currency, itemCode: 'CFQ7TTC0UPFRONT', paymentMonths: 12 })];
  const made = lines.map((seed, number) => toLine(seed, month, number, currency));
  return {
    report: { month, lines: made, previousLines: [], organizations: [organization()], subscriptions, prices },
    asOf: `${month}-${String(day).padStart(2, '0')}`,
    month,
  };
}

const NO_BREAKERS = { monthDropPercent: 0, organizationPercent: 0, organizationAmount: '0', itemFactor: 0, newContracts: 0 };

function run(
  autotask: AutotaskInMemory,
  { report, asOf, month }: { report: Partial<Report>; asOf: string; month: string },
  afterFreeze: 'hold' | 'charge',
): Ran {
  const before = structuredClone(autotask.books);
  const situation = { report, asOf, settings: { afterFreeze, breakers: NO_BREAKERS } };
  const decided = plan({ ...situation, books: before });
  const refused = autotask.apply(decided.steps);
  if (refused.length > 0) {
    const next = plan({ ...situation, books: autotask.books, refused });
    autotask.apply(next.steps.filter(({ items }) => items.length > 0 && items.every((id) => refused.includes(id))));
  }
  const after = structuredClone(autotask.books);
  return {
    plan: decided,
    before,
    after,
    again: plan({ ...situation, books: structuredClone(after), refused }),
    report,
    asOf,
    month,
  };
}

function interfere(autotask: AutotaskInMemory, happens: Exclude<Event, { kind: 'run' | 'again' }>): void {
  const { books: held } = autotask;
  if (happens.kind === 'freeze') autotask.freeze(lastDay(MONTHS[happens.month]!));
  if (happens.kind === 'deleteCharge') {
    const open = held.charges.filter(({ billed }) => !billed);
    const gone = open[happens.charge % Math.max(open.length, 1)];
    held.charges = held.charges.filter((one) => one !== gone);
  }
  if (happens.kind === 'edit') {
    const open = held.rows.filter(({ frozen }) => !frozen);
    const row = open[happens.row % Math.max(open.length, 1)];
    if (row) Object.assign(row, { units: happens.units, price: String(happens.units * 7), cost: String(happens.units * 5) });
  }
  if (happens.kind === 'endEarlier') {
    const contract = held.contracts[happens.contract % Math.max(held.contracts.length, 1)];
    const endDay = lastDay(MONTHS[happens.month]!);
    if (contract && contract.endDay > endDay) autotask.shorten(contract, endDay);
  }
}

/**
 * The naive model of the arithmetic: what stands in Autotask for a contract and month, summed without any rule. Rows of the month plus charges whose key
 * says the month.
 */
export function standing(held: Books, contractKey: string, month: string, scale: number): { sales: string; cost: string } {
  const contract = held.contracts.find(
    ({ number, subscriptionId }) => fold(number) === fold(contractKey) || fold(subscriptionId) === fold(contractKey),
  );
  const rows = held.rows.filter((row) => row.contractId === contract?.id && row.startDay.startsWith(month));
  const charges = held.charges.filter((charge) => charge.contractId === contract?.id && charge.key.startsWith(`CM-${month}-`));
  const total = (side: 'price' | 'cost'): string =>
    [...rows, ...charges].reduce((sum, one) => sum.plus(big(one[side]).round(scale, 1)), big(0)).toFixed(scale);
  return { sales: total('price'), cost: total('cost') };
}
