import type { Currency, ReadOptions } from '../../shared/autotask/index.js';
import type { Books, Month } from '../../shared/billing/types.js';
import { costRate, keepCostRate } from '../../shared/evidence/cost-rates.js';
import type { Dependencies } from '../dependencies.js';

/**
 * Rule 3.5: with `FOREIGN_COST=convert` the books have the month's rates of the currencies that companies are billed in. A rate is asked for once a month and
 * kept; one that cannot be read is absent, and holds what needs it.
 */
export async function withCostRates(
  { autotask, evidence, settings }: Dependencies,
  { broker, month }: { broker: string; month: Month },
  books: Books,
  options: ReadOptions,
): Promise<Books> {
  if (settings.foreignCost !== 'convert') return books;
  const currencies = [...new Set(books.companies.flatMap(({ currency }) => currency?.toUpperCase() ?? []))].sort();
  const costRates: NonNullable<Books['costRates']> = {};
  let now: Currency[] | null = null;
  for (const currency of currencies.filter((code) => code !== books.internalCurrency.toUpperCase())) {
    const kept = await costRate(evidence, broker, month, currency);
    now = kept === null ? (now ?? (await autotask.readCurrenciesNow(options))) : now;
    const read = now?.find(({ code }) => code === currency)?.rate ?? null;
    const rate = kept ?? (read === null ? null : await keepCostRate(evidence, { broker, month, currency, rate: read }));
    if (rate !== null) costRates[currency] = rate;
  }
  return { ...books, costRates };
}
