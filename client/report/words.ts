import { reasonInWords } from '../../shared/billing/results/advice.js';
import { big, grouped } from '../../shared/billing/basics/decimal.js';
import { typeInWords } from '../../shared/billing/basics/record-types.js';
import type { Writes } from '../../shared/billing/results/results.js';
import { closedText } from '../../shared/evidence/closed.js';
import type { Leak, ReportDocument } from '../../shared/report/document.js';
import type { MarginRow } from '../../shared/report/sums.js';

/** Sentences that every rendering of the report shares. */

export const titleOf = ({ result }: ReportDocument): string =>
  `${result.month} as of ${result.asOf}, broker ${result.broker}, ${result.currency}, mode ${result.mode}`;

/** Whether it is closed, in a sentence; none where it never was. */
export const closedLines = ({ certificates }: ReportDocument): string[] => {
  const text = closedText(certificates);
  return text === null ? [] : [text];
};

export const writtenText = ({ effort: { writes } }: ReportDocument): string => `Written: ${writtenWords(writes)}.`;

/** "9 services, 1 extension". */
export function writtenWords(writes: Writes): string {
  const parts = Object.entries(writes).filter(([, count]) => count > 0);
  return parts.map(([what, count]) => `${count} ${count === 1 ? what.replace(/s$/, '') : what}`).join(', ') || 'nothing';
}

export const budgetText = ({ effort: { calls, callsPerHour } }: ReportDocument): string =>
  `Calls: ${calls.autotask} Autotask (${big(calls.autotask).times(100).div(callsPerHour).toFixed(1)} % of our hourly budget of ${grouped(String(callsPerHour))}), ${calls.cloudmore} Cloudmore.`;

export const isNothing = (amount: string): boolean => big(amount).eq(0);

export const FIRST_MONTH = 'No previous month to compare with.';

/** "held (company id used twice)", "unassigned". */
export const whyOf = ({ outcome, reason }: Pick<Leak, 'outcome' | 'reason'>): string =>
  reason === outcome ? outcome : `${outcome} (${reasonInWords(reason)})`;

/** What of the decisions log is not as it was written. */
export const decisionProblem = ({ decisions: { problem } }: ReportDocument): string[] => (problem === null ? [] : [problem]);

/** Totals by record type, as people read its name. */
export const typesInWords = ({ recordTypes }: ReportDocument): MarginRow[] =>
  recordTypes.map((row) => ({ ...row, name: typeInWords(row.name) }));
