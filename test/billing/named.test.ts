import { describe, expect, test } from '@jest/globals';
import { indexNames, joinNames, mergeNames, MOST_EARLIER_OWNERS, NOTHING_NAMED, type Named } from '../../shared/billing/named.js';

/** What Cloudmore ever named: who had a subscription, and had it earlier (rules 7.7, 8.6). */

const had = (...subscriptions: Named['subscriptions']): Named => ({ ...NOTHING_NAMED, subscriptions });
const by = (...owners: string[]): Named => joinNames(owners.map((owner) => had(['s-1', owner, []])));
const ownersOf = (named: Named): string[] => indexNames(named, 'default').ownersOf('S-1');

describe('the owners of a subscription', () => {
  test.each([
    ['one that nobody named has none', NOTHING_NAMED, []],
    ['one that never moved has one', by('a', 'a'), ['a']],
    ['one that moved twice has three, the last one first', mergeNames(by('a', 'b'), by('c')), ['c', 'b', 'a']],
    ['one that came back is of the one who has it now', mergeNames(by('a', 'b'), by('a')), ['a', 'b']],
    ['evidence of earlier releases knows the last alone', mergeNames(had(['s-1', 'a', ['svc']]), by('b')), ['b', 'a']],
    ['what two sources name is joined', joinNames([by('a', 'b'), mergeNames(by('c'), by('d'))]), ['d', 'c', 'b', 'a']],
  ])('%s', (_, named, owners) => expect(ownersOf(named)).toEqual(owners));

  test('of too many the earliest is forgotten first', () => {
    const many = Array.from({ length: MOST_EARLIER_OWNERS + 2 }, (_, index) => `o-${index}`);
    const owners = ownersOf(many.reduce((known, owner) => mergeNames(known, by(owner)), NOTHING_NAMED));
    expect(owners).toEqual([...many].reverse().slice(0, MOST_EARLIER_OWNERS + 1));
  });

  test('the same report twice adds nothing, so that what is kept stays the same value', () => {
    const report = had(['s-1', 'b', []], ['s-1', 'a', ['svc']], ['s-1', 'c', []]);
    const once = mergeNames(NOTHING_NAMED, report);
    expect(mergeNames(once, report)).toEqual(once);
  });
});

test('what a subscription was billed on is known by the keys that its services had', () => {
  const named: Named = {
    ...NOTHING_NAMED,
    contracts: [
      [
        100,
        's-1',
        [
          [50, 'code-a'],
          [51, 'code-b'],
        ],
      ],
      [101, 's-2', []],
    ],
  };
  expect(indexNames(named, 'default').codesBilled('S-1')).toEqual(['code-a', 'code-b']);
  expect(indexNames(named, 'default').codesBilled('s-9')).toEqual([]);
});
