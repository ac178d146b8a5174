/** Invoicing, which happens in the UI only (`docs/vendors/autotask.md` 7.2). */
import type { Day } from '../days.js';
import type { BillingItem } from '../entities/billing.js';
import { sum } from '../money.js';
import { nowIso, type Tenant } from '../tenant.js';
import { ControlError } from '../../control-error.js';

/** Makes an invoice of a company's items that are on none yet. */
export function makeInvoice(tenant: Tenant, companyID: number, through: Day): { invoiceID: number; billingItems: number } {
  const { billingItems, companies, invoices } = tenant.tables;
  if (!companies.get(companyID)) throw new ControlError(404, `There is no company ${companyID}.`);
  const items = billingItems.where('companyID', companyID).filter((item) => isOpen(item) && (item.itemDate ?? '') <= through);
  if (items.length === 0) throw new ControlError(409, `The company ${companyID} has no posted items through ${through}.`);
  const draft = invoices.add(
    invoices.draft({
      companyID,
      createDateTime: nowIso(tenant),
      invoiceDateTime: nowIso(tenant),
      fromDate: items.map(({ itemDate }) => itemDate ?? through).sort()[0] ?? through,
      toDate: through,
      invoiceTotal: sum(items.map(({ totalAmount }) => totalAmount ?? 0)),
      totalTaxValue: 0,
      isVoided: false,
    }),
  );
  invoices.update(draft.id, { invoiceNumber: String(draft.id) });
  for (const { id } of items) billingItems.update(id, { invoiceID: draft.id });
  return { invoiceID: draft.id, billingItems: items.length };
}

const isOpen = ({ invoiceID }: BillingItem): boolean => (invoiceID ?? 0) === 0;

/** Voids an invoice; its items are free for another one. */
export function voidInvoice(tenant: Tenant, invoiceID: number): void {
  const { billingItems, invoices } = tenant.tables;
  if (!invoices.get(invoiceID)) throw new ControlError(404, `There is no invoice ${invoiceID}.`);
  invoices.update(invoiceID, { isVoided: true, voidedDate: nowIso(tenant) });
  for (const { id } of billingItems.where('invoiceID', invoiceID)) billingItems.update(id, { invoiceID: null });
}
