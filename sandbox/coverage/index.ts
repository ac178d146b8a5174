/** The coverage table: what the sandbox knows, how sure it is, and what shows it. */
import { AUTOTASK_BEHAVIOUR } from './autotask-behaviour.js';
import { AUTOTASK_ENDPOINTS } from './autotask-endpoints.js';
import { CLOUDMORE } from './cloudmore.js';
import { CONTROL } from './control.js';
import type { Fact } from './fact.js';
import { SWITCHES } from './switches.js';

export type { Fact, Mark, Support } from './fact.js';

const ORDER: Fact['side'][] = ['autotask', 'cloudmore', 'control'];

/** Every fact, side by side. */
export const COVERAGE: readonly Fact[] = ORDER.flatMap((side) =>
  [...AUTOTASK_ENDPOINTS, ...AUTOTASK_BEHAVIOUR, ...CLOUDMORE, ...SWITCHES, ...CONTROL].filter((fact) => fact.side === side),
);
