import type { Month } from '../../shared/billing/types.js';
import { loadConfig } from '../../shared/config.js';
import { evidenceOver, openEvidence } from '../../shared/evidence/index.js';
import { today, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { notRunYet } from '../months.js';
import { jsonText } from '../render/printable.js';
import { renderUndo } from '../render/undo.js';
import { reachable } from './plan.js';

/** Shows what brings a month's contracts back to what stood before its first write. Nothing is written. */
export async function undo(
  context: Context,
  { month, organizations, json }: { month: Month; organizations: string[]; json: boolean },
): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  const { createDependencies } = await import('../../worker/dependencies.js');
  const { previewUndo } = await import('../../activities/undo.js');
  const { Slices } = await import('../../activities/slices.js');
  const evidence = evidenceOver(openEvidence(config.evidence));
  const heartbeat = (what: string): void => void (context.isTerminal && context.say(what));
  const dependencies = { ...createDependencies(config, evidence), heartbeat };
  const request = { broker: config.broker, month, asOf: today(config.schedule.timeZone) };
  const filter = organizations.length > 0 ? organizations : null;
  const shown = await reachable(() =>
    previewUndo(dependencies, new Slices(evidence), { ...request, organizations: filter }),
  ).finally(() => evidence.close());
  if (shown === null) throw notRunYet(month);
  context.out(json ? jsonText(shown) : renderUndo(shown));
  const isHeld = shown.organizations.some(({ held, lines }) => held !== null || lines.some(({ message }) => message !== null));
  return isHeld ? EXIT.waits : EXIT.done;
}
