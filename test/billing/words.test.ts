import { describe, expect, test } from '@jest/globals';
import { isBreaker } from '../../shared/billing/plan/breakers.js';
import { numberedChargeKey, parseChargeKey } from '../../shared/billing/basics/keys.js';
import { rowKeyOf } from '../../shared/billing/basics/step-kinds.js';
import { amountsTable } from '../../shared/billing/basics/markdown.js';
import { addDays, addMonths, daysCovered, isDay, isMonth, lastDay, monthsBetween } from '../../shared/billing/basics/month.js';
import { classify, isKnownChargeType } from '../../shared/billing/report/record-type.js';
import { byText, cut, fold, groupBy, isGuid, present, same } from '../../shared/billing/basics/text.js';
import type { Line } from '../../shared/billing/types.js';
import { line } from './builders.js';

/** The small words of the rules: days, texts, keys, kinds of lines. */

describe('the calendar', () => {
  test.each([
    ['2025-10', 3, '2026-01'],
    ['2025-10', -10, '2024-12'],
    ['2025-12', 1, '2026-01'],
    ['2025-01', -1, '2024-12'],
    ['2025-06', 0, '2025-06'],
    ['0999-12', 1, '1000-01'],
    ['0099-12', -12, '0098-12'],
  ])('%s and %i months is %s', (month, count, later) => {
    expect([addMonths(month, count), monthsBetween(month, later)]).toEqual([later, count]);
  });

  test.each([
    ['2024-02', '2024-02-29'],
    ['2025-02', '2025-02-28'],
    ['2025-12', '2025-12-31'],
  ])('%s ends on %s', (month, day) => expect(lastDay(month)).toBe(day));

  test.each([
    ['2025-10-31', 1, '2025-11-01'],
    ['2025-01-01', -1, '2024-12-31'],
    ['2024-02-28', 1, '2024-02-29'],
  ])('%s and %i days is %s', (day, count, later) => expect(addDays(day, count)).toBe(later));

  test('a term counts both ends, and no change of clocks', () => {
    expect(daysCovered('2025-10-01', '2025-10-01')).toBe(1);
    expect(daysCovered('2025-10-01', '2025-11-14')).toBe(45);
  });

  test.each(['2025-00', '2025-13', '2025-1', '2025-10-01', 'x2025-10', '2025-10x', '20251-0', '12025-10', ''])(
    '%j is not a month',
    (text) => expect(isMonth(text)).toBe(false),
  );
  test.each(['2025-01', '2025-09', '2025-10', '2025-12'])('%s is a month', (text) => expect(isMonth(text)).toBe(true));

  test.each([
    '2025-02-29',
    '2025-02-30',
    '2025-13-01',
    '2025-00-10',
    '2025-1-01',
    'x2025-01-01',
    '2025-01-01T00',
    '+012025-10',
    '20250101',
    '',
  ])('%j is not a day', (text) => expect(isDay(text)).toBe(false));
  test.each(['2024-02-29', '2025-12-31'])('%s is a day', (text) => expect(isDay(text)).toBe(true));
});

describe('texts', () => {
  test('are the same in any case and between any blanks', () => {
    expect(fold('  Straße ID ')).toBe('straße id');
    expect([same(' A', 'a '), same(null, ''), same(undefined, ' '), same('a', 'b'), same(null, 'a')]).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('that are blank are none', () => {
    expect([present('  '), present(null), present(undefined), present(' a b ')]).toEqual([null, null, null, 'a b']);
  });

  test('are cut to a length, never through a character', () => {
    expect([cut('abcd', 4), cut('abcde', 4), cut('abc😀', 4), cut('ab😀', 4), cut('a😀bc', 2)]).toEqual([
      'abcd',
      'abcd',
      'abc',
      'ab😀',
      'ab',
    ]);
  });

  test('are ordered by code units', () => {
    expect(['b', 'ä', 'a', 'B', 'a'].sort(byText)).toEqual(['B', 'a', 'a', 'b', 'ä']);
    expect([byText('a', 'b'), byText('b', 'a'), byText('a', 'a')]).toEqual([-1, 1, 0]);
  });

  const GUID = '91fd106f-4b2c-4938-95ac-f54f74e9a239';
  test.each([GUID, ` ${GUID.toUpperCase()} `])('%j is a GUID', (text) => expect(isGuid(text)).toBe(true));
  test.each([
    `${GUID}0`,
    `0${GUID}`,
    GUID.slice(1),
    GUID.replace('4b2c', '4b2'),
    GUID.replaceAll('-', ''),
    GUID.replace('f', 'g'),
  ])('%j is none', (text) => expect(isGuid(text)).toBe(false));

  test('fall into groups in the order of their first', () => {
    expect([...groupBy(['b1', 'a1', 'b2'], (text) => text[0])]).toEqual([
      ['b', ['b1', 'b2']],
      ['a', ['a1']],
    ]);
  });
});

describe('charge keys (7.7)', () => {
  const HASH = '67ef780e827fa543a961';
  const base = `cm-2025-10-${HASH}`;
  test.each([
    [`CM-2025-10-${HASH}`, { month: '2025-10', base, number: 1 }],
    [` cm-2025-10-${HASH.toUpperCase()} `, { month: '2025-10', base, number: 1 }],
    [`CM-2025-10-${HASH}-2`, { month: '2025-10', base, number: 2 }],
    [`CM-2025-10-${HASH}-12`, { month: '2025-10', base, number: 12 }],
    [`CM-2025-10-${HASH}-4-5`, { month: '2025-10', base, number: 4 }],
    [`CM-2025-10-${HASH}, PO 4711`, { month: '2025-10', base, number: 1 }],
    [`CM-2025-10-${HASH}-`, { month: '2025-10', base, number: 1 }],
    [`CM-2025-10-${HASH}-2x`, { month: '2025-10', base, number: 1 }],
  ])('%j is one', (key, parts) => expect(parseChargeKey(key)).toEqual(parts));

  test.each([
    `XCM-2025-10-${HASH}`,
    `CM-2025-10-${HASH}0`,
    `CM-2025-10-${HASH}x`,
    `CM-2025-10-${HASH.slice(1)}`,
    `CM-25-10-${HASH}`,
    'PO 4711',
  ])('%j is none', (key) => expect(parseChargeKey(key)).toBeNull());

  test('the first has no number, a further one has', () => {
    expect([numberedChargeKey('CM', 1), numberedChargeKey('CM', 2)]).toEqual(['CM', 'CM-2']);
  });
});

test('a row is known by contract, service and month, in any case', () => {
  expect(rowKeyOf(' S-1', 'CFQ7', '2025-10')).toBe('s-1|cfq7|2025-10');
});

describe("just enough or too little shows a line's record type (2.1)", () => {
  const bare: Partial<Line> = { recordType: null, publisherName: null, productId: null, itemCode: null, chargeType: 'new' };
  const perpetual: Partial<Line> = { ...bare, productId: 'dg7gmgf0d5rk', paymentFrequency: 'One time', startDay: '2025-10-01' };
  const GUID = '91fd106f-4b2c-4938-95ac-f54f74e9a239';
  test.each<[string, Partial<Line>, string]>([
    ['a manual line of a custom service', { recordType: 'ManualBillingLine', isCustomService: true }, 'CustomService'],
    ['a licence of a custom service', { recordType: 'Csp365Nce', isCustomService: true }, 'Csp365Nce'],
    ['a blank publisher', { ...bare, publisherName: ' ', productId: 'cfq7ttc0x' }, 'Csp365Nce'],
    ['Microsoft by any other name', { ...bare, publisherName: 'microsoft Ireland', productId: 'cfq7ttc0x' }, 'Csp365Nce'],
    ['a publisher that only ends in Microsoft', { ...bare, publisherName: 'Not Microsoft' }, 'Marketplace'],
    ['a reservation by its SKU', { ...bare, productName: null, skuName: 'VM Reservation' }, 'ReservedInstance'],
    ['reserved, in any letters', { ...bare, productName: 'SQL RESERVED capacity' }, 'ReservedInstance'],
    ['an Azure plan that is more than that', { ...bare, productName: 'Azure plan 2', subscriptionId: null }, 'Unclassified'],
    ['a product id that only contains one of ours', { ...bare, productId: 'xCFQ7TTC0', subscriptionId: null }, 'Unclassified'],
    ['software without an end', { ...perpetual, endDay: null }, 'Perpetual'],
    ['software without a start', { ...perpetual, startDay: null, endDay: '2026-10-01' }, 'Perpetual'],
    ['software of two days', { ...perpetual, endDay: '2025-10-02' }, 'Subscription'],
    ['software of a day, paid monthly', { ...perpetual, endDay: '2025-10-01', paymentFrequency: 'Monthly' }, 'Subscription'],
    ['software of a day, nobody says how paid', { ...perpetual, endDay: '2025-10-01', paymentFrequency: null }, 'Subscription'],
    ['software paid one-time', { ...perpetual, endDay: '2025-10-01', paymentFrequency: ' One-Time ' }, 'Perpetual'],
    ['software paid not one time', { ...perpetual, endDay: '2025-10-01', paymentFrequency: 'not onetime' }, 'Subscription'],
    ['software paid one time only', { ...perpetual, endDay: '2025-10-01', paymentFrequency: 'onetime only' }, 'Subscription'],
    ['a legacy offer of another service', { ...bare, itemCode: GUID, serviceName: 'Dropbox' }, 'Unclassified'],
    ['an item code that is not a GUID', { ...bare, itemCode: 'SKU-1' }, 'Unclassified'],
    ['a charge type alone', { ...bare, chargeType: 'new' }, 'Unclassified'],
    ['a product id alone', { ...bare, chargeType: ' ', productId: 'P' }, 'Unclassified'],
    ['an item code alone', { ...bare, chargeType: null, itemCode: 'I' }, 'Unclassified'],
    ['no subscription alone', { ...bare, chargeType: null, subscriptionId: ' ' }, 'Unclassified'],
    ['a subscription alone', { ...bare, chargeType: ' ' }, 'ManualBillingLine'],
  ])('%s', (_, changes, type) => expect(classify(line(changes))).toBe(type));

  test.each(
    'Csp365Legacy Csp365Nce AzureClassic AzurePlan Marketplace ReservedInstance Perpetual Subscription CustomService ManualBillingLine'.split(
      ' ',
    ),
  )('the record type %s is known by its name', (type) =>
    expect(classify(line({ ...bare, productId: 'DG7GMGF0', recordType: ` ${type.toUpperCase()} ` }))).toBe(type),
  );

  test.each(
    'new renew cycleCharge cycleFee addQuantity removeQuantity cancelImmediate cancel convert customerCredit proRate cycleInstanceProrate other'.split(
      ' ',
    ),
  )('2.4 the charge type %s is known, in any letters', (type) => expect(isKnownChargeType(type.toUpperCase())).toBe(true));

  test('2.4 a missing charge type is nothing new, any other is', () => {
    expect([isKnownChargeType(null), isKnownChargeType(' '), isKnownChargeType('gift')]).toEqual([true, true, false]);
  });
});

test('the four sums stand in a table', () => {
  const sums = { lines: 2, cost: '1.00', sales: '2.00' };
  const table = amountsTable({ report: sums, posted: { ...sums, lines: 1 }, held: { ...sums, lines: 0 }, excluded: sums }).text;
  const cells = table.split('\n').map((row) => row.split('|').slice(1, -1));
  expect(cells.map((row) => row.map((cell) => cell.trim()))).toEqual([
    ['', 'lines', 'sales', 'cost'],
    ['---', '--:', '--:', '--:'],
    ['report', '2', '2.00', '1.00'],
    ['posted', '1', '2.00', '1.00'],
    ['held', '0', '2.00', '1.00'],
    ['excluded', '2', '2.00', '1.00'],
  ]);
  expect(cells[2]!.slice(1).every((cell) => cell.startsWith(' \u00a0\u00a0\u00a0\u00a0'))).toBe(true);
});

test.each([
  ['breaker-item', true],
  ['breaker-month', true],
  ['api-error', false],
  [null, false],
] as const)('%s is the reason of a breaker: %p', (reason, expected) => expect(isBreaker(reason)).toBe(expected));
