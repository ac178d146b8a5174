import { big } from '../shared/billing/decimal.js';
import type { Plan, PostAdjustmentStep, Step } from '../shared/billing/plan-types.js';
import { type VerifyRequest } from '../shared/contract.js';
import { LIST_BYTES, thatFit } from '../shared/contract/payload.js';

/** A tenant that keeps two decimals of unit prices moves each of them by no more than this; posting rounds the whole by as much again. */
const MOST_PER_UNIT = 0.005;

/**
 * Items of which Autotask has rounded the unit prices that were written (7.2), so that their rest belongs on a charge, as after a refusal (7.0). None where
 * anything else is amiss: what somebody changed meanwhile, or what does not show yet, is looked at by the next plan.
 */
export function roundedItems(plan: Plan, check: Plan, { stops, refused }: Pick<VerifyRequest, 'stops' | 'refused'>): string[] {
  const known = new Set([...refused, ...stops.flatMap(({ items }) => items)]);
  const adjusted = new Map(
    plan.steps.flatMap((step): [string, PostAdjustmentStep][] =>
      step.kind === 'postAdjustment' && step.purpose === 'amounts' ? step.items.map((id) => [id, step]) : [],
    ),
  );
  const isRest = (step: Step): boolean =>
    step.kind === 'postCharge' &&
    step.action === 'create' &&
    step.items.every((id) => {
      const written = adjusted.get(id);
      const most = big((written?.units ?? 0) + 1).times(MOST_PER_UNIT);
      const isWithin = (unit: string): boolean => big(unit).times(step.quantity).abs().lte(most);
      return written !== undefined && !known.has(id) && isWithin(step.unitPrice) && isWithin(step.unitCost);
    });
  if (!check.steps.every(isRest)) return [];
  return thatFit([...new Set(check.steps.flatMap(({ items }) => items))], LIST_BYTES);
}
