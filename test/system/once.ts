import { expect } from '@jest/globals';
import { big } from '../../shared/billing/basics/decimal.js';
import type { SandboxState } from './system.js';

/** What Autotask holds, read from its tables alone. */

/** Everything the month makes, once: no key, name or date twice. */
export function expectEverythingOnce({ autotask }: SandboxState): void {
  const once = (values: unknown[]): void => expect([...values].sort()).toEqual([...new Set(values)].sort());
  once(
    autotask.services.filter(({ invoiceDescription }) => invoiceDescription).map(({ invoiceDescription }) => invoiceDescription),
  );
  once(autotask.products.map(({ externalProductID }) => externalProductID).filter(Boolean));
  once(autotask.contracts.map(({ contractNumber }) => contractNumber).filter(Boolean));
  once(autotask.charges.map(({ internalPurchaseOrderNumber }) => internalPurchaseOrderNumber));
  once(
    autotask.adjustments.map(({ contractServiceID, effectiveDate }) => `${String(contractServiceID)} ${String(effectiveDate)}`),
  );
}

/** Sales that stand in Autotask for a month on contracts of ours: their rows, and the charges bought in it. */
export function salesOf({ autotask }: SandboxState, month: string): string {
  const ours = new Set(autotask.contracts.filter(carriesSubscription).map(({ id }) => id));
  const isOf = (contractId: unknown, day: unknown): boolean => ours.has(contractId) && String(day).startsWith(month);
  const rows = autotask.unitRows.filter(({ contractID, startDate }) => isOf(contractID, startDate));
  const charges = autotask.charges.filter(({ contractID, datePurchased }) => isOf(contractID, datePurchased));
  return [
    ...rows.map(({ price }) => big(String(price))),
    ...charges.map(({ unitPrice, unitQuantity }) => big(String(unitPrice)).times(String(unitQuantity))),
  ]
    .reduce((total, amount) => total.plus(amount), big(0))
    .toFixed(2);
}

const carriesSubscription = ({ userDefinedFields }: Record<string, unknown>): boolean =>
  (userDefinedFields as { name: string; value: unknown }[] | undefined)?.some(
    ({ name, value }) => name === 'Subscription ID' && value !== null && value !== '',
  ) ?? false;
