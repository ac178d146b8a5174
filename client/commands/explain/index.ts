import { us } from '../../terminal/called.js';
import { partial_ratio as likeness } from 'fuzzball';
import { explain } from '../../../shared/billing/results/explain.js';
import type { MonthFacts, OrganizationFacts } from '../../../shared/billing/report/facts.js';
import type { Outcome } from '../../../shared/billing/results/results.js';
import { same } from '../../../shared/billing/basics/text.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadBaseConfig, type BaseConfig } from '../../../shared/config.js';
import { EvidenceMissing, openEvidence, type Evidence } from '../../../shared/evidence/index.js';
import type { MonthRead, ReportManifest } from '../../../shared/evidence/months.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { requireMonth } from '../../months.js';
import { renderExplanation, type Explained } from './text.js';
import { PLAIN } from '../../terminal/paper.js';
import { jsonText, line } from '../../terminal/printable.js';

/** From the report's lines through the rules to what stands in Autotask, for one subscription of the month; from the evidence alone. */
export async function explainSubscription(
  context: Context,
  { month, subscription, json }: { month: Month; subscription: string; json: boolean },
): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const read = await requireMonth(config, month);
  const evidence = openEvidence(config.evidence, config);
  try {
    const found = await findExplanations(evidence, config, read, subscription.trim());
    if (found.length === 0) throw unknown(read, month, subscription);
    context.out(
      json ? jsonText(found) : found.map((explained) => renderExplanation(explained, context.paper ?? PLAIN)).join('\n\n'),
    );
    return EXIT.done;
  } finally {
    await evidence.close();
  }
}

/** Usually one; several where a subscription went from one organization to another within the month. */
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
    `The report of ${month} as it was fetched is no longer in BILLING_EVIDENCE. Fetch it again with: ${us()} run ${month} --wait`,
  );
}

// ---------------------------------------------------------------------------------------------------------------- what was meant, perhaps

interface Key {
  key: string;
  productName: string;
  organizationName: string;
}

const keysOf = ({ items, ghosts, organizationName }: Outcome): Key[] => [
  ...items.map(({ contractKey, productName }) => ({ key: contractKey, productName, organizationName })),
  ...ghosts.map(({ contractKey, itemCode, type }) => ({ key: contractKey, productName: itemCode ?? type, organizationName })),
];

const NEAR_SHOWN = 5;
/** More than any likeness, which ends at 100. */
const CONTAINED = 101;

function unknown({ outcomes }: MonthRead, month: Month, text: string): CommandError {
  const near = nearest(outcomes.flatMap(keysOf), text);
  const list = near
    .map(({ key, productName, organizationName }) => `\n${line`  ${key}  ${productName}, ${organizationName}`}`)
    .join('');
  const hint = near.length === 0 ? 'The month has no subscription at all.' : `Closest matches:${list}`;
  return new CommandError(
    EXIT.usage,
    `No subscription "${text}" in ${month}; use a subscription id, or the cm-… key shown for lines without one. ${hint}`,
  );
}

/** By id, product or customer: what contains the text first, then what is spelt alike. */
function nearest(keys: Key[], text: string): Key[] {
  const different = [...new Map(keys.map((key) => [key.key.toLowerCase(), key])).values()];
  const score = (key: Key): number =>
    Math.max(
      ...[key.key, key.productName, key.organizationName].map((name) =>
        name.toLowerCase().includes(text.toLowerCase()) ? CONTAINED : likeness(name, text),
      ),
    );
  return different
    .map((key) => ({ key, score: score(key) }))
    .sort((left, right) => right.score - left.score)
    .slice(0, NEAR_SHOWN)
    .map(({ key }) => key);
}
