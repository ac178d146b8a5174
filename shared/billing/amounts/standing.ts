import { productIds } from './products.js';
import { big, type Big, grouped, isZero, posted, postedText, postedWords, sum, ZERO } from '../basics/decimal.js';
import { parseChargeKey } from '../basics/keys.js';
import { monthOf } from '../basics/month.js';
import type { RowView } from './rows.js';
import { IndexBy, same } from '../basics/text.js';
import type { Books, Charge, Contract, Day, Decimal, Month } from '../types.js';

/** What rule 7 compares: an item, the place it is billed in, and the money that stands there. */

/** What is billed: an item of the report, or a ghost that is treated as one of nothing (rule 8.2). */
export interface Billable {
  id: string;
  name: string;
  currency: string;
  /** Of `cost`, which is Autotask's (3.5). */
  costCurrency: string;
  cost: Decimal;
  sales: Decimal;
  quantity: Decimal;
  /** What of it belongs on the row: all, or the part that recurs where a part is paid once (4.4). */
  onRow: { sales: Decimal; cost: Decimal; quantity: Decimal };
  isOneOff: boolean;
  /** Keys that a first charge of it has (rule 7.7), folded: the one that is used for what is made now, and those under organizations that had it earlier. */
  chargeKeys: string[];
}

/** Where it is billed. */
export interface Place {
  month: Month;
  /** The month of its report lies behind (rules 7.0 and 1.9). */
  isOver: boolean;
  contractKey: string;
  contract: Contract | null;
  /** The contract starts after the month (rule 6.1): nothing can be dated in it. */
  startsLater: boolean;
  /** Last day of the contract as this plan leaves it. */
  endDay: Day;
  /** The contract's last day before this plan extends it; null when it does not. */
  extendsFrom: Day | null;
  serviceKey: string | null;
  serviceId: number | null;
  productKey: string | null;
  productId: number | null;
  rows: RowView;
  /** The adjustment was refused as duplicate (rule 7.0). */
  isRefused: boolean;
  invoiceDescription: string | null;
}

/** Whether an adjustment of its row is refused: in this run, or by this tenant always (rule 7.0). */
export const isRefused = (id: string, { refused, books }: { refused: Set<string>; books: Books }): boolean =>
  books.refusesFirstDay === true || refused.has(id);

export interface Money {
  sales: Big;
  cost: Big;
}

/** Everything rule 7 compares for one item. */
export interface State {
  wanted: Money;
  row: Money;
  /** What stands and is never changed: billed charges, and those that others made. */
  fixed: Money;
  open: Money;
  /** Unbilled ones with a key of ours. */
  openCharges: Charge[];
  charges: Charge[];
}

export function stateOf(billable: Billable, place: Place, books: Books): State {
  const own = ownCharges(billable, place, books);
  const charges = [...own, ...chargesOfOthers(place, books)];
  const isOpen = (charge: Charge): boolean => !charge.billed && own.includes(charge);
  const row = place.rows.row;
  return {
    wanted: { sales: big(billable.sales), cost: big(billable.cost) },
    row: { sales: row?.posted.price ?? ZERO, cost: row?.posted.cost ?? ZERO },
    fixed: totalOf(charges.filter((charge) => !isOpen(charge))),
    open: totalOf(charges.filter(isOpen)),
    openCharges: charges.filter(isOpen),
    charges,
  };
}

/** All charges that count for the item, its own first. */
export const chargesAt = (billable: Billable, place: Place, books: Books): Charge[] => [
  ...ownCharges(billable, place, books),
  ...chargesOfOthers(place, books),
];

const ownCharges = ({ chargeKeys }: Billable, { contract }: Place, books: Books): Charge[] =>
  contract === null ? [] : chargesOf(books, contract.id, chargeKeys);

const chargesByContract = new IndexBy<Charge>(({ contractId }) => contractId);

/** All charges on a contract, no matter who made them. */
export const chargesOfContract = (books: Books, contractId: number): Charge[] =>
  chargesByContract.find(books.charges, contractId);

/** The item's charges of the month, in the order of its keys, by number: found by key wherever they are dated, so that a catch-up counts for its month (7.5, 7.7). */
export function chargesOf(books: Books, contractId: number, chargeKeys: string[]): Charge[] {
  const all = chargesOfContract(books, contractId);
  if (all.length === 0) return all;
  return all
    .flatMap((charge) => {
      const key = parseChargeKey(charge.key);
      if (key === null) return [];
      const place = chargeKeys.findIndex((wanted) => same(wanted, key.base));
      return place === -1 ? [] : [{ charge, number: key.number, place }];
    })
    .sort((left, right) => left.place - right.place || left.number - right.number || left.charge.id - right.charge.id)
    .map(({ charge }) => charge);
}

/** The keys, those first under which charges stand on the contract: of several organizations that billed an item one after the other. */
export const inUseFirst = (books: Books, contractId: number, keys: string[]): string[] => {
  const isUsed = (key: string): boolean => chargesOf(books, contractId, [key]).length > 0;
  return [...keys.filter(isUsed), ...keys.filter((key) => !isUsed(key))];
};

/**
 * 7.8: charges of the month on the type's product, on the subscription's own contract, without a key of ours: Cloudmore's own connector bills Azure and
 * marketplace so. They count for the item, or a takeover would bill it twice, and are never changed.
 */
export const chargesOfOthers = ({ contract, productKey, month }: Place, books: Books): Charge[] =>
  contract === null || productKey === null ? [] : madeByOthers(chargesOfContract(books, contract.id), productKey, month, books);

/** Those of the month on a product that has the key or stands for it, without a key of ours. */
export function madeByOthers(charges: Charge[], productKey: string, month: Month, books: Pick<Books, 'products'>): Charge[] {
  const others = charges.filter(
    ({ key, day, productId }) => productId !== null && monthOf(day) === month && parseChargeKey(key) === null,
  );
  if (others.length === 0) return others;
  const products = productIds(books, productKey);
  return others.filter(({ productId }) => products.includes(productId!));
}

/** What posting bills of rows and charges: each is rounded separately. */
export const totalOf = (parts: { price: Decimal | Big; cost: Decimal | Big }[]): Money => ({
  sales: sum(parts.map(({ price }) => posted(big(price)))),
  cost: sum(parts.map(({ cost }) => posted(big(cost)))),
});

export const add = (left: Money, right: Money): Money => ({
  sales: left.sales.plus(right.sales),
  cost: left.cost.plus(right.cost),
});
export const subtract = (left: Money, right: Money): Money => ({
  sales: left.sales.minus(right.sales),
  cost: left.cost.minus(right.cost),
});
export const isNothing = (amounts: Money): boolean => isZero(amounts.sales) && isZero(amounts.cost);
export const show = (amounts: Money, currency: string, costCurrency = currency): string =>
  costCurrency === currency
    ? `${grouped(postedText(amounts.sales, currency))} / ${postedWords(amounts.cost, currency)}`
    : `${postedWords(amounts.sales, currency)} / ${postedWords(amounts.cost, costCurrency)}`;
/** The same of an item's. */
export const showOf = ({ currency, costCurrency }: Billable, amounts: Money): string => show(amounts, currency, costCurrency);

export const isBalanced = (state: State): boolean =>
  isNothing(subtract(state.wanted, add(add(state.row, state.fixed), state.open)));

/** 7.5: the row is approved and posted, or money of the month is billed and no row with units could still carry the rest. */
export function isFrozen(place: Place, state: State): boolean {
  if (place.startsLater) return true;
  const row = place.rows.row;
  if (row?.frozen) return true;
  return state.charges.some((charge) => charge.billed) && (row === null || row.units === 0);
}
