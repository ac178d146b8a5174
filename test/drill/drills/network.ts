import { setTimeout as sleep } from 'node:timers/promises';
import { STORE_URL, type Server } from '../network.js';
import { byItself, disturbed, type Drill } from '../drill.js';

interface Cut {
  /** Figures of the worker count as old after a minute and a half. */
  seconds?: number;
  settings?: Record<string, string>;
}

/** A network that loses everything in mid-month and tells nobody, and comes back. */
const cutOf = (server: Server, what: string, { seconds = 20, settings = {} }: Cut = {}): Drill =>
  disturbed({
    name: `cut-${server}`,
    what: `no packet passes between worker and ${what} for ${seconds} s`,
    settings,
    disturb: async ({ stack }, run) => {
      const cable = stack.network.cable('worker', server);
      cable.cut();
      await sleep(seconds * 1_000);
      cable.fix();
      return byItself(run);
    },
  });

export const CUT = [
  cutOf('temporal', 'Temporal', { seconds: 130 }),
  cutOf('sandbox', 'both vendors'),
  cutOf('store', 'the store', { settings: { BILLING_EVIDENCE: STORE_URL } }),
];
