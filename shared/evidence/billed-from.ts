import { addMonths, previousMonth } from '../billing/basics/month.js';
import type { Month } from '../billing/types.js';
import type { Evidence } from './evidence.js';
import { nameSegment } from './months.js';

/**
 * Which report each customer's month was written from (rule 1.9), noted before the first write: under another `REPORT_MONTH_OFFSET` a report would be billed a
 * second time, or none at all.
 */

const prefixOf = (broker: string, month: Month): string => `billed-from/${broker}/${month}/`;
const nameOf = (broker: string, month: Month, organizationId: string): string =>
  `${prefixOf(broker, month)}${nameSegment(organizationId)}`;

/** Months around one whose report could be its own: an offset is -1, 0 or 1. */
const AROUND = [-2, -1, 1, 2];

interface NoteReportInput {
  broker: string;
  month: Month;
  organizationId: string;
  reportMonth: Month;
}

/** Notes it before a write; answers the report it was written from before where that is another, and changes nothing then. */
export async function noteReport(
  evidence: Evidence,
  { broker, month, organizationId, reportMonth }: NoteReportInput,
): Promise<Month | null> {
  const name = nameOf(broker, month, organizationId);
  const ref = await evidence.pointer(name);
  if (ref !== null) {
    const { reportMonth: before } = await evidence.get<{ reportMonth: Month }>(ref);
    return before === reportMonth ? null : before;
  }
  await evidence.point(name, await evidence.put({ reportMonth }));
  return null;
}

/** What was written was taken back: the month is free for any report. */
export const forgetReport = (evidence: Evidence, broker: string, month: Month, organizationId: string): Promise<void> =>
  evidence.unpoint(nameOf(broker, month, organizationId));

/** Why the month may not be billed from that report, in words; null where it may. */
export async function whyNotFrom(evidence: Evidence, broker: string, month: Month, reportMonth: Month): Promise<string | null> {
  const [own] = (await reportsOf(evidence, broker, month)).filter((one) => one !== reportMonth);
  if (own !== undefined)
    return `${month} was billed from the report of ${own}, and would now be billed from the report of ${reportMonth}`;
  for (const other of AROUND.map((count) => addMonths(month, count)))
    if ((await reportsOf(evidence, broker, other)).includes(reportMonth))
      return `the report of ${reportMonth} was billed as ${other}, and would be billed again as ${month}`;
  const before = (await reportsOf(evidence, broker, previousMonth(month))).find((one) => one < previousMonth(reportMonth));
  if (before !== undefined)
    return `${previousMonth(month)} was billed from the report of ${before}; if ${month} is billed from the report of ${reportMonth}, the report of ${addMonths(before, 1)} would never be billed`;
  return null;
}

async function reportsOf(evidence: Evidence, broker: string, month: Month): Promise<Month[]> {
  const refs = await Promise.all((await evidence.names(prefixOf(broker, month))).map((name) => evidence.pointer(name)));
  // One value of all customers, mostly: it is read once for each digest.
  const distinct = [...new Set(refs.filter((ref) => ref !== null))];
  const found = await Promise.all(distinct.map((ref) => evidence.get<{ reportMonth: Month }>(ref)));
  return [...new Set(found.map(({ reportMonth }) => reportMonth))].sort();
}

/** What a person reads, with the two ways out. */
export const refusedReport = (why: string, month: Month): string =>
  `REPORT_MONTH_OFFSET has changed since this tenant was billed: ${why}. Nothing was written. Set it back; or take back first what was billed, with: billing undo ${month}`;
