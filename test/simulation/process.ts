import { AsyncLocalStorage } from 'node:async_hooks';
import { createActivities, type Activities } from '../../activities/index.js';
import type { Config } from '../../shared/config.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../../shared/messages/names.js';
import type { Evidence, Hold } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { heartbeating } from '../../worker/heartbeats.js';
import type { VirtualTime } from './time.js';

/**
 * A worker process: the product's activities with clients and memory of their own. Killed, it does nothing more, whatever it was about to do; stopped
 * for a while (a paused machine), it continues later as if nothing had been. Both take hold wherever it touches the world: a request, a note, a sleep.
 */

/** Where a process can die, in the order of an activity's life. */
export const CRASH_POINTS = ['start', 'request', 'effect', 'answer', 'before-note', 'after-note', 'end'] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** The attempt of an activity that still runs. */
export interface Running {
  process: WorkerProcess;
  activity: string;
}

export const running = new AsyncLocalStorage<Running>();

/** Called at every point where a process could die; returns whether it does. */
export type Watch = (at: Running, point: CrashPoint) => boolean;

export interface ProcessOptions {
  time: VirtualTime;
  config: Config;
  store: Evidence;
  watch: Watch;
  onDeath: (process: WorkerProcess) => void;
  skewMs?: number;
  /** Whether it takes the broker's lease, as a worker in operation does; default: nobody asks for one. */
  hasLease?: boolean;
}

export class WorkerProcess {
  isAlive = true;
  /** Takes nothing new: a deploy has begun. */
  isLeaving = false;
  pausedUntil = 0;
  /** Temporal's server hears nothing of it before then. */
  unheardUntil = 0;
  readonly activities: Activities;
  /** How far its clock is off. */
  readonly skewMs: number;
  readonly broker: string;
  /** What it polls. */
  readonly queues: Set<string>;
  private hold: Hold | null = null;

  private readonly time: VirtualTime;
  private readonly watch: Watch;
  private readonly onDeath: (process: WorkerProcess) => void;

  constructor(
    readonly name: string,
    { time, config, store, watch, onDeath, skewMs = 0, hasLease = false }: ProcessOptions,
  ) {
    this.time = time;
    this.watch = watch;
    this.onDeath = onDeath;
    this.skewMs = skewMs;
    this.broker = config.broker;
    this.queues = new Set([billingQueue, cloudmoreQueue, autotaskQueue].map((queueOf) => queueOf(config.broker)));
    if (hasLease) void this.takeLease(store, config.broker);
    const dependencies = createDependencies(config, {
      evidence: this.evidence(store),
      maySend: () => this.hold?.isHeld() ?? !hasLease,
      lease: () => this.hold?.lease ?? null,
    });
    const { billing, cloudmore, autotask } = createActivities(dependencies);
    this.activities = { ...heartbeating(billing), ...heartbeating(cloudmore), ...heartbeating(autotask) };
  }

  private async takeLease(store: Evidence, broker: string): Promise<void> {
    const options = { signal: new AbortController().signal, onWait: () => undefined };
    this.hold = await store.hold(`gates/${broker}`, options);
  }

  kill(): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.onDeath(this);
  }

  /** Passed wherever the process touches the world. Never ends in a dead one. */
  async touch(point: CrashPoint): Promise<void> {
    const at = running.getStore();
    if (at && this.isAlive && this.watch(at, point)) this.kill();
    await this.goOn();
  }

  async goOn(): Promise<void> {
    if (!this.isAlive) return never();
    if (this.pausedUntil > this.time.now) {
      await this.time.sleep(this.pausedUntil - this.time.now);
      await this.goOn();
    }
  }

  get isHeard(): boolean {
    return this.isAlive && Math.max(this.unheardUntil, this.pausedUntil) <= this.time.now;
  }

  /** The store is on a disk that outlives the process; notes are written by a process that may die before or after. */
  private evidence(store: Evidence): Evidence {
    const noted = async <T>(write: () => Promise<T>): Promise<T> => {
      await this.touch('before-note');
      const result = await write();
      await this.touch('after-note');
      return result;
    };
    const read = async <T>(work: () => Promise<T>): Promise<T> => {
      await this.goOn();
      return work();
    };
    return {
      ...store,
      put: (value) => read(() => store.put(value)),
      get: (ref) => read(() => store.get(ref)),
      pointer: (name) => read(() => store.pointer(name)),
      names: (prefix) => read(() => store.names(prefix)),
      point: (name, ref) => noted(() => store.point(name, ref)),
      claim: (name, before, ref, lease) => noted(() => store.claim(name, before, ref, lease)),
      unpoint: (name, expected) => noted(() => store.unpoint(name, expected)),
    };
  }
}

/** What a dead process does next. */
export const never = (): Promise<never> => new Promise<never>(() => undefined);
