import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  TerminatedFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import type { Duration } from '@temporalio/common';
import { milliseconds } from './duration.js';
import type { Random } from '../random.js';
import type { VirtualTime } from '../time.js';
import { never, type WorkerProcess } from '../process.js';
import { Replay, rest, type Answer, type Happened, type HistoryEvent, type RunBegun } from './history.js';
import { Task, type Outcome } from './task.js';

/**
 * What the product relies on in Temporal, without the server: workflows that outlive every worker, activities with numbered attempts, retries by policy,
 * failures that are final by type, heartbeats that tell a dead worker, attempts that overlap when a living one is not heard. The workflows are the
 * product's own files; `workflow.ts` next to this stands in for `@temporalio/workflow`.
 */

export type Workflow = (input: never) => Promise<unknown>;

export interface ActivityPolicy {
  taskQueue?: string;
  heartbeatTimeout?: Duration;
  /** For all attempts together, and the waits between them. */
  scheduleToCloseTimeout?: Duration;
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
  taskQueue: string;
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
  /** Everything that it has asked the server for, counted. */
  calls: number;
  workflow: Workflow;
  startedAt: number;
  endedAt: number;
  runs: RunBegun[];
  events: HistoryEvent[];
  /** While it is put back to an earlier moment. */
  replay: Replay | null;
}

/** What a workflow asks for. */
interface AskedActivity {
  activityId: string;
  name: string;
  input: unknown;
  policy: ActivityPolicy;
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
  private executions = new Map<string, Execution>();
  /** All there ever were, in the order of their starts. */
  private started: Execution[] = [];
  private turn = 0;
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

  start(workflow: Workflow, workflowId: string, input: unknown, taskQueue: string): Execution {
    const open = this.executions.get(workflowId);
    if (open?.isOpen)
      throw new WorkflowExecutionAlreadyStartedError('Workflow execution already started', workflowId, workflow.name);
    const execution = this.open(workflow, workflowId, taskQueue, new Date());
    this.begin(execution, json(input));
    return execution;
  }

  private open(workflow: Workflow, workflowId: string, taskQueue: string, startTime: Date): Execution {
    const execution: Execution = {
      workflowId,
      runId: '',
      taskQueue,
      startTime,
      isOpen: true,
      isTerminated: false,
      result: Promise.resolve(),
      handlers: new Map(),
      unheard: [],
      waiting: [],
      activities: 0,
      calls: 0,
      workflow,
      startedAt: this.time.now,
      endedAt: Infinity,
      runs: [],
      events: [],
      replay: null,
    };
    this.executions.set(workflowId, execution);
    this.started.push(execution);
    return execution;
  }

  private begin(execution: Execution, input: unknown): void {
    const ended = new Promise<never>((_resolve, reject) => this.terminations.set(execution, reject));
    execution.result = Promise.race([this.runToEnd(execution, input), ended]);
    execution.result.catch(() => undefined);
  }

  private async runToEnd(execution: Execution, input: unknown): Promise<unknown> {
    try {
      for (let given = input; ;) {
        if (execution.replay === null) {
          execution.runId = `run-${(this.runs += 1)}`;
          const { runId, calls, activities } = execution;
          execution.runs.push({ at: this.time.now, runId, input: given, calls, activities });
        }
        try {
          if (execution.replay === null) await this.untilUp();
          return json(await current.run({ server: this, execution }, () => execution.workflow(given as never)));
        } catch (error) {
          if (execution.isTerminated) return await never();
          if (!(error instanceof ContinueAsNew)) throw error;
          execution.handlers.clear();
          given = json(error.input);
        }
      }
    } finally {
      execution.isOpen = false;
      execution.endedAt = Math.min(execution.endedAt, this.time.now);
    }
  }

  /** What the workflow asks the server for: done, and noted with its answer; answered from the history while it is replayed. */
  async ask<T>(execution: Execution, what: string, work: () => Promise<T>): Promise<T> {
    if (execution.isTerminated) return never();
    const call = (execution.calls += 1);
    const noted = async (): Promise<T> => {
      const note = (answer: Answer): void => this.note(execution, { kind: 'answer', call, what, answer });
      try {
        const value = await work();
        if (execution.isTerminated) return await never();
        note({ value });
        return value;
      } catch (error) {
        if (execution.isTerminated) return never();
        note({ error: error as Error });
        throw error;
      }
    };
    return execution.replay === null ? noted() : (execution.replay.ask(call, what, noted) as Promise<T>);
  }

  /** `fire` answers whether anybody was still waiting for it. */
  timer(execution: Execution, ms: number, fire: () => boolean): void {
    const call = (execution.calls += 1);
    const noted = (): void => {
      if (!execution.isTerminated && fire()) this.note(execution, { kind: 'timer', call });
    };
    if (execution.replay === null) this.time.later(ms, noted);
    else execution.replay.timer(call, ms, () => (execution.replay === null ? noted() : void fire()));
  }

  private note(execution: Execution, event: Happened): void {
    execution.events.push({ ...event, at: this.time.now, turn: this.turn });
  }

  resultOf(workflowId: string): Promise<unknown> {
    return this.executions.get(workflowId)?.result ?? never();
  }

  // ------------------------------------------------------------------------------------------------------------- a backup

  /** Everything after the instant is forgotten, and what was open then is open again. */
  async setBackTo(instant: number): Promise<void> {
    const release = this.time.hold();
    try {
      await this.putBack(instant);
    } finally {
      release();
    }
  }

  private async putBack(instant: number): Promise<void> {
    const kept = this.started.filter(({ startedAt }) => startedAt <= instant);
    for (const execution of this.started) if (execution.isOpen) this.abandon(execution);
    this.executions = new Map();
    this.started = [];
    const restored: Execution[] = [];
    for (const execution of kept) {
      if (execution.endedAt > instant) restored.push(this.copyOf(execution, instant));
      else {
        this.executions.set(execution.workflowId, execution);
        this.started.push(execution);
      }
    }
    for (const execution of restored) await this.replay(execution);
    for (const execution of restored) {
      const { replay } = execution;
      execution.replay = null;
      replay?.goLive();
    }
  }

  private abandon(execution: Execution): void {
    Object.assign(execution, { isOpen: false, isTerminated: true, waiting: [] });
  }

  private copyOf(execution: Execution, instant: number): Execution {
    const copy = this.open(execution.workflow, execution.workflowId, execution.taskQueue, execution.startTime);
    const runs = execution.runs.filter(({ at }) => at <= instant);
    const { at, runId, calls, activities } = runs.at(-1)!;
    const events = execution.events.filter((event) => event.at <= instant);
    Object.assign(copy, { startedAt: execution.startedAt, runs, runId, calls, activities, replay: new Replay(this.time) });
    copy.events = events.filter((event) => event.at >= at && !('call' in event && event.call <= calls));
    return copy;
  }

  private async replay(execution: Execution): Promise<void> {
    const { events, runs } = execution;
    const { input, calls } = runs.at(-1)!;
    const deliver = (event: HistoryEvent): void =>
      execution.replay!.deliver(event, (name, args) => this.hear(execution, name, args));
    // What came with the start was heard before the code asked for anything.
    let next = 0;
    for (; isEarly(events[next], calls); next += 1) deliver(events[next]!);
    this.begin(execution, input);
    await rest();
    while (next < events.length) {
      const { turn } = events[next]!;
      for (; events[next]?.turn === turn; next += 1) deliver(events[next]!);
      await rest();
      this.checkWaiting(execution);
      await rest();
      execution.replay!.demandSame();
    }
  }

  /** Delivers a signal; false when no open execution has the id. */
  async signal(workflowId: string, name: string, args: unknown[]): Promise<boolean> {
    await this.untilUp();
    const execution = this.executions.get(workflowId);
    if (!execution?.isOpen) return false;
    this.note(execution, { kind: 'signal', name, args: args.map(json), calls: execution.calls });
    this.hear(execution, name, args);
    return true;
  }

  private hear(execution: Execution, name: string, args: unknown[]): void {
    const handler = execution.handlers.get(name);
    if (handler) current.run({ server: this, execution }, () => void handler(...args.map(json)));
    else execution.unheard.push({ name, args: args.map(json) });
  }

  /** Ends an execution at once: what its activities do continues, and nobody hears of it. */
  terminate(workflowId: string): void {
    const execution = this.executions.get(workflowId);
    if (!execution?.isOpen) return;
    this.abandon(execution);
    execution.endedAt = this.time.now;
    this.terminations.get(execution)?.(new TerminatedFailure('Workflow execution terminated'));
  }

  isOpen(workflowId: string): boolean {
    return this.executions.get(workflowId)?.isOpen ?? false;
  }

  openIds(): string[] {
    return [...this.executions.values()].filter(({ isOpen }) => isOpen).map(({ workflowId }) => workflowId);
  }

  /** Lets workflows continue whose conditions have come true. */
  checkConditions(): void {
    this.turn += 1;
    for (const execution of this.executions.values()) if (execution.replay === null) this.checkWaiting(execution);
  }

  private checkWaiting({ waiting }: Execution): void {
    for (const condition of [...waiting])
      if (condition.isMet()) {
        waiting.splice(waiting.indexOf(condition), 1);
        condition.go();
      }
  }

  suggestsContinueAsNew(): boolean {
    return this.random.chance(this.continueAsNewChance);
  }

  private async untilUp(): Promise<void> {
    while (this.downUntil > this.time.now) await this.time.sleep(this.downUntil - this.time.now + 5);
  }

  // ------------------------------------------------------------------------------------------------------------- activities

  activity(execution: Execution, name: string, input: unknown, policy: ActivityPolicy): Promise<unknown> {
    if (execution.isTerminated) return never();
    const activityId = String((execution.activities += 1));
    return this.ask(execution, name, async () => {
      this.active += 1;
      try {
        return await this.attempts(execution, { activityId, name, input, policy });
      } finally {
        this.active -= 1;
      }
    });
  }

  /** An activity with all its attempts. */
  private async attempts(execution: Execution, asked: AskedActivity): Promise<unknown> {
    const { activityId, name, policy } = asked;
    const {
      initialInterval = 1000,
      backoffCoefficient = 2,
      maximumInterval = 100_000,
      maximumAttempts = 1e9,
    } = policy.retry ?? {};
    const deadline = this.time.now + milliseconds(policy.scheduleToCloseTimeout ?? 1e12);
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.attempt(execution, { ...asked, input: json(asked.input) }, attempt, deadline);
      if ('value' in outcome) return json(outcome.value);
      const { failure } = outcome;
      if (execution.isTerminated) throw failure;
      const isFinal = failure instanceof ApplicationFailure && failure.nonRetryable === true;
      const delay = failure instanceof ApplicationFailure ? failure.nextRetryDelay : undefined;
      const backOff = milliseconds(initialInterval) * backoffCoefficient ** (attempt - 1);
      const wait = delay ? milliseconds(delay) : Math.min(backOff, milliseconds(maximumInterval));
      // As the server does: an attempt that could only begin after the deadline is not waited for.
      const isLate = this.time.now + wait >= deadline;
      if (isFinal || attempt >= maximumAttempts || isLate) {
        const state = isFinal
          ? RetryState.NON_RETRYABLE_FAILURE
          : isLate
            ? RetryState.TIMEOUT
            : RetryState.MAXIMUM_ATTEMPTS_REACHED;
        throw new ActivityFailure('Activity task failed', name, activityId, state, 'worker', failure);
      }
      await this.time.sleep(wait);
    }
  }

  private async attempt(
    { workflowId, runId, taskQueue: ownQueue }: Execution,
    { activityId, name, input, policy }: AskedActivity,
    attempt: number,
    deadline: number,
  ): Promise<Outcome> {
    const { taskQueue = ownQueue } = policy;
    const process = await this.worker(taskQueue);
    const task = new Task(this.time, this, process, { heartbeatMs: milliseconds(policy.heartbeatTimeout ?? 1e12), deadline });
    const info = { activityId, attempt, activityType: name, taskQueue, workflowExecution: { workflowId, runId } };
    void task.run(name, input, info);
    return task.outcome;
  }

  /** Whether no activity runs or waits for its next attempt. */
  get isIdle(): boolean {
    return this.active === 0;
  }

  /** A process that takes the queue's next task. */
  private async worker(queue: string): Promise<WorkerProcess> {
    for (;;) {
      await this.time.sleep(POLL_MS);
      await this.untilUp();
      const ready = [...this.processes].filter((process) => process.isHeard && !process.isLeaving && process.queues.has(queue));
      if (ready.length > 0) return this.random.pick(ready);
      await this.time.sleep(1000);
    }
  }
}

/** What crosses the server is a copy in JSON. */
const json = (value: unknown): unknown => (value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown));

/** Whether a signal came before the code of its run had asked for anything. */
const isEarly = (event: HistoryEvent | undefined, calls: number): boolean => event?.kind === 'signal' && event.calls === calls;
