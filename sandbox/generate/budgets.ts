import { Random } from './random.js';
import type { Wanted } from './options.js';

/** No organization has the index of this stream. */
const STREAM = -1;

/** How many lines each organization gets: at least one, many little, a few a lot; together exactly what is wanted. */
export function lineBudgets({ lines, organizations, seed }: Pick<Wanted, 'lines' | 'organizations' | 'seed'>): number[] {
  const random = new Random(seed, STREAM);
  const weights = Array.from({ length: organizations }, () => 0.1 + random.next() ** 4 * 4);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const budgets = weights.map((weight) => 1 + Math.floor(((lines - organizations) * weight) / total));
  let left = lines - budgets.reduce((sum, budget) => sum + budget, 0);
  for (let index = 0; left > 0; index = (index + 1) % organizations, left -= 1) budgets[index] = (budgets[index] ?? 0) + 1;
  return budgets;
}
