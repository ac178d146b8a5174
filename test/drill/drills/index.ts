import type { Drill } from '../drill.js';
import { AWAY } from './away.js';
import { BROKERS } from './brokers.js';
import { CLOCKS } from './clocks.js';
import { KILLS } from './kills.js';
import { NAMES } from './names.js';
import { CUT } from './network.js';
import { PEOPLE } from './people.js';
import { RESTORED } from './restore.js';
import { STORES } from './store.js';
import { UPGRADES } from './upgrades.js';

/** All drills, in the order of the table. */
export const DRILLS: Drill[] = [
  ...KILLS,
  ...CUT,
  ...AWAY,
  ...STORES,
  ...CLOCKS,
  ...RESTORED,
  ...UPGRADES,
  ...BROKERS,
  ...PEOPLE,
  ...NAMES,
];
