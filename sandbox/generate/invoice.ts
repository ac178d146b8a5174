import { plain } from './amounts.js';
import { instantOf } from './calendar.js';
import type { Charge } from './charge.js';
import type { OrganizationDetail } from './organization.js';

/** The same charges as lines of Microsoft's invoice (`docs/vendors/cloudmore.md` 3.7 and 4): the columns that somebody reconciles with. */
export function invoiceLines(charges: Charge[], organization: OrganizationDetail | null, invoiceNumber: string): object[] {
  return charges.flatMap((charge) => invoiceLine(charge, organization, invoiceNumber) ?? []);
}

function invoiceLine(charge: Charge, organization: OrganizationDetail | null, invoiceNumber: string): object | null {
  const { invoice } = charge;
  if (invoice === null) return null;
  return {
    customerName: organization?.name ?? 'Unlinked tenant',
    invoiceNumber,
    orderDate: instantOf(invoice.orderDate),
    productId: charge.productId,
    productName: charge.productName,
    chargeType: charge.chargeType,
    unitPrice: plain(invoice.unitPrice),
    effectiveUnitPrice: plain(invoice.effectiveUnitPrice),
    quantity: Math.abs(charge.quantity),
    billableQuantity: charge.quantity,
    subtotal: plain(charge.cost),
    taxTotal: 0,
    total: plain(charge.cost),
    currency: 'EUR',
    pricingCurrency: invoice.pricingCurrency,
    pcToBCExchangeRate: invoice.exchangeRate === 1 ? 1 : plain(invoice.exchangeRate),
    publisherName: invoice.publisherName,
    subscriptionDescription: invoice.subscriptionDescription,
    subscriptionId: charge.subscriptionId ?? '',
    chargeStartDate: instantOf(charge.start),
    chargeEndDate: instantOf(charge.end),
    termAndBillingCycle: invoice.termAndBillingCycle,
    billingFrequency: charge.paymentFrequency ?? '',
    referenceId: invoice.referenceId,
    organizationId: organization?.id ?? null,
    organizationName: organization?.name ?? null,
    recordType: charge.recordType,
    itemCode: charge.itemCode,
    totalCostPrice: plain(charge.cost),
    totalSalesPrice: plain(charge.sales),
  };
}
