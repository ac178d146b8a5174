import type { Exact } from './exact.js';
import { amount, dayOf, flag, lowered, momentOf, needed, number, readable, text, type Fields } from './fields.js';

/** Billing items and invoices as Autotask gives them (`docs/vendors/autotask.md` 7). */

export interface Item {
  id: number;
  contractId: number | null;
  serviceId: number | null;
  rowId: number | null;
  chargeId: number | null;
  adjustmentId: number | null;
  invoiceId: number | null;
  companyId: number;
  day: string;
  /** When somebody approved and posted it, in milliseconds; null where it does not say. */
  postedAt: number | null;
  sales: Exact;
}

export interface Invoice {
  id: number;
  companyId: number;
  number: string;
  isVoid: boolean;
  /** Days it covers; null where it does not say. */
  from: string | null;
  to: string | null;
  /** In milliseconds; null where it does not say. */
  madeAt: number | null;
}

/** A link to nothing is 0, null or absent (`docs/vendors/autotask.md` 7.1). */
const link = (record: Fields, field: string): number | null =>
  record[field] === undefined || record[field] === null ? null : number(record, field) || null;

/** Null where the field says nothing. */
const orNone =
  <T>(read: (record: Fields, field: string) => T) =>
  (record: Fields, field: string): T | null =>
    text(record, field) === '' ? null : read(record, field);
const dayOrNone = orNone(dayOf);
const momentOrNone = orNone(momentOf);

export const itemsOf = (records: unknown[], unread: string[]): Item[] =>
  readable(records, 'BillingItems', unread, (item) => [
    {
      id: number(item, 'id'),
      contractId: link(item, 'contractid'),
      serviceId: link(item, 'serviceid'),
      rowId: link(item, 'contractserviceperiodid'),
      chargeId: link(item, 'contractchargeid'),
      adjustmentId: link(item, 'contractserviceadjustmentid'),
      invoiceId: link(item, 'invoiceid'),
      companyId: number(item, 'companyid'),
      day: dayOf(item, 'itemdate'),
      postedAt: momentOrNone(item, 'posteddate'),
      sales: flag(item, 'nonbillable') ? 0n : amount(needed(item, 'extendedprice'), 'extendedprice'),
    },
  ]);

export const invoicesOf = (records: unknown[], unread: string[]): Invoice[] =>
  readable(records, 'Invoices', unread, (invoice) => [
    {
      id: number(invoice, 'id'),
      companyId: number(invoice, 'companyid'),
      number: text(invoice, 'invoicenumber'),
      isVoid: flag(invoice, 'isvoided'),
      from: dayOrNone(invoice, 'fromdate'),
      to: dayOrNone(invoice, 'todate'),
      madeAt: momentOrNone(invoice, 'createdatetime'),
    },
  ]);

/** Reports invoices that items are on and that did not come: whether they were voided is not known. */
export function requireInvoices(items: Item[], records: unknown[], unread: string[]): void {
  const came = new Set(records.map((record) => Number(lowered(record).id)));
  const missing = new Set(items.flatMap(({ invoiceId }) => (invoiceId === null || came.has(invoiceId) ? [] : [invoiceId])));
  for (const id of missing)
    unread.push(
      `Autotask, Invoices, ${id}: billing items are on it, and Autotask does not show it, so it is not known whether it was voided. The month is not certified.`,
    );
}
