import { asyncLocalStorage as activityContext, Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure, TimeoutFailure, TimeoutType } from '@temporalio/common';
import { running, type WorkerProcess } from '../process.js';
import type { VirtualTime } from '../time.js';

export type Outcome = { value: unknown } | { failure: Error };

interface TaskLimits {
  heartbeatMs: number;
  /** When the server gives the activity up, although an attempt still runs. */
  deadline: number;
}

/** One attempt on one process, as the server sees it: it ends by an answer, or because nothing is heard any more. */
export class Task {
  readonly outcome: Promise<Outcome>;
  private settle!: (outcome: Outcome) => void;
  private isOver = false;
  private heardAt: number;
  private readonly cancelling = new AbortController();

  constructor(
    private readonly time: VirtualTime,
    private readonly server: { readonly downUntil: number },
    private readonly process: WorkerProcess,
    private readonly limits: TaskLimits,
  ) {
    this.heardAt = time.now;
    this.outcome = new Promise((resolve) => (this.settle = resolve));
    this.listen();
  }

  async run(name: string, input: unknown, info: object): Promise<void> {
    const { process } = this;
    const cancelled = new Promise<never>(() => undefined);
    const { signal } = this.cancelling;
    const arguments_ = [info, cancelled, signal, () => this.hear()] as unknown as ConstructorParameters<typeof Context>;
    const work = process.activities[name as keyof typeof process.activities] as (request: unknown) => Promise<unknown>;
    const outcome = await running.run({ process, activity: name }, () =>
      activityContext.run(new Context(...arguments_), async (): Promise<Outcome> => {
        await process.touch('start');
        try {
          const value = await work(input);
          await process.touch('end');
          return { value };
        } catch (error) {
          await process.touch('end');
          return { failure: failureOf(error) };
        }
      }),
    );
    await this.report(outcome);
  }

  /** The answer reaches the server when both are there; what comes after the server gave up is refused. */
  private async report(outcome: Outcome): Promise<void> {
    while (!this.isHeard()) {
      if (!this.process.isAlive) return;
      await this.time.sleep(500);
    }
    this.end(outcome);
  }

  private isHeard(): boolean {
    return this.process.isHeard && this.server.downUntil <= this.time.now;
  }

  private hear(): void {
    if (!this.isHeard()) return;
    // The server answers that it does not know the attempt any more: the SDK cancels it.
    if (this.isOver) this.cancelling.abort(new CancelledFailure('NOT_FOUND'));
    else this.heardAt = this.time.now;
  }

  /** Gives the attempt up when its heartbeats stay away. */
  private listen(): void {
    const { heartbeatMs, deadline } = this.limits;
    this.time.later(Math.min(heartbeatMs, deadline - this.time.now), () => {
      if (this.isOver) return;
      if (this.time.now >= deadline)
        return this.end({
          failure: new TimeoutFailure('activity ScheduleToClose timeout', undefined, TimeoutType.SCHEDULE_TO_CLOSE),
        });
      const silent = this.time.now - this.heardAt;
      if (silent < heartbeatMs) return this.listen();
      this.end({ failure: new TimeoutFailure('activity Heartbeat timeout', undefined, TimeoutType.HEARTBEAT) });
    });
  }

  private end(outcome: Outcome): void {
    if (this.isOver) return;
    this.isOver = true;
    this.settle(outcome);
  }
}

/** As the SDK converts what an activity throws. */
function failureOf(error: unknown): Error {
  if (error instanceof ApplicationFailure) return error;
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return ApplicationFailure.create({ type: name, message });
}
