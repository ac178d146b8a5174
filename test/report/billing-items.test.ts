import { describe, expect, test } from '@jest/globals';
import { invoicesOf, itemsOf, requireInvoices } from '../../shared/close/billing-items.js';
import { exact } from '../../shared/close/exact.js';

/** Billing items and invoices whose values are not as Autotask documents them. */

const item = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  ...{ id: 7, companyID: 501, itemDate: '2025-10-01T00:00:00Z', invoiceID: 9, nonBillable: 0, extendedPrice: 120 },
  ...changes,
});
const invoice = (isVoided: unknown): Record<string, unknown> => ({ id: 9, companyID: 501, invoiceNumber: '9', isVoided });

describe('what customers were charged', () => {
  test.each([
    ['true', [true]],
    [1, [true]],
    ['False', [false]],
    [null, [false]],
    ['maybe', []],
    ['constructor', []],
    [undefined, []],
  ])('does not take a voided invoice (%p) for one in force', (isVoided, expected) => {
    const unread: string[] = [];
    expect(invoicesOf([invoice(isVoided)], unread).map(({ isVoid }) => isVoid)).toEqual(expected);
    expect(unread).toHaveLength(1 - expected.length);
  });

  test.each<[unknown, string[]]>([
    ['false', ['120']],
    ['1', ['0']],
    [null, ['120']],
    ['maybe', []],
  ])('counts an item only if billable: not billable is %p', (nonBillable, expected) => {
    const unread: string[] = [];
    expect(itemsOf([item({ nonBillable })], unread).map(({ sales }) => sales)).toEqual(expected.map(exact));
    expect(unread).toHaveLength(1 - expected.length);
  });

  test('does not count an item without a price as 0', () => {
    const unread: string[] = [];
    expect(itemsOf([item({ extendedPrice: undefined })], unread)).toEqual([]);
    expect(unread).toEqual(['Autotask, BillingItems, 7: extendedprice is not there. The month is not certified.']);
  });

  test('names an invoice that Autotask does not show', () => {
    const unread: string[] = [];
    const items = itemsOf([item(), item({ id: 8 }), item({ id: 10, invoiceID: 0 })], unread);
    requireInvoices(items, [invoice(false)], unread);
    expect(unread).toEqual([]);
    requireInvoices(items, [], unread);
    expect(unread).toEqual([expect.stringMatching(/^Autotask, Invoices, 9: .+ it is not known whether it was voided\./)]);
  });
});
