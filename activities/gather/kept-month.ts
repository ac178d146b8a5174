import type { OrganizationFacts } from '../../shared/billing/report/facts.js';
import { previousMonth, reportMonthOf } from '../../shared/billing/basics/month.js';
import type { Line, Month, Report } from '../../shared/billing/types.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/evidence.js';
import { monthName, type MonthRecord, type ReportManifest } from '../../shared/evidence/months.js';

/**
 * Rule 1.4: where last month's report could not be had, or came without a line, the newest kept one takes its place. What a run has seen of that month is
 * no reason to pass breakers because it is not shown any more.
 */
export async function withKeptMonth(evidence: Evidence, broker: string, report: Report): Promise<Report> {
  if (report.previousLines.length > 0) return report;
  const kept = await keptLines(evidence, broker, previousMonth(report.month), previousMonth(reportMonthOf(report)));
  if (kept === null || (kept.length === 0 && report.previousUnavailable !== undefined)) return report;
  const { previousUnavailable: _, ...found } = report;
  return { ...found, previousLines: kept };
}

/** The lines of the month's newest kept report; null where none was ever taken, or it is no longer kept. */
async function keptLines(evidence: Evidence, broker: string, month: Month, reportMonth: Month): Promise<Line[] | null> {
  const pointer = await evidence.pointer(monthName(broker, month));
  if (pointer === null) return null;
  try {
    const { report, frame } = await evidence.get<MonthRecord>(pointer);
    // Under another REPORT_MONTH_OFFSET that month was read from another report (1.9).
    if (report === undefined || reportMonthOf(frame.facts) !== reportMonth) return null;
    const { slices } = await evidence.get<ReportManifest>(report);
    const lines: Line[] = [];
    for (const { slice } of slices) lines.push(...(await evidence.get<OrganizationFacts>(slice)).lines);
    return lines;
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}
