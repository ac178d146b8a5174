import { describe, expect, test } from '@jest/globals';
import { indexNames, type Named } from '../../shared/billing/report/named.js';
import {
  COULD_NOT_BE_READ,
  isUnread,
  shortUnread,
  UNREAD_LISTED,
  UNREAD_IN_RESULT,
  unreadList,
  unreadOfBooks,
  unreadOfReport,
  unreadRest,
  unreadSummary,
  unreadText,
  type Unread,
} from '../../shared/billing/results/unread.js';
import type { Books, Unreadable, UnreadableRecord } from '../../shared/billing/types.js';
import { contract, MONTH, row, running, SUBSCRIPTION } from './builders.js';
import { NAMED } from './ghost-context.js';

/** Rule 2.6 for a month as a whole: what came and could not be read, and whether the month is certified all the same. */

const finding = (changes: Partial<Unreadable> = {}): Unreadable => ({
  vendor: 'Autotask',
  path: 'ContractCharges',
  record: '4711',
  member: 'unitPrice',
  value: '"12,50"',
  problem: 'is not understood',
  ...changes,
});
const unread = (bearsOnMonth: boolean, changes: Partial<Unreadable> = {}): Unread => ({ ...finding(changes), bearsOnMonth });

describe('what of a month cannot be read', () => {
  test('of Cloudmore bears on it where it is an amount by itself', () => {
    const paths = ['MonthlyBillingPerOrganizationAsync', 'AzureOneTimeInvoice', 'AzureOneTimeInvoiceList', 'pricelist'];
    expect(unreadOfReport({ findings: paths.map((path) => finding({ path })) })).toEqual(
      paths.map((path, index) => unread(index < 3, { path })),
    );
    expect(unreadOfReport({})).toEqual([]);
  });

  const named: Named = {
    ...NAMED,
    subscriptions: [[SUBSCRIPTION, 'org-1', []]],
    contracts: [300, 1].map((id) => [id, 'billed-before', []]),
  };
  const record = (changes: Partial<UnreadableRecord>): UnreadableRecord => ({
    ...finding(),
    kind: 'row',
    id: 5,
    contractId: null,
    companyId: 7,
    keys: null,
    ...changes,
  });
  const bears = (changes: Partial<UnreadableRecord>, held: Books = running()): boolean =>
    unreadOfBooks({ ...held, unreadable: [record(changes)] }, indexNames(named, 'default'), MONTH)[0]!.bearsOnMonth;

  test.each<[string, Partial<UnreadableRecord>, boolean]>([
    ['a contract of which no id can be read', { kind: 'contract' }, true],
    ['a contract that carries a subscription', { kind: 'contract', keys: ['PO 1', SUBSCRIPTION] }, true],
    ['a contract of others', { kind: 'contract', keys: ['PO 1'] }, false],
    ['a contract we billed on, whatever it carries', { kind: 'contract', id: 300, keys: [] }, true],
    ['a contract without an id that carries nothing', { kind: 'contract', id: null, keys: [] }, false],
    ['a charge of which no key can be read', { kind: 'charge' }, true],
    ['a charge of ours of the month', { kind: 'charge', keys: ['PO 1', ` cm-${MONTH}-0000`] }, true],
    ['a charge of ours of another month', { kind: 'charge', keys: ['CM-2025-09-0000'] }, false],
    ['a charge of others', { kind: 'charge', keys: ['PO 1'] }, false],
    ['the service of a row of ours', { kind: 'service', id: 50 }, true],
    ['a service of unknown id', { kind: 'service', id: null }, true],
    ['a service of no row', { kind: 'service', id: 51 }, false],
    ['a row of nobody knows which contract', { contractId: null }, true],
    ['a row of a contract of ours', { contractId: 100 }, true],
    ['a row of a hidden contract we billed on', { contractId: 300 }, true],
    ['a row of another hidden contract', { contractId: 301 }, false],
    ['a product', { kind: 'product' }, false],
    ['a company', { kind: 'company', contractId: 100 }, false],
  ])('bears on it? %s', (_, changes, is) => {
    expect(bears(changes)).toBe(is);
  });

  test('of Autotask does not where it stands on contracts of others alone', () => {
    const theirs = { ...running(), contracts: [contract({ subscriptionId: null, number: 'PO 1' })] };
    expect([bears({ kind: 'service', id: 50 }, theirs), bears({ contractId: 100 }, theirs)]).toEqual([false, false]);
    expect(bears({ kind: 'service', id: 50 }, { ...running(), rows: [row({ contractId: 100, units: 0 })] })).toBe(false);
  });

  // Nothing of whose it may be is reported.
  test('what is unreadable is reported with where it was read', () => {
    const all = unreadOfBooks({ ...running(), unreadable: [record({ contractId: 100 })] }, indexNames(named, 'default'), MONTH);
    expect(all).toEqual([unread(true)]);
    expect(unreadOfBooks(running(), indexNames(named, 'default'), MONTH)).toEqual([]);
  });
});

describe('the list of it', () => {
  const many = (count: number, bearsOnMonth = false): Unread[] =>
    Array.from({ length: count }, (_, index) => unread(bearsOnMonth, { record: String(index) }));

  // There is none where all was read.
  test('the list has what bears on the month first', () => {
    expect(unreadList([])).toEqual({});
    expect(unreadList([unread(false), unread(true)])).toEqual({
      unread: { count: 2, bearing: 1, listed: [unread(true), unread(false)] },
    });
  });

  test('is cut, with the number of all', () => {
    const { unread: list } = unreadList(many(UNREAD_LISTED + 1));
    expect([list!.count, list!.listed.length, unreadRest(list!)]).toEqual([201, 200, ['… and 1 more.']]);
    expect(shortUnread(list!)).toEqual({ ...list, listed: list!.listed.slice(0, UNREAD_IN_RESULT) });
    expect(unreadRest(unreadList(many(2)).unread!)).toEqual([]);
  });

  test('what bears on the month keeps it from being certified', () => {
    expect([{}, unreadList(many(1)), unreadList(many(1, true))].map(isUnread)).toEqual([false, false, true]);
  });

  test.each<[number, number, string]>([
    [1, 0, '1 record could not be read; what needs it is held'],
    [2, 0, '2 records could not be read; what needs them is held'],
    [1, 1, '1 record could not be read; the month is not certified'],
    [3, 2, '3 records could not be read, 2 of them of the month; the month is not certified'],
  ])('of %d, %d of the month, is reported in a sentence', (count, bearing, words) => {
    expect(unreadSummary({ count, bearing, listed: [] })).toBe(words);
  });

  test('stands under one heading wherever it is told', () => {
    expect(COULD_NOT_BE_READ).toBe('Could not be read');
  });

  test.each<[Unread, string]>([
    [unread(true), 'Autotask, ContractCharges, 4711: unitPrice ("12,50"): is not understood. The month is not certified.'],
    [
      unread(false, { value: null, problem: 'is missing' }),
      'Autotask, ContractCharges, 4711: unitPrice: is missing. What needs it is held.',
    ],
    [
      unread(false, { member: null, value: null, problem: 'is not an object' }),
      'Autotask, ContractCharges, 4711: the record: is not an object. What needs it is held.',
    ],
  ])('says each in a sentence: %#', (one, words) => {
    expect(unreadText(one)).toBe(words);
  });
});
