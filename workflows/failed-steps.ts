import type { Step } from '../shared/billing/plan-types.js';
import { type Ref, type StepStop } from '../shared/messages/messages.js';
import { LIST_BYTES } from '../shared/messages/payload.js';

/** So much of what stopped is reported step by step: a message has room for everything else next to it. */
const REPORTED_LENGTH = LIST_BYTES / 3;

/** Steps that are reported together. */
interface Group extends Pick<StepStop, 'reason' | 'message'> {
  plan: Ref;
  numbers: number[];
  /** All steps of the plan from this one on, which were not even handed out. */
  from: number | null;
}

/**
 * Why steps came to nothing. Each is reported by its items, with its own message. Where thousands of a customer's steps fail, or Autotask goes away before they are
 * tried, that would be too much for a payload: the others are reported together, by their numbers in the plan.
 */
export class Stops {
  private readonly reported: StepStop[] = [];
  private readonly groups = new Map<string, Group>();
  /** Items that are stopped, and what they are reported with, if not by themselves. */
  private readonly items = new Map<string, Group | null>();
  private readonly numbers = new WeakMap<Step, number>();
  private left = REPORTED_LENGTH;

  get isEmpty(): boolean {
    return this.reported.length === 0 && this.groups.size === 0;
  }

  /** What stopped first, in words; null where nothing did. */
  get first(): string | null {
    return this.toReport()[0]?.message ?? null;
  }

  /** Steps as the plan hands them out, the first of them with this number. */
  number(steps: Step[], from: number): void {
    steps.forEach((step, index) => this.numbers.set(step, from + index));
  }

  /** Whether all items of a step are stopped already, or among `others`: then it is not tried. */
  covers(step: Step, others: ReadonlySet<string>): boolean {
    if (step.items.length === 0 || !step.items.every((id) => this.items.has(id) || others.has(id))) return false;
    const groups = new Set(step.items.map((id) => this.items.get(id)));
    const [group] = groups;
    // Numbers without a gap are few ranges.
    if (groups.size === 1 && group) group.numbers.push(this.numbers.get(step)!);
    return true;
  }

  /** What concerns the organization as a whole: an unavailable plan. */
  all(message: string): void {
    this.reported.unshift({ items: [], reason: 'api-error', message });
  }

  /** A step that failed. */
  add(plan: Ref, step: Step, reason: StepStop['reason'], message: string): void {
    const stop = { items: step.items, reason, message: `${step.summary}: ${message}` };
    this.left -= JSON.stringify(stop).length;
    const group = this.left < 0 ? this.groupOf(plan, 'failed', { reason, message: alike(stop.message) }) : null;
    if (group) group.numbers.push(this.numbers.get(step)!);
    else this.reported.push(stop);
    for (const id of step.items) this.items.set(id, group);
  }

  /** Steps that were not tried, and all of the plan from `from` on, if anything is left there. */
  rest(plan: Ref, steps: Step[], from: number | undefined, message: string): void {
    if (steps.length === 0 && from === undefined) return;
    const group = this.groupOf(plan, 'untried', { reason: 'api-error', message });
    group.numbers.push(...steps.map((step) => this.numbers.get(step)!));
    group.from = from ?? null;
    for (const id of steps.flatMap(({ items }) => items)) if (!this.items.has(id)) this.items.set(id, group);
  }

  /** As the read-back is reported. */
  toReport(): StepStop[] {
    const together = [...this.groups.values()].map(({ plan, numbers, from, reason, message }): StepStop => {
      const ranges: [number, number | null][] = rangesOf(numbers);
      return { items: [], steps: { plan, ranges: from === null ? ranges : [...ranges, [from, null]] }, reason, message };
    });
    return [...this.reported, ...together];
  }

  private groupOf(plan: Ref, why: 'failed' | 'untried', { reason, message }: Pick<StepStop, 'reason' | 'message'>): Group {
    const key = `${plan} ${why} ${reason}`;
    const group = this.groups.get(key) ?? { plan, numbers: [], from: null, reason, message };
    this.groups.set(key, group);
    return group;
  }
}

const alike = (message: string): string =>
  `One of many steps that failed; the timeline in the Web UI shows why. Another of them: ${message}`;

function rangesOf(numbers: number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const number of [...numbers].sort((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}
