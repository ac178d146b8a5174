import type { Drill } from '../drill.js';
import { KILLS } from './kills.js';
import { TERMINATED } from './people.js';
import { RESTORED } from './restore.js';

/** All drills, in the order of the table. */
export const DRILLS: Drill[] = [...KILLS, ...RESTORED, TERMINATED];
