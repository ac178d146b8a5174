import { InvariantViolation } from '../../shared/billing/plan/invariants.js';
import { planBlind, planOrganization, type PlanInput } from '../../shared/billing/plan/plan.js';
import type { Plan } from '../../shared/billing/plan-types.js';

/** The planner for many organizations at once: one whose plan would break an invariant is held with the reason, and the others continue. */
export function planOrHold(input: PlanInput): Plan {
  try {
    return planOrganization(input);
  } catch (error) {
    if (!(error instanceof InvariantViolation)) throw error;
    return planBlind(input, error.message);
  }
}
