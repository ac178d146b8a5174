import type { Big } from 'big.js';
import { prorated, roundDown, seatTotal } from './amounts.js';
import { addDays, addMonths, daysIn, isWithin, monthsFrom, type Day, type Span } from './calendar.js';
import type { Offer } from './catalogue.js';
import type { Charge } from './charge.js';

/**
 * The life of a licence, and Microsoft's lines for any month of it (`docs/vendors/cloudmore.md` 5.3, 5.5). A charge cycle runs from the day of purchase to the day before,
 * a month or a year later; an invoice holds the cycles that started in its month, and what changed in it.
 */
export interface Licence {
  subscriptionId: string;
  name: string;
  purchaseOrderNumber: string;
  start: Day;
  seats: number;
  /** Charge type of the very first line. */
  firstType: 'new' | 'convert';
  /** What is bought at which price, from which day on; in order. */
  terms: Term[];
  /** In order. One on the first day of a cycle takes effect with it, without lines of its own. */
  changes: Change[];
  /** Last day of a subscription that is not renewed. */
  lastDay?: Day;
  /** Joins the two lines of a change. */
  referenceId: string;
}

export interface Term {
  from: Day;
  offer: Offer;
  cost: Big;
  sales: Big;
}

export interface Change {
  day: Day;
  seats: number;
  type: 'addQuantity' | 'removeQuantity' | 'cancelImmediate' | 'convert' | 'renew';
}

/** The lines of the months' cycles and changes that lie in a span, by day. */
export function chargesOf(licence: Licence, span: Span): Charge[] {
  const started = cyclesIn(licence, span).flatMap((cycle) => cycleCharges(licence, cycle));
  const changed = licence.changes
    .filter(({ day }) => isWithin(span, day) && cycleOn(licence, day).start !== day)
    .flatMap((change) => changeCharges(licence, change));
  return [...started, ...changed].sort((a, b) => Number(a.start > b.start) - Number(a.start < b.start));
}

/** Seats in force on a day, after what changed on it. */
export function seatsOn({ start, seats, changes }: Licence, day: Day): number {
  return changes.reduce((now, change) => (change.day <= day ? change.seats : now), start <= day ? seats : 0);
}

export function termOn({ terms }: Licence, day: Day): Term {
  const term = terms.findLast(({ from }) => from <= day) ?? terms[0];
  if (!term) throw new Error('Internal: a licence without terms');
  return term;
}

/** Last day of the commitment that a day lies in, when every one before was renewed. */
export function commitmentEnd(licence: Licence, day: Day): Day {
  const { termMonths } = termOn(licence, day).offer;
  const terms = day < licence.start ? 0 : Math.floor(monthsFrom(licence.start, day) / termMonths);
  return addDays(addMonths(licence.start, (terms + 1) * termMonths), -1);
}

interface Cycle extends Span {
  number: number;
}

function cycleNumbered(licence: Licence, number: number): Cycle {
  const months = cycleMonths(licence);
  const start = addMonths(licence.start, number * months);
  return { number, start, end: addDays(addMonths(licence.start, (number + 1) * months), -1) };
}

const cycleMonths = (licence: Licence): number => termOn(licence, licence.start).offer.cycleMonths;

const cycleOn = (licence: Licence, day: Day): Cycle =>
  cycleNumbered(licence, Math.floor(monthsFrom(licence.start, day) / cycleMonths(licence)));

/** Cycles that start in the span; a month holds one at most, for a cycle has at least a month. */
function cyclesIn(licence: Licence, span: Span): Cycle[] {
  if (span.end < licence.start) return [];
  const cycle = cycleOn(licence, span.end);
  const isOver = licence.lastDay !== undefined && cycle.start > licence.lastDay;
  return isWithin(span, cycle.start) && !isOver ? [cycle] : [];
}

function cycleCharges(licence: Licence, cycle: Cycle): Charge[] {
  const seats = seatsOn(licence, cycle.start);
  return seats === 0 ? [] : [lineOf(licence, { type: cycleType(licence, cycle), quantity: seats, from: cycle.start, cycle })];
}

function cycleType(licence: Licence, { number }: Cycle): string {
  if (number === 0) return licence.firstType;
  const { termMonths } = termOn(licence, licence.start).offer;
  return (number * cycleMonths(licence)) % termMonths === 0 ? 'renew' : 'cycleCharge';
}

/** Two lines: the old quantity is refunded and the new one charged, both for the rest of the cycle. */
function changeCharges(licence: Licence, { day, seats, type }: Change): Charge[] {
  const cycle = cycleOn(licence, day);
  const before = seatsOn(licence, addDays(day, -1));
  const refund = { type, quantity: -before, from: day, cycle, pricedOn: addDays(day, -1) };
  const charge = { type, quantity: seats, from: day, cycle };
  return [refund, charge].filter(({ quantity }) => quantity !== 0).map((line) => lineOf(licence, line));
}

interface Line {
  type: string;
  quantity: number;
  from: Day;
  cycle: Cycle;
  /** A refund goes by what was bought the day before. */
  pricedOn?: Day;
}

function lineOf(licence: Licence, { type, quantity, from, cycle, pricedOn = from }: Line): Charge {
  const { offer, cost, sales } = termOn(licence, pricedOn);
  const [daysLeft, days] = [daysIn({ start: from, end: cycle.end }), daysIn(cycle)];
  const effectiveCost = prorated(cost, daysLeft, days);
  const effectiveSales = prorated(sales, daysLeft, days);
  return {
    service: offer.service,
    subscriptionId: licence.subscriptionId,
    subscriptionName: licence.name,
    purchaseOrderNumber: licence.purchaseOrderNumber,
    recordType: offer.recordType,
    chargeType: type,
    productId: offer.productId,
    productName: offer.name,
    itemCode: offer.itemCode,
    quantity,
    unitCost: roundDown(effectiveCost),
    unitSales: roundDown(effectiveSales),
    cost: seatTotal(effectiveCost, quantity),
    sales: seatTotal(effectiveSales, quantity),
    start: from,
    end: cycle.end,
    // The frequency is empty on changes of an upfront term (`docs/vendors/cloudmore.md` 5.5): a trap for anyone who trusts it.
    paymentFrequency: offer.cycleMonths > 1 && from !== cycle.start ? null : offer.frequency,
    invoice: {
      orderDate: from,
      unitPrice: cost,
      effectiveUnitPrice: effectiveCost,
      pricingCurrency: 'EUR',
      exchangeRate: 1,
      publisherName: offer.publisherName,
      subscriptionDescription: '',
      termAndBillingCycle: offer.termAndBillingCycle,
      referenceId: licence.referenceId,
    },
  };
}
