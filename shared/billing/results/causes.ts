import { adviceFor } from './advice.js';
import type { ItemResult } from './results.js';
import { groupBy, type NonEmpty } from '../basics/text.js';

/** What several items of a customer wait for, and one command resolves, is said once under them. */

/** Items with one cause. */
export type Cause = NonEmpty<ItemResult>;

/** Items that are resolved together: by group, those with one cause next to each other. Both in the order in which they come. */
export const groupedByRemedy = (items: ItemResult[], commandOf: (item: ItemResult) => string | null): NonEmpty<Cause>[] =>
  [...groupBy(items, (item) => [item.outcome, item.reason, commandOf(item) ?? item.cause].join('|')).values()].map(byCause);

function byCause(group: NonEmpty<ItemResult>): NonEmpty<Cause> {
  const [first, ...others] = groupBy(group, ({ cause }) => cause ?? '').values();
  return [first!, ...others];
}

/** The sentences at the end that all texts have in common, and what each says before them. */
export function sharedEnd(texts: string[]): { own: string[]; shared: string } {
  const sentences = texts.map((text) => text.split(/(?<=[.!?]) (?=\S)/));
  const [first = []] = sentences;
  let count = 0;
  while (count < first.length && sentences.every((one) => one.at(-1 - count) === first.at(-1 - count))) count += 1;
  const upTo = (one: string[]): string => one.slice(0, one.length - count).join(' ');
  return { own: sentences.map(upTo), shared: first.slice(first.length - count).join(' ') };
}

/** Why an item waits, or what there is to do about it; empty where nobody can say. */
export const whyWaiting = ({ cause, reason }: Pick<ItemResult, 'cause' | 'reason'>): string =>
  cause ?? adviceFor(reason)?.remedy ?? '';
