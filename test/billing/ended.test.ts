import { describe, expect, test } from '@jest/globals';
import { endedIds, endedSubscription, hasEnded, ranInto } from '../../shared/billing/report/ended.js';
import { subscription } from './builders.js';

/** Which subscriptions are known to have ended: it takes money away, so nothing may speak against it. */

const [ENDED, ACTIVE] = [subscription({ status: 'Canceled' }), subscription({ status: 'Active' })];

test.each([
  ['Canceled', true],
  [' cancelled ', true],
  ['DELETED', true],
  ['Expired', true],
  ['PendingCancellation', false],
  ['Canceled soon', false],
  ['Active', false],
  ['', false],
])('a subscription that is "%s" has ended: %s', (status, is) => expect(hasEnded(subscription({ status }))).toBe(is));

test('a subscription that is partly unreadable has not ended', () => {
  expect(hasEnded({ ...ENDED, unreadable: 'its end' })).toBe(false);
});

describe('of one that is listed twice', () => {
  test.each([
    ['both have ended', [ENDED, ENDED], true],
    ['the first continues', [ACTIVE, ENDED], false],
    ['the second continues', [ENDED, ACTIVE], false],
  ])('%s', (_, listed, is) => {
    expect([endedSubscription(listed, ENDED.id.toUpperCase()) !== undefined, endedIds(listed).size]).toEqual([is, is ? 1 : 0]);
  });

  test('another that is listed next to it does not matter', () => {
    const other = subscription({ id: 'another', status: 'Active' });
    expect([endedSubscription([other, ENDED], ENDED.id), [...endedIds([other, ENDED])]]).toEqual([ENDED, [ENDED.id]]);
    expect(endedSubscription([other], ENDED.id)).toBeUndefined();
  });
});

test.each([
  ['2025-09-30', false],
  ['2025-10-01', true],
  ['2025-10-19', true],
  ['2025-10-20', false],
  [null, false],
])('one that ended on %s ran into October, on the 20th: %s', (endDay, is) => {
  expect(ranInto(subscription({ endDay }), '2025-10', '2025-10-20')).toBe(is);
});
