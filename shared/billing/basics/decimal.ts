import type { Decimal } from '../types.js';
import { Big, MOST_DECIMALS } from './big.js';

/**
 * Exact amounts. Everything is computed in `Big` and carried as text; a digit is only ever lost in `round`, whose scale the caller names.
 * Rounding is half away from zero (billing rules, preamble).
 */
export { Big };

/** Decimals of unit prices on the wire of Autotask (`docs/vendors/autotask.md` 5.3). */
export const UNIT_PRICE_SCALE = 4;

export const big = (value: Decimal | number | Big): Big => Big.of(value);
export const ZERO = big(0);
export const isZero = (value: Big): boolean => value.isZero();

/** Whether the amount is below zero, above it, or neither: 1, -1 or 0. A float has the sign of the text it is read from, and is not kept. */
export const signOf = (value: Decimal): number => Math.sign(Number(value));

/** Compares two amounts. Most that are compared are the same text, and need not be read. */
export const compare = (left: Decimal, right: Decimal): number => (left === right ? 0 : big(left).cmp(right));

/** Exact sum. Most sums are of one amount, which is read and not added to nothing. */
export function sum(values: Iterable<Decimal | Big>): Big {
  let total = ZERO;
  for (const value of values) {
    const next = big(value);
    if (!isZero(next)) total = isZero(total) ? next : total.plus(next);
  }
  return total;
}

/** Rounded to `scale` decimals, half away from zero. */
export function round(value: Big, scale: number): Big {
  return value.round(scale);
}

/** `total / divisor` rounded to `scale` decimals, at most 40: once, from the exact value. Throws a RangeError for more. */
export function divide(total: Big, divisor: Big, scale: number): Big {
  if (scale > MOST_DECIMALS) throw new RangeError(`${scale} decimals: expected 0 to ${MOST_DECIMALS}`);
  return total.div(divisor, scale);
}

/** Text with exactly `scale` decimals, "-48.30". Never writes "-0.00". */
export function text(value: Big, scale: number): Decimal {
  return value.toFixed(scale);
}

/** Shortest plain text of the exact value. */
export function plain(value: Big): Decimal {
  return value.toFixed();
}

const USUAL_MINOR_UNITS = 2;

/**
 * ISO 4217's currencies whose minor unit is not 2 decimals. A table of our own: what the JavaScript engine says is how prices are usually shown, which
 * is 0 for the forint and the Pakistani rupee, and changes with the engine.
 */
const MINOR_UNITS = new Map<string, number>([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/** Decimals of the currency's minor unit by ISO 4217: EUR 2, JPY 0, KWD 3. Throws a RangeError that names a text that is not a currency code. */
export function minorUnits(currency: string): number {
  const known = asked.get(currency);
  if (known !== undefined) return known;
  if (!/^[a-z]{3}$/i.test(currency)) throw new RangeError(`Invalid currency code: ${currency}`);
  const digits = MINOR_UNITS.get(currency.toUpperCase()) ?? USUAL_MINOR_UNITS;
  asked.set(currency, digits);
  return digits;
}

/** By the code as it is written. */
// eslint-disable-next-line no-restricted-syntax -- every amount asks, and there are no more codes than words of three letters
const asked = new Map<string, number>();

/** Decimals that Autotask keeps of an amount when a person approves and posts it, whatever its currency (`docs/vendors/autotask.md` 11). */
export const POSTED_DECIMALS = 2;

/** What posting bills of one row or charge. */
export const posted = (value: Big): Big => round(value, POSTED_DECIMALS);

/** An amount that posting bills, as text: in minor units where they suffice, else with the two decimals of posting (a yen has none, and 0.30 of one is billed). */
export function postedText(value: Big, currency: string): Decimal {
  const digits = minorUnits(currency);
  if (digits === POSTED_DECIMALS) return text(value, digits);
  const billed = posted(value);
  return text(billed, round(billed, digits).eq(billed) ? digits : POSTED_DECIMALS);
}

/** An item's total as it can be billed: in minor units, of which posting keeps two decimals (1.005 dinar are billed as 1.01). */
export const billable = (exact: Big, currency: string): Decimal =>
  money(round(exact, Math.min(minorUnits(currency), POSTED_DECIMALS)), currency);

/** The amount in the currency's minor units, as text. */
export const money = (value: Big, currency: string): Decimal => text(value, minorUnits(currency));

const GROUP = 3;

/**
 * An amount as people read it, in groups of three digits: "-1,499,964.55". Works on the text, so that no digit is lost. Planning writes some ten an item, most of
 * them below a thousand.
 */
export const grouped = (amount: Decimal): string => {
  const point = amount.indexOf('.');
  if ((point < 0 ? amount.length : point) <= GROUP) return amount;
  return amount.replace(/^([-+]?)(\d+)/, (_, sign: string, digits: string) => sign + inGroups(digits));
};

function inGroups(digits: string): string {
  const first = digits.length % GROUP || GROUP;
  const groups = [digits.slice(0, first)];
  for (let from = first; from < digits.length; from += GROUP) groups.push(digits.slice(from, from + GROUP));
  return groups.join(',');
}

/** A unit price as people read it: at least the currency's minor units ("728.40"), and the further digits it has ("0.0125"). */
export function unitPriceText(price: Decimal, currency: string | null): string {
  const [whole = '', fraction = ''] = price.split('.');
  const said = fraction.slice(0, fraction.split('').findLastIndex((digit) => digit !== '0') + 1);
  const digits = said.padEnd(currency === null ? USUAL_MINOR_UNITS : minorUnits(currency), '0');
  return grouped(digits === '' ? whole : [whole, digits].join('.'));
}

/** An amount with its currency, as people read it: "1,390.61 EUR". */
export const amountText = (amount: Decimal, currency: string): string => `${grouped(amount)} ${currency}`;

/** The same as it is looked for in Autotask, without separators: what stands there without a line is searched by it. */
export const soughtText = (amount: Decimal, currency: string): string => [amount, currency].join(' ');

/** A computed amount in minor units with its currency, as people read it. */
export const moneyText = (value: Big, currency: string): string => amountText(money(value, currency), currency);

/** What posting bills of an amount, with its currency, as people read it. */
export const postedWords = (value: Big, currency: string): string => amountText(postedText(value, currency), currency);
