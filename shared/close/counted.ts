import type { Difference } from './compare.js';
import { amountInWords, exact, inWords, textOf, type Exact } from './exact.js';
import { fold } from './ours.js';
import { total, type Reported } from './sides.js';

/**
 * Whether the lines that are certified are all that Cloudmore's answer had: counted while it was read, by customer, currency and billing day, before anything was
 * decoded. What is outside of the month or could not be read is a difference as well: nobody has billed it.
 */

/** Lines as they were counted (`shared/cloudmore/report-count.ts`). */
export interface Count {
  organizationId: string | null;
  organizationName: string;
  currency: string;
  day: string | null;
  lines: number;
  cost: string;
  sales: string;
}

export function uncounted(counted: Count[], reported: Reported[], month: string, before: string): Difference[] {
  const isDue = (day: string | null): boolean => day === null || day.slice(0, 7) !== month || day < before;
  const own = counted.filter(({ organizationId, day }) => organizationId !== null && isDue(day));
  const keyOf = (organizationId: string | null, currency: string): string => `${fold(organizationId)}|${fold(currency)}`;
  const keys = new Map<string, { name: string; currency: string }>();
  for (const one of own)
    keys.set(keyOf(one.organizationId, one.currency), { name: one.organizationName, currency: one.currency });
  for (const one of reported)
    keys.set(keyOf(one.organizationId, one.currency), { name: one.organizationName, currency: one.currency });
  return [...keys].flatMap(([key, { name, currency }]) => {
    const there = own.filter((one) => keyOf(one.organizationId, one.currency) === key);
    const read = reported.filter((one) => keyOf(one.organizationId, one.currency) === key);
    const lines = count(there, (one) => one.lines) - count(read, (one) => one.lines.length);
    return (['sales', 'cost'] as const).flatMap((side) => {
      const [all, known] = [total(there.map((one) => exact(one[side]))), total(read.map((one) => one[side]))];
      return all === known && (lines === 0 || side === 'cost')
        ? []
        : [differenceOf({ organizationName: name, currency, side, all, known, lines })];
    });
  });
}

const count = <T>(all: T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);

interface DifferenceOfInput {
  organizationName: string;
  currency: string;
  side: 'cost' | 'sales';
  all: Exact;
  known: Exact;
  lines: number;
}

function differenceOf({ organizationName, currency, side, all, known, lines }: DifferenceOfInput): Difference {
  const [report, autotask] = [textOf(all, currency), textOf(known, currency)];
  return {
    organizationName,
    subscriptionId: '',
    currency,
    side,
    report,
    excluded: textOf(0n, currency),
    autotask,
    difference: textOf(known - all, currency),
    message: `${organizationName}: ${side}: Cloudmore's answer has ${amountInWords(all, currency)}, and only ${inWords(autotask)} of it could be read as lines of the month (${lines} lines less).`,
  };
}
