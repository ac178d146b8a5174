import { createHash } from 'node:crypto';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { check, type Verdict, type Watched } from './checker.js';
import { checkLies } from './lied-to.js';
import { Month, type Played, type RunEnd } from './month.js';
import { installNetworks } from './network.js';
import { Random } from './random.js';
import { Sockets } from './sockets.js';
import type { Story } from './story.js';
import { VirtualTime } from './time.js';
import { WORKLOADS, type Workload } from './workloads.js';
import { drawWorld, MONTH, withLinks, withSharedCompany, type SimulatedWorld } from './world.js';

/** One seed: one month of one broker, played and judged. */

export interface Judged extends Verdict {
  seed: number;
  /** Digest of every request and of the final tables: equal for equal seeds. */
  digest: string;
  played: Played | null;
  /** The story and every request that could change something, for anyone who looks for a cause. */
  transcript: string[];
}

/** One seed in so many goes over real sockets; the others' requests are handed over in memory, below the HTTP client. */
const SEEDS_PER_SOCKETS = 40;

const BROKER = 'default';
/** The broker next to it, where there is one. */
const OTHER_BROKER = 'other';

export interface PlayInput {
  seed: number;
  world: SimulatedWorld;
  story: Story;
  random: Random;
  /** Whether requests take the way over sockets. Default false. */
  overSockets?: boolean;
}

/** One sandbox for all seeds of a process, and one for a second tenant. */
export class Simulation {
  private readonly sockets = new Sockets();

  private constructor(
    private readonly sandbox: Sandbox,
    private readonly otherSandbox: Sandbox,
  ) {}

  static async open(): Promise<Simulation> {
    const world = drawWorld(new Random(0));
    const simulation = new Simulation(await startSandbox({ world }), await startSandbox({ world }));
    await simulation.sockets.open();
    return simulation;
  }

  async close(): Promise<void> {
    await this.sockets.close();
    await this.sandbox.close();
    await this.otherSandbox.close();
  }

  run(seed: number, workload: Workload = 'mixed'): Promise<Judged> {
    const random = new Random(seed);
    const drawn = drawWorld(random.fork());
    const overSockets = seed % SEEDS_PER_SOCKETS === 0 && workload !== 'brokers';
    const story: Story = WORKLOADS[workload](random.fork());
    const world = linkedAs(drawn, story);
    return this.play({ seed, world, story: overSockets ? { ...story, discoversZone: false } : story, random, overSockets });
  }

  async play({ seed, world, story, random, overSockets = false }: PlayInput): Promise<Judged> {
    const { sandbox } = this;
    const time = new VirtualTime(Date.parse(world.now));
    const restoreTime = time.install();
    sandbox.reset({ ...world, ticking: true });
    const month = new Month({ time, sandbox, random, broker: BROKER }, world, story);
    const other = story.otherBroker === undefined ? null : this.openOther(month, story.otherBroker, time, random);
    const networks = other === null ? [] : [other.month.network];
    const restoreNetwork = overSockets
      ? this.sockets.install(month.network, time)
      : installNetworks([month.network, ...networks]);
    try {
      const [played, playedOther] = await time.run(
        () => Promise.all([month.play(), other?.month.play()]),
        () => month.checkConditions(),
      );
      const own = judge(played, world, story, BROKER);
      const verdict = other && playedOther ? both(own, judge(playedOther, other.world, other.story, OTHER_BROKER)) : own;
      return { ...verdict, seed, digest: digestOf(sandbox, verdict), played, transcript: this.transcriptOf(world, story, month) };
    } catch (error) {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return {
        ...{ verdict: 'unknown', problems: [], unknown: [message] },
        ...{ seed, digest: digestOf(sandbox, null), played: null, transcript: this.transcriptOf(world, story, month) },
      };
    } finally {
      restoreNetwork();
      restoreTime();
    }
  }

  /** A second broker on the same server and store, with a tenant of its own. */
  private openOther(
    partner: Month,
    story: Story,
    time: VirtualTime,
    random: Random,
  ): { month: Month; world: SimulatedWorld; story: Story } {
    const world = drawWorld(random.fork());
    this.otherSandbox.reset({ ...world, ticking: true });
    const setup = { time, sandbox: this.otherSandbox, random: random.fork(), broker: OTHER_BROKER, partner };
    return { month: new Month(setup, world, story), world, story };
  }

  private transcriptOf(world: SimulatedWorld, story: Story, { log }: Month): string[] {
    const events = [...story.disturbances, ...story.actions].map(
      ({ at, ...rest }) => `${new Date(at).toISOString()} ${JSON.stringify(rest)}`,
    );
    const windows = story.windows.map(
      ({ from, until, ...rest }) =>
        `${new Date(from).toISOString()} until ${new Date(until).toISOString()} ${rest.kind} ${String(rest.site)} × ${rest.share} × ${rest.times}`,
    );
    const lies = (story.lies ?? []).map(
      ({ from, until, ...rest }) =>
        `${new Date(from).toISOString()} until ${new Date(until).toISOString()} ${JSON.stringify(rest)}`,
    );
    return [
      JSON.stringify(world.autotask.behaviour),
      `runs on ${story.runDays.join(', ')}; after freeze: ${story.afterFreeze}`,
      ...[...events, ...windows, ...lies, ...log].sort(),
    ];
  }
}

function linkedAs(world: SimulatedWorld, { links }: Story): SimulatedWorld {
  if (links === undefined) return world;
  return links === 'shared' ? withSharedCompany(withLinks(world)) : withLinks(world);
}

function judge(played: Played, world: SimulatedWorld, story: Story, broker: string): Verdict {
  const { recordTypes } = story;
  const watched: Watched = { ...played, broker, month: MONTH, world: world as never, ...(recordTypes ? { recordTypes } : {}) };
  const lost = story.losesNoRun === true ? played.ends.filter(({ result }) => result === null) : [];
  if (lost.length > 0) return withRunsLost(check(watched), lost);
  if (!story.lies) return check(watched);
  // What a run is told that is not so is judged run by run; the last one is told the truth.
  const verdict = check({ ...watched, runs: [] });
  const problems = [...checkLies(watched, played.ends), ...verdict.problems];
  return { ...verdict, problems, verdict: problems.length > 0 ? 'violated' : verdict.verdict };
}

const withRunsLost = (verdict: Verdict, lost: RunEnd[]): Verdict => ({
  ...verdict,
  verdict: 'violated',
  problems: [
    ...verdict.problems,
    ...lost.map(({ asOf }) => ({ kind: 'outcome' as const, message: `the run of ${asOf} did not come to its end` })),
  ],
});

function both(one: Verdict, other: Verdict): Verdict {
  const verdicts = [one.verdict, other.verdict];
  const verdict = verdicts.find((each) => each === 'violated') ?? verdicts.find((each) => each === 'unknown') ?? 'ok';
  return { verdict, problems: [...one.problems, ...other.problems], unknown: [...one.unknown, ...other.unknown] };
}

function digestOf(sandbox: Sandbox, verdict: Verdict | null): string {
  const requests = sandbox.requests().map(({ method, path, body, status }) => [method, path, body, status]);
  return createHash('sha256')
    .update(JSON.stringify([requests, sandbox.state().autotask, verdict]))
    .digest('hex')
    .slice(0, 16);
}
