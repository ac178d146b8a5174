import { isOver } from '../../shared/billing/basics/month.js';
import { amountText } from '../../shared/billing/basics/decimal.js';
import type { Amounts, MonthResult } from '../../shared/billing/results/results.js';
import { waitsForPerson } from '../../shared/billing/results/status.js';
import type { Day } from '../../shared/billing/types.js';
import { isReportMissing, type MonthSeen, type Notice } from '../../shared/notices/notice.js';
import { sendOnce, troubleOf } from '../../shared/notices/record.js';
import type { Dependencies } from '../dependencies.js';

/**
 * A month that is done is mailed with its report, where somebody chose so (`NOTICE_MONTHLY_REPORT`): once, and again when its amounts have changed since. What
 * is about to be sent is written down first, as with every notice. Answers what did not go out, in sentences.
 */
export async function mailDoneMonths(
  { evidence, notices, office }: Pick<Dependencies, 'evidence' | 'notices' | 'office'>,
  broker: string,
  { asOf, at, months }: { asOf: Day; at: string; months: MonthSeen[] },
): Promise<string[]> {
  const { mail, monthlyReport, reportDay, page } = notices;
  if (mail === null || monthlyReport === null || office === null) return [];
  const unsent: string[] = [];
  for (const { result } of months.filter((seen) => isDone(seen, asOf, reportDay))) {
    const { month } = result;
    const file = await office.report(month, monthlyReport);
    if (file === null) continue;
    const run = `report~${month}~${sumsOf(result).join('~')}`;
    const record = await sendOnce(
      evidence,
      { broker, occasion: { run, at }, notice: letterOf(result, page), channels: ['mail'], settings: notices },
      { file },
    );
    const trouble = troubleOf(record);
    if (trouble !== null) unsent.push(trouble);
  }
  return unsent;
}

/** Over, with every source there, and nothing that a person, a vendor or the next run has still to do. */
export function isDone({ result, heldMonth }: MonthSeen, asOf: Day, reportDay: number): boolean {
  const { mode, report, held, awaiting, organizations, otherCurrencies } = result;
  if (!isOver(result, asOf) || mode === 'shadow' || heldMonth !== null || report.lines === 0) return false;
  if ([held, awaiting, ...otherCurrencies.map((other) => other.held)].some(({ lines }) => lines > 0)) return false;
  if (isReportMissing(result, asOf, reportDay)) return false;
  return !organizations.some(({ status }) => waitsForPerson(status) || status === 'Running' || status === 'Failed');
}

/** The amounts, as a name of evidence may carry them. */
const sumsOf = ({ report, posted, otherCurrencies }: MonthResult): string[] =>
  [report, posted, ...otherCurrencies.flatMap((other) => [other.report, other.posted])].map((amounts) =>
    [amounts.sales, amounts.cost].join('_'),
  );

const letterOf = ({ month, currency, otherCurrencies, ...sums }: MonthResult, page: string | null): Notice => ({
  title: `Billing: ${month} is done`,
  lines: [
    ...[{ currency, ...sums }, ...otherCurrencies].map(
      ({ currency: code, report, posted, excluded }) =>
        `Report ${amount(report, code)} = posted ${amount(posted, code)} + excluded ${amount(excluded, code)}. Nothing waits.`,
    ),
    'The report is attached.',
    ...(page === null ? [] : [{ text: 'The month:', url: `${page}/months/${month}` }]),
  ],
});

const amount = ({ sales }: Amounts, currency: string): string => amountText(sales, currency);
