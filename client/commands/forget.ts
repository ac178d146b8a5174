import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import { monthsDue } from '../../shared/billing/basics/month.js';
import { fold, same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig, type BaseConfig } from '../../shared/config.js';
import { WORKFLOWS } from '../../shared/messages/names.js';
import { Keyring } from '../../shared/encryption/keyring.js';
import { EvidenceMissing, openEvidence, openStore, type Evidence } from '../../shared/evidence/index.js';
import { Forgetter, type Forgetting } from '../../shared/evidence/forget.js';
import { monthName, type MonthRecord, type ReportManifest } from '../../shared/evidence/months.js';
import type { Whom } from '../../shared/evidence/redaction.js';
import { openSigner, signHead } from '../../shared/evidence/signing.js';
import { progressOn, today, type Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { checkOutput, writeOutput } from '../files.js';
import { deleteExecutions, executionsOf, historyText } from '../temporal/histories.js';
import { jsonText } from '../terminal/printable.js';
import { withTemporal } from '../temporal/connection.js';

export interface ForgetOptions {
  organization: string;
  export?: string | undefined;
  write: boolean;
  json: boolean;
}

type Execution = Pick<WorkflowExecutionInfo, 'workflowId' | 'runId'>;

/** Takes an organization out of evidence and histories: shows what goes, and with `--write` takes it away for good. Autotask and Cloudmore are not touched. */
export async function forget(context: Context, options: ForgetOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  await checkOutput(options.export);
  const store = openStore(config.evidence);
  const evidence = openEvidence(config.evidence, config);
  try {
    const forgetter = new Forgetter(store, { broker: config.broker, keyring: new Keyring(config.keys) });
    const found = await lookFor(context, forgetter, options.organization);
    await refuseWhileBilled(evidence, config, found.whom);
    return await withTemporal(context.environment, async ({ client }) => {
      const executions = await executionsAbout(client, config.broker, found.whom);
      await exportFirst(context, forgetter, found, options.export);
      if (options.write) {
        // Histories go first: by the names that the evidence knows they are found again after an interruption.
        await deleteExecutions(client, executions);
        const signer = await openSigner(config.keys);
        await forgetter.carryOut(found, signer);
        await signHead(evidence, config.broker, signer);
      }
      report(context, found, executions, options);
      return EXIT.done;
    });
  } finally {
    await Promise.all([store.close(), evidence.close()]);
  }
}

async function lookFor(context: Context, forgetter: Forgetter, wanted: string): Promise<Forgetting> {
  const found = await forgetter.look(wanted.trim(), progressOn(context));
  if (found === 'several')
    throw new CommandError(EXIT.usage, `More than one organization was called "${wanted}". Name it by its id.`);
  if (found !== null) return found;
  throw new CommandError(
    EXIT.failed,
    `BILLING_EVIDENCE knows no organization with the id or the exact name "${wanted}". A forgotten organization is known only by its id.`,
  );
}

// ---------------------------------------------------------------------------------------------------------------- refusing

/** What the next run would read, and keep, again is not forgotten. */
async function refuseWhileBilled(evidence: Evidence, config: BaseConfig, whom: Whom): Promise<void> {
  const months: Month[] = [];
  for (const month of monthsDue(today(config.schedule.timeZone), config.recheckDays, config.reportMonthOffset))
    if (await hasLines(evidence, config.broker, month, whom)) months.push(month);
  if (months.length === 0) return;
  throw new CommandError(
    EXIT.waits,
    [
      `${whom.names[0] ?? whom.organizationId} is still billed: the report of ${months.join(' and ')} has lines for it, and the next run would store them again. Nothing was forgotten.`,
      'End its subscriptions in Cloudmore and bill its last month; forget it once no run checks that month any longer',
      `(BILLING_RECHECK_DAYS: ${config.recheckDays} days after the month).`,
    ].join('\n'),
  );
}

async function hasLines(evidence: Evidence, broker: string, month: Month, { organizationId }: Whom): Promise<boolean> {
  const ref = await evidence.pointer(monthName(broker, month));
  if (ref === null) return false;
  const { report } = await evidence.get<MonthRecord>(ref);
  const { slices, counted = [] } = report === undefined ? { slices: [] } : await manifestOf(evidence, report);
  return (
    slices.some((slice) => same(slice.organizationId, organizationId) && slice.lines > 0) ||
    counted.some((one) => same(one.organizationId, organizationId) && one.amounts.some(({ lines }) => lines > 0))
  );
}

/** A report that is no longer stored does not show that anybody is billed. */
async function manifestOf(evidence: Evidence, report: string): Promise<Pick<ReportManifest, 'slices' | 'counted'>> {
  try {
    return await evidence.get<ReportManifest>(report);
  } catch (error) {
    if (error instanceof EvidenceMissing) return { slices: [] };
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------- histories

/** Its own executions, and closed ones of others whose histories name it: runs tell what waits by name and amount. */
async function executionsAbout(client: Client, broker: string, whom: Whom): Promise<Execution[]> {
  const about: Execution[] = [];
  for await (const execution of executionsOf(client, broker)) {
    const { workflowId, runId, type, status } = execution;
    const isOpen = status.name === 'RUNNING' || status.name === 'PAUSED';
    if (isOpen && type === WORKFLOWS.daily)
      throw new CommandError(
        EXIT.waits,
        `A run is under way (${workflowId}). Nothing was forgotten; wait until it ends, then try again.`,
      );
    const isOwn = fold(workflowId).endsWith(`/${whom.organizationId}`);
    if (isOwn || (!isOpen && isNamedIn(await historyText(client, execution), whom))) about.push({ workflowId, runId });
  }
  return about;
}

function isNamedIn(text: string, { organizationId, names }: Whom): boolean {
  const folded = text.toLowerCase();
  return (
    folded.includes(organizationId) || names.some((name) => folded.includes(JSON.stringify(name).slice(1, -1).toLowerCase()))
  );
}

// ---------------------------------------------------------------------------------------------------------------- telling

async function exportFirst(context: Context, forgetter: Forgetter, found: Forgetting, file: string | undefined): Promise<void> {
  if (file === undefined) return;
  const { organizationId, names } = found.whom;
  const content = { organizationId, names, exportedAt: new Date().toISOString(), evidence: await forgetter.export(found) };
  await writeOutput(file, `${jsonText(content)}\n`);
  context.say(`What the evidence keeps of it is in ${file}.`);
}

function report(
  context: Context,
  found: Forgetting,
  executions: Execution[],
  { json, write, export: file }: ForgetOptions,
): void {
  const { whom, ownNames, changedNames, values, hasKey } = found;
  const reported = {
    organizationId: whom.organizationId,
    pseudonym: whom.pseudonym,
    names: ownNames.length,
    changed: changedNames.length,
    values,
    key: hasKey,
    workflows: executions.length,
    exported: file ?? null,
    written: write,
  };
  context.out(json ? jsonText(reported) : textOf(reported));
  if (file === undefined && !write) context.say('To keep a copy first: --export FILE');
  if (!write) context.say('Nothing was forgotten. To do it: --write');
  else if (file === undefined) context.say('Nothing was exported.');
}

interface Forgotten {
  organizationId: string;
  pseudonym: string;
  names: number;
  changed: number;
  values: number;
  key: boolean;
  workflows: number;
  written: boolean;
}

function textOf({ organizationId, pseudonym, names, changed, values, key, workflows, written }: Forgotten): string {
  if (names + changed + values + workflows === 0 && !key) return `${organizationId} is forgotten already: nothing names it.`;
  const tense = written ? 'is forgotten' : 'would be forgotten';
  return [
    `${organizationId} ${tense}; where a name is required it is ${pseudonym}:`,
    `  evidence: ${names} of its own records removed, ${changed} of other records and months stored again without it, ${values} values removed${key ? ', its key destroyed' : ''}`,
    `  Temporal: ${workflows} executions deleted with their histories`,
    '  kept: ids of contracts, subscriptions and charges, so that nothing is billed twice; sums of months; certificates, which stay valid',
    '  not reached: what Cloudmore and Autotask keep, files that people saved, backups made before',
  ].join('\n');
}
