import { describe, expect, test } from '@jest/globals';
import { Members } from '../../shared/door/members.js';
import { readDay } from '../../shared/door/days.js';
import { readMonths } from '../../shared/door/periods.js';

/** Every value that is there and not understood is a finding; only what is absent is "no value". */

const WHERE = { vendor: 'Cloudmore', path: 'pricelist', record: 'price list item 3' };
const members = (record: unknown): Members => new Members(record, WHERE);

describe('a member of a record', () => {
  test.each([undefined, null, '', '  '])('that is %p has no value, which is not a mistake', (value) => {
    const record = members({ a: value });
    expect([
      record.text('a'),
      record.amount('a'),
      record.day('a'),
      record.flag('a'),
      record.months('a'),
      record.list('a'),
    ]).toEqual([null, null, null, null, null, null]);
    expect(record.findings).toEqual([]);
  });

  test('names vendor, path, record, member and value of a misfit', () => {
    const record = members({ startDate: '10/01/2025 00:00:00' });
    expect(record.day('startDate')).toBeNull();
    expect(record.findings).toEqual([
      { ...WHERE, member: 'startDate', value: '10/01/2025 00:00:00', problem: 'expected a date such as 2025-10-31' },
    ]);
  });

  test('that is needed and absent is a finding too, once', () => {
    const record = members({ cost: 'twelve' });
    expect([record.neededAmount('cost'), record.neededAmount('sales')]).toEqual(['0', '0']);
    expect(record.findings.map(({ member, value }) => [member, value])).toEqual([
      ['cost', 'twelve'],
      ['sales', null],
    ]);
  });

  test('is found in any case', () => {
    expect(members({ SalesPrice: 12 }).amount('salesPrice')).toBe('12');
  });

  test.each([
    [12, '12'],
    ['0012.50', '12.5'],
    ['+3', '3'],
    [-0.005, '-0.005'],
    [1e-7, '0.0000001'],
    [999_999_999_999.99, '999999999999.99'],
  ])('with the amount %p is read digit by digit', (value, amount) => {
    expect(members({ value }).amount('value')).toBe(amount);
  });

  test.each([
    1e13,
    '1e400',
    '1e1000000',
    '9'.repeat(100_000),
    'NaN',
    'Infinity',
    '0x10',
    '1.200,50',
    '12,5',
    '€ 12',
    {},
    [],
    true,
  ])('with the amount %p is a finding', (value) => {
    const record = members({ value });
    expect(record.amount('value')).toBeNull();
    expect(record.findings).toHaveLength(1);
    expect(record.findings[0]!.value!.length).toBeLessThanOrEqual(80);
  });

  test.each([1e21, '12345678901', 0.1234567])('with the quantity %p is a finding', (value) => {
    const record = members({ value });
    expect([record.quantity('value'), record.findings.length]).toEqual([null, 1]);
  });

  test.each([
    ['true', true],
    ['False', false],
    [0, false],
    [true, true],
  ])('with the flag %p is read', (value, flag) => {
    expect(members({ value }).flag('value')).toBe(flag);
  });

  test.each(['maybe', 2, {}])('with the flag %p is a finding', (value) => {
    const record = members({ value });
    expect([record.flag('value'), record.findings.length]).toEqual([null, 1]);
  });

  test.each(['a/b', '..', '../x', 'x'.repeat(101), 'a\ud800', 'a\nb', '\u202etxt'])(
    'with %p as the id of an organization is a finding',
    (id) => {
      const record = members({ id });
      expect([record.organizationId('id'), record.findings.length]).toEqual([null, 1]);
    },
  );

  test.each(['76f89d5d-1111-2222-3333-444455556666', 'contoso', '{76F89D5D}', '4711', 'Zürich AG'])(
    'with %p as the id of an organization is read',
    (id) => {
      expect(members({ id }).organizationId('id')).toBe(id);
    },
  );

  test('keeps a text as it came, and refuses an endless one', () => {
    expect(members({ name: 'Zu\u0308rich\u00a0AG' }).text('name')).toBe('Zu\u0308rich\u00a0AG');
    const record = members({ name: 'x'.repeat(10_001) });
    expect([record.text('name'), record.findings.length]).toEqual([null, 1]);
  });

  test.each([null, 'text', 7, []])('skips the members of a record that is %p', (record) => {
    expect(members(record).findings).toMatchObject([{ member: null, problem: 'is not a record' }]);
  });
});

describe('a date', () => {
  test.each([
    ['2025-10-31', '2025-10-31'],
    ['2025-10-31T23:59:59.999+02:00', '2025-10-31'],
    ['2025-10-31 00:00', '2025-10-31'],
    ['2025/10/31', '2025-10-31'],
    ['20251031', '2025-10-31'],
    ['/Date(1761868800000)/', '2025-10-31'],
    ['/Date(1761861600000+0200)/', '2025-10-31'],
    ['31 Oct 2025', '2025-10-31'],
    ['31-OCT-2025', '2025-10-31'],
    ['October 31, 2025', '2025-10-31'],
    ['Fri, 31 Oct 2025 00:00:00 GMT', '2025-10-31'],
  ])('%p is read', (text, day) => {
    expect(readDay(text)).toBe(day);
  });

  test.each([
    '10/01/2025',
    '31.10.2025',
    '2025-02-30',
    '2025-13-01',
    '0001-01-01T00:00:00',
    '9999-12-31',
    1761868800000,
    'soon',
    '2025-10-31junk',
    {},
  ])('%p can be misread, and is not read', (value) => {
    expect(readDay(value)).toBeNull();
  });
});

describe('a payment frequency', () => {
  test.each([
    [1, 1],
    ['12', 12],
    ['P1Y', 12],
    ['P3Y', 36],
    ['P1M', 1],
    ['Monthly', 1],
    ['annual', 12],
    ['Every year', 12],
    ['Triennial', 36],
    ['3 years', 36],
    ['One-Year', 12],
  ])('%p is read as %p months', (value, months) => {
    expect(readMonths(value)).toBe(months);
  });

  test.each(['sometimes', 'P1W', 'biannual', '1e3', 1.5, {}])('%p is not read', (value) => {
    expect(readMonths(value)).toBeNull();
  });
});
