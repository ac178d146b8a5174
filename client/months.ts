import { us } from './terminal/called.js';
import { isGrpcDeadlineError, type WorkflowExecutionDescription, type WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { isReasonOfGate } from '../shared/autotask/quota.js';
import type { MonthResult, OrganizationResult } from '../shared/billing/results/results.js';
import { isStray } from '../shared/billing/ghosts/strays.js';
import { same } from '../shared/billing/basics/text.js';
import type { Month } from '../shared/billing/types.js';
import type { BaseConfig } from '../shared/config.js';
import { organizationBillingId, REFUSED_AT_MEMO, REFUSED_MEMO, STATUS_QUERY } from '../shared/messages/names.js';
import { firstValue } from '../shared/encryption/converter.js';
import { openEvidence } from '../shared/evidence/index.js';
import { monthsOf, readMonth, type MonthRead } from '../shared/evidence/months.js';
import { didYouMean } from '../shared/nearest.js';
import { CommandError, EXIT } from './terminal/exit.js';
import type { Temporal } from './temporal/connection.js';
import { isParked, type OrganizationStatus } from '../shared/billing/results/status.js';

/** A month as the evidence and the open workflows know it. */

/** The latest run of the month; throws with the command that runs it when there is none. */
export async function requireMonth(config: BaseConfig, month: Month): Promise<MonthRead> {
  const evidence = openEvidence(config.evidence, config);
  try {
    const read = await readMonth(evidence, config.broker, month);
    if (read !== null) return read;
    throw notRunYet(month, (await monthsOf(evidence, config.broker))[0]);
  } finally {
    await evidence.close();
  }
}

export const notRunYet = (month: Month, newest?: Month): CommandError =>
  new CommandError(
    EXIT.failed,
    `${month} has not been run yet (no evidence of it in BILLING_EVIDENCE). Run it with: ${us()} run ${month} --wait${newest === undefined ? '' : `\nThe newest month that was run is ${newest}.`}`,
  );

export async function findMonth(config: BaseConfig, month: Month): Promise<MonthRead | null> {
  const evidence = openEvidence(config.evidence, config);
  try {
    return await readMonth(evidence, config.broker, month);
  } finally {
    await evidence.close();
  }
}

/** An organization's open workflow, as the server knows it; no worker is asked. */
export interface OpenOrganization {
  organizationId: string;
  workflowId: string;
  runId: string;
  status: OrganizationStatus;
  /** Why its calls to Autotask wait now; null when none does. */
  callsWait: string | null;
  /** The last message to it that was not understood; null when the last one was. */
  refused: RefusedMessage | null;
}

/** A message to a workflow that was not understood, in words, and when it came (ISO), which is absent where an earlier version took it. */
export interface RefusedMessage {
  refused: string;
  refusedAt?: string;
}

/**
 * Open workflows of organizations, by organization id. The server's list lags behind by moments, so it is believed only where the evidence says as well
 * that the organization waits: a thousand that wait take a page or two of the list, and what moves is asked one by one.
 */
export async function openOrganizations(
  { client }: Pick<Temporal, 'client'>,
  broker: string,
  month: Month,
  waiting: string[],
): Promise<Map<string, OpenOrganization>> {
  const listed = await listOpen({ client }, broker, month);
  const known = new Set(waiting);
  const ids = [...new Set([...waiting, ...listed.keys()])];
  const isAgreed = (id: string): boolean => known.has(id) && isParked(listed.get(id)?.status ?? 'Running');
  const opened = await inParallel(ids, (id) => (isAgreed(id) ? listed.get(id)! : findOpen({ client }, broker, month, id)));
  return new Map(opened.flatMap((open) => (open === null ? [] : [[open.organizationId, open] as const])));
}

async function listOpen(
  { client }: Pick<Temporal, 'client'>,
  broker: string,
  month: Month,
): Promise<Map<string, OpenOrganization>> {
  const query = `WorkflowType = 'organizationBilling' AND ExecutionStatus = 'Running' AND BillingBroker = '${broker}' AND BillingMonth = '${month}'`;
  const prefix = organizationBillingId(broker, month, '');
  const open = new Map<string, OpenOrganization>();
  for await (const info of client.workflow.list({ query })) {
    const organizationId = info.workflowId.slice(prefix.length);
    open.set(organizationId, openOf(organizationId, info, null));
  }
  return open;
}

const openOf = (
  organizationId: string,
  {
    workflowId,
    runId,
    typedSearchAttributes,
    memo,
  }: Pick<WorkflowExecutionInfo, 'workflowId' | 'runId' | 'typedSearchAttributes' | 'memo'>,
  callsWait: string | null,
): OpenOrganization => ({
  organizationId,
  workflowId,
  runId,
  status: (typedSearchAttributes.get(BILLING_STATUS) ?? 'Running') as OrganizationStatus,
  callsWait,
  refused: refusedIn(memo),
});

/** What was last not understood of what came to a workflow; null where all was. */
export function refusedIn(memo: WorkflowExecutionInfo['memo'] | undefined): RefusedMessage | null {
  const { [REFUSED_MEMO]: refused, [REFUSED_AT_MEMO]: refusedAt } = memo ?? {};
  if (typeof refused !== 'string') return null;
  return typeof refusedAt === 'string' ? { refused, refusedAt } : { refused };
}

async function findOpen(
  { client }: Pick<Temporal, 'client'>,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<OpenOrganization | null> {
  try {
    const described = await client.workflow.getHandle(organizationBillingId(broker, month, organizationId)).describe();
    return described.status.name === 'RUNNING'
      ? openOf(organizationId, described, await whyCallsWait({ client }, described))
      : null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}

/** What the gate says in the heartbeats of a workflow's activities; null when it holds none of their calls. */
export async function whyCallsWait(
  { client }: Pick<Temporal, 'client'>,
  { raw }: WorkflowExecutionDescription,
): Promise<string | null> {
  for (const { heartbeatDetails } of raw.pendingActivities ?? []) {
    const text = await firstValue(client.options.loadedDataConverter, heartbeatDetails?.payloads);
    if (typeof text === 'string' && isReasonOfGate(text)) return text;
  }
  return null;
}

const BILLING_STATUS = defineSearchAttributeKey('BillingStatus', 'KEYWORD');

/** Requests to the server that are under way at once. */
const AT_ONCE = 20;

/** The answers in the order of what was asked; the next is asked as soon as one has answered. */
export async function inParallel<T, R>(all: T[], work: (one: T) => R | Promise<R>): Promise<R[]> {
  const results = new Array<R>(all.length);
  const rest = all.entries();
  const lane = async (): Promise<void> => {
    for (const [index, one] of rest) results[index] = await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, lane));
  return results;
}

/** A worker that is there answers a query well within this. */
const ANSWER_WITHIN_MS = 10_000;

/** What an open organization workflow shows, or null when none is open under the id. Needs a worker, and says so when none answers. */
export async function askOpen({ client }: Pick<Temporal, 'client'>, workflowId: string): Promise<OrganizationResult | null> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { status } = await handle.describe();
    if (status.name !== 'RUNNING') return null;
    return await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () => handle.query<OrganizationResult>(STATUS_QUERY));
  } catch (error) {
    if (isNotFound(error)) return null;
    if (isGrpcDeadlineError(error)) throw new CommandError(EXIT.unreachable, `No worker answers. Start one with: ${us()} worker`);
    throw error;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof Error && error.name === 'WorkflowNotFoundError';

/** The month with what its open workflows show now: one that runs again is running, whatever it was before. */
export function withOpen(month: MonthResult, open: Map<string, OpenOrganization>): MonthResult {
  const organizations = month.organizations.map((organization) => {
    const now = open.get(organization.organizationId);
    return { ...organization, ...now?.refused, ...(now?.status === 'Running' ? { status: 'Running' as const } : {}) };
  });
  return { ...month, organizations };
}

/** An organization by id or exact name. */
export function findOrganization(
  known: { organizationId: string; organizationName: string }[],
  text: string,
  month: Month,
): string {
  const hits = known.filter(({ organizationId, organizationName }) => same(organizationId, text) || same(organizationName, text));
  const found = hits.length === 1 ? hits[0]!.organizationId : text.trim();
  if (isStray(found))
    throw new CommandError(
      EXIT.usage,
      `${found} is a company in Autotask where no organization is billed: there is nothing to plan, release or skip. End its amounts in Autotask, or dismiss them with: ${us()} dismiss ${month} --contract ID --reason TEXT`,
    );
  if (hits.length === 1) return found;
  if (hits.length > 1)
    throw new CommandError(
      EXIT.usage,
      `Several organizations are called "${text}": ${hits.map(({ organizationId }) => organizationId).join(', ')}. Use the id.`,
    );
  const names = known.map(({ organizationName }) => organizationName).filter(Boolean);
  const guess = didYouMean(text, names);
  throw new CommandError(
    EXIT.usage,
    `No organization "${text}" in ${month}.${guess || ` Known: ${names.slice(0, 20).join(', ') || 'none'}.`}`,
  );
}
