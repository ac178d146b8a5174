import { describe, expect, test } from '@jest/globals';
import { readable, unreadWords } from '../../shared/billing/report/readable.js';
import type { Line } from '../../shared/billing/types.js';
import { line } from './builders.js';

/** What two months are compared without, because a line of one of them cannot be read. */

const unreadable = (holds: 'item' | 'organization', changes: Partial<Line> = {}): Line =>
  line({ ...changes, trouble: { message: 'the total cannot be read', holds } });
const named = (productName: string, changes: Partial<Line> = {}): Line =>
  line({ subscriptionId: null, itemCode: null, productName, ...changes });
const names = (lines: Line[]): string[] => lines.map(({ organizationId, productName }) => `${organizationId} ${productName}`);

describe('two months of which all can be read', () => {
  test('are compared as they are', () => {
    const [now, before] = [[line()], [line(), line()]];
    const compared = readable(now, before);
    expect(compared.unread).toBe(0);
    expect(compared.now).toBe(now);
    expect(compared.before).toBe(before);
  });
});

describe('a line that cannot be read', () => {
  // In any case of letters; the rest is left.
  test('an unreadable line takes its subscription out of both months', () => {
    const now = [unreadable('item', { subscriptionId: 'sub-1' }), line({ subscriptionId: 'sub-2', productName: 'Other' })];
    const before = [line({ subscriptionId: 'SUB-1' }), line({ subscriptionId: 'sub-2', productName: 'Other' })];
    const compared = readable(now, before);
    expect([names(compared.now), names(compared.before), compared.unread]).toEqual([['org-1 Other'], ['org-1 Other'], 1]);
  });

  test('takes out what was readable now and was not last month', () => {
    expect(readable([line()], [unreadable('item')])).toEqual({ now: [], before: [], unread: 1 });
  });

  // Its code where it has no subscription, its product where it has neither.
  test('an unreadable line takes out its code, or its product', () => {
    const now = [
      unreadable('item', { subscriptionId: null, itemCode: 'a' }),
      { ...named('Backup'), trouble: unreadable('item').trouble! },
    ];
    const before = [line({ subscriptionId: null, itemCode: 'A', productName: 'renamed' }), named('BACKUP'), named('Mail')];
    const compared = readable(now, before);
    expect([names(compared.now), names(compared.before), compared.unread]).toEqual([[], ['org-1 Mail'], 2]);
  });

  // Where it may belong to any of it.
  test('an unreadable line can take out its organization, and no other', () => {
    const others = line({ organizationId: 'org-2', productName: 'Theirs' });
    const compared = readable([unreadable('organization'), others], [named('Mail'), others]);
    expect([names(compared.now), names(compared.before)]).toEqual([['org-2 Theirs'], ['org-2 Theirs']]);
  });

  // An organization's id and a subscription were written one after the other.
  test('ids that read the same when joined are told apart', () => {
    const compared = readable(
      [
        unreadable('item', { organizationId: 'org-1', subscriptionId: '1x' }),
        line({ organizationId: 'org-11', subscriptionId: 'x' }),
      ],
      [],
    );
    expect(compared.now.map(({ organizationId }) => organizationId)).toEqual(['org-11']);
  });
});

test.each([
  [0, ''],
  [1, '; what 1 unreadable line belongs to is left out on both sides'],
  [2, '; what 2 unreadable lines belong to is left out on both sides'],
])('%i lines that cannot be read are said in words', (unread, words) => {
  expect(unreadWords(unread)).toBe(words);
});
