import { explain } from '../../shared/billing/results/explain.js';
import type { MonthFacts, OrganizationFacts } from '../../shared/billing/report/facts.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import { same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import type { BaseConfig } from '../../shared/config.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/index.js';
import type { MonthRead, ReportManifest } from '../../shared/evidence/months.js';
import { us } from '../terminal/called.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import type { Explained } from './text.js';

/** How a subscription's amounts came about. Usually one; several where a subscription went from one organization to another within the month. */
export async function findExplanations(
  evidence: Evidence,
  config: BaseConfig,
  { record, outcomes }: MonthRead,
  subscription: string,
): Promise<Explained[]> {
  const named = outcomes.filter((outcome) => keysOf(outcome).some(({ key }) => same(key, subscription)));
  if (named.length === 0) return [];
  const manifest = await reportOf(evidence, record.report, record.frame.facts.month);
  const facts = await evidence.get<MonthFacts>(manifest.facts);
  const explained: Explained[] = [];
  for (const outcome of named) {
    const entry = manifest.slices.find(({ organizationId }) => same(organizationId, outcome.organizationId));
    if (!entry) continue;
    const slice = await evidence.get<OrganizationFacts>(entry.slice);
    const explanation = explain(outcome, { facts, slice, settings: config }, subscription);
    const { month, asOf, organizationId, organizationName, status } = outcome;
    if (explanation) explained.push({ month, asOf, organizationId, organizationName, status, ...explanation });
  }
  return explained;
}

async function reportOf(evidence: Evidence, report: string | undefined, month: Month): Promise<ReportManifest> {
  try {
    if (report !== undefined) return await evidence.get<ReportManifest>(report);
  } catch (error) {
    if (!(error instanceof EvidenceMissing)) throw error;
  }
  throw new CommandError(
    EXIT.failed,
    `The fetched report of ${month} is no longer in BILLING_EVIDENCE. Fetch it again with: ${us()} run ${month} --wait`,
  );
}

/** By what a subscription is asked for. */
export interface Key {
  key: string;
  productName: string;
  organizationName: string;
}

/** Everything in an outcome that can be explained. */
export const keysOf = ({ items, ghosts, organizationName }: Outcome): Key[] => [
  ...items.map(({ contractKey, productName }) => ({ key: contractKey, productName, organizationName })),
  ...ghosts.map(({ contractKey, itemCode, type }) => ({ key: contractKey, productName: itemCode ?? type, organizationName })),
];
