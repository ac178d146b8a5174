import type { Books } from '../shared/billing/types.js';
import { readWriteProbe } from '../shared/probe/writes/kept.js';
import type { Dependencies } from './dependencies.js';

/** The books with what a probe that writes has found out of this tenant, so that what it refuses is not tried first (rule 7.0). */
export async function withBehaviour(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker }: { broker: string },
  books: Books,
): Promise<Books> {
  const answers = (await readWriteProbe(evidence, broker))?.answers ?? [];
  return answers.some(({ id, is }) => id === 'firstDay' && is === 'duplicate') ? { ...books, refusesFirstDay: true } : books;
}
