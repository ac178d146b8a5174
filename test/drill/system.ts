import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry, SandboxState } from '../../sandbox/index.js';
import { Random } from '../simulation/random.js';
import { drawWorld, LAST_DAY, MONTH, type SimulatedWorld } from '../simulation/world.js';
import type { Image } from '../project/image.js';
import { count, type Figures } from './count.js';
import type { Run } from './execute.js';
import type { Service } from './service.js';
import { Recorder } from './recorder.js';
import { Stack } from './stack.js';

/** A stack in which a month is being billed, for one drill to disturb; and what became of the money afterwards. */

export { LAST_DAY, MONTH };
export const BROKER = 'default';
const SEED = 11;
/** Some 60 writes, each with an answer that takes its time, so that a disturbance meets some on their way. */
const SIZE = { organizations: [5, 5], subscriptions: [6, 8] } satisfies Parameters<typeof drawWorld>[1];
const SLOWLY = { match: { vendor: 'autotask', probability: 1 }, fault: { kind: 'hang', ms: 150, when: 'after' } };
const WRITES_WITHIN_MS = 240_000;
export const SERVES_WITHIN_MS = 60_000;

export const SETTINGS: Record<string, string> = {
  BILLING_MODE: 'auto',
  // Worlds are drawn without a story of last month's sizes.
  BREAKERS: 'off',
  AUTOTASK_CALLS_PER_HOUR: '10000',
  // On the volume, so that a drill may lose, restore or fill it apart from Temporal's databases; `kill-postgresql` has the file's own.
  BILLING_EVIDENCE: 'file:/var/lib/billing/evidence',
};

export interface Ended {
  figures: Figures;
  /** Exit code of the run that ended the drill, and what it said. */
  code: number;
  said: string;
  /** Writes of one more run: there is nothing left to do. */
  writesAfterwards: number;
}

export class DrillSystem {
  private begin!: SandboxState['autotask'];
  private lastRun: Run | null = null;
  private readonly recorder: Recorder;

  private constructor(
    readonly stack: Stack,
    readonly world: SimulatedWorld,
  ) {
    this.recorder = new Recorder(`http://${stack.network.address('worker')}:9464/metrics`);
  }

  /** Alerts that what was seen of the worker would raise if it lasted; null where Prometheus's program is not there. */
  raised(wanted?: string): Promise<string[] | null> {
    return this.recorder.raised(wanted);
  }

  static async open(
    image: Image,
    say: (line: string) => void,
    settings: Record<string, string> = {},
    temporalVersion?: string,
  ): Promise<DrillSystem> {
    const drawn = drawWorld(new Random(SEED), SIZE);
    const behaviour = { ...(drawn.autotask.behaviour as object), periodStart: 'update' };
    const world = { ...drawn, ticking: true, now: `${LAST_DAY}T03:00:00Z`, autotask: { ...drawn.autotask, behaviour } };
    const system = new DrillSystem(
      await Stack.open({ settings: { ...SETTINGS, ...settings }, world, say, temporalVersion }, image),
      world,
    );
    system.begin = (await system.state()).autotask;
    await system.slowly();
    return system;
  }

  slowly(): Promise<unknown> {
    return this.stack.control('POST', 'faults', [SLOWLY]);
  }

  state(): Promise<SandboxState> {
    return this.stack.control<SandboxState>('GET', 'state');
  }

  /** How many writes Autotask has taken since the journal was last emptied. */
  async writes(): Promise<number> {
    return (await this.stack.control<JournalEntry[]>('GET', 'requests')).filter(hasWritten).length;
  }

  forget(): Promise<unknown> {
    return this.stack.control('DELETE', 'requests');
  }

  /** Begins the month's run; it continues automatically. */
  async runMonth(...more: string[]): Promise<Run> {
    this.lastRun = null;
    const run = await this.stack.billing(['run', MONTH, '--as-of', LAST_DAY, '--wait', '--json', ...more]);
    this.lastRun = run;
    return run;
  }

  /** Waits until the run has written so often. */
  async hasWritten(times: number): Promise<void> {
    const deadline = Date.now() + WRITES_WITHIN_MS;
    while ((await this.writes()) < times) {
      if (Date.now() > deadline)
        throw new Error(
          `Only ${await this.writes()} of ${times} writes came. The run ${this.lastRun === null ? 'continues' : `ended with ${this.lastRun.code}: ${this.lastRun.stderr}`}. The worker's last words:\n${this.stack.service('worker').said().slice(-3000)}`,
        );
      await sleep(50);
    }
  }

  /** The worker that holds the broker's lease, and those that stand by. */
  workers(): { holder: Service; others: Service[] } {
    const all = [...this.stack.services.values()].filter(({ name, isUp }) => name.startsWith('worker') && isUp);
    const holder = all.find((worker) => worker.said().includes(`serving autotask-${BROKER}`));
    if (!holder) throw new Error('No worker serves the broker.');
    return { holder, others: all.filter((worker) => worker !== holder) };
  }

  /** A worker has served before, as one that was fine until somebody changed it: alerts compare with what was there. Answers how much it has said. */
  async hasServed(): Promise<number> {
    const worker = await this.stack.startWorker();
    await worker.says(/serving autotask-/, SERVES_WITHIN_MS);
    await this.recorder.hasSeenLease();
    await worker.stop();
    return worker.said().length;
  }

  /** The month run once more and once more after that, then counted. */
  async end(broker = BROKER): Promise<Ended> {
    await this.stack.control('POST', 'faults', []);
    const last = await this.runMonth();
    await this.forget();
    await this.runMonth();
    const writesAfterwards = await this.writes();
    const end = (await this.state()).autotask;
    const world = this.world as never;
    return {
      figures: count({ world, broker, month: MONTH, asOf: LAST_DAY, begin: this.begin, end }),
      code: last.code,
      said: last.stderr.slice(0, 1500),
      writesAfterwards,
    };
  }

  close(): Promise<void> {
    this.recorder.close();
    return this.stack.close();
  }
}

/** What a tenant refuses is not a write. */
const hasWritten = ({ method, path, status }: JournalEntry): boolean =>
  /atservicesrest/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path) && status === 200;
