import { describe, expect, test } from '@jest/globals';
import { invoiceLines } from '../../shared/billing/results/invoice.js';
import { chargesOf, inUseFirst } from '../../shared/billing/amounts/standing.js';
import { books, charge, line, MONTH, plan, running, type Situation } from './builders.js';
import { edited, KEY } from './examples/row-and-charge.js';

/** Which charges are an item's, and in which order; what the customer's invoice reads. */

const [OWN, EARLIER, OTHER] = ['1', '2', '3'].map((digit) => `CM-${MONTH}-${digit.repeat(20)}`) as [string, string, string];
const fold = (keys: string[]): string[] => keys.map((key) => key.toLowerCase());

describe('the charges of an item', () => {
  const all = books({
    charges: [
      charge({ id: 1, key: `${EARLIER}-2` }),
      charge({ id: 2, key: EARLIER }),
      charge({ id: 3, key: `${OWN}-10` }),
      charge({ id: 5, key: `${OWN}-2` }),
      charge({ id: 4, key: `${OWN}-2` }),
      charge({ id: 6, key: OTHER }),
      charge({ id: 7, key: 'PO 4711' }),
      charge({ id: 8, key: OWN, contractId: 101 }),
      charge({ id: 9, key: OWN.toLowerCase() }),
    ],
  });
  const idsOf = (...keys: string[]): number[] => chargesOf(all, 100, fold(keys)).map(({ id }) => id);

  test('charges come in order of keys, numbers and ids', () => {
    expect(idsOf(OWN, EARLIER)).toEqual([9, 4, 5, 3, 2, 1]);
    expect(idsOf(EARLIER, OWN)).toEqual([2, 1, 9, 4, 5, 3]);
    expect([idsOf(OTHER), idsOf()]).toEqual([[6], []]);
  });

  test('are looked for under the key in use first', () => {
    const none = `CM-${MONTH}-${'4'.repeat(20)}`;
    expect(inUseFirst(all, 100, fold([none, OTHER, OWN]))).toEqual(fold([OTHER, OWN, none]));
  });
});

// Licences are billed on services.
test("others' charges without a product key count for no licence", () => {
  const held = {
    ...running(),
    products: [{ id: 9, name: '', key: null, isActive: true }],
    charges: [charge({ key: '', productId: 9, price: '50' })],
  };
  const [item] = plan({ books: held }).items;
  expect(item).toMatchObject({ outcome: 'posted', standing: { before: { sales: '120.00' }, after: { sales: '120.00' } } });
});

test('the invoice reads what a new contract service is given to read', () => {
  const texts = (contractInvoiceDescription: string): string[] =>
    invoiceLines(plan({ settings: { contractInvoiceDescription } })).map(({ text }) => text);
  expect(texts('{product} for {subscription}')).toEqual(['Business Premium for Premium for everybody']);
  expect(texts('{product}')).toEqual(['Business Premium']);
});

describe('a line of the invoice says what stands now', () => {
  const before = (situation: Situation): (string | null)[] => invoiceLines(plan(situation)).map((one) => one.before);
  const units = (count: number, price: string): Situation => ({
    books: edited(running(), MONTH, { units: count, price, cost: '0' }),
  });
  const charged = (price: string): Situation => ({ books: { ...running(), charges: [charge({ key: KEY, price })] } });

  test.each<[string, (string | null)[], (string | null)[]]>([
    ['nothing, where nothing stands', before({}), [null]],
    ['the row', before(units(10, '60')), ['60.00', null]],
    ['a row of units without a price', before(units(10, '0')), ['0.00', null]],
    ['a row of money without units', before(units(0, '5')), ['5.00', null]],
    [
      'a charge, and the row next to it',
      before({ ...charged('3'), report: { lines: [line({ sales: '125.00' })] } }),
      ['120.00', '3.00'],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
