import { grouped } from '../numbers.js';
import { big } from '../../../shared/billing/decimal.js';
import type { Leak, ReportDocument } from '../../../shared/report/document.js';

/** Sentences that every rendering of the report shares. */

export const titleOf = ({ result }: ReportDocument): string =>
  `${result.month} as of ${result.asOf}, broker ${result.broker}, ${result.currency}, mode ${result.mode}`;

export function writtenText({ effort: { writes } }: ReportDocument): string {
  const parts = Object.entries(writes).filter(([, count]) => count > 0);
  return `Written: ${parts.length === 0 ? 'nothing' : parts.map(([what, count]) => `${count} ${what}`).join(', ')}.`;
}

export const budgetText = ({ effort: { calls, callsPerHour } }: ReportDocument): string =>
  `Calls: ${calls.autotask} Autotask (${big(calls.autotask).times(100).div(callsPerHour).toFixed(1)} % of our hourly budget of ${grouped(String(callsPerHour))}), ${calls.cloudmore} Cloudmore.`;

export const isNothing = (amount: string): boolean => big(amount).eq(0);

export const FIRST_MONTH = 'No previous month to compare with.';

/** "held (company-id-shared)", "unassigned". */
export const whyOf = ({ outcome, reason }: Pick<Leak, 'outcome' | 'reason'>): string =>
  reason === outcome ? outcome : `${outcome} (${reason})`;

/** What of the decisions log is not as it was written. */
export const decisionProblem = ({ decisions: { problem } }: ReportDocument): string[] => (problem === null ? [] : [problem]);
