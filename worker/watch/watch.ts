import type { MetricMeter } from '@temporalio/common';
import type { FastifyInstance } from 'fastify';
import { text as textOf } from 'node:stream/consumers';
import type { QuotaSeen } from '../../shared/autotask/gate.js';
import type { HttpAddress } from '../../shared/config.js';
import { open } from '../../shared/http/open.js';
import { quotaFigures, readFigures } from './figures.js';
import { figure, Gauges } from './metrics.js';
import { readiness, type Asked } from './readiness.js';
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
  /** Whether this process is the one that tells the broker's figures. */
  isOn(): boolean;
}

/** Figures from the evidence are read again after this, and after a multiple of what reading them took. */
const READ_EVERY_MS = 15_000;
const READING_SHARE = 20;
/** The size of a store is looked up by walking through it. */
const SIZE_EVERY_MS = 600_000;
const EXPORTER_WITHIN_MS = 5_000;

/** Serves the worker's port until `close`. */
export class Watch {
  private readonly app: FastifyInstance;
  private readonly gauges: Gauges;
  private nextReading = 0;
  private nextSize = 0;

  constructor(
    private readonly setup: WatchSetup,
    private readonly sources: WatchSources,
    private readonly say: (message: string) => void,
  ) {
    this.gauges = new Gauges(setup.meter);
    this.app = createWatch({ readiness: () => readiness(sources), metrics: () => this.metrics() });
  }

  async open(): Promise<void> {
    this.say(`health and metrics at ${await listen(this.app, this.setup.at)}`);
  }

  close(): Promise<void> {
    return this.app.close();
  }

  private async metrics(): Promise<string> {
    const { sources, gauges } = this;
    gauges.show('moment', [
      figure('billing_lease_held', sources.lease() === 'held' ? 1 : 0),
      figure('billing_faults', sources.faults()),
      ...quotaFigures(sources.quota()),
    ]);
    await this.readKept();
    return textOf(open({ method: 'GET', url: this.setup.exporter, headers: {}, timeoutMs: EXPORTER_WITHIN_MS }));
  }

  /** A store or a Temporal that cannot be asked leaves the figures as they were: their time says how old they are. */
  private async readKept(): Promise<void> {
    const { evidence, client, broker } = this.sources;
    const now = Date.now();
    if (!this.sources.isOn()) return this.gauges.show('kept', []);
    if (now >= this.nextReading) {
      await this.told(async () => this.gauges.show('kept', await readFigures(evidence, client, broker, new Date(now))));
      this.nextReading = Date.now() + Math.max(READ_EVERY_MS, (Date.now() - now) * READING_SHARE);
    }
    if (now >= this.nextSize) {
      this.nextSize = now + SIZE_EVERY_MS;
      await this.told(async () => this.gauges.show('size', [figure('billing_evidence_bytes', await evidence.size())]));
    }
  }

  private async told(read: () => Promise<void>): Promise<void> {
    await read().catch((error: unknown) =>
      this.say(`figures cannot be read: ${error instanceof Error ? error.message : String(error)}`),
    );
  }
}
