import { isBreaker } from '../../shared/billing/breakers.js';
import { summaryText } from '../../shared/billing/markdown.js';
import { isParked, type OrganizationResult } from '../../shared/billing/results.js';
import { same } from '../../shared/billing/text.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { loadBaseConfig, loadConfig, type BaseConfig } from '../../shared/config.js';
import {
  APPROVE_SIGNAL,
  BILLING_QUEUE,
  organizationBillingId,
  WORKFLOWS,
  type OrganizationBillingInput,
} from '../../shared/contract.js';
import type { Context } from '../context.js';
import { today } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { askOpen, findMonth, findOrganization, inParallel, isNotFound, openOrganizations } from '../months.js';
import { readPlanFile, type KeptPlans } from '../plan-file.js';
import { ensureSearchAttributes, withTemporal, type Temporal } from '../temporal.js';
import { line } from '../render/printable.js';

/** Signals to single organizations, as the Web UI sends them: one text each. */

export interface SignalOptions {
  month: Month;
  organizations: string[];
  reason: string;
  asOf?: Day | undefined;
}

/** `skip` and `rerun`: reach the open workflow, or start one where none is open. */
export async function steer(
  context: Context,
  signal: 'skip' | 'rerun',
  { month, organizations, reason, asOf }: SignalOptions,
): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  if (organizations.length === 0)
    throw new CommandError(EXIT.usage, 'Which organization? Expected --organization with an id or exact name.');
  return withTemporal(context.environment, async (temporal) => {
    await ensureSearchAttributes(temporal);
    const ids = await resolve(context, config, month, organizations);
    const day = asOf ?? (await findMonth(config, month))?.result.asOf ?? today(config.schedule.timeZone);
    for (const organizationId of ids) {
      await signalWithStart(temporal, config.broker, { month, organizationId, asOf: day }, signal, reason);
      context.out(`Sent ${signal} to ${organizationId}. See what comes of it with: billing status ${month}`);
    }
    return EXIT.done;
  });
}

export async function signalWithStart(
  { client }: Temporal,
  broker: string,
  { month, organizationId, asOf }: { month: Month; organizationId: string; asOf: Day },
  signal: string,
  reason: string,
): Promise<void> {
  const input: OrganizationBillingInput = { broker, month, asOf, mode: null, organizationId, given: null, parentId: null };
  await client.workflow.signalWithStart(WORKFLOWS.organization, {
    workflowId: organizationBillingId(broker, month, organizationId),
    taskQueue: BILLING_QUEUE,
    args: [input],
    signal,
    signalArgs: [reason],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summaryText([organizationId, month].join(' ')),
    searchAttributes: {
      BillingBroker: [broker],
      BillingMonth: [month],
      BillingOrganization: [organizationId],
      BillingStatus: ['Running'],
    },
  });
}

/** Ids of the organizations that people named: from the month's evidence, else from Cloudmore. */
async function resolve(context: Context, config: BaseConfig, month: Month, organizations: string[]): Promise<string[]> {
  const known = (await findMonth(config, month))?.result.organizations ?? [];
  const isKnown = (text: string): boolean =>
    known.some(({ organizationId, organizationName }) =>
      [organizationId, organizationName].some((value) => value.toLowerCase() === text.trim().toLowerCase()),
    );
  const all = organizations.every(isKnown) ? known : await fromCloudmore(context);
  return organizations.map((text) => findOrganization(all, text, month));
}

async function fromCloudmore(context: Context): Promise<{ organizationId: string; organizationName: string }[]> {
  const { Cloudmore } = await import('../../shared/cloudmore/index.js');
  const cloudmore = new Cloudmore(loadConfig(context.environment).cloudmore);
  return (await cloudmore.listOrganizations()).map(({ id, name }) => ({ organizationId: id, organizationName: name }));
}

export interface ApproveOptions {
  month: Month;
  organizations: string[];
  all: boolean;
  digest?: string | undefined;
  /** File of `plan --out`. */
  plan?: string | undefined;
}

/** Releases plans that wait, exactly as shown: the digest names the plan, and a plan that changed since waits again. */
export async function approve(context: Context, { month, organizations, all, digest, plan }: ApproveOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const ways = [all, organizations.length > 0, plan !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new CommandError(EXIT.usage, 'Expected one of --all, --plan FILE, and --organization with an id or exact name.');
  if (digest !== undefined && organizations.length !== 1)
    throw new CommandError(EXIT.usage, '--digest names one plan; expected exactly one --organization.');
  const kept = plan === undefined ? null : await readPlanFile(plan, config.broker, month);
  return withTemporal(context.environment, async (temporal) => {
    if (kept !== null) return approvePlans(context, temporal, config, month, kept);
    const waiting = all
      ? await everyWaiting(temporal, config, month)
      : await named(context, temporal, config, month, organizations);
    await releaseAll(context, temporal, config.broker, month, waiting, digest);
    if (waiting.length === 0) context.out(`Nothing of ${month} waits for approval.`);
    return EXIT.done;
  });
}

/** Releases what waits as the file has it; what moved since, or is not in it, goes on waiting and is named. */
async function approvePlans(
  context: Context,
  temporal: Temporal,
  config: BaseConfig,
  month: Month,
  { organizations }: KeptPlans,
): Promise<ExitCode> {
  const waiting = await everyWaiting(temporal, config, month);
  const keptOf = ({ organizationId }: OrganizationResult): string | undefined =>
    organizations.find((kept) => same(kept.organizationId, organizationId))?.digest;
  const fitting = waiting.filter((organization) => keptOf(organization) === organization.planDigest);
  await releaseAll(context, temporal, config.broker, month, fitting, undefined);
  for (const organization of waiting.filter((other) => !fitting.includes(other)))
    context.out(
      line`${organization.organizationName} goes on waiting: ${keptOf(organization) === undefined ? 'it is not in the file' : `its plan moved since, and waits as ${organization.planDigest}`}.`,
    );
  if (waiting.length === 0) context.out(`Nothing of ${month} waits for approval.`);
  if (fitting.length === waiting.length) return EXIT.done;
  context.out(
    `${waiting.length - fitting.length} of ${waiting.length} plans were not released. Look at them anew with: billing plan ${month}`,
  );
  return EXIT.waits;
}

async function everyWaiting(temporal: Temporal, config: BaseConfig, month: Month): Promise<OrganizationResult[]> {
  const known = (await findMonth(config, month))?.result.organizations ?? [];
  const parked = known.filter(({ status }) => isParked(status)).map(({ organizationId }) => organizationId);
  const open = await openOrganizations(temporal, config.broker, month, parked);
  const asked = [...open.values()].filter(({ status }) => status === 'AwaitingApproval' || status === 'NeedsAttention');
  const results = await inParallel(asked, ({ workflowId }) => askOpen(temporal, workflowId));
  return results.filter((result) => result !== null).filter(isReleasable);
}

/** A plan that waits for approval, or that a circuit breaker holds (rules 1.4, 9). */
const isReleasable = ({ status, items }: OrganizationResult): boolean =>
  status === 'AwaitingApproval' ||
  (status === 'NeedsAttention' && items.some(({ reason }) => isBreaker(reason) || reason === 'awaiting-approval'));

async function named(
  context: Context,
  temporal: Temporal,
  config: BaseConfig,
  month: Month,
  organizations: string[],
): Promise<OrganizationResult[]> {
  const ids = await resolve(context, config, month, organizations);
  return Promise.all(
    ids.map(async (id) => {
      const open = await askOpen(temporal, organizationBillingId(config.broker, month, id));
      if (open && isReleasable(open)) return open;
      throw new CommandError(
        EXIT.failed,
        line`${open?.organizationName ?? id} has no plan that waits for approval in ${month}${open ? ` (it is ${open.status})` : ''}. See: billing status ${month}`,
      );
    }),
  );
}

async function releaseAll(
  context: Context,
  temporal: Temporal,
  broker: string,
  month: Month,
  waiting: OrganizationResult[],
  digest: string | undefined,
): Promise<void> {
  await inParallel(waiting, (organization) => release(context, temporal, broker, month, organization, digest));
  if (waiting.length > 0) context.out(`See what comes of it with: billing status ${month}`);
}

async function release(
  context: Context,
  { client }: Temporal,
  broker: string,
  month: Month,
  { organizationId, organizationName, planDigest }: OrganizationResult,
  digest: string | undefined,
): Promise<void> {
  if (digest !== undefined && digest !== planDigest)
    throw new CommandError(
      EXIT.failed,
      line`The plan of ${organizationName} is not the one you name any more: it waits as ${planDigest}. Look at it with: billing status ${month}`,
    );
  try {
    await client.workflow
      .getHandle(organizationBillingId(broker, month, organizationId))
      .signal(APPROVE_SIGNAL, planDigest ?? '');
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return context.out(line`${organizationName} ended in this moment and does not wait any more.`);
  }
  context.out(line`Released ${organizationName} as ${planDigest}.`);
}
