export { Autotask, type Condition, type ReadOptions } from './autotask.js';
export { Gate, type GateClock } from './gate.js';
export { fromWire, toWire } from './days.js';
export type { ContractService, Currency } from './translate.js';
