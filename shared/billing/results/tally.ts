import type { Calls, Writes } from './results.js';

/** Sums of what a run wrote and asked. Apart from the reconciliation, so that workflows can use them without its libraries. */

export const addWrites = (left: Writes, right: Writes): Writes => ({
  services: left.services + right.services,
  products: left.products + right.products,
  contracts: left.contracts + right.contracts,
  extensions: left.extensions + right.extensions,
  adjustments: left.adjustments + right.adjustments,
  charges: left.charges + right.charges,
});

export const addCalls = (left: Calls, right: Calls): Calls => ({
  autotask: left.autotask + right.autotask,
  cloudmore: left.cloudmore + right.cloudmore,
});

/** How many writes there were, of whatever kind. */
export const countWrites = (writes: Writes): number =>
  Object.values<number>({ ...writes }).reduce((sum, count) => sum + count, 0);
