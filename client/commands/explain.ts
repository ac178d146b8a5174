import { partial_ratio as likeness } from 'fuzzball';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { requireMonth } from '../months.js';
import { findExplanations, keysOf, type Key } from '../explain/find.js';
import { renderExplanation } from '../explain/text.js';
import { PLAIN } from '../terminal/paper.js';
import { jsonText, line } from '../terminal/printable.js';

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

// ---------------------------------------------------------------------------------------------------------------- what was meant, perhaps

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
