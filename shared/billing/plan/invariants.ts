import type { KeyedItem } from '../report/keyed-item.js';
import { big, billable, compare, sum } from '../basics/decimal.js';
import type { PlanInput } from './plan.js';
import { identityOf } from '../basics/step-kinds.js';
import { groupBy } from '../basics/text.js';
import type { Item, Plan, PlannedItem } from '../plan-types.js';

/**
 * An invariant of the rules (`shared/billing/README.md`) does not hold: a mistake of this program, never of its input. Anyone who catches it holds the organization.
 * Described by ids alone: it becomes a failure in Temporal, which stands there in the clear. Names and amounts are in the evidence.
 */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
  constructor(
    readonly invariant: number | string,
    message: string,
  ) {
    super(`Invariant ${invariant}: ${message}. Nothing was written; please report this.`);
  }
}

const of = (plan: Plan): string => `organization ${plan.organizationId}, ${plan.month}`;

/** Asserts what must hold of every plan: all items are in it with their amounts (1, 7), nothing is written twice (2), no end moves back (6). */
export function assertPlan(plan: Plan, items: Item[]): void {
  assertComplete(plan, items);
  const writes = groupBy(plan.steps, identityOf);
  for (const [identity, steps] of writes) {
    if (steps.length > 1) throw new InvariantViolation(2, `${of(plan)}: ${steps.length} steps for ${identity}`);
  }
  for (const step of plan.steps)
    if (step.kind === 'extendContract' && step.toDay <= step.fromDay)
      throw new InvariantViolation(6, `${of(plan)}: the end of contract ${step.contractId} moves backwards`);
}

/**
 * Asserts E1 of every plan: money that stands is reduced only on evidence. Looks at the books' amounts and the accepted report alone, apart from what
 * `shrank.ts` decided: a ghost goes with its evidence, and an item falls only in a report that is whole, by a credit, or by release.
 */
export function assertReductions(plan: Plan, keyed: KeyedItem[], { facts, slice }: PlanInput, isReleased: boolean): void {
  const unexplained = plan.ghosts.find(({ outcome, evidence }) => outcome === 'zeroed' && evidence == null);
  if (unexplained)
    throw new InvariantViolation(
      'E1',
      `${of(plan)}: money on contract ${unexplained.contractId} would be removed without evidence`,
    );
  if (isReleased || facts.comparison === undefined || facts.comparison.missing.length === 0) return;
  const before = new Map((slice.accepted?.items ?? []).map((item) => [item.id, item]));
  const outcomes = new Map(plan.items.map((item) => [item.id, item]));
  for (const { item } of keyed) {
    const last = before.get(item.id);
    const planned = outcomes.get(item.id);
    if (last === undefined || planned?.outcome !== 'posted' || planned.standing === null) continue;
    const charged = sum(item.lines.map(({ sales }) => sales).filter((sales) => big(sales).gt(0)));
    const isFall = big(planned.standing.after.sales).lt(planned.standing.before.sales);
    if (isFall && charged.lt(big(last.sales).minus(last.creditSales)))
      throw new InvariantViolation('E1', `${of(plan)}: item ${item.id} would fall because of an incomplete report`);
  }
}

function assertComplete(plan: Plan, items: Item[]): void {
  const planned = new Map(plan.items.map((item) => [item.id, item]));
  if (planned.size !== items.length)
    throw new InvariantViolation(7, `${of(plan)}: ${items.length} items, ${planned.size} outcomes`);
  for (const item of items) {
    const outcome = planned.get(item.id);
    const exact = billable(sum(item.lines.map(({ sales }) => sales)), item.currency);
    if (
      outcome === undefined ||
      compare(outcome.sales, exact) !== 0 ||
      outcome.cost !== item.cost ||
      outcome.lines !== item.lines.length
    )
      throw new InvariantViolation(1, `${of(plan)}: item ${item.id} does not carry its lines' amounts`);
    if (outcome.outcome === 'posted' && !reaches(outcome))
      throw new InvariantViolation(1, `${of(plan)}: row and charges of item ${item.id} would not add up to its amounts`);
    if ((outcome.reason === null) !== (outcome.outcome === 'posted'))
      throw new InvariantViolation(7, `item ${item.id} is ${outcome.outcome} with reason ${outcome.reason}`);
  }
}

/** Whether the steps bring row and charges to the item's totals: money that a posted item does not carry would be lost or doubled. */
const reaches = ({ standing, sales, cost, booked }: PlannedItem): boolean =>
  standing !== null && compare(standing.after.sales, sales) === 0 && compare(standing.after.cost, booked?.cost ?? cost) === 0;
