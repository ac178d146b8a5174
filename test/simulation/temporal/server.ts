import { AsyncLocalStorage } from 'node:async_hooks';
import { asyncLocalStorage as activityContext, Context } from '@temporalio/activity';
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
  TimeoutType,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { Duration } from '@temporalio/common';
import { milliseconds } from './duration.js';
import type { Random } from '../random.js';
import type { VirtualTime } from '../time.js';
import { never, running, type WorkerProcess } from '../process.js';

/**
 * What the product relies on in Temporal, without the server: workflows that outlive every worker, activities with numbered attempts, retries by policy,
 * failures that are final by type, heartbeats that tell a dead worker, attempts that overlap when a living one is not heard. The workflows are the
 * product's own files; `workflow.ts` beside this stands in for `@temporalio/workflow`.
 */

export type Workflow = (input: never) => Promise<unknown>;

export interface ActivityPolicy {
  heartbeatTimeout?: Duration;
  retry?: {
    initialInterval?: Duration;
    backoffCoefficient?: number;
    maximumInterval?: Duration;
    maximumAttempts?: number;
  };
}

export interface Execution {
  workflowId: string;
  runId: string;
  startTime: Date;
  isOpen: boolean;
  /** Ended by a person: nothing that it does is heard any more. */
  isTerminated: boolean;
  result: Promise<unknown>;
  handlers: Map<string, (...args: unknown[]) => unknown>;
  /** Signals that came before their handler. */
  unheard: { name: string; args: unknown[] }[];
  waiting: { isMet: () => boolean; go: () => void }[];
  activities: number;
}

export class ContinueAsNew extends Error {
  constructor(readonly input: unknown) {
    super('continue as new');
  }
}

/** The workflow that the running code belongs to. */
export const current = new AsyncLocalStorage<{ server: TemporalServer; execution: Execution }>();

/** How long a worker needs to notice a task. */
const POLL_MS = 20;

export class TemporalServer {
  private readonly executions = new Map<string, Execution>();
  private readonly terminations = new WeakMap<Execution, (error: Error) => void>();
  private runs = 0;
  private active = 0;
  /** Down until then: nothing is started, nothing is heard. */
  downUntil = 0;
  readonly processes = new Set<WorkerProcess>();
  /** Share of workflow tasks after which the server suggests to continue as new. */
  continueAsNewChance = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly random: Random,
  ) {}

  // ------------------------------------------------------------------------------------------------------------- workflows

  start(workflow: Workflow, workflowId: string, input: unknown): Execution {
    const open = this.executions.get(workflowId);
    if (open?.isOpen)
      throw new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, workflow.name);
    const execution: Execution = {
      workflowId,
      runId: '',
      startTime: new Date(),
      isOpen: true,
      isTerminated: false,
      result: Promise.resolve(),
      handlers: new Map(),
      unheard: [],
      waiting: [],
      activities: 0,
    };
    this.executions.set(workflowId, execution);
    const ended = new Promise<never>((_resolve, reject) => this.terminations.set(execution, reject));
    execution.result = Promise.race([this.runToEnd(execution, workflow, json(input)), ended]);
    execution.result.catch(() => undefined);
    return execution;
  }

  private async runToEnd(execution: Execution, workflow: Workflow, input: unknown): Promise<unknown> {
    try {
      for (let given = input; ;) {
        execution.runId = `run-${(this.runs += 1)}`;
        try {
          await this.untilUp();
          return json(await current.run({ server: this, execution }, () => workflow(given as never)));
        } catch (error) {
          if (!(error instanceof ContinueAsNew)) throw error;
          execution.handlers.clear();
          given = json(error.input);
        }
      }
    } finally {
      execution.isOpen = false;
    }
  }

  /** Delivers a signal; false when no open execution has the id. */
  async signal(workflowId: string, name: string, args: unknown[]): Promise<boolean> {
    await this.untilUp();
    const execution = this.executions.get(workflowId);
    if (!execution?.isOpen) return false;
    const handler = execution.handlers.get(name);
    if (handler) current.run({ server: this, execution }, () => void handler(...args.map(json)));
    else execution.unheard.push({ name, args: args.map(json) });
    return true;
  }

  /** Ends an execution at once: what its activities do goes on, and nobody hears of it. */
  terminate(workflowId: string): void {
    const execution = this.executions.get(workflowId);
    if (!execution?.isOpen) return;
    Object.assign(execution, { isOpen: false, isTerminated: true, waiting: [] });
    this.terminations.get(execution)?.(new TerminatedFailure('Workflow execution terminated'));
  }

  isOpen(workflowId: string): boolean {
    return this.executions.get(workflowId)?.isOpen ?? false;
  }

  openIds(): string[] {
    return [...this.executions.values()].filter(({ isOpen }) => isOpen).map(({ workflowId }) => workflowId);
  }

  /** Lets workflows go on whose conditions have come true. */
  checkConditions(): void {
    for (const { waiting } of this.executions.values())
      for (const condition of [...waiting])
        if (condition.isMet()) {
          waiting.splice(waiting.indexOf(condition), 1);
          condition.go();
        }
  }

  later(milliseconds: number, run: () => void): void {
    this.time.later(milliseconds, run);
  }

  suggestsContinueAsNew(): boolean {
    return this.random.chance(this.continueAsNewChance);
  }

  private async untilUp(): Promise<void> {
    while (this.downUntil > this.time.now) await this.time.sleep(this.downUntil - this.time.now + 5);
  }

  // ------------------------------------------------------------------------------------------------------------- activities

  async activity(execution: Execution, name: string, input: unknown, policy: ActivityPolicy): Promise<unknown> {
    if (execution.isTerminated) return never();
    this.active += 1;
    try {
      return await this.attempts(execution, name, input, policy);
    } finally {
      this.active -= 1;
    }
  }

  /** An activity with all its attempts. */
  private async attempts(execution: Execution, name: string, input: unknown, policy: ActivityPolicy): Promise<unknown> {
    const activityId = String((execution.activities += 1));
    const {
      initialInterval = 1000,
      backoffCoefficient = 2,
      maximumInterval = 100_000,
      maximumAttempts = 1e9,
    } = policy.retry ?? {};
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.attempt(execution, activityId, attempt, name, json(input), policy);
      if ('value' in outcome) return json(outcome.value);
      const { failure } = outcome;
      if (execution.isTerminated) throw failure;
      const isFinal = failure instanceof ApplicationFailure && failure.nonRetryable === true;
      if (isFinal || attempt >= maximumAttempts) {
        const state = isFinal ? RetryState.NON_RETRYABLE_FAILURE : RetryState.MAXIMUM_ATTEMPTS_REACHED;
        throw new ActivityFailure('Activity task failed', name, activityId, state, 'worker', failure);
      }
      const asked = failure instanceof ApplicationFailure ? failure.nextRetryDelay : undefined;
      const backOff = milliseconds(initialInterval) * backoffCoefficient ** (attempt - 1);
      await this.time.sleep(asked ? milliseconds(asked) : Math.min(backOff, milliseconds(maximumInterval)));
    }
  }

  private async attempt(
    { workflowId, runId }: Execution,
    activityId: string,
    attempt: number,
    name: string,
    input: unknown,
    policy: ActivityPolicy,
  ): Promise<Outcome> {
    const process = await this.worker();
    const task = new Task(this.time, this, process, milliseconds(policy.heartbeatTimeout ?? 1e12));
    const info = { activityId, attempt, activityType: name, workflowExecution: { workflowId, runId } };
    void task.run(name, input, info);
    return task.outcome;
  }

  /** Whether no activity goes on or waits for its next attempt. */
  get isIdle(): boolean {
    return this.active === 0;
  }

  /** A process that takes the next task. */
  private async worker(): Promise<WorkerProcess> {
    for (;;) {
      await this.time.sleep(POLL_MS);
      await this.untilUp();
      const ready = [...this.processes].filter((process) => process.isHeard && !process.isLeaving);
      if (ready.length > 0) return this.random.pick(ready);
      await this.time.sleep(1000);
    }
  }
}

export type Outcome = { value: unknown } | { failure: Error };

/** One attempt on one process, as the server sees it: it ends by an answer, or because nothing is heard any more. */
class Task {
  readonly outcome: Promise<Outcome>;
  private settle!: (outcome: Outcome) => void;
  private isOver = false;
  private heardAt: number;
  private readonly cancelling = new AbortController();

  constructor(
    private readonly time: VirtualTime,
    private readonly server: TemporalServer,
    private readonly process: WorkerProcess,
    private readonly heartbeatMs: number,
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
    this.time.later(this.heartbeatMs, () => {
      if (this.isOver) return;
      const silent = this.time.now - this.heardAt;
      if (silent < this.heartbeatMs) return this.listen();
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

/** What crosses the server is a copy in JSON. */
const json = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown));
