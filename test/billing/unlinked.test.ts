import { expect, test } from '@jest/globals';
import { unlinkedOf, unlinkedSum, unlinkedText } from '../../shared/billing/report/unlinked.js';

/** Rule 3.1: customers that have lines and no company. */

const amount = (
  organizationId: string,
  sales: string,
  currency = 'EUR',
  lines = 1,
): Parameters<typeof unlinkedOf>[0][number] => ({
  organizationId,
  organizationName: `Customer ${organizationId}`,
  currency,
  sales,
  lines,
});

// The largest first, a credit by its size.
test('amounts come by size, currency and name', () => {
  const found = unlinkedOf([
    amount('z', '0'),
    amount('b', '10'),
    amount('a', '10.00'),
    amount('c', '-500'),
    amount('d', '7', 'eur', 2),
    amount('D', '80', 'EUR', 3),
    amount('a', '20', 'usd'),
  ]);
  expect(found).toEqual([
    { organizationId: 'c', organizationName: 'Customer c', currency: 'EUR', lines: 1, sales: '-500.00' },
    { organizationId: 'd', organizationName: 'Customer d', currency: 'EUR', lines: 5, sales: '87.00' },
    { organizationId: 'a', organizationName: 'Customer a', currency: 'USD', lines: 1, sales: '20.00' },
    { organizationId: 'a', organizationName: 'Customer a', currency: 'EUR', lines: 1, sales: '10.00' },
    { organizationId: 'b', organizationName: 'Customer b', currency: 'EUR', lines: 1, sales: '10.00' },
    { organizationId: 'z', organizationName: 'Customer z', currency: 'EUR', lines: 1, sales: '0.00' },
  ]);
});

test('amounts are reported up to a number, with sums per currency', () => {
  const found = unlinkedOf([amount('a', '30'), amount('b', '20', 'USD'), amount('c', '10')]);
  expect(unlinkedText(found, 2)).toBe('Customer a 30.00 EUR, Customer b 20.00 USD and 1 more');
  expect(unlinkedText(found, 3)).toBe('Customer a 30.00 EUR, Customer b 20.00 USD, Customer c 10.00 EUR');
  expect(unlinkedSum(found)).toBe('40.00 EUR + 20.00 USD');
  expect(unlinkedSum([])).toBe('');
});
