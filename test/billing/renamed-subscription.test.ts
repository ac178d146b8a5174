import { describe, expect, test } from '@jest/globals';
import type { Line } from '../../shared/billing/types.js';
import {
  amountsOf,
  books,
  CODE,
  charge,
  contract,
  line,
  outcomesOf,
  plan,
  running,
  service,
  SUBSCRIPTION,
  subscription,
  type Situation,
  AZURE_KEY,
} from './builders.js';

/** A report of the same month has a line under another subscription id than the last one: the customer paid for both. */

const NEW = '22222222-2222-4222-8222-222222222222';
const LISTED = [subscription(), subscription({ id: NEW })];
const since = (before: Line[], now: Line[], changes: Partial<Situation> = {}): Situation => ({
  report: { lines: now, subscriptions: LISTED },
  accepted: { lines: before, subscriptions: LISTED },
  asOf: '2025-10-25',
  books: { ...running(), elsewhere: { companies: [7], rows: [], unread: [] } },
  ...changes,
});

describe('a licence whose line has got another subscription id', () => {
  const renamed = since([line()], [line({ subscriptionId: NEW })]);

  // It would be billed on a contract of its own.
  test('a renamed licence is not billed again while its row waits', () => {
    const { items, ghosts, steps } = plan(renamed);
    expect([steps, outcomesOf(plan(renamed))]).toEqual([[], ['held report-shrank']]);
    expect(items[0]!.message).toMatch(
      /120\.00 for the same is on contract 100 \(1{8}-.*\) without a line, and it may have got a new subscription id\. /,
    );
    expect(ghosts).toMatchObject([{ contractId: 100, sales: '120.00', rule: '1.6' }]);
  });

  test('is billed, and what stood goes, once somebody releases it', () => {
    const released = plan({ ...renamed, approvedDigest: plan(renamed).digest });
    expect(outcomesOf(released)).toEqual(['posted']);
    expect(amountsOf(released)).toEqual(['2025-10-01: 10 units × 12.0000 / 10.0000', '2025-10-01: 0 units']);
  });

  test.each<[string, Situation]>([
    [
      'the old one has ended',
      { ...renamed, report: { ...renamed.report, subscriptions: [subscription({ status: 'Deleted' }), LISTED[1]!] } },
    ],
    ['it is of another product', since([line()], [line({ subscriptionId: NEW, itemCode: 'CFQ7TTC0TWO' })])],
    ['the old one is still there', since([line()], [line(), line({ subscriptionId: NEW })])],
    ['the last report had both', since([line(), line({ subscriptionId: NEW })], [line({ subscriptionId: NEW })])],
  ])('is billed where %s', (_, situation) => {
    expect(outcomesOf(plan(situation))).not.toContain('held report-shrank');
  });
});

describe('usage whose lines have got another subscription id', () => {
  const usage = (changes: Partial<Line> = {}): Line =>
    line({ recordType: 'AzurePlan', itemCode: null, quantity: '1', sales: '300.55', cost: '240.44', ...changes });
  const held = books({
    contracts: [contract()],
    services: [service()],
    products: [{ id: 60, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }],
    charges: [charge({ key: AZURE_KEY, price: '300.55', cost: '240.44' })],
    elsewhere: { companies: [7], rows: [], unread: [] },
  });
  const now = (changes: Partial<Line>): string[] =>
    outcomesOf(plan(since([usage()], [usage({ subscriptionId: NEW, ...changes })], { books: held })));

  test('was billed twice where it has more decimals than money', () => {
    const fine = { sales: '300.5482', cost: '240.4433' };
    expect(outcomesOf(plan(since([usage(fine)], [usage({ subscriptionId: NEW, ...fine })], { books: held })))).toEqual([
      'held report-shrank',
    ]);
  });

  test('renamed usage may be the old one where either has no code', () => {
    const coded = (code: string | null, now: string | null): string | undefined => {
      const [item] = plan(
        since([usage({ itemCode: code })], [usage({ itemCode: now, subscriptionId: NEW })], { books: held }),
      ).items;
      return item!.outcome === 'posted' ? 'posted' : /and it may have got a new subscription id/.exec(item!.message!)?.[0];
    };
    const waits = 'and it may have got a new subscription id';
    expect([coded('A', null), coded(null, 'A'), coded(null, null), coded('A', 'B')]).toEqual([waits, waits, waits, 'posted']);
  });

  test('is another’s where the old one was of another record type', () => {
    const market = usage({ recordType: 'Marketplace', subscriptionId: NEW });
    expect(outcomesOf(plan(since([usage()], [market], { books: held })))).toEqual(['posted']);
  });

  // It grows from day to day: told by its amounts, the new one was billed on top of what stood for the old one.
  test.each<[string, Partial<Line>]>([
    ['the same', {}],
    ['other', { sales: '12.00', cost: '9.60' }],
  ])('waits where it comes to %s amounts', (_, changes) => expect(now(changes)).toEqual(['held report-shrank']));

  test.each<[string, Line]>([
    ['a third’s usage', usage({ subscriptionId: '33333333-3333-4333-8333-333333333333' })],
    ['its own purchase', usage({ recordType: 'Marketplace' })],
  ])('is billed where the accepted report had only %s', (_, stays) => {
    const came = usage({ subscriptionId: NEW });
    const { items } = plan(since([stays], [stays, came], { books: held }));
    expect(items.find(({ contractKey, type }) => contractKey === NEW && type === 'AzurePlan')!.outcome).toBe('posted');
  });

  test('is billed where what stood has its line still', () => {
    const both = since([usage()], [usage(), usage({ subscriptionId: NEW })], { books: held });
    expect(outcomesOf(plan(both))).toEqual(['posted', 'posted']);
  });
});

test('the item code is compared without regard to case', () => {
  expect(outcomesOf(plan(since([line()], [line({ subscriptionId: NEW, itemCode: CODE.toLowerCase() })])))).toEqual([
    'held report-shrank',
  ]);
});

describe('a licence whose id somebody gave to another contract', () => {
  const contracts = [contract({ subscriptionId: 'az-1', number: 'az-1' }), contract({ id: 101 })];
  const onBoth = (changes: Partial<Line> = {}, key = CODE): ReturnType<typeof plan> =>
    plan({
      asOf: '2025-10-25',
      report: { lines: [line(changes)] },
      books: { ...running(), services: [service({ key })], contracts, detailed: [100, 101] },
      named: { subscriptions: [['az-1', 'org-1', []]], contracts: [[100, SUBSCRIPTION, [[50, key]]]] },
    });

  test('was billed there, next to the contract it was on before', () => {
    const now = onBoth();
    expect(outcomesOf(now)).toEqual(['held report-shrank']);
    expect(now.items[0]!.message).toMatch(
      /120\.00 for the same is on contract 100 \(az-1\) without a line, on which it was billed before\./,
    );
    expect(amountsOf(now)).toEqual([]);
  });

  test.each<[string, Partial<Line>, string]>([
    ['another licence stands on the old contract', {}, 'CFQ7TTC0TWO'],
    ['a purchase of another type has its id', { recordType: 'Csp365Legacy' }, CODE],
    ['usage has its id', { recordType: 'AzurePlan', itemCode: null }, CODE],
  ])('is billed where %s', (_, changes, key) => {
    expect(outcomesOf(onBoth(changes, key))).not.toContain('held report-shrank');
  });
});
