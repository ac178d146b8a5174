import { log, setHandler, workflowInfo } from '@temporalio/workflow';
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
import type { Asked } from './asked.js';
import { approve, approveNow, misnamed, newReport, rerun, rerunNow, skip, skipNow, status, undoNow } from './definitions.js';
import type { OrganizationState } from './organization-state.js';
import { demanded, readDigest, readFrom, readReason, readReport, refusedUpdate, type From, type Read } from './messages.js';
import { MISNAMED, misnamedRefusal } from './refused.js';
import { standsAs, statusInWords } from '../shared/billing/results/status.js';

/** What one kind of signal does: the same before and after the workflow has begun. */
interface Heard {
  signal: SignalDefinition<unknown[]>;
  description: string;
  take: (hearing: Hearing, raw: unknown, from: unknown) => void;
}

/** An update is refused where it was typed, and answers what came of it. */
interface Answered {
  update: UpdateDefinition<string, [raw: unknown, from: unknown]>;
  description: string;
  /** `hearing` is null as long as the workflow has not begun. */
  demand: (raw: unknown, hearing: Hearing | null) => void;
  take: (hearing: Hearing, raw: unknown, from: unknown) => Promise<string>;
}

const REASON = 'Argument: the reason, as one text';

const HEARD: Heard[] = [
  {
    signal: newReport,
    description: 'Used by the daily run: hands over a new report',
    take: (hearing, raw) => hearing.report(raw),
  },
  {
    signal: skip,
    description: `Do not bill this organization this month. ${REASON}`,
    take: (hearing, raw, from) => hearing.skip(raw, from),
  },
  {
    signal: rerun,
    description: `Plan it again now, with a fresh report; lifts a skip. ${REASON}`,
    take: (hearing, raw, from) => hearing.rerun(raw, from),
  },
  {
    signal: approve,
    description: "Release the plan that waits, exactly as shown. Argument: the plan's digest, as one text",
    take: (hearing, raw, from) => hearing.approve(raw, from),
  },
  { signal: misnamed, description: MISNAMED, take: (hearing, raw) => hearing.misnamed(raw) },
];

const ANSWERED: Answered[] = [
  {
    update: skipNow,
    description: `Do not bill this organization this month, and answer with the result. ${REASON}`,
    demand: (raw) => void demanded(SKIP_UPDATE, readReason(raw)),
    take: (hearing, raw, from) => hearing.skipAndAnswer(demanded(SKIP_UPDATE, readReason(raw)), readFrom(from)),
  },
  {
    update: rerunNow,
    description: `Plan it again now, and answer with the result. ${REASON}`,
    demand: (raw) => void demanded(RERUN_UPDATE, readReason(raw)),
    take: (hearing, raw, from) => hearing.rerunAndAnswer(demanded(RERUN_UPDATE, readReason(raw)), readFrom(from)),
  },
  {
    update: approveNow,
    description:
      "Release the plan that waits, exactly as shown, and answer with the result. Argument: the plan's digest, as one text",
    demand: (raw, hearing) => {
      const digest = demanded(APPROVE_UPDATE, readDigest(raw));
      hearing?.demandWaiting(digest);
    },
    take: (hearing, raw, from) => hearing.approveAndAnswer(demanded(APPROVE_UPDATE, readDigest(raw)), readFrom(from)),
  },
  {
    update: undoNow,
    description:
      'Take the billed month back, exactly as `billing undo` shows it, and answer with the result. Argument: the digest shown there, as one text',
    demand: (raw) => void demanded(UNDO_UPDATE, readDigest(raw)),
    take: (hearing, raw, from) => hearing.undoAndAnswer(demanded(UNDO_UPDATE, readDigest(raw)), readFrom(from)),
  },
];

/** Who waits for an execution to begin, by its run's id. */
// eslint-disable-next-line no-restricted-syntax -- a handler may run before there is an object that could keep it
const beginnings = new Map<string, (hearing: Hearing) => void>();

/**
 * Called before an execution is given its first message. What is there before it begins would be given out by kind, in the order in which handlers are set: after
 * a reset, when all that people ever sent comes at once, a skip that was sent last was taken in before the rerun that it was to stop. So every message waits
 * here, in the order in which it was sent, until the workflow has begun.
 */
export function hearFromTheStart(): void {
  const begun = new Promise<Hearing>((resolve) => beginnings.set(workflowInfo().runId, resolve));
  for (const { signal, take } of HEARD)
    setHandler(signal, async (raw, from) => {
      take(await begun, raw, from);
    });
  for (const { update, demand, take } of ANSWERED)
    setHandler(update, async (raw, from) => take(await begun, raw, from), { validator: (raw, _from) => demand(raw, null) });
}

/** Takes in what runs and people send to an organization, and answers them. */
export class Hearing {
  constructor(
    private readonly organization: OrganizationState,
    private readonly asked: Asked,
  ) {}

  listen(): void {
    setHandler(status, () => this.organization.shown.result, {
      description: 'Where this organization stands: amounts, items, what is held and why',
    });
    for (const { signal, description, take } of HEARD) setHandler(signal, (raw, from) => take(this, raw, from), { description });
    for (const { update, description, demand, take } of ANSWERED)
      setHandler(update, (raw, from) => take(this, raw, from), { description, validator: (raw, _from) => demand(raw, this) });
    const { runId } = workflowInfo();
    beginnings.get(runId)?.(this);
    beginnings.delete(runId);
  }

  report(raw: unknown): void {
    this.hear(REPORT_SIGNAL, readReport(raw), (report) => this.asked.report(report));
  }

  skip(raw: unknown, from: unknown): void {
    this.hear(SKIP_SIGNAL, readReason(raw), (reason) => this.asked.skip(reason, readFrom(from), this.isRunning()));
  }

  rerun(raw: unknown, from: unknown): void {
    this.hear(RERUN_SIGNAL, readReason(raw), (reason) => this.asked.rerun(reason, readFrom(from)));
  }

  approve(raw: unknown, from: unknown): void {
    this.hear(APPROVE_SIGNAL, readDigest(raw), (digest) => this.asked.approve(digest, readFrom(from)));
  }

  misnamed(raw: unknown): void {
    const text = misnamedRefusal(raw);
    if (text !== null) this.organization.showRefused(text);
  }

  async skipAndAnswer(reason: string, from: From): Promise<string> {
    this.organization.showRefused(null);
    this.asked.skip(reason, from, this.isRunning());
    const { status: state } = await this.organization.afterTurns(1);
    return state === 'Skipped' ? this.answer() : `The skip changed nothing. ${this.answer()}`;
  }

  async rerunAndAnswer(reason: string, from: From): Promise<string> {
    this.organization.showRefused(null);
    // One that was started by the same call reads everything afresh already.
    const isFresh = this.organization.isFresh();
    const turns = this.organization.isInTurn() && !isFresh ? 2 : 1;
    if (isFresh) this.asked.liftSkip(reason, from);
    else this.asked.rerun(reason, from);
    await this.organization.afterTurns(turns);
    return this.answer();
  }

  async approveAndAnswer(digest: string, from: From): Promise<string> {
    this.organization.showRefused(null);
    const turns = this.organization.isInTurn() ? 2 : 1;
    this.asked.approve(digest, from);
    await this.organization.afterTurns(turns);
    return this.answer();
  }

  async undoAndAnswer(digest: string, from: From): Promise<string> {
    this.organization.showRefused(null);
    const turns = this.organization.isInTurn() ? 2 : 1;
    this.asked.takeBack(digest, from);
    await this.organization.afterTurns(turns);
    return this.answer();
  }

  /** Refuses a release of what does not wait. */
  demandWaiting(digest: string): void {
    const { status: state, result } = this.organization.shown;
    if (state === 'Running') return;
    if (result.planDigest !== null && result.planDigest.toLowerCase() === digest) return;
    throw refusedUpdate(
      `is not the plan that waits. ${result.planDigest === null ? `None does: it is ${statusInWords(state)}` : `That is ${result.planDigest}`}`,
      APPROVE_UPDATE,
    );
  }

  /** Takes in a message, or shows why it is invalid: on the page, in the log, and for `billing status`. A message never stops the workflow. */
  private hear<T>(name: string, read: Read<T>, take: (value: T) => void): void {
    if ('value' in read) {
      take(read.value);
      this.organization.showRefused(null);
    } else {
      log.warn('a signal was not understood', { signal: name, problem: read.problem });
      this.organization.showRefused(`The signal ${name} ${read.problem}. Nothing was changed.`);
    }
  }

  private answer(): string {
    const { status: state, message, result } = this.organization.shown;
    if (this.organization.isCutShort())
      return 'It continues in the next execution of this workflow; its plan was too large for one.';
    return `${standsAs(result.organizationName || result.organizationId, state)}${message === null ? '' : ` ${message}`}`;
  }

  private isRunning(): boolean {
    return this.organization.shown.status === 'Running';
  }
}
