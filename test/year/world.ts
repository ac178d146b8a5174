import { addMonths, firstDay, lastDay } from '../../shared/billing/basics/month.js';
import type { Line, Month, Organization, Price, Subscription } from '../../shared/billing/types.js';
import { line, organization, price, subscription } from '../billing/builders.js';

/**
 * An ordinary year of a broker, month by month: customers that grow, seats that are added with proration, purchases given back within seven days, upgrades,
 * upfront years and their renewals, customers that leave and come, and Azure that wavers and now and then doubles. Nothing in it is wrong.
 */

const CODES = [4.2, 6, 8.1, 10.4, 12.8, 20.6, 33.8, 54.75].map((listed, index) => ({
  code: `CFQ7TTC0Y${index}-P1Y-Monthly`,
  listed,
}));
const UPFRONT = CODES.map(({ code, listed }) => ({ code: code.replace('Monthly', 'Annual'), listed: listed * 11.5 }));

export const PRICES: Price[] = [
  ...CODES.map(({ code, listed }) => ({
    ...price(),
    itemCode: code,
    name: code,
    sales: listed.toFixed(2),
    cost: (listed * 0.8).toFixed(2),
  })),
  ...UPFRONT.map(({ code, listed }) => ({
    ...price({ paymentMonths: 12 }),
    itemCode: code,
    name: code,
    sales: listed.toFixed(2),
    cost: (listed * 0.8).toFixed(2),
  })),
];

interface Seat {
  id: string;
  product: number;
  seats: number;
  /** Month of the year in which a year is paid at once; null where it is paid every month. */
  renews: number | null;
  endedIn: number | null;
}

interface Customer {
  index: number;
  subscriptions: Seat[];
  azure: number | null;
  /** Months of the year in which it comes and goes. */
  from: number;
  until: number;
  made: number;
}

export interface YearMonth {
  month: Month;
  lines: Line[];
  organizations: Organization[];
  subscriptions: Subscription[];
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** So many months from January 2025 on; the first is what February is compared with. */
export function* ordinaryYear(customers: number, months: number, seed: number): Generator<YearMonth> {
  const chance = numbers(seed);
  const all = Array.from({ length: customers }, (_, index) => newCustomer(index, chance, months));
  for (let index = 0; index < months; index += 1) {
    const month = addMonths('2025-01', index);
    const present = all.filter(({ from, until }) => index >= from && index < until);
    for (const customer of all.filter(({ until }) => until === index))
      for (const one of customer.subscriptions) one.endedIn ??= index;
    const lines = present.flatMap((customer) => [
      ...monthOf(customer, month, index, chance),
      ...azureOf(customer, month, chance),
    ]);
    yield {
      month,
      lines,
      organizations: all.map((customer) =>
        organization({ id: idOf(customer), name: idOf(customer), companyIdText: String(1000 + customer.index) }),
      ),
      subscriptions: all.flatMap((customer) => customer.subscriptions.map((one) => listed(customer, one, index))),
    };
  }
}

const idOf = ({ index }: Pick<Customer, 'index'>): string => `customer-${index}`;

function newCustomer(index: number, chance: () => number, months: number): Customer {
  const isLate = chance() < 0.1;
  const customer: Customer = {
    index,
    subscriptions: [],
    azure: chance() < 0.4 ? 20 + chance() ** 3 * 3000 : null,
    from: isLate ? Math.floor(chance() * months) : 0,
    until: chance() < 0.06 ? Math.floor(1 + chance() * (months - 1)) : months,
    made: 0,
  };
  const count = 1 + Math.floor(chance() * 5);
  for (let one = 0; one < count; one += 1) customer.subscriptions.push(bought(customer, chance, null));
  return customer;
}

function bought(customer: Customer, chance: () => number, inMonth: number | null): Seat {
  customer.made += 1;
  const isUpfront = chance() < 0.2;
  return {
    id: `${idOf(customer)}-${customer.made}`,
    product: Math.floor(chance() * CODES.length),
    seats: 1 + Math.floor(chance() ** 3 * 120),
    renews: isUpfront ? (inMonth ?? Math.floor(chance() * 12)) : null,
    endedIn: null,
  };
}

function listed(customer: Customer, { id, product, renews, endedIn }: Seat, index: number): Subscription {
  const hasEnded = endedIn !== null && endedIn <= index;
  return subscription({
    id,
    organizationId: idOf(customer),
    itemCode: (renews === null ? CODES : UPFRONT)[product]!.code,
    status: hasEnded ? 'Deleted' : 'Active',
    endDay: '2026-12-31',
  });
}

// ---------------------------------------------------------------------------------------------------------------- what happens in a month

/** A customer's month, the `index`-th of all. */
interface CustomerMonth {
  customer: Customer;
  month: Month;
  index: number;
}

function monthOf(customer: Customer, month: Month, index: number, chance: () => number): Line[] {
  const lines: Line[] = [];
  for (const one of [...customer.subscriptions])
    if (one.endedIn === null) lines.push(...ofSubscription({ customer, month, index }, one, chance));
  if (chance() < 0.05) {
    const one = bought(customer, chance, index);
    customer.subscriptions.push(one);
    lines.push(...paid({ customer, month, index }, one, one.seats));
    // Given back within seven days: the whole amount comes back, and the subscription is gone.
    if (chance() < 0.3) {
      lines.push(...paid({ customer, month, index }, one, one.seats).map(credit));
      one.endedIn = index;
    }
  }
  return lines;
}

function ofSubscription(at: CustomerMonth, one: Seat, chance: () => number): Line[] {
  const { customer, index } = at;
  const what = chance();
  if (what < 0.01) {
    // An upgrade: the rest of the old subscription is credited, another one takes its place.
    one.endedIn = index;
    const better = {
      ...bought(customer, chance, index),
      product: Math.min(one.product + 2, CODES.length - 1),
      seats: one.seats,
      renews: one.renews === null ? null : index,
    };
    customer.subscriptions.push(better);
    return [...(one.renews === null ? paid(at, one, one.seats).map(credit) : []), ...paid(at, better, better.seats)];
  }
  if (what < 0.015) {
    one.endedIn = index;
    return [];
  }
  const lines = one.renews === null || one.renews === index % 12 ? paid(at, one, one.seats) : [];
  if (what > 0.95) {
    const added = 1 + Math.floor(chance() * Math.max(one.seats * 0.2, 2));
    one.seats += added;
    if (one.renews === null) lines.push(prorated(at, one, added, chance()));
  }
  return lines;
}

function paid({ customer, month, index }: CustomerMonth, { id, product, renews }: Seat, seats: number): Line[] {
  const { code, listed: unit } = (renews === null ? CODES : UPFRONT)[product]!;
  return [
    {
      ...amounts(customer, month, { id, seats, unit }),
      itemCode: code,
      chargeType: index === 0 ? 'new' : 'cycleCharge',
      startDay: firstDay(month),
      endDay: renews === null ? lastDay(month) : lastDay(addMonths(month, 11)),
    },
  ];
}

function prorated({ customer, month }: CustomerMonth, { id, product }: Seat, seats: number, share: number): Line {
  const { code, listed: unit } = CODES[product]!;
  return { ...amounts(customer, month, { id, seats, unit: unit * share }), itemCode: code, chargeType: 'addQuantity' };
}

const credit = (one: Line): Line => ({
  ...one,
  chargeType: 'cancelImmediate',
  quantity: `-${one.quantity}`,
  sales: `-${one.sales}`,
  cost: `-${one.cost}`,
});

function amounts(customer: Customer, month: Month, { id, seats, unit }: { id: string; seats: number; unit: number }): Line {
  return line({
    organizationId: idOf(customer),
    organizationName: idOf(customer),
    subscriptionId: id,
    billingDate: `${month}-08`,
    quantity: String(seats),
    unitSales: unit.toFixed(4),
    sales: (seats * unit).toFixed(2),
    cost: (seats * unit * 0.8).toFixed(2),
  });
}

function azureOf(customer: Customer, month: Month, chance: () => number): Line[] {
  if (customer.azure === null) return [];
  customer.azure *= chance() < 0.02 ? 2 : 0.88 + chance() * 0.28;
  return [
    {
      ...amounts(customer, month, { id: `${idOf(customer)}-azure`, seats: 1, unit: customer.azure }),
      recordType: 'AzurePlan',
      productName: 'Azure plan',
      itemCode: null,
      subscriptionQuantity: '1',
      billingDate: `${month}-06`,
    },
  ];
}
