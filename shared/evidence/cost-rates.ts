import type { Decimal, Month } from '../billing/types.js';
import type { Evidence } from './evidence.js';
import { keptUnder } from './kept.js';

/**
 * At which rate a month's costs are converted into the tenant's internal currency (rule 3.5): that of its first run, so that every later one plans the same
 * amounts, whatever Autotask's `Currencies` says by then.
 */

const prefixOf = (broker: string, month: Month): string => `cost-rates/${broker}/${month}/`;

/** The rate of the month; null where none is kept yet. */
export const costRate = (evidence: Evidence, broker: string, month: Month, currency: string): Promise<Decimal | null> =>
  keptUnder<Decimal>(evidence, prefixOf(broker, month) + currency);

interface KeepCostRateInput {
  broker: string;
  month: Month;
  currency: string;
  rate: Decimal;
}

/** Keeps it. Answers what is kept: somebody may have been a moment earlier. */
export async function keepCostRate(evidence: Evidence, { broker, month, currency, rate }: KeepCostRateInput): Promise<Decimal> {
  const kept = await costRate(evidence, broker, month, currency);
  if (kept === null) await evidence.point(prefixOf(broker, month) + currency, await evidence.put(rate));
  return (await costRate(evidence, broker, month, currency)) ?? rate;
}

/** All rates that are kept of a month, by currency. */
export async function costRatesOf(evidence: Evidence, broker: string, month: Month): Promise<Record<string, Decimal>> {
  const prefix = prefixOf(broker, month);
  const found: Record<string, Decimal> = {};
  for (const name of await evidence.names(prefix)) {
    const rate = await keptUnder<Decimal>(evidence, name);
    if (rate !== null) found[name.slice(prefix.length)] = rate;
  }
  return found;
}
