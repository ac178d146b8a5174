import { ApiError } from '../http/errors.js';

/** Refusals without the plain word for it (403) that stop everything when they come in a row: a single one may concern one request. */
const IN_A_ROW = 3;

/**
 * Autotask locks an API user after some wrong log-ins. So once a log-in is refused nothing more is sent with it, for whichever customer, until a run begins,
 * a person asks, or the process starts with other credentials.
 */
export class LogIn {
  private refusal: ApiError | null = null;
  private refusedAt = 0;
  private inARow = 0;

  /** Throws while the log-in counts as refused. */
  check(what: string): void {
    if (this.refusal === null) return;
    throw new ApiError(
      'unauthorized',
      `${what}: not sent, because Autotask has refused the log-in and locks a user after several refusals. It is tried again by the next run, or when a person runs a customer again. Autotask said: ${this.refusal.message}`,
      this.refusal.facts,
    );
  }

  refused(error: ApiError): void {
    this.inARow += 1;
    if (error.facts.status !== 403 || this.inARow >= IN_A_ROW) this.refusal = error;
    this.refusedAt = Date.now();
  }

  taken(): void {
    this.inARow = 0;
  }

  /** Lets one request find out whether it is taken by now, where it was not refused within the last milliseconds: many may ask at once. */
  askAgain(notWithinMs: number): void {
    if (Date.now() - this.refusedAt < notWithinMs) return;
    this.refusal = null;
    this.inARow = 0;
  }
}
