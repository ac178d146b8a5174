import { compareWithAccepted } from '../../shared/billing/report/comparison.js';
import { countedReport } from '../../shared/billing/report/counted.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { digestOf } from '../../shared/billing/basics/keys.js';
import { reportMonthOf } from '../../shared/billing/basics/month.js';
import { namesOf } from '../../shared/billing/report/named.js';
import type { Mode, ReportRequest, ReportTaken } from '../../shared/messages/messages.js';
import { readAccepted } from '../../shared/evidence/accepted.js';
import { EvidenceMissing } from '../../shared/evidence/index.js';
import { monthName, type MonthRecord, type ReportManifest } from '../../shared/evidence/months.js';
import { keptUnder } from '../../shared/evidence/kept.js';
import type { Day, Report } from '../../shared/billing/types.js';
import { demandLabel, demandLearnedLabel } from '../../shared/evidence/labels.js';
import { rememberNames } from '../../shared/evidence/named.js';
import { mostCautious } from '../../shared/modes.js';
import { ASKED_LATELY_MS, keeping, type Dependencies } from '../dependencies.js';
import { demandKnownNames, demandOwnReport } from '../settings-needed.js';
import { withKeptMonth } from './kept-month.js';
import { Slices } from './report-slices.js';

/** Cloudmore's side of a month, taken once and kept: the month's facts and one slice per organization, with what was accepted before and what was counted. */
export async function takeReport(dependencies: Dependencies, request: ReportRequest): Promise<ReportTaken> {
  const { cloudmore, evidence, settings, moneySettings, tenant, clock, heartbeat, signal } = dependencies;
  const { broker, month } = request;
  const { asOf, mode } = await asAskedBefore(evidence, request);
  askOnce(dependencies, request);
  await demandLabel(evidence, tenant);
  await demandOwnReport(dependencies, request);
  const { result, calls } = await cloudmore.countCalls(() =>
    cloudmore.readReport({ month, onProgress: heartbeat, signal: signal() }),
  );
  const ids = result.organizations.map(({ id }) => id);
  await demandLearnedLabel(evidence, tenant, ids, clock.now().toISOString().slice(0, 10));
  const accepted = (await isOfReport(evidence, broker, result)) ? await readAccepted(evidence, broker, month, settings) : [];
  // What was ever named is the same in every report and survey of these days: it is kept once, next to the facts.
  const names = await rememberNames(evidence, broker, namesOf(result));
  demandKnownNames(dependencies, result, names.named);
  const {
    facts: whole,
    organizations,
    gone,
  } = compareWithAccepted(cutReport(await withKeptMonth(evidence, broker, result), asOf, names.named), accepted, settings);
  const { named: _, ...facts } = whole;
  const manifest: ReportManifest = {
    facts: await evidence.put(facts),
    named: names.ref,
    broker,
    mode,
    settings: moneySettings,
    takenAt: clock.now().toISOString(),
    slices: [],
    ...(gone.length === 0 ? {} : { gone: await evidence.put(gone) }),
    ...(result.counted ? { counted: countedReport(result.counted, reportMonthOf(result), asOf) } : {}),
  };
  for (const slice of organizations) {
    const { id, name } = slice.organization;
    heartbeat(keeping(id));
    manifest.slices.push({
      organizationId: id,
      organizationName: name,
      lines: slice.lines.length,
      slice: await evidence.put(slice, id),
      digest: digestOf(slice.lines),
    });
  }
  return {
    report: await evidence.put(manifest),
    lines: facts.lines,
    previousLines: facts.previousLines,
    calls: { autotask: 0, cloudmore: calls },
  };
}

/** Whether what is kept of the month is of the same report: under another REPORT_MONTH_OFFSET, in which nothing was written, nothing is known of it (1.9). */
async function isOfReport(evidence: Dependencies['evidence'], broker: string, report: Report): Promise<boolean> {
  const record = await keptUnder<MonthRecord>(evidence, monthName(broker, report.month));
  return record === null || reportMonthOf(record.frame.facts) === reportMonthOf(report);
}

/** A run asks once whether a log-in that was refused is taken by now; so does a person who calls a customer again, of both vendors: no survey asks for that. */
function askOnce({ cloudmore, autotask, attempt }: Dependencies, { instead }: ReportRequest): void {
  if (attempt().number > 1) return;
  cloudmore.askAgain(ASKED_LATELY_MS);
  if (instead !== undefined) autotask.askAgain(ASKED_LATELY_MS);
}

/**
 * A report that takes the place of another is of the same day, and continues in the mode that was asked for then. Where nobody knows that any more, or what is
 * referred to is not a report of this month, it waits for a release: a message may refer to anything that is kept.
 */
async function asAskedBefore(
  evidence: Dependencies['evidence'],
  { broker, month, mode, asOf, instead }: ReportRequest,
): Promise<{ asOf: Day; mode: Mode | null }> {
  if (instead === undefined) return { asOf, mode };
  try {
    const before = await new Slices(evidence).asked({ report: instead }, { broker, month });
    return { asOf: before.asOf, mode: before.mode === null ? mode : mostCautious(before.mode, mode) };
  } catch (error) {
    if (!(error instanceof EvidenceMissing)) throw error;
    return { asOf, mode: mostCautious('approve', mode) };
  }
}
