import type { MonthResult } from '../../shared/billing/results.js';
import type { Desk } from '../report/desk.js';
import type { ExpectedDay, WorldFile } from './file.js';
import { holdsOf, itemsOf, sumsOf, type HeldState } from './told.js';

/** Bills one day of a world and answers the month's result; released beforehand where the day says so. */
export type Bill = (desk: Desk, day: ExpectedDay) => Promise<MonthResult>;

/** What came of a world's days, in the shape of what is expected of them. */
export type Came = Pick<ExpectedDay, 'plans' | 'result' | 'items' | 'holds' | 'left'>;

/** Plays a world from its first day to its last. */
export async function play({ expected }: WorldFile, desk: Desk, bill: Bill): Promise<Came[]> {
  const came: Came[] = [];
  for (const day of expected.days) came.push(await playDay(desk, day, bill, day === expected.days.at(-1)));
  return came;
}

async function playDay(desk: Desk, day: ExpectedDay, bill: Bill, isLast: boolean): Promise<Came> {
  await desk.control('POST', 'clock', { now: `${day.asOf}T03:00:00Z` });
  for (const [method, path, body] of day.meanwhile ?? []) await desk.control(method, path, body);
  const plans = day.plans === undefined ? undefined : await planned(desk, day);
  if (day.faults) await desk.control('POST', 'faults', day.faults);
  const result = await bill(desk, day);
  if (day.faults) await desk.control('POST', 'faults', []);
  const left = isLast || day.left ? await planned(desk, day) : [];
  return {
    ...(plans === undefined ? {} : { plans }),
    result: sumsOf(result),
    items: itemsOf(result),
    ...(day.holds === undefined ? {} : { holds: holdsOf((await desk.control('GET', 'state')) as HeldState) }),
    ...(left.length === 0 ? {} : { left }),
  };
}

/** What `billing plan` shows. */
async function planned(desk: Desk, { month, asOf }: ExpectedDay): Promise<string[]> {
  const { code, out, said } = await desk.cli('plan', month, '--as-of', asOf, '--json');
  if (code !== 0) throw new Error(`plan ${month} ended with ${code}: ${said}`);
  const { organizations } = JSON.parse(out) as { organizations: { steps: { summary: string }[] }[] };
  return organizations.flatMap(({ steps }) => steps.map(({ summary }) => summary));
}

/** The expectation without what only leads there. */
export const expectedOf = ({ plans, result, items, holds, left }: ExpectedDay): Came => ({
  ...(plans === undefined ? {} : { plans }),
  result,
  items,
  ...(holds === undefined ? {} : { holds }),
  ...(left === undefined ? {} : { left }),
});
