import { condition, log, setHandler, workflowInfo } from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import {
  APPROVE_SIGNAL,
  APPROVE_UPDATE,
  REPORT_SIGNAL,
  RERUN_SIGNAL,
  RERUN_UPDATE,
  SKIP_SIGNAL,
  SKIP_UPDATE,
  UNDO_UPDATE,
} from '../shared/messages/names.js';
import { approve, approveNow, misnamed, newReport, rerun, rerunNow, skip, skipNow, status, undoNow } from './definitions.js';
import { demanded, readDigest, readFrom, readReason, readReport, refusedUpdate, type From, type Read } from './messages.js';
import { afterTurns, isCutShort, isFresh, showRefused, type OrganizationState } from './organization-state.js';
import { MISNAMED, misnamedRefusal } from './refused.js';
import { standsAs, statusInWords } from '../shared/billing/results/status.js';

/** What one kind of signal does: the same before and after the workflow has begun. */
interface Heard {
  signal: SignalDefinition<unknown[]>;
  description: string;
  take: (organization: OrganizationState, raw: unknown, from: unknown) => void;
}

/** An update is refused where it was typed, and answers what came of it. */
interface Answered {
  update: UpdateDefinition<string, [raw: unknown, from: unknown]>;
  description: string;
  /** `organization` is null as long as the workflow has not begun. */
  demand: (raw: unknown, organization: OrganizationState | null) => void;
  take: (organization: OrganizationState, raw: unknown, from: unknown) => Promise<string>;
}

const REASON = 'Argument: the reason, as one text';

const HEARD: Heard[] = [
  {
    signal: newReport,
    description: 'Used by the daily run: hands over a new report',
    take: hearReport,
  },
  {
    signal: skip,
    description: `Do not bill this organization this month. ${REASON}`,
    take: hearSkip,
  },
  {
    signal: rerun,
    description: `Plan it again now, with a fresh report; lifts a skip. ${REASON}`,
    take: hearRerun,
  },
  {
    signal: approve,
    description: "Release the plan that waits, exactly as shown. Argument: the plan's digest, as one text",
    take: hearApprove,
  },
  { signal: misnamed, description: MISNAMED, take: hearMisnamed },
];

const ANSWERED: Answered[] = [
  {
    update: skipNow,
    description: `Do not bill this organization this month, and answer with the result. ${REASON}`,
    demand: (raw) => void demanded(SKIP_UPDATE, readReason(raw)),
    take: (organization, raw, from) => skipAndAnswer(organization, demanded(SKIP_UPDATE, readReason(raw)), readFrom(from)),
  },
  {
    update: rerunNow,
    description: `Plan it again now, and answer with the result. ${REASON}`,
    demand: (raw) => void demanded(RERUN_UPDATE, readReason(raw)),
    take: (organization, raw, from) => rerunAndAnswer(organization, demanded(RERUN_UPDATE, readReason(raw)), readFrom(from)),
  },
  {
    update: approveNow,
    description:
      "Release the plan that waits, exactly as shown, and answer with the result. Argument: the plan's digest, as one text",
    demand: (raw, organization) => {
      const digest = demanded(APPROVE_UPDATE, readDigest(raw));
      if (organization !== null) demandWaiting(organization, digest);
    },
    take: (organization, raw, from) => approveAndAnswer(organization, demanded(APPROVE_UPDATE, readDigest(raw)), readFrom(from)),
  },
  {
    update: undoNow,
    description:
      'Take the billed month back, exactly as `billing undo` shows it, and answer with the result. Argument: the digest shown there, as one text',
    demand: (raw) => void demanded(UNDO_UPDATE, readDigest(raw)),
    take: (organization, raw, from) => undoAndAnswer(organization, demanded(UNDO_UPDATE, readDigest(raw)), readFrom(from)),
  },
];

/** Who waits for an execution to begin, by its run's id. */
// eslint-disable-next-line no-restricted-syntax -- a handler may run before there is an object that could keep it
const beginnings = new Map<string, (organization: OrganizationState) => void>();

/**
 * Called before an execution is given its first message. What is there before it begins would be given out by kind, in the order in which handlers are set: after
 * a reset, when all that people ever sent comes at once, a skip that was sent last was taken in before the rerun that it was to stop. So every message waits
 * here, in the order in which it was sent, until the workflow has begun.
 */
export function hearFromTheStart(): void {
  const begun = new Promise<OrganizationState>((resolve) => beginnings.set(workflowInfo().runId, resolve));
  for (const { signal, take } of HEARD)
    setHandler(signal, async (raw, from) => {
      take(await begun, raw, from);
    });
  for (const { update, demand, take } of ANSWERED)
    setHandler(update, async (raw, from) => take(await begun, raw, from), { validator: (raw, _from) => demand(raw, null) });
}

/** From here on the organization takes in what runs and people send to it, and answers them. */
export function listen(organization: OrganizationState): void {
  setHandler(status, () => organization.summary.result, {
    description: 'Where this organization stands: amounts, items, what is held and why',
  });
  for (const { signal, description, take } of HEARD)
    setHandler(signal, (raw, from) => take(organization, raw, from), { description });
  for (const { update, description, demand, take } of ANSWERED)
    setHandler(update, (raw, from) => take(organization, raw, from), {
      description,
      validator: (raw, _from) => demand(raw, organization),
    });
  const { runId } = workflowInfo();
  beginnings.get(runId)?.(organization);
  beginnings.delete(runId);
}

// ---------------------------------------------------------------------------------------------------------------- signals

function hearReport(organization: OrganizationState, raw: unknown): void {
  hear(organization, REPORT_SIGNAL, readReport(raw), (report) => organization.asked.report(report));
}

function hearSkip(organization: OrganizationState, raw: unknown, from: unknown): void {
  hear(organization, SKIP_SIGNAL, readReason(raw), (reason) =>
    organization.asked.skip(reason, readFrom(from), isRunning(organization)),
  );
}

function hearRerun(organization: OrganizationState, raw: unknown, from: unknown): void {
  hear(organization, RERUN_SIGNAL, readReason(raw), (reason) => organization.asked.rerun(reason, readFrom(from)));
}

function hearApprove(organization: OrganizationState, raw: unknown, from: unknown): void {
  hear(organization, APPROVE_SIGNAL, readDigest(raw), (digest) => organization.asked.approve(digest, readFrom(from)));
}

function hearMisnamed(organization: OrganizationState, raw: unknown): void {
  const text = misnamedRefusal(raw);
  if (text !== null) showRefused(organization, text);
}

/** Takes in a message, or shows why it is invalid: on the page, in the log, and for `billing status`. A message never stops the workflow. */
function hear<T>(organization: OrganizationState, name: string, read: Read<T>, take: (value: T) => void): void {
  if ('value' in read) {
    take(read.value);
    showRefused(organization, null);
  } else {
    log.warn('a signal was not understood', { signal: name, problem: read.problem });
    showRefused(organization, `The signal ${name} ${read.problem}. Nothing was changed.`);
  }
}

// ---------------------------------------------------------------------------------------------------------------- updates

async function skipAndAnswer(organization: OrganizationState, reason: string, from: From): Promise<string> {
  showRefused(organization, null);
  const { asked } = organization;
  const skipped = asked.skip(reason, from, isRunning(organization));
  const until = organization.turns + 1;
  await condition(() => (organization.turns >= until && asked.isSettled(skipped)) || isCutShort(organization));
  const { status: state } = organization.summary;
  return state === 'Skipped' ? answer(organization) : `The skip changed nothing. ${answer(organization)}`;
}

async function rerunAndAnswer(organization: OrganizationState, reason: string, from: From): Promise<string> {
  showRefused(organization, null);
  // One that was started by the same call reads everything afresh already.
  const isSameCall = isFresh(organization);
  const turns = organization.isInTurn && !isSameCall ? 2 : 1;
  if (isSameCall) organization.asked.liftSkip(reason, from);
  else organization.asked.rerun(reason, from);
  await afterTurns(organization, turns);
  return answer(organization);
}

const approveAndAnswer = (organization: OrganizationState, digest: string, from: From): Promise<string> =>
  askAndAnswer(organization, (asked) => asked.approve(digest, from));

const undoAndAnswer = (organization: OrganizationState, digest: string, from: From): Promise<string> =>
  askAndAnswer(organization, (asked) => asked.takeBack(digest, from));

/** Asks for a turn; one that is under way was begun without what is asked. */
async function askAndAnswer(organization: OrganizationState, ask: (asked: OrganizationState['asked']) => void): Promise<string> {
  showRefused(organization, null);
  const turns = organization.isInTurn ? 2 : 1;
  ask(organization.asked);
  await afterTurns(organization, turns);
  return answer(organization);
}

/** Refuses a release of what does not wait. */
function demandWaiting({ summary }: OrganizationState, digest: string): void {
  const { status: state, result } = summary;
  if (state === 'Running') return;
  if (result.planDigest !== null && result.planDigest.toLowerCase() === digest) return;
  throw refusedUpdate(
    `is not the plan that waits. ${result.planDigest === null ? `None does: it is ${statusInWords(state)}` : `That is ${result.planDigest}`}`,
    APPROVE_UPDATE,
  );
}

function answer(organization: OrganizationState): string {
  const { status: state, message, result } = organization.summary;
  if (isCutShort(organization)) return 'It continues in the next execution of this workflow; its plan was too large for one.';
  return `${standsAs(result.organizationName || result.organizationId, state)}${message === null ? '' : ` ${message}`}`;
}

const isRunning = ({ summary }: OrganizationState): boolean => summary.status === 'Running';
