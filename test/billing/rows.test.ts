import { describe, expect, test } from '@jest/globals';
import { extensionSteps } from '../../shared/billing/contracts/extension.js';
import { indexPrices } from '../../shared/billing/report/items.js';
import { indexNames } from '../../shared/billing/report/named.js';
import { isRepeated, NO_BOOKS, viewRows, type RowView } from '../../shared/billing/amounts/rows.js';
import { stopped } from '../../shared/billing/derivation/rule-of-reason.js';
import type { Reason } from '../../shared/billing/plan-types.js';
import type { Books, Row } from '../../shared/billing/types.js';
import { books, CODE, contract, price, row, service, SUBSCRIPTION } from './builders.js';

/** What stands on a contract service around a month, and what an extension would carry into it. */

const seen = (rows: Row[], extendsFrom: string | null = null): RowView =>
  viewRows(books({ contracts: [contract()], rows }), { contract: contract(), serviceId: 50, month: '2025-10', extendsFrom });
const part = { id: 1, startDay: '2025-10-15', units: 2, price: '12', cost: '10' };

describe('the row of a month', () => {
  test.each<[string, Row[], object]>([
    ['one row', [row()], { ids: [1000], units: 10, frozen: false, isSplit: false, isExpected: false }],
    ['a row that somebody split, in whatever order it is read', [row(part), row()], { ids: [1000, 1], units: 10, isSplit: true }],
    ['a row split of which one part is approved', [row(part), row({ frozen: true })], { frozen: true }],
    ['a row from mid-month on: no units on the first', [row(part)], { units: 0, isSplit: true }],
    ['two rows of one day, by their ids', [row({ id: 9 }), row({ id: 5, units: 3 })], { ids: [5, 9], units: 3, isSplit: true }],
    [
      'rows of other months and services next to it',
      [row({ serviceId: 51 }), row({ startDay: '2025-09-01' }), row({ id: 7 })],
      { ids: [7] },
    ],
  ])('%s', (_, rows, figures) => {
    expect(seen(rows).row).toMatchObject(figures);
  });

  test('rows of other months make none for this one', () => {
    expect(seen([row({ startDay: '2025-09-01' })])).toMatchObject({ row: null, previous: { units: 10 }, fewestLater: null });
  });

  test('has the fewest units of any later one', () => {
    const later = ['2025-11-01', '2025-12-01'].map((startDay, index) => row({ startDay, units: 4 + index }));
    expect(seen([row({ units: 1 }), ...later]).fewestLater).toBe(4);
  });
});

describe('the row that an extension will make', () => {
  const before = [
    row({ startDay: '2025-08-01', units: 8 }),
    row({ startDay: '2025-09-01', units: 9 }),
    row({ startDay: '2025-11-01', units: 11 }),
  ];

  // It is not there yet, and nobody split it.
  test('the last row before the month is carried on', () => {
    expect(seen(before, '2025-09-30').row).toMatchObject({ ids: [], units: 9, frozen: false, isSplit: false, isExpected: true });
  });
  test('is brought to nothing where months lie between', () => {
    expect(seen(before, '2025-08-31').row).toMatchObject({ units: 0, isExpected: true });
  });
  test('is none where nothing stood before', () => {
    expect(seen(before.slice(2), '2025-09-30').row).toBeNull();
  });
  test('does not replace the row that is there', () => {
    expect(seen([...before, row()], '2025-09-30').row).toMatchObject({ ids: [1000], isExpected: false });
  });
  describe('an interrupted extension left old amounts in the months between', () => {
    const [, september] = before;
    const october = row({ units: 9 });

    // Units were neither given nor taken, and the item was held.
    test('the row is expected at 0 when those months are at 0', () => {
      expect(seen([...before, october], '2025-08-31').row).toMatchObject({ ids: [], units: 0, isExpected: true });
    });
    test.each<[string, Row[], string]>([
      ['somebody changed it', [row({ units: 8 })], '2025-08-31'],
      ['somebody approved it', [{ ...october, frozen: true }], '2025-08-31'],
      ['no month lies between', [october], '2025-09-30'],
    ])('is the row that is there where %s', (_, rows, extendsFrom) => {
      expect(seen([september!, ...rows], extendsFrom).row).toMatchObject({ ids: [1000], isExpected: false });
    });
    test('is the row that is there where they are at 0 already', () => {
      const nothing = { units: 0, price: '0', cost: '0' };
      expect(seen([row({ startDay: '2025-09-01', ...nothing }), row(nothing)], '2025-08-31').row).toMatchObject({ ids: [1000] });
    });
  });
});

test.each<[string, Row[], boolean]>([
  ['once', [row()], false],
  ['once, split in mid-month', [row(), row(part)], false],
  ['twice in the month', [row(), row({ contractServiceId: 201 })], true],
  ['once this month, by another last month', [row(), row({ contractServiceId: 201, startDay: '2025-09-01' })], false],
  ['once here, and once on another', [row(), row({ contractServiceId: 201, contractId: 101 })], false],
  ['once, next to another service', [row(), row({ contractServiceId: 201, serviceId: 51 })], false],
])('a contract carries a service %s', (_, rows, isTwice) => {
  expect(isRepeated(books({ rows }), 100, 50, '2025-10')).toBe(isTwice);
});

describe('6.4 a contract that had ended in July is extended in October', () => {
  const summaries = (changes: Partial<Books>): unknown[] =>
    extensionSteps({
      contract: contract({ endDay: '2025-07-31' }),
      contractKey: SUBSCRIPTION,
      endDay: '2026-03-31',
      items: ['item'],
      names: indexNames(undefined, 'default'),
      month: '2025-10',
      books: books({
        services: [service({ id: 49, key: 'MANAGED' }), service(), service({ id: 51, key: 'ADD-ON' })],
        ...changes,
      }),
      prices: indexPrices([price(), price({ itemCode: 'ADD-ON' })]),
    }).map((step) =>
      step.kind === 'postAdjustment' ? [step.day, step.units, step.serviceKey, step.contractServiceId] : step.kind,
    );
  const july = { startDay: '2025-07-01' };

  test('each of our services is brought to 0 from August on', () => {
    const rows = [
      row({ startDay: '2025-06-01', units: 0 }),
      row(july),
      row({ ...july, serviceId: 51, contractServiceId: 201 }),
      row({ ...july, serviceId: 49, contractServiceId: 202 }),
    ];
    expect(summaries({ rows })).toEqual(['extendContract', ['2025-08-01', 0, CODE, 200], ['2025-08-01', 0, 'ADD-ON', 201]]);
  });

  test.each<[string, Row[]]>([
    ['it ended with nothing', [row({ startDay: '2025-06-01' }), row({ ...july, units: 0 })]],
    ['another contract has it', [row({ ...july, contractId: 101 })]],
    ['its row begins with the gap, not before', [row({ startDay: '2025-08-01' })]],
  ])('nothing is where %s', (_, rows) => {
    expect(summaries({ rows })).toEqual(['extendContract']);
  });
});

test('unread books have every part, and all are empty', () => {
  expect(Object.keys(NO_BOOKS).sort()).toEqual(Object.keys(books()).sort());
  expect((Object.values(NO_BOOKS) as { length: number }[]).filter(({ length }) => length > 0)).toEqual([]);
});

test.each<[Reason, string]>([
  ['period-frozen', '7.5'],
  ['verify-mismatch', '7.9'],
  ['outcome-unknown', '7.9'],
  ['skipped', '2.5'],
  ['awaiting-approval', '2.5'],
  ['api-error', '2.5'],
])('what stops an item as %s is rule %s', (reason, rule) => {
  expect(stopped(reason, 'Why.')).toEqual({ rule, text: 'Why.' });
});
