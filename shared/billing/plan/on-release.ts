import { describeStep, markOf } from '../derivation/describe.js';
import type { Plan, Step, StepText } from '../plan-types.js';

/** Adds to a plan with something held what a release would also write: nobody should release what they cannot see. */
export function withOnRelease(plan: Plan, whole: Plan): Plan {
  const same = new Set(plan.steps);
  const others = whole.steps.filter((step) => !same.has(step));
  if (others.length === 0) return plan;
  const kept = new Set(plan.steps.map(identity));
  const onRelease = others
    .filter((step) => !kept.has(identity(step)))
    .map((step): StepText => ({ mark: markOf(step, whole), text: describeStep(step, whole) }));
  return onRelease.length === 0 ? plan : { ...plan, onRelease };
}

/** A step that serves other items, too, is carried out without those that are held. */
const identity = (step: Step): string => JSON.stringify({ ...step, items: [] });
