import type { MonthResult } from '../../shared/billing/results/results.js';
import type { Harness } from '../report/harness.js';
import type { ControlCall, ExpectedDay, WorldFile } from './file.js';
import { holdsOf, itemsOf, sumsOf, type HeldState } from './outcome.js';

/** Bills one day of a world and answers the month's result; released beforehand where the day says so. */
export type Bill = (harness: Harness, day: ExpectedDay) => Promise<MonthResult>;

/** What came of a world's days, in the shape of what is expected of them. */
export type Came = Pick<ExpectedDay, 'plans' | 'result' | 'items' | 'holds' | 'says' | 'left'>;

/** Plays a world from its first day to its last. */
export async function play({ expected }: WorldFile, harness: Harness, bill: Bill): Promise<Came[]> {
  const came: Came[] = [];
  for (const day of expected.days) came.push(await playDay(harness, day, bill, day === expected.days.at(-1)));
  return came;
}

async function playDay(harness: Harness, day: ExpectedDay, bill: Bill, isLast: boolean): Promise<Came> {
  await harness.control('POST', 'clock', { now: `${day.asOf}T03:00:00Z` });
  await carryOut(harness, day.meanwhile ?? []);
  const plans = day.plans === undefined ? undefined : await planned(harness, day);
  if (day.faults) await harness.control('POST', 'faults', day.faults);
  const result = await bill(harness, day);
  if (day.faults) await harness.control('POST', 'faults', []);
  const left = isLast || day.left ? await planned(harness, day) : [];
  const report = day.says ? (await harness.cli('report', day.month)).out : '';
  return {
    ...(plans === undefined ? {} : { plans }),
    ...(day.says ? { says: day.says.filter((passage) => report.includes(passage)) } : {}),
    result: sumsOf(result),
    items: itemsOf(result),
    ...(day.holds === undefined ? {} : { holds: holdsOf((await harness.control('GET', 'state')) as HeldState) }),
    ...(left.length === 0 ? {} : { left }),
  };
}

/** What people do in the two vendors' own windows. */
export async function carryOut(harness: Harness, calls: ControlCall[]): Promise<void> {
  for (const [method, path, body] of calls) await harness.control(method, await resolved(harness, path), body);
}

/** A record that is named by its values, by its id. */
async function resolved(harness: Harness, path: string): Promise<string> {
  const [, table, query] = /^autotask\/(\w+)\?(.+)$/.exec(path) ?? [];
  if (table === undefined) return path;
  const { autotask } = (await harness.control('GET', 'state')) as { autotask: Record<string, Record<string, unknown>[]> };
  const wanted = [...new URLSearchParams(query)];
  const found = autotask[table]!.filter((record) => wanted.every(([name, value]) => String(record[name]).startsWith(value)));
  if (found.length !== 1) throw new Error(`${path}: ${found.length} records`);
  return `autotask/${table}/${String(found[0]!.id)}`;
}

/** What `billing plan` shows. */
async function planned(harness: Harness, { month, asOf }: ExpectedDay): Promise<string[]> {
  const { code, out, said } = await harness.cli('plan', month, '--as-of', asOf, '--json');
  if (code !== 0) throw new Error(`plan ${month} ended with ${code}: ${said}`);
  const { organizations } = JSON.parse(out) as { organizations: { steps: { summary: string }[] }[] };
  return organizations.flatMap(({ steps }) => steps.map(({ summary }) => summary));
}

/** The expectation without what only leads there. */
export const expectedOf = ({ plans, result, items, holds, says, left }: ExpectedDay): Came => ({
  ...(plans === undefined ? {} : { plans }),
  result,
  items,
  ...(holds === undefined ? {} : { holds }),
  ...(says === undefined ? {} : { says }),
  ...(left === undefined ? {} : { left }),
});
