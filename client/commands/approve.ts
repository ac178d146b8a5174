import { resolveOrganizations } from '../named-organizations.js';
import { answerOf } from '../temporal/start-with.js';
import { ServiceError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { hint } from '../terminal/called.js';
import { reasonInWords } from '../../shared/billing/results/advice.js';
import { option } from '../../shared/billing/basics/command.js';
import { isAwaited } from '../../shared/billing/plan/breakers.js';
import { isBreaker } from '../../shared/billing/plan/breakers.js';
import { salesText } from '../../shared/billing/basics/sales-text.js';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { same } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig, type BaseConfig } from '../../shared/config.js';
import { APPROVE_UPDATE, organizationBillingId } from '../../shared/messages/names.js';
import { type Sender } from '../../shared/messages/decisions.js';
import { confirmSum, confirmYes } from '../terminal/confirm.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { askOpen, findMonth, inParallel, isNotFound, openOrganizations } from '../months.js';
import { senderOf } from '../sender.js';
import { readPlanFile, type KeptPlans } from '../plan/file.js';
import { line } from '../terminal/printable.js';
import { withTemporal, type Temporal } from '../temporal/connection.js';
import { isOpenForPerson, isParked, standsAsIn, statusInWords } from '../../shared/billing/results/status.js';

/** Releases plans that wait, exactly as shown: the digest names the plan, and a plan that changed since waits again. */

export interface ApproveOptions {
  month: Month;
  organizations: string[];
  /** Every plan that waits for approval, and nothing that a breaker holds. */
  all: boolean;
  /** What circuit breakers hold. */
  breakers: boolean;
  /** Their sum, for where nobody can be asked. */
  yes?: string | undefined;
  digest?: string | undefined;
  /** File of `plan --out`. */
  plan?: string | undefined;
  actor?: string | undefined;
  reason?: string | undefined;
}

export async function approve(context: Context, options: ApproveOptions): Promise<ExitCode> {
  const { month, organizations, digest, plan } = options;
  const config = loadBaseConfig(context.environment);
  checkUsage(options);
  const kept = plan === undefined ? null : await readPlanFile(plan, config.broker, month);
  return withTemporal(context.environment, async (temporal) => {
    if (kept !== null) return approvePlans(context, { temporal, config, options, kept });
    if (organizations.length === 0) return approveMany(context, temporal, config, options);
    const waiting = await named(context, { temporal, config, month, organizations });
    return releaseAll(context, { temporal, broker: config.broker, options, waiting, digest });
  });
}

function checkUsage({ all, breakers, organizations, plan, digest, yes }: ApproveOptions): void {
  const ways = [all || breakers, organizations.length > 0, plan !== undefined].filter(Boolean).length;
  if (ways !== 1)
    throw new CommandError(
      EXIT.usage,
      'Expected one of --all, --plan FILE, and --organization with an id or exact name; --breakers for what breakers hold.',
    );
  if (digest !== undefined && organizations.length !== 1)
    throw new CommandError(EXIT.usage, '--digest names one plan; expected exactly one --organization.');
  if (yes !== undefined && !breakers) throw new CommandError(EXIT.usage, '--yes confirms the sum of what --breakers releases.');
}

/** Approvals, or what breakers hold, or both. What is left waiting is named. */
async function approveMany(context: Context, temporal: Temporal, config: BaseConfig, options: ApproveOptions): Promise<ExitCode> {
  const { month, all, breakers, yes } = options;
  const waiting = await everyWaiting(temporal, config, month);
  const held = waiting.filter(isHeldByBreaker);
  if (breakers && held.length > 0) await confirm(context, held, yes);
  const approvals = all ? waiting.filter((one) => !isHeldByBreaker(one) && !isOfClosedMonth(one)) : [];
  if (approvals.length > 0) await confirmApprovals(context, approvals);
  const released = [...approvals, ...(breakers ? held : [])];
  const code = await releaseAll(context, { temporal, broker: config.broker, options, waiting: released, digest: undefined });
  if (released.length === 0) context.out(line`Nothing in ${month} waits for ${all ? 'approval' : 'the release of a breaker'}.`);
  const closed = waiting.filter((one) => isOfClosedMonth(one) && !isHeldByBreaker(one));
  sayClosed(context, month, closed);
  if (breakers || held.length === 0) return closed.length > 0 ? EXIT.waits : code;
  const are = held.length === 1 ? '1 organization is' : `${held.length} organizations are`;
  context.out(line`${are} held by circuit breakers and not released, ${sumOf(held)}:`);
  for (const one of held) context.out(line`  ${lineOf(one)}`);
  context.out(line`Check each of them. To release them all: ${hint('approve', month, '--breakers')}`);
  return EXIT.waits;
}

/** What moves a month that was certified is released one by one, each by name. */
const isOfClosedMonth = ({ items }: OrganizationResult): boolean => items.some(({ reason }) => reason === 'month-closed');

function sayClosed(context: Context, month: Month, closed: OrganizationResult[]): void {
  if (closed.length === 0) return;
  const are = closed.length === 1 ? '1 plan changes' : `${closed.length} plans change`;
  context.out(line`${are} a month that is closed. Release each of them by name:`);
  for (const { organizationId, organizationName } of closed)
    context.out(line`  ${organizationName}: ${hint('approve', month, ...option('--organization', organizationId))}`);
}

const isHeldByBreaker = ({ items }: OrganizationResult): boolean => items.some(({ reason }) => isBreaker(reason));

/** What is held of them, by currency: "15,319.93 EUR". */
const sumOf = (organizations: OrganizationResult[]): string => {
  const items = organizations.flatMap((one) =>
    one.items.filter(({ outcome, reason }) => outcome === 'held' || isBreaker(reason)),
  );
  return salesText(items);
};

const lineOf = (one: OrganizationResult): string => {
  const reasons = new Set(one.items.flatMap(({ reason }) => (reason !== null && isBreaker(reason) ? [reason] : [])));
  return line`${one.organizationName}: ${sumOf([one])} (${[...reasons].map(reasonInWords).join(', ')})`;
};

/** A breaker stops what nobody expected: the person who releases it has read the list and the sum. */
async function confirm(context: Context, held: OrganizationResult[], yes: string | undefined): Promise<void> {
  const expected = sumOf(held);
  context.say(line`Held by circuit breakers:`);
  for (const one of held) context.say(line`  ${lineOf(one)}`);
  context.say(line`Together: ${expected}`);
  await confirmSum(context, { expected, yes, question: 'Type the sum to release them', otherwise: 'Nothing was released' });
}

const confirmApprovals = (context: Context, approvals: OrganizationResult[]): Promise<void> =>
  confirmYes(
    context,
    line`Release ${approvals.length === 1 ? 'the plan that waits' : `${approvals.length} plans`}, ${sumOf(approvals)}?`,
    'Nothing was released',
  );

interface ApprovePlansInput {
  temporal: Temporal;
  config: BaseConfig;
  options: ApproveOptions;
  kept: KeptPlans;
}

/** Releases what waits as the file has it; what moved since, or is not in it, keeps waiting and is named. */
async function approvePlans(
  context: Context,
  { temporal, config, options, kept: { organizations } }: ApprovePlansInput,
): Promise<ExitCode> {
  const { month } = options;
  const waiting = await everyWaiting(temporal, config, month);
  const keptOf = ({ organizationId }: OrganizationResult): string | undefined =>
    organizations.find((kept) => same(kept.organizationId, organizationId))?.digest;
  const fitting = waiting.filter((organization) => keptOf(organization) === organization.planDigest);
  const code = await releaseAll(context, { temporal, broker: config.broker, options, waiting: fitting, digest: undefined });
  for (const organization of waiting.filter((other) => !fitting.includes(other)))
    context.out(
      line`${organization.organizationName} was not released: ${keptOf(organization) === undefined ? 'it is not in the file' : `its plan has changed. The new plan's digest is ${organization.planDigest}`}.`,
    );
  if (waiting.length === 0) context.out(line`Nothing in ${month} waits for approval.`);
  if (fitting.length === waiting.length) return code;
  context.out(
    `${waiting.length - fitting.length} of ${waiting.length} plans were not released. Check them again with: ${hint('plan', month)}`,
  );
  return EXIT.waits;
}

async function everyWaiting(temporal: Temporal, config: BaseConfig, month: Month): Promise<OrganizationResult[]> {
  const known = (await findMonth(config, month))?.result.organizations ?? [];
  const parked = known.filter(({ status }) => isParked(status)).map(({ organizationId }) => organizationId);
  const open = await openOrganizations(temporal, config.broker, month, parked);
  const asked = [...open.values()].filter(({ status }) => isOpenForPerson(status));
  const results = await inParallel(asked, ({ workflowId }) => askOpen(temporal, workflowId));
  return results.filter((result) => result !== null).filter(isReleasable);
}

/** A plan that waits for approval, that a circuit breaker holds (rules 1.4, 9), or that moves a month which is closed. */
const isReleasable = (one: OrganizationResult): boolean =>
  one.status === 'AwaitingApproval' ||
  (one.status === 'NeedsAttention' &&
    (isHeldByBreaker(one) || isOfClosedMonth(one) || one.items.some(({ reason }) => isAwaited(reason))));

interface NamedInput {
  temporal: Temporal;
  config: BaseConfig;
  month: Month;
  organizations: string[];
}

async function named(context: Context, { temporal, config, month, organizations }: NamedInput): Promise<OrganizationResult[]> {
  const ids = await resolveOrganizations(context, config, month, organizations);
  return Promise.all(
    ids.map(async (id) => {
      const open = await askOpen(temporal, organizationBillingId(config.broker, month, id));
      if (open && isReleasable(open)) return open;
      throw new CommandError(
        EXIT.failed,
        `${open?.organizationName ?? id} has no plan that waits for approval in ${month}${open ? ` (it is ${statusInWords(open.status)})` : ''}. See: ${hint('status', month)}`,
      );
    }),
  );
}

/** Anyone who releases one plan waits for the result; several continue in the background. */
const ONE_WITHIN_MS = 15_000;
const MANY_WITHIN_MS = 500;

interface ReleaseAllInput {
  temporal: Temporal;
  broker: string;
  options: ApproveOptions;
  waiting: OrganizationResult[];
  digest: string | undefined;
}

async function releaseAll(
  context: Context,
  { temporal, broker, options: { month, actor, reason }, waiting, digest }: ReleaseAllInput,
): Promise<ExitCode> {
  const from = senderOf(actor, reason);
  const withinMs = waiting.length === 1 ? ONE_WITHIN_MS : MANY_WITHIN_MS;
  const taken = await inParallel(waiting, (organization) =>
    release(context, temporal, { broker, month, digest, withinMs, from }, organization),
  );
  if (waiting.length > 0) context.out(line`See the result with: ${hint('status', month)}`);
  return taken.every(Boolean) ? EXIT.done : EXIT.waits;
}

/** A release that needs a second person is noted, and the plan keeps waiting. Of one that is answered later nobody knows yet. */
function sayOf(answer: string | null): string {
  if (answer === null) return 'Sent the release of';
  return standsAsIn(answer, 'AwaitingApproval') ? 'Noted the release of' : 'Released';
}

interface Releasing {
  broker: string;
  month: Month;
  digest: string | undefined;
  withinMs: number;
  from: Sender;
}

/** Answers whether the workflow took it. */
async function release(
  context: Context,
  { client }: Temporal,
  { broker, month, digest, withinMs, from }: Releasing,
  { organizationId, organizationName, planDigest }: OrganizationResult,
): Promise<boolean> {
  if (digest !== undefined && digest !== planDigest)
    throw new CommandError(
      EXIT.failed,
      line`The plan of ${organizationName} has changed since. The new one waits as ${planDigest}. Check it with: ${hint('status', month)}`,
    );
  const handle = client.workflow.getHandle(organizationBillingId(broker, month, organizationId));
  // The same one however often it is sent: what arrived, though its answer did not, is no second release.
  const updateId = randomUUID();
  try {
    const update = await patiently(() =>
      handle.startUpdate<string, [string, Sender]>(APPROVE_UPDATE, {
        args: [planDigest ?? '', from],
        waitForStage: 'ACCEPTED',
        updateId,
      }),
    );
    const answer = await answerOf(client, update, withinMs);
    context.out(line`${sayOf(answer)} ${organizationName} as ${planDigest}.${answer === null ? '' : ` ${answer}`}`);
    return true;
  } catch (error) {
    if (isNotFound(error)) {
      context.out(line`${organizationName} finished just now and no longer needs approval.`);
      return true;
    }
    if (!(error instanceof CommandError) && !isOfServer(error)) throw error;
    context.out(line`${organizationName} was not released: ${saidBy(error)}`);
    return false;
  }
}

/** A server with hundreds of releases at once may be late; others must not wait for that, nor be left out. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (const pause of PAUSES_MS)
    try {
      return await ask();
    } catch (error) {
      if (!isOfServer(error) || isNotFound(error)) throw error;
      await sleep(pause);
    }
  return ask();
}

const PAUSES_MS = [2_000, 10_000];

const isOfServer = (error: unknown): error is Error =>
  error instanceof ServiceError || error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

function saidBy(error: Error): string {
  if (error instanceof CommandError) return error.message;
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `Temporal did not accept it (${error.message}${cause}). Repeat the command.`;
}
