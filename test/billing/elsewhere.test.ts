import { describe, expect, test } from '@jest/globals';
import {
  elsewhereDoubt,
  isLookedAt,
  namesProduct,
  sameProduct,
  type Elsewhere,
} from '../../shared/billing/contracts/elsewhere.js';
import { indexNames, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import type { Item } from '../../shared/billing/plan-types.js';
import { CODE, MONTH, SUBSCRIPTION } from './builders.js';

/** Rule 6.7: which texts name the same product, and what is said about what others bill already. */

describe('texts of a service name the vendor’s product', () => {
  test.each<[string, string[], string, boolean]>([
    ['the whole code, in any case', ['other', ` ${CODE.toLowerCase()} `], CODE, true],
    ['a whole code of no known form', ['DG7-1'], 'dg7-1', true],
    ['product and SKU, with a colon', ['x', 'CFQ7TTC0LCHC:0002'], CODE, true],
    ['with a blank', ['cfq7ttc0lchc 0002'], CODE, true],
    ['with nothing between', ['CFQ7TTC0LCHC0002'], 'CFQ7TTC0LCHC0002-P1M', true],
    ['with more behind', ['CFQ7TTC0LCHC/0002-P1M'], CODE, true],
    ['not with something before', ['x-CFQ7TTC0LCHC:0002'], CODE, false],
    ['not another SKU', ['CFQ7TTC0LCHC:0003'], CODE, false],
    ['not the product alone', ['CFQ7TTC0LCHC'], CODE, false],
    ['not a code that ends alike', ['CFQ7TTC0LCHC:0002'], 'X-CFQ7TTC0LCHC:0002', false],
    ['not the beginning of a code of no known form', ['DG7-1-more'], 'DG7-1', false],
    ['not a product of eleven characters', ['CFQ7TTC0LCH0002'], 'CFQ7TTC0LCH-0002', false],
    ['nothing', [], CODE, false],
  ])('%s', (_, references, code, is) => {
    expect(namesProduct(references, code)).toBe(is);
  });

  test.each<[string[], string | null, number, string | null]>([
    [[CODE], CODE, 0, 'same identifier'],
    [[''], null, 88, 'names alike (88)'],
    [['undefined', 'null'], null, 87, null],
  ])('%j and %j, alike by %d of 100: %j', (references, code, score, why) => {
    expect(sameProduct(references, code, score)).toBe(why);
  });
});

const item = { itemCode: CODE, productName: 'Business Premium' } as Item;
type Row = Elsewhere['rows'][number];
const row = (changes: Partial<Row> = {}): Row => ({
  contract: { id: 900, companyId: 7, name: 'Licences', number: '2024-17', endDay: '2026-12-31' },
  serviceId: 90,
  serviceName: 'M365 licence',
  references: [CODE],
  amount: '120.5',
  alike: {},
  ...changes,
});
const doubt = (rows: Row[], unread: Elsewhere['unread'] = []): ReturnType<typeof elsewhereDoubt> =>
  elsewhereDoubt(item, {
    companyId: 7,
    month: MONTH,
    books: { elsewhere: { companies: [7], rows, unread } },
    names: indexNames({ ...NOTHING_NAMED, contracts: [[1, 'x', []]] }, 'default'),
    knownSubscriptions: new Set([SUBSCRIPTION]),
  });

describe('what others bill already', () => {
  test('is said with the contract, the amount, and how to end it', () => {
    expect(doubt([row()])).toEqual({
      reason: 'billed-elsewhere',
      message:
        'Contract 900 (Licences) already bills M365 licence with 120.50 in 2025-10: same identifier. End it in Autotask on 2025-09-30, set the units of this service there to 0 from 2025-10-01, or say why both are right.',
    });
  });

  test('a longer period is reported with when to end it', () => {
    expect(doubt([row({ covers: { from: '2025-07-01', to: '2025-12-31' } })])).toEqual({
      reason: 'billed-elsewhere',
      message:
        'Contract 900 (Licences) bills M365 licence in one amount from 2025-07-01 to 2025-12-31, of which 120.50 is for 2025-10: same identifier. End it in Autotask by 2025-12-31 and bill this one from then on, or say why both are right.',
    });
  });

  test('is the largest amount of several, also of what is given back', () => {
    const named = (serviceName: string, amount: string): Row => row({ serviceName, amount });
    expect(doubt([named('small', '5'), named('large', '-300'), named('middle', '20')])!.message).toContain(
      'bills large with -300.00',
    );
  });

  test('is what is alike by name, where no reference says', () => {
    const alike = row({ references: [], alike: { 'business premium': 90 } });
    expect(doubt([alike])!.message).toContain('in 2025-10: names alike (90).');
    expect(doubt([row({ references: [], alike: { other: 90 } })])).toBeNull();
  });

  const MESSAGE = 'Contract 900 cannot be read.';
  test.each<[string, Elsewhere['unread'], boolean]>([
    ['a contract of the company', [{ companyId: 7, keys: ['PO 1'], message: MESSAGE }], true],
    ['one without readable ids', [{ companyId: 7, keys: null, message: MESSAGE }], true],
    ['one of another company', [{ companyId: 8, keys: null, message: MESSAGE }], false],
    ['one with subscription and another number', [{ companyId: 7, keys: ['PO 1', SUBSCRIPTION], message: MESSAGE }], false],
  ])('may be in unreadable records: %s', (_, unread, isDoubt) => {
    expect(doubt([], unread)).toEqual(
      isDoubt ? { reason: 'unreadable', message: `${MESSAGE} It is not known whether it already bills Business Premium.` } : null,
    );
  });
});

test.each<[string, { elsewhere?: Elsewhere }, number | null, boolean]>([
  ['at its company', { elsewhere: { companies: [6, 7], rows: [], unread: [] } }, 7, true],
  ['at others alone', { elsewhere: { companies: [6], rows: [], unread: [] } }, 7, false],
  ['nowhere', {}, 7, false],
  ['nowhere, and there is no company', {}, null, true],
])('others’ contracts have been looked at %s', (_, held, companyId, is) => {
  expect(isLookedAt(held, companyId)).toBe(is);
});
