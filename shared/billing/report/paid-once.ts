import { signOf } from '../basics/decimal.js';
import { daysCovered } from '../basics/month.js';
import { fold, present, same } from '../basics/text.js';
import type { PriceList } from './items.js';
import type { ItemType, Line, Price } from '../types.js';
import { rulesOf } from '../basics/record-types.js';

/**
 * Rule 4.4: whether a line is paid once for a longer time, or every month. A payment frequency that the price list states beats dates, except for perpetual
 * licences; where it is silent the line's own days decide, and where those are absent too, its text of frequency and the kind of product.
 */
export type Payment = 'once' | 'monthly';

/** Months between payments above which something is paid once for a longer time. */
const MONTHLY_MONTHS = 1;
/** Days that mean the same where the price list is silent. */
const LONGEST_MONTHLY_DAYS = 45;

/** How a line is paid that is billed under an item code; null where nothing says. */
export function paymentOf(type: ItemType, line: Line, itemCode: string | null, prices: PriceList): Payment | null {
  const paidOnce = rulesOf(type)?.paidOnce;
  if (paidOnce === 'always') return 'once';
  return (
    statedPayment(prices, itemCode, line.currency) ??
    paymentByDays(line) ??
    paymentByText(line.paymentFrequency) ??
    (paidOnce === 'where-silent' ? 'once' : null)
  );
}

/** What the price list states of an item code: by the entries in the currency, else by all. Null where it says nothing, or where its entries contradict each other. */
function statedPayment(prices: PriceList, itemCode: string | null, currency: string): Payment | null {
  if (present(itemCode) === null) return null;
  const entries = prices.get(fold(itemCode)) ?? [];
  const own = entries.filter((price) => same(price.currency, currency));
  const stated = (own.length > 0 ? own : entries).map(paymentOfPrice).filter((payment) => payment !== null);
  return stated.every((payment) => payment === stated[0]) ? (stated[0] ?? null) : null;
}

/** A price list that has no frequency for an entry leaves it out, or says 0. */
const paymentOfPrice = ({ paymentMonths }: Price): Payment | null => {
  const months = paymentMonths ?? 0;
  if (months <= 0) return null;
  return months > MONTHLY_MONTHS ? 'once' : 'monthly';
};

function paymentByDays({ startDay, endDay }: Line): Payment | null {
  if (startDay === null || endDay === null) return null;
  return daysCovered(startDay, endDay) > LONGEST_MONTHLY_DAYS ? 'once' : 'monthly';
}

/** The last thing that is asked: the text is empty or wrong for much of what is paid upfront (`docs/vendors/cloudmore.md` 5.5). */
function paymentByText(text: string | null): Payment | null {
  if (present(text) === null) return null;
  return /^(monthly|month|every month|1 month|p1m|1)$/.test(fold(text)) ? 'monthly' : 'once';
}

/** An item's lines that are not manual, by how they are paid. Only where some of what is charged is paid once and some every month is there a choice; a line that does not say recurs every month then. */
export function sortByPayment(type: ItemType, lines: Line[], prices: PriceList): { once: Line[]; monthly: Line[] } {
  const itemCode = lines.map((line) => present(line.itemCode)).find((code) => code !== null) ?? null;
  const sorted = lines.map((line) => ({
    line,
    payment: paymentOf(type, line, present(line.itemCode) ?? itemCode, prices) ?? 'monthly',
  }));
  const charged = sorted.filter(({ line }) => signOf(line.sales) > 0);
  const kinds = new Set((charged.length > 0 ? charged : sorted).map(({ payment }) => payment));
  if (kinds.size < 2) return kinds.has('once') ? { once: lines, monthly: [] } : { once: [], monthly: lines };
  const of = (wanted: Payment): Line[] => sorted.filter(({ payment }) => payment === wanted).map(({ line }) => line);
  return { once: of('once'), monthly: of('monthly') };
}
