import { big, ZERO, type Big } from '../billing/basics/decimal.js';
import { addMonths } from '../billing/basics/month.js';
import { fold } from '../billing/basics/text.js';
import { REPORT_SOURCES, type ReportSource } from '../cloudmore/config.js';
import type { CloudmoreSeen } from './cloudmore-seen.js';
import { isEqual, salesBySubscription } from './offset.js';
import { lowerFields, textOf } from './once.js';
import { confirmed, contradicted, couldNotAsk, notSeen, type Verdict } from './verdict.js';

/** C7 and C8: what the connector before us billed from. Subscriptions of which report and invoice say the same tell nothing, and are left out. */
export async function source(seen: CloudmoreSeen): Promise<Verdict> {
  const theirs = await seen.foreign.keys();
  if (theirs === null) return couldNotAsk('Autotask was not read');
  if (theirs.length === 0) return notSeen('there is no contract of another connector');
  const invoiced = await invoicedSales(seen);
  if (invoiced.size === 0) return notSeen(`no invoice of ${seen.month} has a line with a sales price`);
  const reported = await salesBySubscription(seen);
  const month = addMonths(seen.month, -seen.foreign.offset);
  const decisive = seen.foreign.amounts.flatMap(({ key, months }): ReportSource[] => {
    const amount = months.get(month);
    const invoice = invoiced.get(fold(key));
    if (amount === undefined || invoice === undefined) return [];
    const sums = { 'billing-report': reported.get(fold(key)) ?? [], invoice: [invoice] };
    const equal = REPORT_SOURCES.filter((one) => sums[one].some((sum) => isEqual(amount, sum)));
    return equal.length === 1 ? equal : [];
  });
  if (decisive.length === 0)
    return notSeen('no amount that the connector billed distinguishes the billing report from the invoice');
  const own = seen.foreign.source;
  const votes = decisive.filter((one) => one === own).length;
  const what = `${votes} of ${decisive.length} amounts that differ are those of the ${inWords(own)}`;
  return votes * 2 >= decisive.length ? confirmed(what) : contradicted(`${what}: REPORT_SOURCE=${otherThan(own)}`);
}

const inWords = (source: ReportSource): string => (source === 'invoice' ? 'invoice' : 'billing report');
const otherThan = (source: ReportSource): ReportSource => REPORT_SOURCES.find((one) => one !== source)!;

/** Totals of the month's invoices by subscription. */
async function invoicedSales(seen: CloudmoreSeen): Promise<Map<string, Big>> {
  const found = new Map<string, Big>();
  for (const { lines } of await seen.invoices())
    for (const line of lines.map(lowerFields)) {
      const [key, sales] = [fold(textOf(line.subscriptionid)), textOf(line.totalsalesprice)];
      if (key === '' || sales === null || !AMOUNT.test(sales)) continue;
      found.set(key, (found.get(key) ?? ZERO).plus(big(sales)));
    }
  return found;
}

const AMOUNT = /^[-+]?\d+(\.\d+)?$/;
