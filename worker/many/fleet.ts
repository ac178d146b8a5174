import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../../shared/environment.js';
import type { RunningWorker } from '../main.js';
import { readiness, type Readiness } from '../watch/readiness.js';
import type { Watching, WatchSources } from '../watch/watch.js';
import { Member } from './member.js';
import { Turns } from './turns.js';

/** A broker as its file of settings stands now. */
export interface Candidate {
  name: string;
  /** The same for as long as nothing of its settings changes, the contents of its secret files among them. */
  fingerprint: string;
  /** Makes its worker. Throws a `ConfigError` where its settings are wrong. */
  start(): Promise<RunningWorker>;
  /** Throws a `ConfigError` where its settings are wrong. */
  check(): void;
}

export interface FleetOptions {
  /** All brokers there are now. Throws where nobody can tell. */
  read(): Candidate[];
  say(message: string, broker?: string): void;
  lookEveryMs?: number;
}

/** How long it takes at most until a change is noticed, twice this until it counts. */
const LOOK_EVERY_MS = 3_000;
/** Brokers that start at once: more of them are ready no sooner, and with forty the evidence store's answers came too late for each of them. */
const STARTS_AT_ONCE = 4;
/** A start takes a second of the processor at most. */
const START_PATIENCE_MS = 15_000;

/**
 * Serves many brokers in one process, each with its own worker, and regularly checks which brokers there are. A change counts when two checks agree on it: a file
 * that is being written, or replaced, is neither a broker less nor one with half of its settings. Where the folder cannot be read nobody knows, and all continue.
 */
export class Fleet implements Watching {
  readonly isNamed = true;
  private readonly closing = new AbortController();
  private readonly members = new Map<string, { fingerprint: string; member: Member | null; problems: string[] }>();
  /** Of a broker whose settings changed while its worker still ends. */
  private readonly leaving = new Map<string, Promise<void>>();
  private seen = new Map<string, string>();
  private readonly turns = new Turns(STARTS_AT_ONCE, START_PATIENCE_MS);
  private trouble: string | null = null;

  constructor(private readonly options: FleetOptions) {}

  async serve(): Promise<void> {
    this.look(true);
    while (!this.closing.signal.aborted) {
      await sleep(this.options.lookEveryMs ?? LOOK_EVERY_MS, undefined, { signal: this.closing.signal }).catch(() => undefined);
      if (!this.closing.signal.aborted) this.look(false);
    }
    await Promise.all([...this.members.values()].flatMap(({ member }) => member?.ended ?? []));
    await Promise.all([...this.leaving.values()]);
  }

  close(): void {
    this.closing.abort();
    for (const { member } of this.members.values()) member?.close();
  }

  private look(isFirst: boolean): void {
    const candidates = this.readSafely();
    if (candidates === null) return;
    const now = new Map(candidates.map(({ name, fingerprint }) => [name, fingerprint]));
    const before = isFirst ? now : this.seen;
    this.seen = now;
    for (const candidate of candidates) {
      const known = this.members.get(candidate.name);
      if (known?.fingerprint === candidate.fingerprint || before.get(candidate.name) !== candidate.fingerprint) continue;
      this.end(candidate.name, known === undefined ? null : 'has other settings: its worker is replaced');
      this.begin(candidate);
    }
    for (const name of this.members.keys())
      if (!now.has(name) && !before.has(name)) this.end(name, 'no longer has a settings file: its worker ends');
  }

  private readSafely(): Candidate[] | null {
    try {
      const candidates = this.options.read();
      this.trouble = null;
      return candidates;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (this.trouble !== why) this.options.say(`The list of brokers cannot be read, so all brokers continue unchanged: ${why}`);
      this.trouble = why;
      return null;
    }
  }

  private begin(candidate: Candidate): void {
    const { name, fingerprint } = candidate;
    const say = (message: string): void => this.options.say(message, name);
    try {
      candidate.check();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      say(`is not served: its settings are wrong. ${error.problems.join('; ')}`);
      this.members.set(name, { fingerprint, member: null, problems: error.problems });
      return;
    }
    const member = new Member(() => candidate.start(), say, this.turns, this.leaving.get(name));
    this.members.set(name, { fingerprint, member, problems: [] });
  }

  private end(name: string, why: string | null): void {
    const known = this.members.get(name);
    this.members.delete(name);
    if (why !== null) this.options.say(why, name);
    if (!known?.member) return;
    const { member } = known;
    const ended = Promise.all([this.leaving.get(name), member.ended]).then(() => {
      if (this.leaving.get(name) === ended) this.leaving.delete(name);
    });
    this.leaving.set(name, ended);
    member.close();
  }

  // -------------------------------------------------------------------------------------------------------------- what is reported of it

  /** Ready where every broker whose settings are right is served: no restart helps one whose settings are wrong, which is named. */
  async readiness(): Promise<Readiness> {
    const isStopping = this.closing.signal.aborted;
    const listed = await Promise.all(
      [...this.members].map(async ([name, known]) => [name, await this.readinessOf(known)] as const),
    );
    const brokers = Object.fromEntries(listed.map(([name, { isReady, checks }]) => [name, { ready: isReady, checks }]));
    const isWell = [...this.members].every(([name, { member }]) => member === null || brokers[name]?.ready !== false);
    const served = this.sources().length;
    return {
      isReady: isWell && served > 0 && !isStopping,
      checks: {
        brokers: `${served} of ${this.members.size} are served`,
        ...(this.trouble === null ? {} : { folder: this.trouble }),
        ...(isStopping ? { process: 'is about to end' } : {}),
      },
      brokers,
    };
  }

  private readinessOf({ member, problems }: { member: Member | null; problems: string[] }): Promise<Readiness> {
    if (member === null) return Promise.resolve({ isReady: false, checks: { settings: problems.join('; ') } });
    const sources = member.sources();
    return sources === null
      ? Promise.resolve({ isReady: false, checks: { worker: member.trouble() ?? '' } })
      : readiness(sources);
  }

  sources(): WatchSources[] {
    return [...this.members.values()].flatMap(({ member }) => member?.sources() ?? []);
  }

  unserved(): string[] {
    return [...this.members].filter(([, { member }]) => (member?.sources() ?? null) === null).map(([name]) => name);
  }
}
