import { describe, expect, test } from '@jest/globals';
import { BREAKERS_OFF, type Breakers } from '../../shared/billing/plan/breaker-limits.js';
import {
  areOff,
  chargedOf,
  isAwaited,
  isBreaker,
  isWithheld,
  tripItem,
  tripMonth,
  tripOrganization,
  type OrganizationSales,
} from '../../shared/billing/plan/breakers.js';
import { cutReport, type MonthFacts } from '../../shared/billing/report/facts.js';
import type { Item } from '../../shared/billing/plan-types.js';
import { AS_OF, ghost, line, report, settings } from './builders.js';

/** Rules 1.4 and 9: each breaker by itself. */

describe('a breaker by itself', () => {
  const off = (changes: Partial<Breakers>): boolean => areOff({ ...BREAKERS_OFF, ...changes });
  test('breakers without limits are off; the least move holds nothing', () => {
    expect([off({}), off({ organizationAmount: '500' }), off({ itemFactor: 10 }), off({ itemAmount: '100' })]).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test.each<[string | null, boolean, boolean]>([
    ['report-shrank', true, false],
    ['contract-gone', true, false],
    ['breaker-item', true, false],
    ['awaiting-approval', false, true],
    ['canary-waits', false, true],
    ['unclassified', false, false],
    [null, false, false],
  ])('%s waits for a release, or the whole plan does', (reason, breaker, awaited) => {
    expect([isBreaker(reason), isAwaited(reason)]).toEqual([breaker, awaited]);
    const one = (outcome: string): never => ({ outcome, reason }) as never;
    const other = { reason: null } as never;
    expect(isWithheld({ items: [one('held'), other], ghosts: [] })).toBe(breaker);
    expect(isWithheld({ items: [other], ghosts: [one('ghost'), ghost()] })).toBe(breaker);
  });

  const { facts: cut } = cutReport(report({ previousLines: [line({ billingDate: '2025-09-02', sales: '1000.00' })] }), AS_OF);
  const { drop: _, ...early } = cut;
  const month = (facts: MonthFacts, limits: Partial<Breakers> = { monthDropPercent: 50 }): string | undefined =>
    tripMonth(facts, 'EUR', settings({ breakers: { ...BREAKERS_OFF, ...limits } }))?.message;

  test('the month waits with why nothing can be compared', () => {
    expect(month({ ...cut, previousUnavailable: 'Cloudmore did not answer' })).toBe(
      "Last month's report is not available (Cloudmore did not answer), and no copy was kept, so there is nothing to compare with. Run the month again when Cloudmore answers, or release it if you know that it is right.",
    );
    expect(month({ ...cut, drop: { now: {}, before: {}, unread: { lines: 3, all: true } } })).toBe(
      "No amount of last month's report can be read (3 lines), so there is nothing to compare with. Release the month if you know that it is right.",
    );
  });

  // Earlier releases did not say what recurs.
  test('a month of an earlier release is compared as a whole', () => {
    expect(month(early)).toMatch(
      /^The report has sales of 120\.00 EUR, and the same part of last month had 1,000\.00: a drop of more than 50 %/,
    );
    expect(month({ ...early, previousSales: { EUR: '200' } })).toBeUndefined();
  });

  const item = (sales: string, changes: Partial<Item> = {}): Item =>
    ({
      ...{ id: 'a', productName: 'Premium', currency: 'EUR', sales, cost: '1.00', isOneOff: false },
      ...{ lines: [line({ sales })], ...changes },
    }) as Item;
  const moved = (changes: Partial<OrganizationSales>, limits: Partial<Breakers>): string | undefined =>
    tripOrganization(
      { ...{ currency: 'EUR', now: [], before: [], charged: [], samePart: [], all: [], leftOut: '' }, ...changes },
      settings({ breakers: { ...BREAKERS_OFF, organizationAmount: '500', ...limits } }),
    )?.message;

  test('an organization waits with what it is compared with, if anything', () => {
    const [before, now] = [[item('2000.00')], [item('10.00')]];
    expect(moved({ before, now, samePart: before, charged: now, all: now }, { organizationPercent: 100 })).toBe(
      'Sales moved from 2,000.00 in the same part of last month to 10.00 EUR, by more than 100 % of the smaller amount and more than 500. Release the plan if that is right.',
    );
    expect(moved({ now: before, all: before }, { newOrganizationAmount: '1000' })).toBe(
      'Last month had nothing of this organization to compare with, and its 2,000.00 EUR is more than 1,000.00 (BREAKER_NEW_ORGANIZATION_AMOUNT). Release the plan if that is right.',
    );
  });

  // A credit takes nothing from it.
  test('only lines above zero count as charged', () => {
    expect(chargedOf(item('7', { lines: [line({ sales: '10' }), line({ sales: '-3' })] })).toFixed()).toBe('10');
  });

  const compared = (before: Item | undefined, now: Item, limits: Partial<Breakers>): string | undefined =>
    tripItem(
      { item: now, before, samePart: before },
      settings({ breakers: { ...BREAKERS_OFF, organizationAmount: '500', ...limits } }),
    )?.message;
  const NOTHING =
    'Last month had nothing to compare with the 2,000.00 EUR of Premium, which is more than 1,000.00 (BREAKER_ITEM_AMOUNT). Release the plan if that is right.';
  test.each<[string, Item | undefined, string | undefined]>([
    ['had none', undefined, NOTHING],
    ['had it for nothing', item('0.00'), NOTHING],
    ['gave it back', item('-5.00'), NOTHING],
    ['had as much', item('2000.00'), undefined],
  ])('a large item waits where last month %s', (_title, before, message) => {
    expect(compared(before, item('2000.00'), { itemAmount: '1000' })).toBe(message);
  });

  test('an item waits with the side that has moved', () => {
    const dear = (cost: string): Item => item('100.00', { cost });
    expect(compared(dear('10.00'), dear('900.00'), { itemFactor: 10 })).toBe(
      'Cost of Premium moved from 10.00 in the whole of last month to 900.00 EUR, by more than a factor of 10. Release the plan if that is right.',
    );
    expect(compared(item('10.00'), item('900.00'), { itemFactor: 10 })).toMatch(/^Sales of Premium/);
  });
});
