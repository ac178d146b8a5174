import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import { signalGroup } from '../../client/temporal-server/guarded.js';

/** The processes of the soak: each can be killed at any moment, and comes back. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RESTART_AFTER_MS = 500;
/** As a container's runtime does; longer than a worker's own grace. */
const STOPS_WITHIN_MS = 90_000;

/** A program that is started again whenever it ends, until it is stopped for good. */
export class Program {
  private child: ChildProcess | null = null;
  private isStopped = false;
  /** Its last words, for anyone who looks for a cause. */
  readonly said: string[] = [];

  constructor(
    private readonly args: string[],
    private readonly env: Record<string, string>,
  ) {
    this.start();
  }

  static worker = (env: Record<string, string>): Program => new Program([join(ROOT, 'client', 'bin.js'), 'worker'], env);
  static gateway = (port: number, vendorsPort: number): Program =>
    new Program([join(ROOT, 'test', 'soak', 'gateway.js'), String(port), String(vendorsPort)], {});

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Ends it, and it stays away. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.isStopped = true;
    const { child } = this;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGCONT');
    child.kill(signal);
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    await ended;
    clearTimeout(impatience);
  }

  private start(): void {
    const child = spawn(process.execPath, this.args, { env: this.env, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const note = (data: Buffer): void => {
      this.said.push(data.toString().trim());
      this.said.splice(0, this.said.length - WORDS_KEPT);
    };
    child.stdout.on('data', note);
    child.stderr.on('data', note);
    child.once('exit', () => {
      this.child = null;
      if (!this.isStopped) setTimeout(() => !this.isStopped && this.start(), RESTART_AFTER_MS);
    });
  }
}

const WORDS_KEPT = 40;

export interface TemporalServerOptions {
  path: string;
  /** The program of an earlier version, where it is to be upgraded from that one. */
  earlier?: string | undefined;
  dbFilename: string;
  port: number;
}

/** A Temporal dev server on a file: killed and started again, it continues with what it had written, and so does another version of it. */
export class TemporalServer {
  private path: string;

  private constructor(
    private readonly options: TemporalServerOptions,
    private server: DevServer,
  ) {
    this.path = options.earlier ?? options.path;
  }

  static async start(options: TemporalServerOptions): Promise<TemporalServer> {
    return new TemporalServer(options, await startDevServer({ ...options, path: options.earlier ?? options.path }));
  }

  get address(): string {
    return this.server.address;
  }

  async killFor(milliseconds: number): Promise<void> {
    signalGroup(this.server.pid, 'SIGKILL');
    await this.server.ended;
    await sleep(milliseconds);
    await this.startAgain();
  }

  /** The earlier version is told to stop, and the later one takes over what it has written. */
  async upgrade(): Promise<void> {
    this.path = this.options.path;
    await this.server.stop();
    await this.startAgain();
  }

  private async startAgain(): Promise<void> {
    this.server = await startDevServer({ ...this.options, path: this.path });
  }

  stop(): Promise<void> {
    return this.server.stop();
  }
}
