import { indexPrices } from '../billing/report/items.js';
import type { MonthFacts, OrganizationFacts } from '../billing/report/facts.js';
import { decisionsOf } from '../decisions/decisions.js';
import { readClosed } from '../evidence/closed.js';
import { EvidenceMissing, type Evidence } from '../evidence/index.js';
import type { Settings } from '../billing/types.js';
import type { MonthRead, MonthRecord, ReportManifest } from '../evidence/months.js';
import { reportDocument, type ReportDocument } from './document.js';
import { joinOutlooks, organizationOutlook, type OrganizationOutlook, type Outlook } from './outlook.js';

/** The report document of a month from the evidence alone: no vendor is asked. */
export async function readReportDocument(
  evidence: Evidence,
  { record, result, outcomes, nothingDue }: MonthRead,
  callsPerHour: number,
): Promise<ReportDocument> {
  return reportDocument({
    result,
    outcomes,
    heldMonth: record.heldMonth,
    nothingDue,
    unassigned: record.frame.facts.unassigned,
    outlook: await readOutlook(evidence, record),
    callsPerHour,
    certificates: await readClosed(evidence, result.broker, result.month),
    decisions: await decisionsOf(evidence, result.broker, result.month),
  });
}

/** Null when the report as fetched is no longer kept: what was billed is known without it. */
async function readOutlook(evidence: Evidence, { report, settings }: MonthRecord): Promise<Outlook | null> {
  if (report === undefined) return null;
  try {
    const points = settings === undefined ? 0 : (await evidence.get<Settings>(settings)).breakers.marginPoints;
    const manifest = await evidence.get<ReportManifest>(report);
    const facts = await evidence.get<MonthFacts>(manifest.facts);
    const prices = indexPrices(facts.prices);
    const all: OrganizationOutlook[] = [];
    for (const { slice } of manifest.slices)
      all.push(organizationOutlook(facts, prices, await evidence.get<OrganizationFacts>(slice), points || undefined));
    return joinOutlooks(facts, all);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}
