import { innermost } from '../../temporal/innermost.js';
import { exitCodeOf } from '../../exit-code.js';
import { resolveOrganizations } from '../../named-organizations.js';
import { us } from '../../terminal/called.js';
import { ApplicationFailure, type WorkflowHandle } from '@temporalio/client';
import { summaryText } from '../../../shared/billing/basics/markdown.js';
import type { MonthResult } from '../../../shared/billing/results/results.js';
import type { Day, Month } from '../../../shared/billing/types.js';
import { loadBaseConfig, loadConfig, type BaseConfig } from '../../../shared/config.js';
import { ConfigError, type Environment } from '../../../shared/environment.js';
import { canaryCustomer } from '../../../shared/known-names.js';
import { moneySettingsOf } from '../../../shared/money-settings.js';
import { billingQueue, dailyBillingId, STATUS_QUERY, WORKFLOWS } from '../../../shared/messages/names.js';
import {
  type DailyBillingInput,
  type DailyBillingResult,
  type Mode,
  type MoneySettings,
} from '../../../shared/messages/messages.js';
import { failureRule } from '../../../shared/messages/retries.js';
import type { Context } from '../../context.js';
import { today } from '../../context.js';
import { confirmYes } from '../../terminal/confirm.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { MODES } from '../../../shared/modes.js';
import { demandAsAsked } from './joined.js';
import { findMonth } from '../../months.js';
import { demandOwnLabel } from '../../own-label.js';
import { warnUnserved, watchRun } from './progress.js';
import { renderMonth } from './text.js';
import { ensureSearchAttributes } from '../../temporal/search-attributes.js';
import { withTemporal, type Temporal } from '../../temporal/connection.js';
import { waitingLink, webUiUrl, workflowLink } from '../../../shared/web-ui.js';
import { jsonText } from '../../terminal/printable.js';
import { isOpenForPerson } from '../../../shared/billing/results/status.js';

export interface RunOptions {
  month: Month;
  organizations: string[];
  asOf?: Day | undefined;
  mode?: Mode | undefined;
  /** False: nobody alone; true: the smallest customer; a text: that one. As the worker's setting has it where nothing is said. */
  canary?: string | boolean | undefined;
  wait: boolean;
  /** Every organization on the terminal, not the largest alone. */
  isFull?: boolean | undefined;
  json: boolean;
}

/** The run as a person starts it: in mode auto they are asked once before, because nothing asks them afterwards. */
export async function runWhenAgreed(context: Context, options: RunOptions): Promise<ExitCode> {
  const { mode, organizationModes } = loadBaseConfig(context.environment);
  const modes = options.mode === undefined ? [mode, ...organizationModes.map((one) => one.mode)] : [options.mode];
  if (modes.includes('auto'))
    await confirmYes(context, `Mode auto writes everything that no breaker holds. Run ${options.month}?`, 'Nothing was started');
  return run(context, options);
}

/** Starts the run of a month, or joins the one that is under way. */
export async function run(context: Context, options: RunOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  if (config.warnings.length > 0) throw new ConfigError(config.warnings);
  checkMode(config, options.mode);
  await demandOwnLabel(context.environment);
  await demandNamed(context, config, options);
  return withTemporal(context.environment, async (temporal) => {
    await ensureSearchAttributes(temporal);
    const handle = await start(temporal, context.environment, config, options);
    const known = await demandAsAsked(temporal, config.broker, options.month, { ...options, canary: canaryAsked(options) });
    const ui = webUiUrl(context.environment, temporal.address);
    const link = workflowLink(ui, temporal.namespace, handle.workflowId);
    context.say(`Run of ${options.month}: ${link}`);
    for (const remark of [...config.remarks, ...known]) context.say(remark);
    if (!options.wait) {
      await warnUnserved(context, temporal, config.broker);
      context.out(
        options.json
          ? jsonText({ workflowId: handle.workflowId, link })
          : `Started ${handle.workflowId}. See its progress with: ${us()} status ${options.month}`,
      );
      return EXIT.done;
    }
    await waitFor(context, temporal, config.broker, handle);
    const read = await findMonth(config, options.month);
    const month = read?.result ?? (await handle.query<MonthResult>(STATUS_QUERY));
    const heldMonth = read?.record.heldMonth ?? null;
    const shown = { month, heldMonth, nothingDue: read?.nothingDue ?? [], isFull: options.isFull };
    context.out(options.json ? jsonText(month) : renderMonth(shown, context.paper));
    if (month.organizations.some(({ status }) => isOpenForPerson(status)))
      context.say(`Who waits, in the Web UI: ${waitingLink(ui, temporal.namespace, config.broker, options.month)}`);
    return exitCodeOf(month, heldMonth);
  });
}

/** A name that nobody has is refused before anything is started, with the one that was meant. Where Cloudmore cannot be asked from here, the run asks. */
async function demandNamed(
  context: Context,
  config: BaseConfig,
  { month, organizations, ...options }: RunOptions,
): Promise<void> {
  const canary = canaryCustomer(canaryAsked(options));
  const named = canary === null ? organizations : [...organizations, canary];
  if (named.length === 0) return;
  try {
    await resolveOrganizations(context, config, month, named);
  } catch (error) {
    if (error instanceof CommandError && error.code === EXIT.usage) throw error;
  }
}

/** `--mode` may only lower what the settings allow. */
function checkMode({ mode, organizationModes }: BaseConfig, asked: Mode | undefined): void {
  const most = Math.max(...[mode, ...organizationModes.map((one) => one.mode)].map((one) => MODES.indexOf(one)));
  if (asked === undefined || MODES.indexOf(asked) <= most) return;
  throw new CommandError(
    EXIT.configuration,
    `BILLING_MODE is ${mode}, which limits every run, so --mode ${asked} is not possible. Set BILLING_MODE=${asked} (or BILLING_MODE_ORGANIZATIONS for some), restart the worker, and run again.`,
  );
}

/** As the run's input has it. */
const canaryAsked = ({ canary }: Pick<RunOptions, 'canary'>): string | undefined =>
  typeof canary === 'boolean' ? (canary ? 'on' : 'off') : canary;

function start(
  { client }: Temporal,
  environment: Environment,
  config: BaseConfig,
  { month, organizations, asOf, mode, ...options }: RunOptions,
): Promise<WorkflowHandle> {
  const canary = canaryAsked(options);
  const { broker, schedule } = config;
  const input: DailyBillingInput = {
    broker,
    month,
    asOf: asOf ?? today(schedule.timeZone),
    ...(mode ? { mode } : {}),
    settings: settingsAsked(config, environment),
    ...(canary === undefined ? {} : { canary }),
    ...(organizations.length > 0 ? { organizations } : {}),
  };
  return client.workflow.start(WORKFLOWS.daily, {
    workflowId: dailyBillingId(broker, month),
    taskQueue: billingQueue(broker),
    args: [input],
    workflowIdConflictPolicy: 'USE_EXISTING',
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summaryText(`${month} as of ${input.asOf}`),
  });
}

/** All settings where this machine has them; else those that every command reads. */
function settingsAsked(config: BaseConfig, environment: Environment): MoneySettings {
  try {
    return moneySettingsOf(loadConfig(environment));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return moneySettingsOf(config);
  }
}

/** Waits for the end; in the meantime shows how far the run is, and says when no worker carries it out. */
async function waitFor(
  context: Context,
  temporal: Temporal,
  broker: string,
  handle: WorkflowHandle,
): Promise<DailyBillingResult> {
  const end = new AbortController();
  const watching = watchRun(context, { temporal, broker, handle, end: end.signal });
  try {
    return (await handle.result()) as DailyBillingResult;
  } catch (error) {
    const cause = innermost(error);
    throw new CommandError(
      isOfSettings(error) ? EXIT.configuration : EXIT.failed,
      `The run failed: ${cause}\nFix the cause and run the month again. Nothing is written twice.`,
    );
  } finally {
    end.abort();
    await watching;
  }
}

const isOfSettings = (error: unknown): boolean =>
  error instanceof Error &&
  ((error instanceof ApplicationFailure && failureRule(error.type)?.isOfSettings === true) || isOfSettings(error.cause));
