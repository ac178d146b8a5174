import { innermost } from '../../temporal/innermost.js';
import { exitCodeOf } from '../../exit-code.js';
import { withEvidence } from '../../evidence.js';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import type { MonthResult, OrganizationResult } from '../../../shared/billing/results/results.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadBaseConfig, type BaseConfig } from '../../../shared/config.js';
import { organizationBillingId, STATUS_QUERY } from '../../../shared/messages/names.js';
import { messageAsCalled } from '../../terminal/called.js';
import { openInvoicing, readInvoicedRecord } from '../../../shared/evidence/invoiced.js';
import { readClosed } from '../../../shared/evidence/closed.js';
import type { MonthRead } from '../../../shared/evidence/months.js';
import { readLatestNotice, troubleOf } from '../../../shared/notices/record.js';
import { addDays, addMonths, firstDay, monthOf, nextMonth } from '../../../shared/billing/basics/month.js';
import { line } from '../../terminal/printable.js';
import { today, type Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import {
  findMonth,
  openOrganizations,
  refusedIn,
  type RefusedMessage,
  requireMonth,
  whyCallsWait,
  withOpen,
  type OpenOrganization,
} from '../../months.js';
import { demandOwnLabel } from '../../own-label.js';
import { PLAIN } from '../../terminal/paper.js';
import { renderStatus } from './text.js';
import { withTemporal, type Temporal } from '../../temporal/connection.js';
import { endInWords, utcText } from '../../../shared/run-ends.js';
import { detailsLink, preparedLists, webUiUrl, workflowLink } from '../../../shared/web-ui.js';
import { faultTexts } from './check.js';
import { jsonText } from '../../terminal/printable.js';
import { isParked } from '../../../shared/billing/results/status.js';

export interface StatusOptions {
  /** Default: the month of today. */
  month: Month | undefined;
  json: boolean;
  /** Every organization on the terminal, not the largest alone. */
  isFull?: boolean | undefined;
}

/** Where the month stands: what waits for a person first, then the rest in counts. */
export async function status(context: Context, options: StatusOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const { month = addMonths(monthOf(today(config.schedule.timeZone)), -config.reportMonthOffset), json } = options;
  return withTemporal(context.environment, async (temporal) => {
    const [latest, read] = await Promise.all([latestRun(temporal, config.broker, month), findMonth(config, month)]);
    if (read === null) await demandOwnLabel(context.environment);
    const faults = await faultTexts(temporal.client, config.broker);
    for (const fault of faults)
      if (json) context.say(fault);
      else context.out(`${fault}\n`);
    const isReported = latest !== null && faults.some((fault) => fault.includes(`began on ${utcText(latest.startTime)} `));
    if (read === null && latest?.status.name === 'RUNNING')
      return firstRun(context, { temporal, broker: config.broker, month, run: latest, json });
    if (read === null && faults.length > 0) return EXIT.waits;
    const code = await showMonth(context, {
      temporal,
      config,
      read: read ?? (await requireMonth(config, month)),
      latest,
      options,
      isReportedFailed: isReported,
    });
    return code === EXIT.done && faults.length > 0 ? EXIT.waits : code;
  });
}

/** The latest run that treated the month, by schedule or by command; null when the server knows none. */
async function latestRun({ client }: Temporal, broker: string, month: Month): Promise<WorkflowExecutionInfo | null> {
  const query = `WorkflowType = 'dailyBilling' AND BillingBroker = '${broker}' AND BillingMonth = '${month}'`;
  let latest: WorkflowExecutionInfo | null = null;
  for await (const run of client.workflow.list({ query })) if (latest === null || run.startTime > latest.startTime) latest = run;
  return latest;
}

interface FirstRunInput {
  temporal: Temporal;
  broker: string;
  month: Month;
  run: WorkflowExecutionInfo;
  json: boolean;
}

/** The month's first run is under way: there is nothing on file yet, but the run says what it has so far. */
async function firstRun(context: Context, { temporal, broker, month, run, json }: FirstRunInput): Promise<ExitCode> {
  const link = detailsLink(webUiUrl(context.environment, temporal.address), temporal.namespace, run);
  if (json) {
    const soFar = await temporal.client.workflow.getHandle(run.workflowId).query<MonthResult>(STATUS_QUERY);
    context.out(jsonText({ ...soFar, ...refusedIn(run.memo) }));
  } else {
    const open = await openOrganizations(temporal, broker, month, []);
    const reason = (await callsOfRun(temporal, run)) ?? callsOf(open);
    context.out(`The first run of ${month} has been under way since ${utcText(run.startTime)}: ${link}`);
    if (reason !== null) context.out(reason);
    sayRefusedOfRun(context, run);
    await sayRefused(context, temporal, open, []);
  }
  return EXIT.waits;
}

/** What the run that started it calls it: its name and the month. */
const summaryOf = async ({ client }: Temporal, workflowId: string): Promise<string | undefined> =>
  (await client.workflow.getHandle(workflowId).describe()).staticSummary();

/** Messages to open workflows that were not understood. Of one of which the month says nothing yet, the run that started it has said whose it is. */
async function sayRefused(
  context: Context,
  temporal: Temporal,
  open: Map<string, OpenOrganization>,
  known: OrganizationResult[],
): Promise<void> {
  const names = new Map(known.map(({ organizationId, organizationName }) => [organizationId, organizationName]));
  for (const { organizationId, workflowId, refused } of open.values()) {
    if (refused === null) continue;
    const named = names.get(organizationId) ?? (await summaryOf(temporal, workflowId));
    context.out(line`${named ?? organizationId}${refusedText(refused)}`);
  }
}

/** The last message to the run that was not understood, or what was not of its input; a run that begins says nothing of those before it. */
function sayRefusedOfRun(context: Context, run: WorkflowExecutionInfo | null): void {
  const refused = refusedIn(run?.memo);
  if (refused !== null) context.out(line`The run of ${utcText(run!.startTime)}${refusedText(refused)}`);
}

/** What stands behind the name of the workflow: when the message came, and what is wrong with it. */
const refusedText = ({ refused, refusedAt }: RefusedMessage): string =>
  `${refusedAt === undefined ? '' : `, at ${utcText(new Date(refusedAt))}`}: ${refused}`;

/** Why calls of the run itself wait, its survey of Autotask before all. */
async function callsOfRun({ client }: Temporal, run: WorkflowExecutionInfo | null): Promise<string | null> {
  if (run?.status.name !== 'RUNNING') return null;
  return whyCallsWait({ client }, await client.workflow.getHandle(run.workflowId, run.runId).describe());
}

const callsOf = (open: Map<string, OpenOrganization>): string | null =>
  [...open.values()].find(({ callsWait }) => callsWait !== null)?.callsWait ?? null;

interface ShowMonthInput {
  temporal: Temporal;
  config: BaseConfig;
  read: MonthRead;
  latest: WorkflowExecutionInfo | null;
  options: StatusOptions;
  isReportedFailed: boolean;
}

async function showMonth(
  context: Context,
  { temporal, config, read: { result, record, nothingDue }, latest, options: { json, isFull }, isReportedFailed }: ShowMonthInput,
): Promise<ExitCode> {
  const { broker } = config;
  const known = result.organizations.filter(({ status: state }) => isParked(state)).map(({ organizationId }) => organizationId);
  const open = await openOrganizations(temporal, broker, result.month, known);
  const month = withOpen(result, open);
  const ui = webUiUrl(context.environment, temporal.address);
  const closed = await withEvidence(config, (evidence) => readClosed(evidence, broker, month.month));
  if (json)
    context.out(
      jsonText({
        ...month,
        ...refusedIn(latest?.memo),
        ...(closed.length === 0 ? {} : { certificates: closed.map(({ ref: _, ...one }) => one) }),
      }),
    );
  else
    context.out(
      renderStatus(
        {
          month,
          heldMonth: record.heldMonth,
          nothingDue,
          run: await runLine(temporal, ui, latest, isReportedFailed),
          callsWait: (await callsOfRun(temporal, latest)) ?? callsOf(open),
          closed,
          lostNotice: await lostNotice(config),
          invoicing: await invoicing(config, month.month),
          linkOf: ({ organizationId }) => {
            const page = open.get(organizationId);
            return page
              ? detailsLink(ui, temporal.namespace, page)
              : workflowLink(ui, temporal.namespace, organizationBillingId(broker, month.month, organizationId));
          },
          lists: preparedLists(ui, temporal.namespace, broker, month.month),
          isFull,
        },
        context.paper ?? PLAIN,
      ),
    );
  if (!json) {
    sayRefusedOfRun(context, latest);
    await sayRefused(context, temporal, open, month.organizations);
  }
  return exitCodeOf(month, record.heldMonth);
}

/** Said of the latest notice when it did not go out: anyone who waits for it hears nothing. */
const lostNotice = (config: BaseConfig): Promise<string | null> =>
  withEvidence(config, async (evidence) => troubleOf(await readLatestNotice(evidence, config.broker)));

/** Said from INVOICE_BY_DAY of the next month on, where customers were not charged everything, or nobody has looked. */
function invoicing(config: BaseConfig, month: Month): Promise<string | null> {
  const by = addDays(firstDay(nextMonth(month)), config.invoiceByDay - 1);
  if (today(config.schedule.timeZone) <= by) return Promise.resolve(null);
  return withEvidence(config, async (evidence) => {
    const open = openInvoicing(await readInvoicedRecord(evidence, config.broker, month), month);
    return open && messageAsCalled(open);
  });
}

/** Said of the latest run where it matters: it is under way, or it came to nothing, and what is shown is older; why it failed, where the faults above do not tell. */
async function runLine(
  { client, namespace }: Temporal,
  ui: string,
  run: WorkflowExecutionInfo | null,
  isReported: boolean,
): Promise<string | null> {
  if (run === null || run.status.name === 'COMPLETED' || run.status.name === 'CONTINUED_AS_NEW') return null;
  const page = detailsLink(ui, namespace, run);
  if (run.status.name === 'RUNNING') return `A run has been under way since ${utcText(run.startTime)}: ${page}`;
  const older = `The latest run, of ${utcText(run.startTime)}, ${endInWords(run.status.name)}, so the figures below are older.`;
  if (isReported) return `${older} ${page}`;
  const cause = await client.workflow
    .getHandle(run.workflowId, run.runId)
    .result()
    .then(() => '', innermost);
  return `${older} ${cause} ${page}`;
}
