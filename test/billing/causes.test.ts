import { describe, expect, test } from '@jest/globals';
import { adviceFor } from '../../shared/billing/results/advice.js';
import { groupedByRemedy, sharedEnd, whyWaiting } from '../../shared/billing/results/causes.js';
import type { ItemResult } from '../../shared/billing/results/results.js';

/** What one command resolves is reported together: each amount with its own cause, and what they share once. */

describe('sentences that several causes have in common at their end', () => {
  test.each<[what: string, texts: string[], own: string[], shared: string]>([
    [
      'are reported once',
      ['Up by 1.00. All wait. Look.', 'Up by 2.50. All wait. Look.'],
      ['Up by 1.00.', 'Up by 2.50.'],
      'All wait. Look.',
    ],
    [
      'are all there is to say where the causes are the same',
      ['All wait. Look.', 'All wait. Look.'],
      ['', ''],
      'All wait. Look.',
    ],
    ['are those of a single cause', ['Up by 1.00. All wait.'], [''], 'Up by 1.00. All wait.'],
    ['are none where the last ones differ', ['One. Two.', 'One. Three.'], ['One. Two.', 'One. Three.'], ''],
    ['end where the shorter one ends', ['Look.', 'Up by 1.00. Look.'], ['', 'Up by 1.00.'], 'Look.'],
    ['begin behind a question or a call as well', ['Whose? Look.', 'Mine! Look.'], ['Whose?', 'Mine!'], 'Look.'],
    [
      'are not parts of a sentence: an amount has a point too',
      ['It is 1.00 EUR.', 'It is 2.00 EUR.'],
      ['It is 1.00 EUR.', 'It is 2.00 EUR.'],
      '',
    ],
    ['of nothing are nothing', [], [], ''],
  ])('%s', (_what, texts, own, shared) => expect(sharedEnd(texts)).toEqual({ own, shared }));
});

describe('items are resolved together', () => {
  const item = (productName: string, changes: Partial<ItemResult> = {}): ItemResult =>
    ({ productName, outcome: 'held', reason: 'month-closed', cause: 'Look.', ...changes }) as ItemResult;
  const names = (items: ItemResult[], command: string | null): string =>
    groupedByRemedy(items, () => command)
      .map((causes) => causes.map((group) => group.map(({ productName }) => productName).join('')).join('+'))
      .join(' ');

  test.each<[what: string, items: ItemResult[], command: string | null, told: string]>([
    ['with one cause', [item('a'), item('b')], 'release', 'ab'],
    ['with causes of their own, by one command', [item('a'), item('b', { cause: 'Other.' }), item('c')], 'release', 'ac+b'],
    ['not by different commands: without one each cause stands alone', [item('a'), item('b', { cause: 'Other.' })], null, 'a b'],
    ['not for other reasons', [item('a'), item('b', { reason: 'breaker-item' })], 'release', 'a b'],
    ['not where one is money without a line', [item('a'), item('b', { outcome: 'ghost' })], 'release', 'a b'],
    ['also where no cause is known', [item('a', { cause: null }), item('b', { cause: null })], null, 'ab'],
  ])('%s', (_what, items, command, told) => expect(names(items, command)).toBe(told));
});

test("an item waits for its cause, else for its reason's remedy", () => {
  expect(whyWaiting({ cause: 'The row is approved.', reason: 'unreadable' })).toBe('The row is approved.');
  expect(whyWaiting({ cause: null, reason: 'unreadable' })).toBe(adviceFor('unreadable')!.remedy);
  expect(whyWaiting({ cause: null, reason: null })).toBe('');
});
