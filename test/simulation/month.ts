import type { AutotaskState, JournalEntry, Sandbox } from '../../sandbox/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { loadConfig, type Config } from '../../shared/config.js';
import { billingQueue, dailyBillingId, organizationBillingId, RERUN_SIGNAL, SKIP_SIGNAL } from '../../shared/messages/names.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import { dailyBilling, organizationBilling } from '../../workflows/index.js';
import type { Act, Moment, Watched } from './checker.js';
import { Injector } from './faults.js';
import { EDITS, Hands, type EditKind } from './hands.js';
import { Liar, type LieKind } from './lies.js';
import { Network } from './network.js';
import { running, WorkerProcess, type CrashPoint, type Running } from './process.js';
import type { Random } from './random.js';
import { Store } from './store.js';
import { instantOf, type Action, type Disturbance, type Story } from './story.js';
import { keyOf } from './tables.js';
import { TemporalServer, type Execution } from './temporal/server.js';
import type { VirtualTime } from './time.js';
import { COMPANY_PROPERTY, MONTH, type SimulatedWorld } from './world.js';

/** Plays one month: the product's workflows and activities on simulated processes, with everything of the story happening meanwhile. */

/** A run that has not ended by then never will. */
const RUN_LIMIT_MS = 20 * 3_600_000;
const HOUR_MS = 3_600_000;

export interface Played {
  begin: AutotaskState;
  end: AutotaskState;
  moments: Moment[];
  result: MonthResult | null;
  runs: Watched['runs'];
  /** How each run before the last ended, and what it was told. */
  ends: RunEnd[];
  asOf: string;
  writesAfterwards: number;
  requests: number;
  faults: Map<string, number>;
  crashes: Map<string, number>;
  /** Every kind of call that was made, and every point that an activity came to. */
  sites: Set<string>;
  points: Set<string>;
}

/** The end of a run: its result, or null where it failed; the tables then, and the lies that were told. */
export interface RunEnd {
  asOf: string;
  result: MonthResult | null;
  autotask: AutotaskState;
  lies: LieKind[];
}

export interface MonthSetup {
  time: VirtualTime;
  sandbox: Sandbox;
  random: Random;
  broker: string;
  /** The other broker whose Temporal and store it shares; default: its own. */
  partner?: Month;
}

export class Month {
  private readonly server: TemporalServer;
  readonly network: Network;
  readonly injector: Injector;
  private readonly kept: Store;
  private readonly store: Evidence;
  private readonly config: Config;
  private readonly moments: Moment[] = [];
  private readonly crashes = new Map<string, number>();
  private killAt: { where: string | null; touches: number; restartAfter: number } | null = null;
  private readonly points = new Set<string>();
  private readonly runs: Played['runs'] = [];
  private readonly ends: RunEnd[] = [];
  private readonly liar: Liar;
  private readonly hands: Hands;
  private actions = 0;
  private started = 0;
  /** What was sent and done, in order, for anyone who looks for a cause. */
  readonly log: string[] = [];
  private isHealed = false;
  /** What went wrong with the simulation itself. */
  private broken: Error | null = null;
  /** Everything stands until then. */
  private stopsUntil = 0;
  private readonly onRestored = new Set<() => void>();

  constructor(
    private readonly setup: MonthSetup,
    private readonly world: SimulatedWorld,
    private readonly story: Story,
  ) {
    const { time, random, sandbox } = setup;
    this.server = setup.partner?.server ?? new TemporalServer(time, random.fork());
    this.server.continueAsNewChance = story.continueAsNewChance;
    this.injector = new Injector(random.fork());
    const log = (what: string): void => void this.log.push(`${new Date().toISOString()} ${what}`);
    const forNetwork = random.fork();
    this.liar = new Liar(random.fork());
    this.network = new Network({ time, random: forNetwork, injector: this.injector, liar: this.liar, sandbox, log });
    this.hands = new Hands(sandbox, (method, path, body) => this.control(method, path, body));
    this.config = configOf(setup, world, story);
    this.kept = setup.partner?.kept ?? new Store(() => time.now);
    this.store = this.kept.evidence;
    time.skew = () => running.getStore()?.process.skewMs ?? 0;
    time.owner = () => running.getStore()?.process ?? null;
  }

  /** Called whenever everything has come to rest. */
  checkConditions(): void {
    this.server.checkConditions();
  }

  async play(): Promise<Played> {
    const { time } = this.setup;
    const begin = this.tables();
    this.open();
    this.injector.plan(this.story.windows);
    this.liar.plan(this.story.lies ?? []);
    for (const disturbance of this.story.disturbances) time.later(disturbance.at - time.now, () => void this.befall(disturbance));
    for (const action of this.story.actions) time.later(action.at - time.now, () => void this.does(action));
    for (const day of this.story.runDays.slice(0, -1)) await this.runBefore(day);
    const asOf = this.story.runDays.at(-1)!;
    await this.until(instantOf(asOf) - HOUR_MS);
    this.heal();
    await this.runOn(asOf);
    const isOver = await this.waitForParked();
    if (this.broken !== null) throw this.broken;
    const result = (await readMonth(this.store, this.setup.broker, MONTH))?.result ?? null;
    const end = this.tables();
    return {
      begin,
      end,
      moments: this.moments,
      result: isOver ? result : null,
      runs: this.runs,
      ends: this.ends,
      asOf,
      writesAfterwards: await this.writesOfOneMore(asOf),
      requests: this.network.requests,
      faults: new Map([...this.injector.hits, ...this.liar.hits]),
      crashes: this.crashes,
      sites: this.network.sites,
      points: this.points,
    };
  }

  private tables(): AutotaskState {
    return structuredClone(this.setup.sandbox.state().autotask);
  }

  private async until(instant: number): Promise<void> {
    const { time } = this.setup;
    if (instant > time.now) await time.sleep(instant - time.now);
  }

  // ------------------------------------------------------------------------------------------------------------- runs

  /** A run before the last, and how it ended. */
  private async runBefore(day: string): Promise<void> {
    await this.until(instantOf(day));
    const lies = this.liar.usedLies(this.setup.time.now);
    await this.runOn(day);
    const result = (await readMonth(this.store, this.setup.broker, MONTH))?.result ?? null;
    this.ends.push({ asOf: day, result: result?.asOf === day ? result : null, autotask: this.tables(), lies });
  }

  private async runOn(day: string): Promise<void> {
    await this.until(instantOf(day));
    const { actions } = this;
    const execution = this.startRun(day);
    if (!execution || !(await this.ended(execution.workflowId))) return;
    const result = (await readMonth(this.store, this.setup.broker, MONTH))?.result;
    // Read only where nobody is at work: an organization may have begun again meanwhile.
    if (result?.asOf === day && actions === this.actions && this.server.isIdle)
      this.runs.push({ asOf: day, result, autotask: this.tables() });
  }

  private startRun(asOf: string): Execution | null {
    const id = dailyBillingId(this.setup.broker, MONTH);
    if (this.server.isOpen(id)) return null;
    return this.server.start(dailyBilling, id, { broker: this.setup.broker, month: MONTH, asOf }, this.queue);
  }

  /** Waits for the end of a run; where a backup is put back meanwhile, for the end of what became of it. */
  private async ended(workflowId: string): Promise<boolean> {
    const limit = this.setup.time.sleep(RUN_LIMIT_MS).then(() => 'over');
    for (;;) {
      const restored = new Promise((resolve) => this.onRestored.add(() => resolve('restored')));
      const ended = this.server.resultOf(workflowId).then(
        () => 'ended',
        () => 'ended',
      );
      const seen = await Promise.race([ended, limit, restored]);
      if (seen !== 'restored') return seen === 'ended';
      if (!this.server.isOpen(workflowId)) return true;
    }
  }

  /** Whatever recovers automatically after the last run may do so. */
  private async waitForParked(): Promise<boolean> {
    await this.setup.time.sleep(HOUR_MS);
    return !this.server.isOpen(dailyBillingId(this.setup.broker, MONTH));
  }

  private async writesOfOneMore(asOf: string): Promise<number> {
    const before = this.setup.sandbox.requests().length;
    const execution = this.startRun(asOf);
    if (execution) await this.ended(execution.workflowId);
    return this.setup.sandbox.requests().slice(before).filter(hasWritten).length;
  }

  // ------------------------------------------------------------------------------------------------------------- processes and server

  private get processes(): WorkerProcess[] {
    return [...this.server.processes].filter(({ broker }) => broker === this.setup.broker);
  }

  private get queue(): string {
    return billingQueue(this.setup.broker);
  }

  private open(): WorkerProcess {
    const name = `worker-${(this.started += 1)}`;
    const watch = (at: Running, point: CrashPoint): boolean => this.isDeath(at, point);
    const { hasLeases = false, clocksOff = [] } = this.story;
    const onDeath = (dead: WorkerProcess): void => void this.server.processes.delete(dead);
    const skewMs = clocksOff[(this.started - 1) % clocksOff.length] ?? 0;
    const options = { skewMs, hasLease: hasLeases };
    const process = new WorkerProcess(name, {
      time: this.setup.time,
      config: this.config,
      store: this.store,
      watch,
      onDeath,
      ...options,
    });
    this.server.processes.add(process);
    return process;
  }

  private isDeath({ activity }: Running, point: CrashPoint): boolean {
    const at = `${activity} × ${point}`;
    // Nothing dies any more once all is healed: a point that is only reached then is none of the matrix.
    if (!this.isHealed) this.points.add(at);
    if (this.killAt === null || (this.killAt.where !== null && this.killAt.where !== at)) return false;
    if ((this.killAt.touches -= 1) > 0) return false;
    this.log.push(`${new Date().toISOString()} dies at ${at}`);
    this.crashes.set(at, (this.crashes.get(at) ?? 0) + 1);
    this.setup.time.later(this.killAt.restartAfter, () => this.ensureOne());
    this.killAt = null;
    return true;
  }

  private ensureOne(): void {
    if (this.stopsUntil > this.setup.time.now) return;
    if (this.processes.every(({ isLeaving }) => isLeaving)) this.open();
  }

  private befall(disturbance: Disturbance): void {
    const { time } = this.setup;
    if (this.isHealed) return;
    const [process] = this.processes;
    switch (disturbance.kind) {
      case 'kill':
        process?.kill();
        return void time.later(disturbance.restartAfter, () => this.ensureOne());
      case 'kill-at':
        this.killAt = { where: null, touches: disturbance.touches, restartAfter: disturbance.restartAfter };
        return;
      case 'kill-when':
        this.killAt = { where: disturbance.where, touches: 1, restartAfter: disturbance.restartAfter };
        return;
      case 'pause':
        if (process) process.pausedUntil = time.now + disturbance.ms;
        return;
      case 'unheard':
        if (process) process.unheardUntil = time.now + disturbance.ms;
        return;
      case 'server-down':
        this.server.downUntil = time.now + disturbance.ms;
        return;
      case 'quota':
        this.injector.exhaust(time.now + disturbance.ms);
        return;
      case 'deploy':
        if (process) process.isLeaving = true;
        time.later(disturbance.overlap, () => process?.kill());
        return void this.open();
      case 'second': {
        const second = this.open();
        return void time.later(disturbance.ms, () => {
          second.kill();
          this.ensureOne();
        });
      }
      case 'zone-move':
        return this.network.moveZone();
      case 'restore':
        return void this.restore(disturbance).catch((error: Error) => (this.broken = error));
      case 'terminate': {
        const { organizations } = this.world.cloudmore;
        const { id } = organizations[disturbance.choice % organizations.length]!;
        return this.server.terminate(organizationBillingId(this.setup.broker, MONTH, id));
      }
    }
  }

  /** What is at work ends, a backup takes the place of what there was, and after a while a worker is started. */
  private async restore({ histories, evidence, restartAfter }: Extract<Disturbance, { kind: 'restore' }>): Promise<void> {
    const { time } = this.setup;
    this.log.push(`${new Date().toISOString()} restored`);
    this.actions += 1;
    for (const process of this.processes) process.kill();
    this.stopsUntil = time.now + restartAfter;
    if (evidence !== null) await this.kept.setBackTo(evidence);
    if (histories !== null) await this.server.setBackTo(histories);
    time.later(restartAfter, () => this.ensureOne());
    for (const log of this.onRestored) log();
    this.onRestored.clear();
  }

  /** The faults end: from here on everything works. */
  private heal(): void {
    this.isHealed = true;
    this.injector.heal();
    this.liar.stop();
    this.killAt = null;
    this.server.downUntil = 0;
    for (const process of this.processes) Object.assign(process, { pausedUntil: 0, unheardUntil: 0 });
    this.ensureOne();
  }

  // ------------------------------------------------------------------------------------------------------------- what people do

  private async does({ kind, choice }: Action): Promise<void> {
    this.actions += 1;
    const some = <T>(values: T[]): T | undefined => values[choice % Math.max(values.length, 1)];
    const organization = some(this.world.cloudmore.organizations);
    switch (kind) {
      case 'skip':
        return this.signal(organization!.id, SKIP_SIGNAL);
      case 'rerun':
        return this.signal(organization!.id, RERUN_SIGNAL);
      case 'second-run':
        return void this.server.start(
          dailyBilling,
          `daily-billing/${this.setup.broker}-${choice}`,
          {
            broker: this.setup.broker,
            month: MONTH,
            asOf: new Date().toISOString().slice(0, 10),
          },
          this.queue,
        );
      case 'put-back':
        return this.hands.putBack();
      default:
        return isEdit(kind) ? this.editAutotask(kind, some) : this.touchAutotask(kind, some);
    }
  }

  private async editAutotask(kind: EditKind, some: <T>(values: T[]) => T | undefined): Promise<void> {
    for (const edited of await this.hands.edit(kind, some)) this.note({ kind: 'edit', ...edited });
  }

  /** Sends the signal, and starts the organization where none is open. */
  private async signal(organizationId: string, signal: string): Promise<void> {
    const id = organizationBillingId(this.setup.broker, MONTH, organizationId);
    const asOf = new Date().toISOString().slice(0, 10);
    const input = { broker: this.setup.broker, month: MONTH, asOf, mode: null, organizationId, given: null, parentId: null };
    if (!this.server.isOpen(id)) this.server.start(organizationBilling, id, input, this.queue);
    await this.server.signal(id, signal, ['because']);
  }

  private async touchAutotask(kind: Action['kind'], some: <T>(values: T[]) => T | undefined): Promise<void> {
    const { contracts, unitRows, charges } = this.setup.sandbox.state().autotask;
    const ours = contracts.filter((contract) => keyOf(contract) !== '');
    const isOurs = ({ contractID }: { contractID: number | null }): boolean => ours.some(({ id }) => id === contractID);
    if (kind === 'freeze' || kind === 'freeze-all') {
      const companyId = kind === 'freeze' ? some(this.world.autotask.companies)!.id : null;
      const scope = { through: `${MONTH}-31`, ...(companyId === null ? {} : { companyID: companyId }) };
      await this.control('POST', 'autotask/freeze', scope);
      return this.note({ kind: 'freeze', companyId });
    }
    if (kind === 'edit-row') {
      const row = some(unitRows.filter((each) => isOurs(each) && each.startDate?.startsWith(MONTH) && !each.approveAndPostDate));
      if (!row) return;
      await this.control('PATCH', `autotask/unitRows/${row.id}`, { units: (row.units ?? 0) + 3 });
      return this.note({ kind: 'edit', contractId: row.contractID ?? 0 });
    }
    if (kind === 'delete-charge') {
      const charge = some(charges.filter((each) => isOurs(each) && !each.isBilled));
      if (!charge) return;
      await this.control('DELETE', `autotask/charges/${charge.id}`);
      const contract = ours.find(({ id }) => id === charge.contractID)!;
      return this.note({ kind: 'edit', contractId: contract.id, deletedFrom: keyOf(contract).toLowerCase() });
    }
    const contract = some(ours.filter(({ endDate }) => (endDate ?? '') > '2025-11-30T23'));
    if (!contract) return;
    await this.control('PATCH', `autotask/contracts/${contract.id}`, { endDate: '2025-11-30' });
    this.note({ kind: 'end-earlier', contractId: contract.id });
  }

  private note(act: Act): void {
    this.actions += 1;
    this.moments.push({ act, at: new Date().toISOString(), autotask: this.tables() });
  }

  private async control(method: string, path: string, body?: unknown): Promise<void> {
    const request = { method, path: `/_sandbox/${path}`, query: new URLSearchParams(), headers: {}, origin: '' };
    let status = 0;
    const text = body === undefined ? '' : JSON.stringify(body);
    await this.setup.sandbox.take({ ...request, text }, { send: (answer) => (status = answer.status), cut: () => undefined });
    if (status !== 200) throw new Error(`${method} ${path}: the sandbox answered ${status}`);
  }
}

function configOf(
  { sandbox, broker }: MonthSetup,
  world: SimulatedWorld,
  { afterFreeze, discoversZone, recordTypes, links }: Story,
): Config {
  const named = world.cloudmore.organizations.map(({ customProperties }) => customProperties[0]!.value);
  const shared = links === 'shared' ? named.filter((link, index) => named.indexOf(link) !== index) : [];
  const { AUTOTASK_URL: url, ...env } = sandbox.env();
  return loadConfig({
    ...env,
    ...(discoversZone ? {} : { AUTOTASK_URL: url }),
    BILLING_BROKER: broker,
    BILLING_MODE: 'auto',
    AFTER_FREEZE: afterFreeze,
    AUTOTASK_CALLS_PER_HOUR: '10000',
    BREAKERS: 'off',
    // A month is played to its end at once; nobody waits for the first customer's second check.
    BILLING_CANARY: 'off',
    ...(shared.length === 0 ? {} : { ALLOW_SHARED_COMPANIES: shared.join(',') }),
    ...(recordTypes === undefined ? {} : { EXPORT_RECORD_TYPES: [...recordTypes, 'ManualBillingLine'].join(',') }),
    // A broker none of whose customers is linked yet has said so.
    ...(isLinked(world) ? {} : { CLOUDMORE_ABSENT: COMPANY_PROPERTY }),
  });
}

const isEdit = (kind: Action['kind']): kind is EditKind => (EDITS as readonly string[]).includes(kind);

const isLinked = ({ cloudmore: { organizations } }: SimulatedWorld): boolean =>
  organizations.some(({ customProperties }) => customProperties.some(({ value }) => value !== ''));

/** What a tenant refuses is not a write: some answer a first adjustment of an existing row so, and are asked again by every run. */
const hasWritten = ({ method, path, status }: JournalEntry): boolean =>
  /atservicesrest/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path) && status === 200;
