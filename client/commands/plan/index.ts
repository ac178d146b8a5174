import { reachable } from '../../reachable.js';
import { us } from '../../terminal/called.js';
import { effortOf } from '../../../shared/autotask/effort.js';
import type { Day, Month } from '../../../shared/billing/types.js';
import { isUnread } from '../../../shared/billing/results/unread.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { closedText, readClosed } from '../../../shared/evidence/closed.js';
import { evidenceOver, openEvidence } from '../../../shared/evidence/index.js';
import type { Context } from '../../context.js';
import { today } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput, writeOutput } from '../../files.js';
import { reportingWaits } from '../../held-calls.js';
import { PLAIN } from '../../terminal/paper.js';
import { renderPlans, unlinkedIn } from '../../plan/text.js';
import { renderPlanHtml } from './html.js';
import type { PlanFile } from '../../plan/file.js';
import { jsonText } from '../../terminal/printable.js';
import { withTemporal } from '../../temporal/connection.js';
import { compareWithWorker } from '../../temporal/worker-settings.js';

export interface PlanOptions {
  month: Month;
  organizations: string[];
  asOf?: Day | undefined;
  out?: string | undefined;
  html?: string | undefined;
  detailedExitCode: boolean;
  /** Every organization and line on the terminal, not the largest alone. */
  isFull?: boolean | undefined;
  json: boolean;
}

/** What a run would do, by the run's own reads and planner; nothing is written, and Temporal is not needed; where it is there, the worker is asked whether it has the same settings. */
export async function plan(context: Context, options: PlanOptions): Promise<ExitCode> {
  const { month, organizations, out, html, detailedExitCode, isFull, json } = options;
  const config = loadConfig(context.environment);
  const asOf = options.asOf ?? today(config.schedule.timeZone);
  for (const file of [out, html]) await checkOutput(file);
  for (const remark of config.remarks) context.say(remark);
  const { createDependencies } = await import('../../../worker/dependencies.js');
  const { previewMonth } = await import('../../../activities/decide/preview-month.js');
  const workerLines = workerSettingsLines(context, config);
  // What earlier runs accepted belongs to what is decided (1.6); nothing is added to it.
  const evidence = evidenceOver(openEvidence(config.evidence, config));
  const dependencies = { ...createDependencies(config, { evidence }), heartbeat: progress(context) };
  const filter = organizations.length > 0 ? organizations : null;
  const asked = { broker: config.broker, month, asOf, organizations: filter, mode: null };
  const { preview, closed } = await reachable(async () => ({
    preview: await reportingWaits(context, dependencies.autotask, () => previewMonth(dependencies, asked)),
    closed: closedText(await readClosed(evidence, config.broker, month)),
  })).finally(() => evidence.close());
  if (context.isTerminal) process.stderr.write(CLEAR_LINE);
  const { result, plans, nothingDue, calls } = preview;
  const { surveyMaxAgeMs } = config;
  const tenant = plans.some(({ steps }) => steps.length > 0) ? await dependencies.autotask.readThreshold() : null;
  const effort = effortOf(plans, calls.autotask, { ...config.autotask, surveyMaxAgeMs, tenant });
  const { organizations: _, ...totals } = result;
  const whole: PlanFile = {
    broker: config.broker,
    month,
    asOf,
    currency: result.currency,
    totals,
    calls,
    effort,
    organizations: plans,
    unlinked: unlinkedIn(plans),
  };
  if (out !== undefined) await writeOutput(out, `${jsonText(whole)}\n`);
  if (html !== undefined) await writeOutput(html, `${renderPlanHtml({ plans, result, effort, nothingDue, closed })}\n`);
  context.out(
    json ? jsonText(whole) : renderPlans({ plans, result, effort, nothingDue, closed, isFull }, context.paper ?? PLAIN),
  );
  if (out !== undefined)
    context.say(`Kept in ${out}. To release exactly this plan once it waits: ${us()} approve ${month} --plan ${out}`);
  if (html !== undefined) context.say(`The invoice lines are in ${html}.`);
  for (const line of await workerLines) context.say(line);
  // A plan of which a part could not be read is not the whole plan.
  const isUnreadable = (reason: string | null): boolean => reason === 'unreadable' || reason === 'organization-unknown';
  if (isUnread(result) || plans.some(({ items }) => items.some(({ reason }) => isUnreadable(reason)))) return EXIT.waits;
  return detailedExitCode && plans.some(({ steps }) => steps.length > 0) ? EXIT.changesPending : EXIT.done;
}

/** Whether a run would be planned by the same settings. Without a Temporal server nobody runs anything, and a plan needs none. */
async function workerSettingsLines(context: Context, config: Config): Promise<string[]> {
  try {
    const compared = await withTemporal(context.environment, (temporal) => compareWithWorker(temporal, config), ASKED_WITHIN_MS);
    if ('unknown' in compared)
      return compared.unknown === 'no answer'
        ? [`The worker did not report its settings. To find out why: ${us()} doctor`]
        : [`No worker takes the work of broker ${config.broker}. Start one with: ${us()} worker`];
    if (compared.differing.length === 0) return [];
    return [
      `The worker has other settings than this plan: ${compared.differing.join(', ')}. A run is refused until both have the same and the worker has been restarted.`,
    ];
  } catch {
    return [];
  }
}
const ASKED_WITHIN_MS = 2_000;

const CLEAR_LINE = '\r\u001b[K';

/** What is being read, on one line of a terminal. */
const progress =
  ({ isTerminal }: Context) =>
  (what: string): void => {
    if (isTerminal) process.stderr.write(CLEAR_LINE + what);
  };
