import { undoWithStart } from '../../temporal/start-with.js';
import { hint } from '../../terminal/called.js';
import { standsAsIn } from '../../../shared/billing/results/status.js';
import { salesText } from '../../../shared/billing/basics/sales-text.js';
import { sumsTakenBack } from '../../../shared/billing/plan/undone.js';
import type { UndoPlan } from '../../../shared/billing/plan/undo.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { billingQueue } from '../../../shared/messages/names.js';
import { type GivenReport } from '../../../shared/messages/messages.js';
import { evidenceOver, openEvidence, type Evidence } from '../../../shared/evidence/index.js';
import { closedText, readClosed } from '../../../shared/evidence/closed.js';
import { keepUndo } from '../../../shared/evidence/undone.js';
import { confirmSum } from '../../terminal/confirm.js';
import { progressOn, type Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { findMonth, inParallel, notRunYet } from '../../months.js';
import { jsonText, line } from '../../terminal/printable.js';
import { renderUndo, type ShownUndo } from './text.js';
import { senderOf } from '../../sender.js';
import { ensureSearchAttributes } from '../../temporal/search-attributes.js';
import { isServed, withTemporal, type Temporal } from '../../temporal/connection.js';
import { previewWayBack } from '../../month-end/way-back.js';

export interface UndoOptions {
  month: Month;
  organizations: string[];
  json: boolean;
  /** Carry it out. */
  write: boolean;
  reason?: string | undefined;
  yes?: string | undefined;
  digest?: string | undefined;
  actor?: string | undefined;
}

/** Shows what brings a month's contracts back to what stood before its first write; carries it out with `--write`, through the customers' workflows. */
export async function undo(context: Context, options: UndoOptions): Promise<ExitCode> {
  checkUsage(options);
  const config = loadConfig(context.environment);
  const evidence = openEvidence(config.evidence, config);
  try {
    const shown = await previewWayBack(config, evidenceOver(evidence), options, { heartbeat: progressOn(context) });
    const closed = closedText(await readClosed(evidence, config.broker, options.month));
    if (options.write)
      return await carryOut(context, { config, evidence, options, shown: { ...shown, closed, isPreview: false } });
    context.out(options.json ? jsonText(shown) : renderUndo({ ...shown, closed, isPreview: true }));
    return shown.organizations.some(isHeld) ? EXIT.waits : EXIT.done;
  } finally {
    await evidence.close();
  }
}

const isHeld = ({ held, lines }: UndoPlan): boolean => held !== null || lines.some(({ message }) => message !== null);

function checkUsage({ write, reason, yes, digest, actor, json, organizations }: UndoOptions): void {
  if (!write && [reason, yes, digest, actor].some((value) => value !== undefined))
    throw new CommandError(
      EXIT.usage,
      '--reason, --yes, --digest and --actor are for carrying it out; expected --write with them.',
    );
  if (!write) return;
  if (json) throw new CommandError(EXIT.usage, '--json only shows; expected it without --write.');
  if ((reason ?? '').trim() === '')
    throw new CommandError(EXIT.usage, 'Why is it taken back? Expected --reason with a text, for anyone who asks later.');
  if (digest !== undefined && organizations.length !== 1)
    throw new CommandError(EXIT.usage, '--digest names one undo; expected exactly one --organization.');
}

/** One answer is waited for; several continue in the background. */
const ONE_WITHIN_MS = 120_000;
const MANY_WITHIN_MS = 2_000;

interface CarryOutInput {
  config: Config;
  evidence: Evidence;
  options: UndoOptions;
  shown: ShownUndo;
}

async function carryOut(
  context: Context,
  { config, evidence, options: { month, reason, yes, digest, actor }, shown }: CarryOutInput,
): Promise<ExitCode> {
  const going = shown.organizations.filter(({ held, steps }) => held === null && steps.length > 0);
  context.say(renderUndo(shown));
  if (going.length === 0) return shown.organizations.some(isHeld) ? EXIT.waits : EXIT.done;
  const [first] = going;
  if (digest !== undefined && digest !== first!.digest)
    throw new CommandError(
      EXIT.failed,
      `The undo has changed since the digest you gave: it is now ${first!.digest}. Nothing was taken back.`,
    );
  return withTemporal(context.environment, async (temporal) => {
    if (!(await isServed(temporal, billingQueue(config.broker))))
      throw new CommandError(
        EXIT.unreachable,
        `No worker runs for the broker ${config.broker}, and nothing was taken back. Start one with: ${hint('worker')}`,
      );
    const expected = salesText(sumsTakenBack(going));
    await confirmSum(context, { expected, yes, question: 'Type the sum to take it back', otherwise: 'Nothing was taken back' });
    await ensureSearchAttributes(temporal);
    const given = await givenOf(config, month);
    const from = senderOf(actor, reason);
    const withinMs = going.length === 1 ? ONE_WITHIN_MS : MANY_WITHIN_MS;
    const taken = await inParallel(going, (plan) =>
      takeBack(context, temporal, { config, evidence, given, from, withinMs }, plan),
    );
    context.out(line`See the result with: ${hint('status', month)}`);
    return taken.every(Boolean) && !shown.organizations.some(isHeld) ? EXIT.done : EXIT.waits;
  });
}

async function givenOf(config: Config, month: Month): Promise<GivenReport> {
  const found = await findMonth(config, month);
  const { report, frame } = found?.record ?? {};
  if (report === undefined || frame === undefined) throw notRunYet(month);
  return { asOf: frame.facts.asOf, report, survey: null, surveyedAt: null };
}

interface Taking {
  config: Config;
  evidence: Evidence;
  given: GivenReport;
  from: ReturnType<typeof senderOf>;
  withinMs: number;
}

/** Answers whether the workflow took it. */
async function takeBack(
  context: Context,
  temporal: Temporal,
  { config, evidence, given, from, withinMs }: Taking,
  plan: UndoPlan,
): Promise<boolean> {
  const { organizationId, organizationName, month, digest } = plan;
  await keepUndo(evidence, config.broker, plan);
  try {
    const at = { month, organizationId, asOf: given.asOf };
    const answer = await undoWithStart(temporal, config.broker, at, { given, digest, from, withinMs });
    context.out(line`${answer ?? line`${organizationName}: it is continuing.`}`);
    return answer === null || !standsAsIn(answer, 'NeedsAttention');
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    context.out(line`${organizationName} was not taken back: ${error.message}`);
    return false;
  }
}
