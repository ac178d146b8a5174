import { addMonths, monthOf } from '../billing/basics/month.js';
import type { Month } from '../billing/types.js';
import type { Evidence } from './evidence.js';
import { monthName, type MonthRecord } from './months.js';

/** How far back a month that was billed is looked for. */
const MONTHS_BACK = 24;

/**
 * Whether this installation has billed before: a write was noted, or a month ran in another mode than shadow. Null when nothing says so; else what does.
 */
export async function earlierWrites(evidence: Evidence, broker: string, today: string): Promise<string | null> {
  const month = await lastBilledMonth(evidence, broker, monthOf(today));
  if (month !== null) return `${month.month} ran in mode ${month.mode}`;
  const writes = await writesOnRecord(evidence, broker);
  return writes === 0 ? null : `${writes} ${writes === 1 ? 'write' : 'writes'} to Autotask on record`;
}

/** How many writes to Autotask were noted, in whichever month. */
export const writesOnRecord = async (evidence: Evidence, broker: string): Promise<number> =>
  (await evidence.names(`intents/${broker}/`)).length;

async function lastBilledMonth(
  evidence: Evidence,
  broker: string,
  newest: Month,
): Promise<{ month: Month; mode: string } | null> {
  for (let back = 0; back < MONTHS_BACK; back += 1) {
    const month = addMonths(newest, -back);
    const ref = await evidence.pointer(monthName(broker, month));
    if (ref === null) continue;
    const { mode } = (await evidence.get<MonthRecord>(ref)).frame;
    if (mode !== 'shadow') return { month, mode };
  }
  return null;
}

/** What a person reads who upgraded an installation that billed without the setting. */
export const modeMissing = (evidence: string): string =>
  `BILLING_MODE is not set, and this installation has billed before (${evidence}). Without a value it is shadow, which writes nothing: billing would stop silently. Set the worker's BILLING_MODE to auto or approve to continue, or to shadow to stop billing; restart the worker, and run the month again.`;
