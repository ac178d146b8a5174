import { big } from '../../shared/billing/basics/decimal.js';
import type { Plan, PostAdjustmentStep, PostChargeStep, Step } from '../../shared/billing/plan-types.js';
import { type VerifyRequest } from '../../shared/messages/messages.js';
import { LIST_BYTES, thatFit } from '../../shared/messages/payload.js';

/** A tenant that keeps two decimals of unit prices moves each of them by no more than this; posting rounds the whole by as much again. */
const MOST_PER_UNIT = 0.005;

/**
 * Items of which Autotask has rounded the unit prices that were written (7.2), so that their rest belongs on a charge, as after a refusal (7.0). None where
 * anything else is amiss but what was refused: what somebody changed meanwhile, or what does not show yet, is looked at by the next plan.
 */
export function roundedItems(plan: Plan, check: Plan, { stops, refused }: Pick<VerifyRequest, 'stops' | 'refused'>): string[] {
  const known = new Set([...refused, ...stops.flatMap(({ items }) => items)]);
  const adjusted = new Map(
    plan.steps.flatMap((step): [string, PostAdjustmentStep][] =>
      step.kind === 'postAdjustment' && step.purpose === 'amounts' ? step.items.map((id) => [id, step]) : [],
    ),
  );
  // A plan that was made after a refusal sees what is rounded already, and only its refused items are carried out.
  const isLeft = ({ chargeKey, unitPrice, unitCost }: PostChargeStep): boolean =>
    refused.length > 0 &&
    plan.steps.some(
      (step) =>
        step.kind === 'postCharge' && step.chargeKey === chargeKey && step.unitPrice === unitPrice && step.unitCost === unitCost,
    );
  const unitsOf = (id: string, step: PostChargeStep): string | number | undefined =>
    adjusted.get(id)?.units ?? (isLeft(step) ? check.items.find((item) => item.id === id)?.quantity : undefined);
  const isRest = (step: Step): boolean =>
    step.kind === 'postCharge' &&
    step.action === 'create' &&
    step.items.every((id) => {
      const units = unitsOf(id, step);
      if (units === undefined || known.has(id)) return false;
      const most = big(units).abs().plus(1).times(MOST_PER_UNIT);
      return [step.unitPrice, step.unitCost].every((unit) => big(unit).times(step.quantity).abs().lte(most));
    });
  const missing = check.steps.filter(({ items }) => items.length === 0 || !items.every((id) => known.has(id)));
  if (!missing.every(isRest)) return [];
  return thatFit([...new Set(missing.flatMap(({ items }) => items))], LIST_BYTES);
}
