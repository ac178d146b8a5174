import type { ReadOptions } from '../../shared/autotask/index.js';
import type { Books, Month } from '../../shared/billing/types.js';
import { readWriteProbe } from '../../shared/probe/writes/kept.js';
import { withCostRates } from './cost-rates.js';
import type { Dependencies } from '../dependencies.js';

/** The books with what no search shows: the month's rates (rule 3.5), and how this tenant behaves (rule 7.0). */
export const withTenant = async (
  dependencies: Dependencies,
  request: { broker: string; month: Month },
  books: Books,
  options: ReadOptions,
): Promise<Books> => withBehaviour(dependencies, request, await withCostRates(dependencies, request, books, options));

/** What a probe that writes has found out of this tenant: what it refuses is not tried first. */
async function withBehaviour(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker }: { broker: string },
  books: Books,
): Promise<Books> {
  const answers = (await readWriteProbe(evidence, broker))?.answers ?? [];
  return answers.some(({ id, is }) => id === 'firstDay' && is === 'duplicate') ? { ...books, refusesFirstDay: true } : books;
}
