import { setTimeout as sleep } from 'node:timers/promises';
import { STORE_URL, type Server } from '../network.js';
import { byItself, disturbed, type Drill } from '../drill.js';

/** A network that loses everything in mid-month and tells nobody, and comes back. */
const cutOf = (server: Server, what: string, settings: Record<string, string> = {}): Drill =>
  disturbed({
    name: `cut-${server}`,
    what: `no packet passes between worker and ${what} for 20 s`,
    settings,
    disturb: async ({ stack }, run) => {
      const cable = stack.network.cable('worker', server);
      cable.cut();
      await sleep(20_000);
      cable.fix();
      return byItself(run);
    },
  });

export const CUT = [
  cutOf('temporal', 'Temporal'),
  cutOf('sandbox', 'both vendors'),
  cutOf('store', 'the store', { BILLING_EVIDENCE: STORE_URL }),
];
