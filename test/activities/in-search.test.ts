import { expect, test } from '@jest/globals';
import { inSearch } from '../../activities/finish/in-search.js';
import type { Outcome } from '../../shared/billing/results/results.js';

const item = (sales: string, more: object = {}): object => ({ sales, currency: 'EUR', outcome: 'posted', reason: null, ...more });
const shownFor = (items: object[], organizationName = 'Contoso'): object =>
  inSearch({ organizationName, items } as unknown as Outcome);

test('the list shows the size of an amount, never the amount', () => {
  const sizes = ['0', '99.99', '-100.00', '1000', '99999.99', '100000'].map((sales) => shownFor([item(sales)]));
  expect(sizes.map((one) => (one as { amount: string }).amount)).toEqual([
    'under 100 EUR',
    'under 100 EUR',
    '100 to 1,000 EUR',
    '1,000 to 10,000 EUR',
    '10,000 to 100,000 EUR',
    'over 100,000 EUR',
  ]);
  expect(shownFor([item('50'), item('60'), item('7', { currency: 'usd' }), item('1000', { outcome: 'excluded' })])).toMatchObject(
    {
      amount: '100 to 1,000 EUR, under 100 USD',
    },
  );
});

test('a name fits the store on one line; waits appear once', () => {
  const held = { outcome: 'held', reason: 'company-inactive' };
  const shown = shownFor(
    [item('1', held), item('2', held), item('3', { ...held, reason: 'breaker-item' })],
    `A\n${'x'.repeat(400)}`,
  );
  const { customer, reason } = shown as { customer: string; reason: string };
  expect(customer.length).toBeLessThanOrEqual(200);
  expect(customer).not.toContain('\n');
  expect(reason).toBe("company inactive, item's breaker");
});
