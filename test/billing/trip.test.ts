import { describe, expect, test } from '@jest/globals';
import type { Line } from '../../shared/billing/types.js';
import { books, organization, subscription } from './builders.js';
import { ORGANIZATION, type Months, decide, itemOf, why, sold, other, standing } from './trip-context.js';

/** Rule 9: what is compared with last month, what is left out of that on both sides, and what needs no second release. */

describe('an organization against last month', () => {
  const organizationHeld = (months: Omit<Months, 'limits'>): boolean =>
    itemOf(decide({ ...months, limits: ORGANIZATION })).reason === 'breaker-organization';

  test('nothing waits where nothing is written, whatever the month looks like', () => {
    const months = { before: [sold('120'), other('gone', '9000')], now: [sold('120')], held: standing('120') };
    expect(why({ ...months, limits: { ...ORGANIZATION, monthDropPercent: 50 } })).toBeNull();
    expect(why({ ...months, held: books(), limits: { monthDropPercent: 50 } })).toMatch(/^The report has sales of 120\.00 EUR/);
  });

  test('what is left out on both sides is reported', () => {
    const troubled = other('unread', '80', { trouble: { message: 'Sales is "x".', holds: 'item' } });
    const perpetual = { recordType: 'Perpetual', subscriptionId: null, itemCode: 'DG7GMGF0D5RK' };
    expect(
      why({
        before: [sold('600'), other('ended', '90'), troubled],
        now: [
          sold('1400.01'),
          sold('600', perpetual),
          sold('100.5', { ...perpetual, itemCode: 'DG7GMGF0D5RL' }),
          other('off', '70', { serviceId: 'svc-off' }),
          other('unread', '80'),
        ],
        subscriptions: [subscription({ id: 'ended', status: 'Cancelled' })],
        excludeServices: ['svc-off'],
        limits: ORGANIZATION,
      }),
    ).toBe(
      'Sales moved from 690.00 in the whole of last month to 1,400.01 EUR, by more than 100 % of the smaller amount and more than 500 (left out: 2 paid once (700.50), 1 held or excluded, 1 ended, converted, moved or credited, 1 of which last month cannot be read). Release the plan if that is right.',
    );
  });

  const late = (sales: string): Line => other('late', sales, { billingDate: '2025-10-28' });
  test.each<[string, Omit<Months, 'limits'>]>([
    [
      'what is switched off',
      { before: [sold('600'), other('off', '9000', { serviceId: 'svc-off' }), late('1')], now: [sold('650')] },
    ],
    [
      'later lines, with an unreadable one before',
      {
        before: [sold('600'), other('unread', '80', { trouble: { message: 'Sales is "x".', holds: 'item' } }), late('9000')],
        now: [sold('650')],
      },
    ],
  ])('a fall is none by %s', (_, months) => {
    expect(organizationHeld({ ...months, excludeServices: ['svc-off'] })).toBe(false);
  });

  test('nothing is reported where nothing is left out', () => {
    expect(why({ before: [sold('600')], now: [sold('1300.01')], limits: ORGANIZATION })).toBe(
      'Sales moved from 600.00 in the whole of last month to 1,300.01 EUR, by more than 100 % of the smaller amount and more than 500. Release the plan if that is right.',
    );
  });

  const LOST = [sold('100'), other('gone', '2000')];
  test.each<[string, Omit<Months, 'limits'>, boolean]>([
    ['nothing says why', { before: LOST, now: [sold('100')] }, true],
    [
      'its subscription has ended',
      { before: LOST, now: [sold('100')], subscriptions: [subscription({ id: 'gone', status: 'Expired' })] },
      false,
    ],
    ['its subscription is active', { before: LOST, now: [sold('100')], subscriptions: [subscription({ id: 'gone' })] }, true],
    [
      'it was converted to another product',
      { before: LOST, now: [sold('100'), other('gone', '1', { itemCode: 'CFQ7TTC0NEW' })] },
      false,
    ],
    [
      'another product without a subscription is billed',
      {
        before: [sold('100'), sold('2000', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'A' })],
        now: [sold('100'), sold('1', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'B' })],
      },
      true,
    ],
    [
      'a subscription with an unreadable id has ended',
      {
        before: [sold('100'), sold('2000', { subscriptionId: null, recordType: 'Marketplace', itemCode: 'A' })],
        now: [sold('100')],
        subscriptions: [subscription({ id: '', status: 'Cancelled' })],
      },
      true,
    ],
    [
      'its lines are at another organization now',
      {
        before: LOST,
        now: [sold('100'), other('gone', '2000', { organizationId: 'org-2', organizationName: 'Fabrikam' })],
        organizations: [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })],
      },
      false,
    ],
    [
      'little is left, though its subscription has ended',
      { before: LOST, now: [sold('100'), other('gone', '1')], subscriptions: [subscription({ id: 'gone', status: 'Deleted' })] },
      true,
    ],
    ['a credit says why', { before: LOST, now: [sold('100'), other('gone', '2000'), other('gone', '-1990')] }, false],
    ['a line of nothing does not', { before: LOST, now: [sold('100'), other('gone', '10'), other('gone', '0')] }, true],
    [
      'what is credited counts on no side',
      { before: [sold('900'), other('back', '9000')], now: [sold('100'), other('back', '9000'), other('back', '-10')] },
      true,
    ],
  ])('a fall waits? Where %s', (_, months, isHeld) => {
    expect(organizationHeld(months)).toBe(isHeld);
  });

  test.each<[string, Omit<Months, 'limits'>, boolean]>([
    ['what stands would not have been held', { before: [sold('600')], now: [sold('1210')], held: standing('1190') }, true],
    ['what stands was released', { before: [sold('600')], now: [sold('1310')], held: standing('1300') }, false],
    ['what stands was released, this is far more', { before: [sold('600')], now: [sold('2000')], held: standing('1300') }, true],
    ['nothing stands', { before: [sold('2000')], now: [sold('100')] }, true],
  ])('a change waits? Where %s', (_, months, isHeld) => {
    expect(organizationHeld(months)).toBe(isHeld);
  });
});
