import type { Big } from 'big.js';
import { plain, rounded, sumOf, ZERO } from './amounts.js';
import { instantOf } from './calendar.js';
import { SERVICES } from './catalogue.js';
import { isMetered, type Charge } from './charge.js';
import type { OrganizationDetail } from './organization.js';

/** Charges as Cloudmore reports them: organization > service > subscription > line, with totals on every level (`docs/vendors/cloudmore.md` 3.6). */

export interface Totals {
  lines: number;
  cost: Big;
  sales: Big;
}

export const NO_TOTALS: Totals = { lines: 0, cost: ZERO, sales: ZERO };

export const totalsOf = (charges: readonly Charge[]): Totals => ({
  lines: charges.length,
  cost: sumOf(charges, ({ cost }) => cost),
  sales: sumOf(charges, ({ sales }) => sales),
});

export const addTotals = (a: Totals, b: Totals): Totals => ({
  lines: a.lines + b.lines,
  cost: a.cost.plus(b.cost),
  sales: a.sales.plus(b.sales),
});

/** Totals as every level of the report carries them. */
export const totalPrices = ({ cost, sales }: Totals): object => ({ totalCostPrice: plain(cost), totalSalesPrice: plain(sales) });

export function reportOrganization(
  { id, name, customerNumber }: OrganizationDetail,
  charges: Charge[],
  currencyCode: string,
): object {
  return {
    organizationId: id,
    organizationName: name,
    customerNumber,
    currencyCode,
    ...totalPrices(totalsOf(charges)),
    services: [...grouped(charges, ({ service }) => service)].map(([service, bought]) => ({
      serviceId: SERVICES[service].id,
      serviceName: SERVICES[service].name,
      ...totalPrices(totalsOf(bought)),
      items: subscriptionsOf(bought).map(reportItem),
    })),
  };
}

/** Charges by subscription; what has no subscription id goes by its name. */
export const subscriptionsOf = (charges: Charge[]): Charge[][] => [
  ...grouped(charges, ({ subscriptionId, subscriptionName }) => subscriptionId ?? subscriptionName).values(),
];

function grouped<T, Key>(values: T[], keyOf: (value: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group) group.push(value);
    else groups.set(keyOf(value), [value]);
  }
  return groups;
}

function reportItem(charges: Charge[]): object {
  const [first] = charges;
  return {
    subscriptionId: first?.subscriptionId ?? null,
    subscriptionName: first?.subscriptionName,
    purchaseOrderNumber: first?.purchaseOrderNumber,
    quantity: highestQuantity(charges),
    ...totalPrices(totalsOf(charges)),
    products: charges.map(reportLine),
  };
}

/** The greatest number of seats that was charged, not their sum (`docs/vendors/cloudmore.md` 5.2); 1 for usage, where a quantity has no meaning. */
function highestQuantity(charges: Charge[]): number {
  if (charges.some(isMetered)) return 1;
  return Math.max(0, ...charges.filter(({ sales }) => sales.gte(0)).map(({ quantity }) => quantity));
}

const reportLine = (charge: Charge): object => ({
  productId: charge.productId,
  productName: charge.productName,
  itemCode: charge.itemCode,
  recordType: charge.recordType,
  chargeType: charge.chargeType,
  quantity: charge.quantity,
  costPrice: plain(charge.unitCost),
  salesPrice: plain(charge.unitSales),
  totalCostPrice: plain(charge.cost),
  totalSalesPrice: plain(charge.sales),
  startDate: instantOf(charge.start),
  endDate: instantOf(charge.end),
  paymentFrequency: charge.paymentFrequency,
});

/**
 * What the same charges become when a sales price is corrected afterwards: Cloudmore computes sales totals with today's prices, so that past reports
 * change (`docs/vendors/cloudmore.md` 5.2). The cost stays; it is Microsoft's.
 */
export function corrected(charge: Charge): Charge {
  const unitSales = isMetered(charge) ? charge.unitSales : rounded(charge.unitSales.times('1.04'));
  const sales = isMetered(charge) ? rounded(charge.sales.times('1.04')) : unitSales.times(charge.quantity);
  return { ...charge, unitSales, sales };
}
