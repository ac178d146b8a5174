import { log, setHandler, upsertMemo } from '@temporalio/workflow';
import {
  APPROVE_SIGNAL,
  APPROVE_UPDATE,
  REFUSED_MEMO,
  REPORT_SIGNAL,
  RERUN_SIGNAL,
  RERUN_UPDATE,
  SKIP_SIGNAL,
  SKIP_UPDATE,
  UNDO_UPDATE,
} from '../shared/contract.js';
import type { Asked } from './asked.js';
import { approve, approveNow, newReport, rerun, rerunNow, skip, skipNow, status, undoNow } from './definitions.js';
import type { Desk } from './desk.js';
import { demanded, readDigest, readFrom, readReason, readReport, refusedUpdate, type From, type Read } from './messages.js';

/** Takes in what runs and people send to an organization, and answers them. */
export class Hearing {
  /** The last message that was not understood, in words; null when the last one was. */
  private refused: string | null = null;

  constructor(
    private readonly desk: Desk,
    private readonly asked: Asked,
  ) {}

  listen(): void {
    setHandler(status, () => this.desk.shown.result, {
      description: 'Where this organization stands: amounts, items, what is held and why',
    });
    setHandler(newReport, (raw) => this.hear(REPORT_SIGNAL, readReport(raw), (signal) => this.asked.report(signal)), {
      description: 'Used by the daily run: hands over a new report',
    });
    this.listenToPeople();
  }

  /** Signals and updates that people send. The same by both: an update is refused where it was typed, and answers what came of it. */
  private listenToPeople(): void {
    const reasonOf = 'Argument: the reason, as one text';
    setHandler(
      skip,
      (raw, from) =>
        this.hear(SKIP_SIGNAL, readReason(raw), (reason) => this.asked.skip(reason, readFrom(from), this.isRunning())),
      {
        description: `Do not bill this organization this month. ${reasonOf}`,
      },
    );
    setHandler(
      rerun,
      (raw, from) => this.hear(RERUN_SIGNAL, readReason(raw), (reason) => this.asked.rerun(reason, readFrom(from))),
      {
        description: `Plan it again now, with a fresh report; lifts a skip. ${reasonOf}`,
      },
    );
    setHandler(
      approve,
      (raw, from) => this.hear(APPROVE_SIGNAL, readDigest(raw), (digest) => this.asked.approve(digest, readFrom(from))),
      {
        description: "Release the plan that waits, exactly as shown. Argument: the plan's digest, as one text",
      },
    );
    setHandler(skipNow, (raw, from) => this.skipAndTell(demanded(SKIP_UPDATE, readReason(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(SKIP_UPDATE, readReason(raw)),
      description: `Do not bill this organization this month, and answer what came of it. ${reasonOf}`,
    });
    setHandler(rerunNow, (raw, from) => this.rerunAndTell(demanded(RERUN_UPDATE, readReason(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(RERUN_UPDATE, readReason(raw)),
      description: `Plan it again now, and answer what came of it. ${reasonOf}`,
    });
    setHandler(approveNow, (raw, from) => this.approveAndTell(demanded(APPROVE_UPDATE, readDigest(raw)), readFrom(from)), {
      validator: (raw, _from) => this.demandWaiting(demanded(APPROVE_UPDATE, readDigest(raw))),
      description:
        "Release the plan that waits, exactly as shown, and answer what came of it. Argument: the plan's digest, as one text",
    });
    setHandler(undoNow, (raw, from) => this.undoAndTell(demanded(UNDO_UPDATE, readDigest(raw)), readFrom(from)), {
      validator: (raw, _from) => void demanded(UNDO_UPDATE, readDigest(raw)),
      description:
        'Take the billed month back, exactly as `billing undo` shows it, and answer what came of it. Argument: the digest shown there, as one text',
    });
  }

  /** Takes in a message, or shows why it is none: on the page, in the log, and for `billing status`. A message never stops the workflow. */
  private hear<T>(name: string, read: Read<T>, take: (value: T) => void): void {
    if ('value' in read) {
      take(read.value);
      if (this.refused === null) return;
      this.refused = null;
      upsertMemo({ [REFUSED_MEMO]: null });
    } else {
      this.refused = `The signal ${name} ${read.problem}. Nothing was changed.`;
      log.warn('a signal was not understood', { signal: name, problem: read.problem });
      upsertMemo({ [REFUSED_MEMO]: this.refused });
    }
    this.desk.showRefused(this.refused);
  }

  private async skipAndTell(reason: string, from: From): Promise<string> {
    this.asked.skip(reason, from, this.isRunning());
    const { status: state } = await this.desk.afterTurns(1);
    return state === 'Skipped' ? this.answer() : `The skip changed nothing. ${this.answer()}`;
  }

  private async rerunAndTell(reason: string, from: From): Promise<string> {
    // One that was started by the same call reads everything afresh already.
    const isFresh = this.desk.isFresh();
    const turns = this.desk.isInTurn() && !isFresh ? 2 : 1;
    if (isFresh) this.asked.liftSkip(reason, from);
    else this.asked.rerun(reason, from);
    await this.desk.afterTurns(turns);
    return this.answer();
  }

  private async approveAndTell(digest: string, from: From): Promise<string> {
    const turns = this.desk.isInTurn() ? 2 : 1;
    this.asked.approve(digest, from);
    await this.desk.afterTurns(turns);
    return this.answer();
  }

  private async undoAndTell(digest: string, from: From): Promise<string> {
    const turns = this.desk.isInTurn() ? 2 : 1;
    this.asked.takeBack(digest, from);
    await this.desk.afterTurns(turns);
    return this.answer();
  }

  private answer(): string {
    const { status: state, message, result } = this.desk.shown;
    if (this.desk.isCutShort()) return 'It goes on in the next execution of this workflow; its plan was too large for one.';
    return `${result.organizationName || result.organizationId}: ${state}.${message === null ? '' : ` ${message}`}`;
  }

  /** Refuses a release of what does not wait. */
  private demandWaiting(digest: string): void {
    const { status: state, result } = this.desk.shown;
    if (state === 'Running') return;
    if (result.planDigest !== null && result.planDigest.toLowerCase() === digest) return;
    throw refusedUpdate(
      `is not the plan that waits. ${result.planDigest === null ? `None does: the organization is ${state}` : `That is ${result.planDigest}`}`,
      APPROVE_UPDATE,
    );
  }

  private isRunning(): boolean {
    return this.desk.shown.status === 'Running';
  }
}
