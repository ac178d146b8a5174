import { big, ZERO, type Big } from '../billing/basics/decimal.js';
import { addMonths } from '../billing/basics/month.js';
import { fold } from '../billing/basics/text.js';
import type { Month } from '../billing/types.js';
import type { CloudmoreSeen } from './cloudmore-seen.js';
import { confirmed, contradicted, couldNotAsk, notSeen, type Verdict } from './verdict.js';

/** C8: in which month the connector before us billed a report. Amounts that are the same every month tell nothing, and are left out. */

const OFFSETS = [-1, 0, 1];
/** What four decimals of a unit price make of a row. */
const EQUAL_WITHIN = big('0.06');
export const isEqual = (left: Big, right: Big): boolean => left.minus(right).abs().lt(EQUAL_WITHIN);

export async function offset(seen: CloudmoreSeen): Promise<Verdict> {
  const theirs = await seen.foreign.keys();
  if (theirs === null) return couldNotAsk('Autotask was not read');
  if (theirs.length === 0) return notSeen('there is no contract of another connector');
  const reported = await salesBySubscription(seen);
  const monthOf = (count: number): Month => addMonths(seen.month, -count);
  const decisive = seen.foreign.amounts.flatMap(({ key, months }) => {
    const sales = reported.get(fold(key));
    if (sales === undefined) return [];
    const equal = OFFSETS.filter((count) => sales.some((one) => isEqual(months.get(monthOf(count)) ?? ZERO, one)));
    return equal.length === 0 || equal.length === OFFSETS.length ? [] : [equal];
  });
  if (decisive.length === 0) return notSeen('no amount that the connector billed distinguishes one month from another');
  const votes = (count: number): number => decisive.filter((equal) => equal.includes(count)).length;
  const best = OFFSETS.reduce((left, right) => (votes(right) > votes(left) ? right : left));
  const own = seen.foreign.offset;
  return votes(own) === votes(best)
    ? confirmed(`${votes(own)} of ${decisive.length} amounts of ${seen.month} stand in ${monthOf(own)}`)
    : contradicted(
        `${votes(best)} of ${decisive.length} amounts of ${seen.month} stand in ${monthOf(best)}, and ${votes(own)} in ${monthOf(own)}: REPORT_MONTH_OFFSET=${best}`,
      );
}

/** Totals of each subscription: with corrections by hand and without, which the connector left out. */
export async function salesBySubscription(seen: CloudmoreSeen): Promise<Map<string, Big[]>> {
  const found = new Map<string, Big[]>();
  for (const { subscriptionId, recordType, sales } of (await seen.report()).lines) {
    const key = fold(subscriptionId);
    if (key === '') continue;
    const [all = ZERO, without = ZERO] = found.get(key) ?? [];
    const isManual = fold(recordType) === 'manualbillingline';
    found.set(key, [all.plus(big(sales)), isManual ? without : without.plus(big(sales))]);
  }
  return found;
}
