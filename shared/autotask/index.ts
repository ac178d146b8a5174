export { Autotask } from './autotask.js';
export type { ReadBack, Written } from './reads.js';
export type { ReadOptions } from './queries.js';
export { SearchBlind } from './contract-queries.js';
export type { Condition } from './conditions.js';
export { Gate, type GateClock } from './gate.js';
export { fromWire, toWire } from './days.js';
export type { ContractService, Currency } from './translate.js';
export { effortOf, Forecast, isLookedAt, LOOK_COUNTS_MS, ROWS_A_LOOK, type Effort, type EffortLimits } from './effort.js';
