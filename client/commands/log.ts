import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { readDecisions } from '../../shared/decisions/decisions.js';
import { openEvidence } from '../../shared/evidence/index.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../terminal/exit.js';
import { renderDecisions } from '../terminal/decisions.js';
import { PLAIN } from '../terminal/paper.js';
import { jsonText } from '../terminal/printable.js';

/** Who decided what, of one month or of all; ends with 1 when an entry was removed or altered. */
export async function log(context: Context, { month, json }: { month: Month | undefined; json: boolean }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const evidence = openEvidence(config.evidence, config);
  try {
    const { entries, problem } = await readDecisions(evidence, config.broker);
    const shown = entries.filter((entry) => month === undefined || entry.month === month);
    context.out(json ? jsonText({ entries: shown, problem }) : renderDecisions(shown, context.paper ?? PLAIN));
    if (problem === null) return EXIT.done;
    context.say(problem);
    return EXIT.failed;
  } finally {
    await evidence.close();
  }
}
