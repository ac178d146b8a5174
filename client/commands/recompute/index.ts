import { withEvidence } from '../../evidence.js';
import { recomputeMonth, type Recomputed } from '../../../activities/decide/recompute.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadBaseConfig } from '../../../shared/config.js';
import { progressOn, type Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { requireMonth } from '../../months.js';
import { jsonText } from '../../terminal/printable.js';
import { renderRecomputed } from './text.js';

/** A past month's plans made once more by today's code, from the evidence alone, and compared with the original ones byte by byte. */
export async function recompute(context: Context, { month, json }: { month: Month; json: boolean }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const read = await requireMonth(config, month);
  const recomputed = await withEvidence(config, (evidence) => recomputeMonth(evidence, read, progressOn(context)));
  context.out(json ? jsonText(recomputed) : renderRecomputed(recomputed));
  return exitCode(recomputed);
}

/** What can no longer be made once more proves nothing: it waits for a person like a difference. */
const exitCode = ({ organizations }: Recomputed): ExitCode =>
  organizations.every(({ verdict }) => verdict === 'same') ? EXIT.done : EXIT.waits;
