import type { Big } from 'big.js';
import { plain, rounded } from './amounts.js';
import { addDays, addMonths, billedSpan, daysIn, instantOf, type Day, type Month, type Span } from './calendar.js';
import { MARKETPLACE, RESERVATION, SEAT_PRODUCTS, seatOffer, SOFTWARE, type Offer, type PlanName } from './catalogue.js';
import type { Listing, Source } from './charge.js';
import { chargesOf, commitmentEnd, seatsOn, termOn, type Change, type Licence } from './licence.js';
import type { Random } from './random.js';

/** Licences as customers have them: most run quietly, some are bought, raised, lowered, cancelled, renewed or upgraded in the month. */

export interface Buyer {
  random: Random;
  month: Month;
  /** Customer's price in list prices; the broker's price list does not show it (`docs/vendors/cloudmore.md` 3.5). */
  priceFactor: Big;
  organization: { id: string; name: string };
}

/** A licence that only runs: one line a month. What is left of a budget is filled with it. */
export function quietSeats(buyer: Buyer): Source[] {
  const offer = seatOffer(buyer.random.pick(SEAT_PRODUCTS), 'yearMonthly');
  return [sourceOf(buyer, licence(buyer, offer, startOf(buyer, 5)))];
}

const SEAT_PLANS: [number, PlanName][] = [
  [76, 'yearMonthly'],
  [11, 'monthTerm'],
  [7, 'yearUpfront'],
  [4, 'threeYearsMonthly'],
  [2, 'threeYearsUpfront'],
];

/** One licence, or the two of a conversion. */
export function someSeats(buyer: Buyer): Source[] {
  const { random } = buyer;
  const plan = random.weighted(SEAT_PLANS);
  const product = random.pick(SEAT_PRODUCTS);
  return random.weighted<() => Source[]>([
    [60, () => running(buyer, product, plan)],
    [12, () => raised(buyer, product, plan)],
    [8, () => bought(buyer, product, plan)],
    [8, () => renewed(buyer, product, plan)],
    [2, () => creditOnly(buyer, product)],
    [1.5, () => converted(buyer, product)],
    [1, () => expired(buyer, product)],
  ])();
}

const OTHER_OFFERS: [number, Offer][] = [
  [5, RESERVATION],
  [4, MARKETPLACE],
  [2, SOFTWARE],
];

/** Reservations, marketplace and software terms: the same lines, but in no subscription list (`docs/vendors/cloudmore.md` 3.4). */
export function otherTerms(buyer: Buyer): Source[] {
  const { random } = buyer;
  const offer = random.weighted(OTHER_OFFERS);
  const owned = licence(buyer, offer, startOf(buyer, random.int(0, offer === SOFTWARE ? 1 : 11)));
  // Servers are few, and each costs as much as a year of many seats.
  const seats = offer === SOFTWARE ? random.int(1, 3) : owned.seats;
  return [{ ...sourceOf(buyer, { ...owned, seats }), listing: null }];
}

function running(buyer: Buyer, product: string, plan: PlanName): Source[] {
  const offer = seatOffer(product, plan);
  // An upfront term has lines in one month only: one in three in this month, one in three in the month before, so that they are seen.
  const isSeen = offer.cycleMonths > 1 && buyer.random.chance(0.67);
  const age = isSeen ? buyer.random.int(0, 1) : buyer.random.int(1, Math.max(1, offer.termMonths - 1));
  return [sourceOf(buyer, licence(buyer, offer, startOf(buyer, age)))];
}

function raised(buyer: Buyer, product: string, plan: PlanName): Source[] {
  const { random, month } = buyer;
  const owned = licence(buyer, seatOffer(product, plan), startOf(buyer, random.int(1, 10)));
  const { start, end } = billedSpan(monthOr(random, month));
  const day = random.pick(daysOf({ start, end }).filter((day) => day.slice(8) !== owned.start.slice(8)));
  return [sourceOf(buyer, { ...owned, changes: [{ day, seats: owned.seats + random.int(1, 6), type: 'addQuantity' }] })];
}

/** The change falls into the month, or into the one before. */
const monthOr = (random: Random, month: Month): Month => (random.chance(0.7) ? month : addMonths(`${month}-01`, -1).slice(0, 7));

/** New in one of the two months; some are lowered or given back within the seven days in which Microsoft allows it. */
function bought(buyer: Buyer, product: string, plan: PlanName): Source[] {
  const { random } = buyer;
  const owned = licence(buyer, seatOffer(product, plan), startOf(buyer, random.int(0, 1)));
  const day = addDays(owned.start, random.int(1, 6));
  const change = random.weighted<Change | null>([
    [70, null],
    [18, { day, seats: Math.max(1, owned.seats - random.int(1, 4)), type: 'removeQuantity' }],
    [12, { day, seats: 0, type: 'cancelImmediate' }],
  ]);
  const isNone = change === null || change.seats === owned.seats;
  return [sourceOf(buyer, { ...owned, changes: isNone ? [] : [change] })];
}

/** Renewed in one of the two months, at a new price and sometimes with fewer seats. */
function renewed(buyer: Buyer, product: string, plan: PlanName): Source[] {
  const { random } = buyer;
  const offer = seatOffer(product, plan);
  const owned = licence(buyer, offer, startOf(buyer, offer.termMonths + random.int(0, 1)));
  const renewal = addMonths(owned.start, offer.termMonths);
  const [term] = owned.terms;
  if (!term) return [];
  const before = { ...term, cost: rounded(offer.cost.div('1.05')), sales: rounded(term.sales.div('1.05')) };
  const seats = random.chance(0.3) ? Math.max(1, owned.seats - random.int(1, 5)) : owned.seats;
  return [
    sourceOf(buyer, { ...owned, terms: [before, { ...term, from: renewal }], changes: [{ day: renewal, seats, type: 'renew' }] }),
  ];
}

/** Bought at the end of the month before, cancelled at the start of this one: nothing but a credit. */
function creditOnly(buyer: Buyer, product: string): Source[] {
  const { random, month } = buyer;
  const { start: first } = billedSpan(month);
  const owned = licence(buyer, seatOffer(product, 'yearMonthly'), addDays(first, -random.int(3, 5)));
  return [sourceOf(buyer, { ...owned, changes: [{ day: addDays(first, random.int(0, 1)), seats: 0, type: 'cancelImmediate' }] })];
}

/** Upgraded within a cycle. Half of them keep the subscription, half move to a new one; the lines are joined by their reference. */
function converted(buyer: Buyer, product: string): Source[] {
  const { random, month } = buyer;
  const owned = licence(buyer, seatOffer(product, 'yearMonthly'), startOf(buyer, random.int(1, 10)));
  const day = random.pick(daysOf(billedSpan(month)).filter((day) => day.slice(8) !== owned.start.slice(8)));
  const target = seatOffer(random.pick(SEAT_PRODUCTS.filter((other) => other !== product)), 'yearMonthly');
  const bought = { from: day, offer: target, cost: target.cost, sales: rounded(target.sales.times(buyer.priceFactor)) };
  if (random.chance(0.5)) {
    return [
      sourceOf(buyer, { ...owned, terms: [...owned.terms, bought], changes: [{ day, seats: owned.seats, type: 'convert' }] }),
    ];
  }
  const next = {
    ...licence(buyer, target, day),
    seats: owned.seats,
    firstType: 'convert' as const,
    referenceId: owned.referenceId,
  };
  return [sourceOf(buyer, { ...owned, changes: [{ day, seats: 0, type: 'convert' }] }), sourceOf(buyer, next)];
}

/** Not renewed: its last line was a month ago, and nothing marks that it is gone (`docs/vendors/cloudmore.md` 5.4). */
function expired(buyer: Buyer, product: string): Source[] {
  const owned = licence(buyer, seatOffer(product, 'yearMonthly'), startOf(buyer, 12));
  return [sourceOf(buyer, { ...owned, lastDay: addDays(addMonths(owned.start, 12), -1) })];
}

function licence({ random, priceFactor }: Buyer, offer: Offer, start: Day): Licence {
  return {
    subscriptionId: random.guid(),
    name: random.chance(0.15) ? `${offer.name} (${random.pick(['Finance', 'Sales', 'Front desk', 'Warehouse'])})` : offer.name,
    purchaseOrderNumber: random.chance(0.05) ? `PO-${random.int(1000, 9999)}` : '',
    start,
    // Many small customers, few big ones.
    seats: 1 + Math.floor(random.next() ** 3 * 80),
    firstType: 'new',
    terms: [{ from: start, offer, cost: offer.cost, sales: rounded(offer.sales.times(priceFactor)) }],
    changes: [],
    referenceId: random.guid(),
  };
}

/** A day that many whole months before one in the billed month. No later than the 28th, so that every month has it. */
const startOf = ({ random, month }: Buyer, monthsAgo: number): Day =>
  addMonths(`${billedSpan(month).start.slice(0, 8)}${String(random.int(1, 28)).padStart(2, '0')}`, -monthsAgo);

const daysOf = (span: Span): Day[] => Array.from({ length: daysIn(span) }, (_none, index) => addDays(span.start, index));

function sourceOf(buyer: Buyer, owned: Licence): Source {
  return {
    block: 'nce',
    charges: (month) => chargesOf(owned, billedSpan(month)),
    listing: { kind: 'nce', record: listingOf(buyer, owned) },
  };
}

/** The subscription as Cloudmore lists it when the reports of the month are all there. */
function listingOf({ organization, month }: Buyer, owned: Licence): Listing {
  const today = `${month}-17`;
  const isOver = owned.lastDay !== undefined && owned.lastDay < today;
  const seats = isOver ? 0 : seatsOn(owned, today);
  const { offer, cost, sales } = termOn(owned, today);
  const end = owned.lastDay ?? commitmentEnd(owned, seats === 0 ? owned.start : today);
  return {
    id: owned.subscriptionId,
    organizationId: organization.id,
    organizationName: organization.name,
    name: owned.name,
    productId: offer.productId,
    skuId: offer.skuId,
    productName: offer.name,
    itemCode: offer.itemCode,
    quantity: seats,
    status: isOver ? 'Expired' : seats === 0 ? 'Deleted' : 'Active',
    termDuration: offer.termDuration,
    billingFrequency: offer.frequency,
    startDate: instantOf(owned.start),
    commitmentEndDate: instantOf(end),
    autoRenew: !isOver && seats > 0,
    unitCostPrice: plain(cost),
    unitSalesPrice: plain(sales),
    currencyCode: 'EUR',
    purchaseOrderNumber: owned.purchaseOrderNumber,
  };
}
