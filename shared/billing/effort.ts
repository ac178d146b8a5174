import type { Plan, Step } from './types.js';

/** What carrying out plans costs in calls to Autotask, the scarce resource, and how long they take. An estimate for people: nothing is decided by it. */

/** Calls of a step that meets no trouble; looking first where that is part of it (`activities/`). */
function callsOf(step: Step): number {
  switch (step.kind) {
    case 'ensureService':
      return step.serviceId === null ? 2 : 1;
    case 'ensureProduct':
      return 2;
    case 'upsertContract':
      return 1;
    case 'extendContract':
      return 2;
    case 'postAdjustment':
      return (step.before === null ? 2 : 1) + (step.invoiceDescription === null ? 0 : 1);
    case 'postCharge':
      return 1;
  }
}

/** Contracts, rows, charges and contract services; services and products where the plan makes any. */
const READ_BACK_CALLS = 4;

function callsOfPlan({ steps }: Plan): number {
  if (steps.length === 0) return 0;
  const catalogues = new Set(
    steps.map(({ kind }) => kind).filter((kind) => kind === 'ensureService' || kind === 'ensureProduct'),
  );
  return steps.reduce((calls, step) => calls + callsOf(step), READ_BACK_CALLS + catalogues.size);
}

export interface Effort {
  /** Calls to Autotask, the reads of the run included. */
  calls: number;
  minutes: number;
}

/** Seconds of a call as a busy tenant answers (`autotask.md` 3.3). */
const SECONDS_PER_CALL = 0.5;

/** `readingCalls`: what reading the month took; `callsPerHour` and `threads`: our share of the tenant's budget. */
export function effortOf(plans: Plan[], readingCalls: number, limits: { callsPerHour: number; threads: number }): Effort {
  const calls = plans.reduce((total, plan) => total + callsOfPlan(plan), readingCalls);
  const fullHours = Math.max(Math.ceil(calls / limits.callsPerHour) - 1, 0);
  const lastHour = calls - fullHours * limits.callsPerHour;
  return { calls, minutes: fullHours * 60 + Math.ceil((lastHour * SECONDS_PER_CALL) / limits.threads / 60) };
}
