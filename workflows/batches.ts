import { fold } from '../shared/billing/basics/text.js';
import type { Step } from '../shared/billing/plan-types.js';

/**
 * Steps by the activity that carries them out. An activity for each step costs Temporal more than the calls in it cost Autotask (`docs/performance.md`,
 * `engine`), so steps of one kind go together. Every contract's own steps stay in their order; those of different contracts do not depend on each other.
 */
export function batchesOf(steps: Step[], most: number): Step[][] {
  const batches: Step[][] = [];
  for (let left = steps; left.length > 0;) {
    const [batch, rest] = split(left, most);
    batches.push(batch);
    left = rest;
  }
  return batches;
}

/** The first step with those of its kind before which nothing else of their contract is left, and what remains. */
function split(steps: Step[], most: number): [batch: Step[], rest: Step[]] {
  const batch: Step[] = [];
  const rest: Step[] = [];
  const passedOver = new Set<string | number>();
  for (const step of steps) {
    const contract = contractOf(step);
    const isNext = step.kind === steps[0]!.kind && batch.length < most && !contract.some((name) => passedOver.has(name));
    (isNext ? batch : rest).push(step);
    if (!isNext) for (const name of contract) passedOver.add(name);
  }
  return [batch, rest];
}

/** What names the step's contract. Services and products are of none; the planner puts them before everything else (`plan.ts`, `orderedSteps`). */
const contractOf = (step: Step): (string | number)[] =>
  'contractKey' in step ? [fold(step.contractKey), ...(step.contractId === null ? [] : [step.contractId])] : [];
