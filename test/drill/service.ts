import { createWriteStream, readFileSync, type WriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { signalGroup, spawnGuarded, type GuardedProcess } from '../../client/temporal-server/guarded.js';

/** How a program of the stack is started, in the host's terms. */
export interface Launch {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  /** Whether it is started again whenever it ends, as `unless-stopped` says. */
  restarts: boolean;
  /** What asks it to end in good order, and how long that may take. */
  stopSignal: NodeJS.Signals;
  stopWithinMs: number;
}

const RESTART_AFTER_MS = 500;
/** A program that ends at once again and again is started more and more seldom, as a container's runtime does. */
const RESTART_AT_MOST_MS = 8_000;

/** One container of the stack, as a process: it can be killed, frozen, stopped, and comes back as its restart policy says. */
export class Service {
  private child: GuardedProcess | null = null;
  private wanted = false;
  private log: WriteStream | null = null;
  private starts = 0;
  /** Every exit that nobody asked for, with its code. */
  readonly exits: (number | string)[] = [];

  constructor(
    readonly name: string,
    readonly launch: Launch,
    private readonly logFile: string,
  ) {}

  get isUp(): boolean {
    return this.child !== null;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    this.wanted = true;
    this.starts = 0;
    this.spawn();
  }

  /** Without a word to it: `kill -9` of it and what it has started. */
  kill(): void {
    if (this.child?.pid !== undefined) signalGroup(this.child.pid, 'SIGKILL');
  }

  signal(signal: NodeJS.Signals): void {
    if (this.child?.pid !== undefined) process.kill(this.child.pid, signal);
  }

  /** Ends it, and it stays away until `start`. */
  async stop(signal: NodeJS.Signals = this.launch.stopSignal): Promise<void> {
    this.wanted = false;
    const { child } = this;
    if (child?.pid === undefined) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.signal('SIGCONT');
    if (signal === 'SIGKILL') this.kill();
    else this.signal(signal);
    const impatience = setTimeout(() => this.kill(), this.launch.stopWithinMs);
    await ended;
    clearTimeout(impatience);
  }

  /** Everything it has said. */
  said(): string {
    try {
      return readFileSync(this.logFile, 'utf8');
    } catch {
      return ''; // it has said nothing yet
    }
  }

  /** Seconds until it has said something after the first `from` characters; the sentence, too. */
  async says(pattern: RegExp, withinMs: number, from = 0): Promise<{ seconds: number; line: string }> {
    const startedAt = Date.now();
    for (;;) {
      const line = this.said()
        .slice(from)
        .split('\n')
        .find((each) => pattern.test(each));
      const seconds = (Date.now() - startedAt) / 1000;
      if (line !== undefined) return { seconds, line: line.trim() };
      if (Date.now() - startedAt > withinMs)
        throw new Error(
          `${this.name} did not say ${pattern} within ${withinMs / 1000} s. Its last words:\n${this.said().slice(-2000)}`,
        );
      await sleep(100);
    }
  }

  private spawn(): void {
    const { argv, env, cwd, restarts } = this.launch;
    const [program, ...args] = argv as [string, ...string[]];
    this.log ??= createWriteStream(this.logFile, { flags: 'a' });
    const child = spawnGuarded(program, args, { env, cwd });
    const startedAt = Date.now();
    this.child = child;
    this.starts += 1;
    child.stdout.pipe(this.log, { end: false });
    child.stderr.pipe(this.log, { end: false });
    child.once('error', (error) => this.log?.write(`${error.message}\n`));
    child.once('exit', (code, signal) => {
      this.child = null;
      if (!this.wanted) return;
      this.exits.push(signal ?? code ?? -1);
      if (Date.now() - startedAt > RESTART_AT_MOST_MS) this.starts = 1;
      const wait = Math.min(RESTART_AFTER_MS * 2 ** (this.starts - 1), RESTART_AT_MOST_MS);
      if (restarts) setTimeout(() => this.wanted && !this.isUp && this.spawn(), wait);
    });
  }
}
