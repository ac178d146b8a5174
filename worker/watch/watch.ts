import type { MetricMeter } from '@temporalio/common';
import type { FastifyInstance } from 'fastify';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QuotaSeen } from '../../shared/autotask/gate.js';
import type { HttpAddress } from '../../shared/setting-values.js';
import { open } from '../../shared/http/open.js';
import { quotaFigures, readFigures } from './figures.js';
import { figure, Gauges, type Figure } from './metrics.js';
import { readiness, type Asked, type Readiness } from './readiness.js';
import { createWatch, listen } from './server.js';

/** Where the worker can be watched, and what it needs for that. */
export interface WatchSetup {
  at: HttpAddress;
  /** Where the SDK's exporter listens, on this machine. */
  exporter: URL;
  meter: MetricMeter;
}

export interface WatchSources extends Asked {
  quota(): QuotaSeen;
  faults(): number;
  /** Whether this process is the one that reports the broker's figures. */
  isOn(): boolean;
}

/** What a port reports on: one broker, or all that the process serves. */
export interface Watching {
  readiness(): Promise<Readiness>;
  /** Those that are served now. */
  sources(): WatchSources[];
  /** Brokers that should be served and are not; a figure says so. */
  unserved(): string[];
  /** Whether figures name their broker. Where there is one, the exporter names it with every figure, the SDK's as well. */
  isNamed: boolean;
}

export const watchingOne = (sources: WatchSources): Watching => ({
  readiness: () => readiness(sources),
  sources: () => [sources],
  unserved: () => [],
  isNamed: false,
});

/** Figures from the evidence are read again after this, and after a multiple of what reading them took. */
const READ_EVERY_MS = 15_000;
const READING_SHARE = 20;
/** The size of a store is looked up by walking through it. */
const SIZE_EVERY_MS = 600_000;
const EXPORTER_WITHIN_MS = 5_000;
/** Anyone who asks waits so long for the figures of all brokers; what comes later is shown by the next answer. */
const READ_WITHIN_MS = 5_000;

/** When a broker's figures are read next, and whether they are being read. */
interface Reading {
  next: number;
  nextSize: number;
  isUnderWay: boolean;
}

/** Serves the worker's port until `close`. */
export class Watch {
  private readonly app: FastifyInstance;
  private readonly gauges: Gauges;
  private readonly readings = new Map<string, Reading>();
  /** Brokers that figures were shown of. */
  private readonly reported = new Set<string>();

  constructor(
    private readonly setup: WatchSetup,
    private readonly watching: Watching,
    private readonly say: (message: string) => void,
  ) {
    this.gauges = new Gauges(setup.meter);
    this.app = createWatch({ readiness: () => watching.readiness(), metrics: () => this.metrics() });
  }

  async open(): Promise<void> {
    this.say(`health and metrics at ${await listen(this.app, this.setup.at)}`);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private async metrics(): Promise<string> {
    const [served, unserved] = [this.watching.sources(), this.watching.unserved()];
    const isServed = (broker: string): boolean => served.some((sources) => sources.broker === broker);
    for (const broker of this.reported) if (!isServed(broker)) this.forget(broker, unserved.includes(broker));
    for (const broker of unserved) this.show(broker, 'served', [figure('billing_broker_served', 0)]);
    for (const sources of served) this.showMoment(sources);
    const read = Promise.all(served.map((sources) => this.readKept(sources)));
    await Promise.race([read, sleep(READ_WITHIN_MS, undefined, { ref: false })]);
    return textOf(open({ method: 'GET', url: this.setup.exporter, headers: {}, timeoutMs: EXPORTER_WITHIN_MS }));
  }

  private showMoment(sources: WatchSources): void {
    const { broker } = sources;
    this.show(broker, 'served', [figure('billing_broker_served', 1)]);
    this.show(broker, 'moment', [
      figure('billing_lease_held', sources.lease() === 'held' ? 1 : 0),
      figure('billing_faults', sources.faults()),
      ...quotaFigures(sources.quota()),
    ]);
  }

  private show(broker: string, group: string, figures: Figure[]): void {
    const named = this.watching.isNamed ? figures.map((one) => ({ ...one, labels: { ...one.labels, broker } })) : figures;
    this.reported.add(broker);
    this.gauges.show(`${broker}/${group}`, named);
  }

  /** A broker that is served no more, wanted or gone, has no figures any more. */
  private forget(broker: string, isWanted: boolean): void {
    this.readings.delete(broker);
    for (const group of ['moment', 'kept', 'size', ...(isWanted ? [] : ['served'])]) this.gauges.drop(`${broker}/${group}`);
    if (!isWanted) this.reported.delete(broker);
  }

  /** A store or a Temporal that cannot be asked leaves the figures as they were: their time says how old they are. */
  private async readKept(sources: WatchSources): Promise<void> {
    const { evidence, client, broker } = sources;
    const reading = this.readings.get(broker) ?? { next: 0, nextSize: 0, isUnderWay: false };
    this.readings.set(broker, reading);
    const now = Date.now();
    if (!sources.isOn()) return this.show(broker, 'kept', []);
    if (reading.isUnderWay) return;
    reading.isUnderWay = true;
    if (now >= reading.next) {
      await this.tried(async () => this.show(broker, 'kept', await readFigures(evidence, client, broker, new Date(now))));
      reading.next = Date.now() + Math.max(READ_EVERY_MS, (Date.now() - now) * READING_SHARE);
    }
    if (now >= reading.nextSize) {
      reading.nextSize = now + SIZE_EVERY_MS;
      await this.tried(async () => this.show(broker, 'size', [figure('billing_evidence_bytes', await evidence.size())]));
    }
    reading.isUnderWay = false;
  }

  private async tried(read: () => Promise<void>): Promise<void> {
    await read().catch((error: unknown) =>
      this.say(`figures cannot be read: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}
