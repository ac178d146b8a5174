import { setTimeout as sleep } from 'node:timers/promises';
import { byItself, disturbed, type Drill } from '../drill.js';

/** The file's default: in the same PostgreSQL as Temporal's databases. */
const ITS_OWN_EVIDENCE = { BILLING_EVIDENCE: '' };

/** SIGKILL of each part in mid-month, which comes back as its restart policy says. */
const killOf = (service: string, awayMs: number, settings: Record<string, string> = {}): Drill =>
  disturbed({
    settings,
    name: `kill-${service}`,
    what: `SIGKILL of ${service}${awayMs === 0 ? '' : `, ${awayMs / 1000} s away`}`,
    disturb: async ({ stack }, run) => {
      const killed = stack.service(service);
      if (awayMs === 0) killed.kill();
      else {
        await killed.stop('SIGKILL');
        await sleep(awayMs);
        killed.start();
      }
      return byItself(run);
    },
  });

export const KILLS = [killOf('worker', 0), killOf('temporal', 5_000), killOf('postgresql', 20_000, ITS_OWN_EVIDENCE)];
