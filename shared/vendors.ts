import { Autotask, realClock, type GateClock } from './autotask/index.js';
import { ProbingAutotask } from './autotask/probing.js';
import { Cloudmore } from './cloudmore/index.js';
import type { Config } from './config.js';

/** The one place where clients of the vendors are made, as lint holds: a command or a worker makes one pair, so that one gate counts all its calls to Autotask. */

export interface Vendors<Client extends Autotask = Autotask> {
  autotask: Client;
  cloudmore: Cloudmore;
}

type Settings = Pick<Config, 'autotask' | 'cloudmore'>;

/** `maySend`: whether this process may send to Autotask; one that has no lease of the broker's always may. `clock`: the gate's. */
export const connectVendors = (
  config: Settings,
  { maySend = () => true, clock = realClock }: { maySend?: () => boolean; clock?: GateClock } = {},
): Vendors => ({
  autotask: new Autotask(config.autotask, { maySend, clock }),
  cloudmore: new Cloudmore(config.cloudmore),
});

/** With the requests that only a probe makes. */
export const connectForProbing = (config: Settings): Vendors<ProbingAutotask> => ({
  autotask: new ProbingAutotask(config.autotask),
  cloudmore: new Cloudmore(config.cloudmore),
});
