/** The billing periods of a contract: counted from its start date in steps of its period type (`docs/vendors/autotask.md` 4). */
import { addDays, addMonths, daysIn, type Day } from './days.js';
import type { Contract } from './entities/contracts.js';
import { WHOLE, type Share } from './money.js';

/** A period in full, also where the contract ends within it. */
export interface Period {
  start: Day;
  end: Day;
}

/** Real API: live values of contractPeriodType and periodType (observed); confirmed, so not looked up by label. */
const MONTHS: Record<number, number> = { 2: 1, 3: 3, 4: 6, 5: 12 };

/** Months of a period type; undefined for a type that is not a length of time. */
export const monthsOf = (periodType: number | null): number | undefined => MONTHS[periodType ?? 0];

const monthIndex = (day: Day): number => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7));

/** The period of the contract's grid in which a day lies. */
export function periodAt(contract: Contract, day: Day): Period {
  const { start, months } = gridOf(contract);
  let index = Math.floor((monthIndex(day) - monthIndex(start)) / months);
  if (addMonths(start, index * months) > day) index -= 1;
  return { start: addMonths(start, index * months), end: addDays(addMonths(start, (index + 1) * months), -1) };
}

/** Every stretch between two days that lies in one period, in order. */
export function stretches(contract: Contract, first: Day, last: Day): Period[] {
  const found: Period[] = [];
  for (let start = first; start <= last;) {
    const { end } = periodAt(contract, start);
    found.push({ start, end: end < last ? end : last });
    start = addDays(end, 1);
  }
  return found;
}

/** The part of its period that a stretch covers. The real formula is not published; by days is inferred (`docs/vendors/autotask.md` 12). */
export function shareOf(contract: Contract, stretch: Period): Share {
  const period = periodAt(contract, stretch.start);
  const days = daysIn(stretch.start, stretch.end);
  const of = daysIn(period.start, period.end);
  return days >= of ? WHOLE : { days, of };
}

function gridOf({ id, startDate, contractPeriodType }: Contract): { start: Day; months: number } {
  const months = monthsOf(contractPeriodType);
  if (startDate === null || months === undefined) throw new Error(`The contract ${id} has no billing periods`);
  return { start: startDate, months };
}
