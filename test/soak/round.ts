import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JournalEntry } from '../../sandbox/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import {
  billingQueue,
  dailyBillingId,
  organizationBillingId,
  RERUN_SIGNAL,
  scheduledBillingId,
  SKIP_SIGNAL,
  WORKFLOWS,
} from '../../shared/messages/names.js';
import { type DailyBillingInput } from '../../shared/messages/messages.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import { eventually } from '../eventually.js';
import { check, type Act, type Moment, type Verdict } from '../simulation/checker.js';
import type { Random } from '../simulation/random.js';
import { keyOf } from '../simulation/tables.js';
import { drawWorld, LAST_DAY, MONTH, type SimulatedWorld } from '../simulation/world.js';
import { drawDisturbance, drawRules, SLOW_NAME, type Disturbance } from './chaos.js';
import type { Program } from './processes.js';
import type { SoakSystem } from './system.js';

/** One broker's month, over several days, with everything that breaks meanwhile; judged by the simulation's checker when all is quiet again. */

export interface Judged extends Verdict {
  world: number;
}

const DAYS = ['09', '11', '17', '20'];
/** A run under faults may wait several times for a killed worker to be noticed (45 s). */
const RUN_WITHIN_MS = 10 * 60_000;
const ANSWER_WITHIN_MS = 60_000;
/** A run that has sent so many is in the middle of its month. */
const WRITES_BEGUN = 5;

/** What happens during each disturbed run: so many disturbances as chance has it, or these; or nothing but what the workers do by themselves. */
export type Disturbances = number | Disturbance[] | 'none';

export async function playRound(system: SoakSystem, number: number, random: Random, disturbances: Disturbances): Promise<Judged> {
  const round = new Round(system, number, random);
  await round.open();
  try {
    return await round.play(disturbances);
  } finally {
    await round.close();
  }
}

class Round {
  private readonly broker: string;
  private readonly world: SimulatedWorld;
  private readonly env: Record<string, string>;
  private readonly moments: Moment[] = [];
  private readonly skipped = new Set<string>();
  private workers: Program[] = [];
  private startedBySchedule = 0;

  constructor(
    private readonly system: SoakSystem,
    private readonly number: number,
    private readonly random: Random,
  ) {
    this.broker = `soak-${number}`;
    this.world = drawWorld(random.fork(), system.size);
    this.env = {
      ...system.env,
      BILLING_BROKER: this.broker,
      BILLING_EVIDENCE: `file:${join(system.folder, `evidence-${number}`)}`,
      AFTER_FREEZE: random.pick(['hold', 'hold', 'charge']),
    };
  }

  async open(): Promise<void> {
    // How Autotask takes adjustments of a period's first day is the simulation's to vary; here it is the processes that break.
    const { autotask } = this.world;
    const behaviour = { ...(autotask.behaviour as object), periodStart: 'update' };
    this.system.sandbox.reset({ ...this.world, autotask: { ...autotask, behaviour }, ticking: true });
    this.workers = Array.from({ length: this.system.workers }, () => this.system.startWorker(this.env));
    await sleep(0);
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.stop('SIGKILL')));
  }

  async play(disturbances: Disturbances): Promise<Judged> {
    const begin = this.tables();
    const drawn = DAYS.filter(() => this.random.chance(0.6));
    const days = typeof disturbances === 'number' ? drawn : DAYS.slice(0, 1);
    for (const day of days) await Promise.all([this.runOn(`${MONTH}-${day}`), this.breakThings(disturbances)]);
    await this.heal();
    await this.runOn(LAST_DAY);
    await this.runOn(LAST_DAY); // what the faults had left open is resolved now
    const result = await this.result();
    const end = this.tables();
    const world = this.world as never;
    const watched = {
      broker: this.broker,
      month: MONTH,
      asOf: LAST_DAY,
      world,
      begin,
      end,
      moments: this.moments,
      result,
      runs: [],
    };
    const verdict = check({ ...watched, writesAfterwards: await this.writesOfOneMore() });
    if (verdict.verdict !== 'ok')
      this.system.say(JSON.stringify({ moments: this.moments.map(({ act }) => act), ...verdict }, null, 1));
    return { ...verdict, world: this.number };
  }

  // ------------------------------------------------------------------------------------------------------------- runs

  private async runOn(day: string): Promise<void> {
    const { say, count } = this.system;
    await this.control('POST', 'clock', { now: `${day}T03:00:00Z` });
    say(`run of ${day}`);
    const workflowId = dailyBillingId(this.broker, MONTH);
    await this.start(workflowId, day);
    await this.ended(workflowId);
    count('runs');
  }

  private start(workflowId: string, asOf: string): Promise<unknown> {
    const input: DailyBillingInput = { broker: this.broker, month: MONTH, asOf };
    return patiently(() =>
      this.system.client.workflow.start(WORKFLOWS.daily, {
        taskQueue: billingQueue(this.broker),
        workflowId,
        args: [input],
        workflowIdConflictPolicy: 'USE_EXISTING',
      }),
    );
  }

  private async ended(workflowId: string): Promise<void> {
    const deadline = Date.now() + RUN_WITHIN_MS;
    const handle = this.system.client.workflow.getHandle(workflowId);
    for (;;) {
      const { status } = await patiently(() => handle.describe());
      if (status.name !== 'RUNNING') return;
      if (Date.now() > deadline) return this.system.say(`${workflowId} did not end within ${RUN_WITHIN_MS / 60_000} minutes`);
      await sleep(500);
    }
  }

  private async result(): Promise<MonthResult | null> {
    const evidence = openEvidence(this.env.BILLING_EVIDENCE!);
    return (await readMonth(evidence, this.broker, MONTH))?.result ?? null;
  }

  private async writesOfOneMore(): Promise<number> {
    await this.countRequests();
    await this.runOn(LAST_DAY);
    const writes = this.system.sandbox.requests().filter(couldWrite).length;
    await this.countRequests();
    return writes;
  }

  // ------------------------------------------------------------------------------------------------------------- what breaks

  private async breakThings(disturbances: Disturbances): Promise<void> {
    if (disturbances === 'none') return;
    await this.setFaults(drawRules(this.random));
    if (typeof disturbances !== 'number') {
      await this.writing();
      for (const disturbance of disturbances) {
        await sleep(1_000);
        await this.befall(disturbance);
      }
      return;
    }
    for (let time = 0; time < disturbances; time += 1) {
      await sleep(this.random.whole(500, 5000));
      if (this.random.chance(0.25)) await this.interfere();
      else await this.befall(drawDisturbance(this.random));
    }
  }

  private async befall(disturbance: Disturbance): Promise<void> {
    const { say, count, temporal, gateway } = this.system;
    say(`${disturbance.kind}${'ms' in disturbance ? ` for ${disturbance.ms} ms` : ''}`);
    count(disturbance.kind);
    const worker = this.random.pick(this.workers);
    switch (disturbance.kind) {
      case 'kill worker':
        return worker.signal('SIGKILL');
      case 'deploy worker': {
        const others = this.workers.filter((other) => other !== worker);
        this.workers = [...others, this.system.startWorker(this.env)];
        return worker.stop('SIGTERM');
      }
      case 'freeze worker':
        worker.signal('SIGSTOP');
        await sleep(disturbance.ms);
        return worker.signal('SIGCONT');
      case 'kill server':
        return temporal.killFor(disturbance.ms);
      case 'upgrade server':
        return this.upgradeServer();
      case 'kill gateway':
        return gateway.signal('SIGKILL');
      case 'faults':
        return this.setFaults(disturbance.rules);
    }
  }

  /** Waits until the run has begun to write. */
  private async writing(): Promise<void> {
    const { sandbox } = this.system;
    await eventually(
      () => Promise.resolve(sandbox.requests().filter(couldWrite).length),
      (writes) => writes >= WRITES_BEGUN,
    );
  }

  /** Counted with both versions, and with what the run was doing when the later one took over. */
  private async upgradeServer(): Promise<void> {
    const { count, temporal, client } = this.system;
    const version = async (): Promise<string> => (await patiently(() => client.workflowService.getSystemInfo({}))).serverVersion;
    const before = await version();
    await temporal.upgrade();
    const after = await version();
    const { status } = await patiently(() => client.workflow.getHandle(dailyBillingId(this.broker, MONTH)).describe());
    count(`${before} to ${after}, run ${status.name}`);
  }

  private async setFaults(rules: unknown[]): Promise<void> {
    await this.countRequests();
    await this.control('POST', 'faults', rules);
  }

  /** Adds what came since the last time to the figures. */
  private async countRequests(): Promise<void> {
    const journal = this.system.sandbox.requests();
    await this.control('DELETE', 'requests');
    this.system.count('requests', journal.length);
    this.system.count('requests that could write', journal.filter(couldWrite).length);
    for (const { fault } of journal) if (fault !== null && fault !== SLOW_NAME) this.system.count(`fault ${fault.split(' ')[0]}`);
  }

  /** The faults end: from here on everything works. Who was skipped is billed after all. */
  private async heal(): Promise<void> {
    this.system.say('faults end');
    await this.setFaults([]);
    for (const organizationId of this.skipped) await this.signal(organizationId, RERUN_SIGNAL);
  }

  // ------------------------------------------------------------------------------------------------------------- what people do

  private async interfere(): Promise<void> {
    const { random, world } = this;
    const kind = random.pick(['freeze', 'edit-row', 'delete-charge', 'end-earlier', 'skip', 'rerun', 'second-run'] as const);
    this.system.count(kind);
    this.system.say(kind);
    const { id: organizationId } = random.pick(world.cloudmore.organizations);
    switch (kind) {
      case 'skip':
        this.skipped.add(organizationId);
        return this.signal(organizationId, SKIP_SIGNAL);
      case 'rerun':
        return this.signal(organizationId, RERUN_SIGNAL);
      case 'second-run':
        await this.start(`${scheduledBillingId(this.broker)}-${(this.startedBySchedule += 1)}`, this.today());
        return;
      default:
        return this.touchAutotask(kind);
    }
  }

  private async touchAutotask(kind: 'freeze' | 'edit-row' | 'delete-charge' | 'end-earlier'): Promise<void> {
    const { contracts, unitRows, charges } = this.tables();
    const ours = new Set(contracts.filter((contract) => keyOf(contract) !== '').map(({ id }) => id));
    const isOurs = ({ contractID }: { contractID: number | null }): boolean => ours.has(contractID ?? 0);
    if (kind === 'freeze') {
      const { id } = this.random.pick(this.world.autotask.companies);
      return this.act({ kind, companyId: id }, 'POST', 'autotask/freeze', { through: `${MONTH}-31`, companyID: id });
    }
    if (kind === 'edit-row') {
      const rows = unitRows.filter((row) => isOurs(row) && row.startDate?.startsWith(MONTH) && !row.approveAndPostDate);
      if (rows.length === 0) return;
      const { id, contractID, units } = this.random.pick(rows);
      return this.act({ kind: 'edit', contractId: contractID! }, 'PATCH', `autotask/unitRows/${id}`, { units: (units ?? 0) + 3 });
    }
    if (kind === 'delete-charge') {
      const open = charges.filter((charge) => isOurs(charge) && !charge.isBilled);
      if (open.length === 0) return;
      const { id, contractID } = this.random.pick(open);
      return this.act({ kind: 'edit', contractId: contractID! }, 'DELETE', `autotask/charges/${id}`);
    }
    const long = contracts.filter(({ id, endDate }) => ours.has(id) && (endDate ?? '') > '2025-11-30T23');
    if (long.length === 0) return;
    const { id } = this.random.pick(long);
    return this.act({ kind, contractId: id }, 'PATCH', `autotask/contracts/${id}`, { endDate: '2025-11-30' });
  }

  private async act(act: Act, method: string, path: string, body?: unknown): Promise<void> {
    await this.control(method, path, body);
    this.moments.push({ act, at: this.system.sandbox.state().now, autotask: this.tables() });
  }

  /** As `billing skip` and `billing rerun` do: starts the organization where none is open. */
  private async signal(organizationId: string, signal: string): Promise<void> {
    const input = {
      broker: this.broker,
      month: MONTH,
      asOf: this.today(),
      mode: null,
      organizationId,
      given: null,
      parentId: null,
    };
    await patiently(() =>
      this.system.client.workflow.signalWithStart(WORKFLOWS.organization, {
        taskQueue: billingQueue(this.broker),
        workflowId: organizationBillingId(this.broker, MONTH, organizationId),
        args: [input],
        signal,
        signalArgs: ['because'],
      }),
    );
  }

  // ------------------------------------------------------------------------------------------------------------- the sandbox

  private today(): string {
    return this.system.sandbox.state().now.slice(0, 10);
  }

  private tables(): Moment['autotask'] {
    return structuredClone(this.system.sandbox.state().autotask);
  }

  private async control(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await fetch(`${this.system.sandbox.url}/_sandbox/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok && !(method === 'DELETE' && answer.status === 404)) throw new Error(`${path}: ${await answer.text()}`);
  }
}

/** Asks Temporal again while it is away. */
async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + ANSWER_WITHIN_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(300);
    }
  }
}

const couldWrite = ({ method, path }: JournalEntry): boolean =>
  /atservicesrest/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path);
