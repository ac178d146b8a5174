import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildItems, indexPrices, itemsOfPart } from '../../shared/billing/report/items.js';
import type { Line } from '../../shared/billing/types.js';
import { CODE, line, manualLine, subscription } from '../billing/builders.js';

/** Breakers compare with a part of last month: its items are cut from those of the whole, and must be what the part alone makes. */

const anyLine = fc.record({
  make: fc.constantFrom(line, manualLine),
  subscriptionId: fc.constantFrom('sub-a', 'sub-b', 'SUB-A', null),
  itemCode: fc.constantFrom(CODE, 'OTHER:0001:P1M', null),
  productName: fc.constantFrom('Business Premium', 'Power BI Pro'),
  recordType: fc.constantFrom('Csp365Nce', 'Perpetual', 'AzurePlan', 'Marketplace', null),
  currency: fc.constantFrom('EUR', 'USD'),
  billingDate: fc.constantFrom('2025-10-01', '2025-10-08', '2025-10-20'),
  sales: fc.constantFrom('10.00', '-3.50', '0.00'),
  quantity: fc.constantFrom('1', '-1', '2'),
});

const lineOf = ({ make, ...values }: ReturnType<typeof anyLine.generate>['value']): Line => make(values);

test('a part’s items equal those cut from the whole', () => {
  const context = {
    prices: indexPrices([]),
    subscriptions: [subscription({ id: 'sub-a' }), subscription({ id: 'sub-b' })],
    excludedServices: new Set<string>(),
  };
  fc.assert(
    fc.property(fc.array(fc.tuple(anyLine, fc.boolean()), { maxLength: 8 }), (drawn) => {
      const lines = drawn.map(([values]) => lineOf(values));
      const part = lines.filter((_, index) => drawn[index]![1]);
      expect(itemsOfPart(buildItems(lines, context), part, context)).toEqual(buildItems(part, context));
    }),
    { numRuns: 2_000 },
  );
});
