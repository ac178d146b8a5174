import { describe, expect, test } from '@jest/globals';
import { contractKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import { oursOf, type KnownFrom } from '../../shared/close/ours.js';
import { standingOf, type Dismissed } from '../../shared/close/sides.js';
import { textOf } from '../../shared/close/exact.js';
import { line } from '../billing/builders.js';

/** Whose money it is that the close finds in Autotask: what Cloudmore ever named and what was billed on decides, never the form of an id or code. */

interface Found {
  /** What contract 1 carries in the field and as its number. */
  carries?: [field: string | null, number: string | null];
  /** The key of the service its row is billed on. */
  key?: string;
  named?: Partial<KnownFrom['named']>;
  report?: Partial<KnownFrom['report']>;
  settings?: Partial<KnownFrom['settings']>;
  charges?: Record<string, unknown>[];
  dismissed?: Pick<Dismissed, 'sales' | 'cost'>[];
}

const NAMED: KnownFrom['named'] = {
  subscriptions: [['s-1', 'contoso', ['m365', 'microsoft 365']]],
  unsubscribed: [],
  codes: [['bp-old', 'Csp365Nce']],
  contracts: [],
};

/** Contract 1 of company 7 with a row of 120.00, and what the close takes of it. */
const standing = ({ carries = ['s-1', null], key = 'BP-OLD', ...found }: Found): string[] =>
  standingOf(
    {
      companies: [],
      contracts: [
        {
          id: 1,
          companyID: 7,
          contractNumber: carries[1],
          userDefinedFields: [{ name: 'Subscription ID', value: carries[0] }],
        },
      ],
      rows: [{ id: 2, contractID: 1, serviceID: 3, startDate: '2025-10-01T00:00:00Z', price: 120, cost: 100 }],
      charges: found.charges ?? [],
      services: [{ id: 3, invoiceDescription: key }],
      products: [
        { id: 4, externalProductID: 'cloudmore:azure-plan' },
        { id: 6, externalProductID: null, name: 'Azure Plan' },
      ],
    },
    {
      month: '2025-10',
      subscriptionUdf: 'Subscription ID',
      ours: oursOf({
        named: { ...NAMED, ...found.named },
        report: { lines: [], subscriptions: [], prices: [], ...found.report },
        settings: { broker: 'Default', exportRecordTypes: ['Csp365Nce', 'AzurePlan'], excludeServices: [], ...found.settings },
      }),
      dismissed: (found.dismissed ?? []).map((one) => ({
        ...one,
        organizationName: 'Contoso',
        contractId: 1,
        currency: 'EUR',
        reason: 'looked at',
      })),
    },
  ).map(({ subscriptionId, sales }) => `${subscriptionId} ${textOf(sales, 'EUR')}`);

const GUID_CODE = '031c9e47-4802-4248-838e-778fb1d2cc05';
/** A perpetual licence of Contoso without subscription id, as a service that is switched off once billed it, and what its contract carries. */
const PERPETUAL = { organizationId: 'Contoso', type: 'Perpetual' as const, codeOrProduct: 'DG7GMGF0' };
const MADE_UP = contractKeyOf(itemHash({ broker: 'default', subscriptionId: null, ...PERPETUAL }));
const withoutId: Found = {
  carries: [MADE_UP, null],
  named: { unsubscribed: [[PERPETUAL, ['m365', 'microsoft 365']]], codes: [['bp-old', 'Perpetual']] },
  settings: { exportRecordTypes: ['Perpetual'], excludeServices: ['Microsoft 365'] },
};
const CHARGE = { id: 5, contractID: 1, productID: 4, unitQuantity: 1, unitPrice: 30, unitCost: 20 };
const KEYED = { ...CHARGE, internalPurchaseOrderNumber: 'CM-2025-10-0123' };

describe('counted in the close', () => {
  test.each<[string, Found]>([
    ['a code of any form that was ever named', {}],
    ['a code that only the report of today names', { named: { codes: [] }, report: { lines: [line({ itemCode: 'bp-old' })] } }],
    [
      'a service that was billed on, whatever is written over its key',
      { key: 'tidied', named: { contracts: [[1, 's-1', [[3, 'bp-old']]]] } },
    ],
    ['the same where another contract was billed on it', { key: 'tidied', named: { contracts: [[2, 's-2', [[3, 'bp-old']]]] } }],
    ['the same where it was seen with a code', { key: 'tidied', named: { services: [[3, 'bp-old']] } }],
    ['a contract by its number', { carries: ['of another vendor', 's-1'] }],
    [
      'what a record type switched off had, billed as another today',
      {
        settings: { exportRecordTypes: ['Csp365Legacy'] },
        report: { lines: [line({ itemCode: 'bp-old', recordType: 'Csp365Legacy' })] },
      },
    ],
  ])('%s', (_, found) => {
    expect(standing(found)).toEqual(['s-1 120.00']);
  });

  // A service that is not switched off, or that another one bills today.
  test('a licence without subscription id of an excluded or foreign service', () => {
    expect(standing({ ...withoutId, settings: { exportRecordTypes: ['Perpetual'] } })).toEqual([' 120.00']);
    const today = line({
      organizationId: 'contoso',
      subscriptionId: null,
      itemCode: 'dg7gmgf0',
      recordType: 'Perpetual',
      serviceId: 'new',
      serviceName: 'New',
    });
    expect(standing({ ...withoutId, report: { lines: [today] } })).toEqual([' 120.00']);
  });

  test('a contract that lost its ids after we billed it', () => {
    expect(standing({ carries: [null, null], named: { contracts: [[1, 's-1', []]] } })).toEqual(['contract 1 120.00']);
  });

  // A month taken over could not be closed.
  test('another connector’s charge on a product known by name', () => {
    const others = { ...CHARGE, productID: 6, datePurchased: '2025-10-09T00:00:00Z' };
    expect(standing({ charges: [others], settings: { exportRecordTypes: ['Csp365Nce', 'AzurePlan'] } })).toEqual(['s-1 150.00']);
    expect(standing({ charges: [others], settings: { exportRecordTypes: ['Csp365Nce'] } })).toEqual(['s-1 120.00']);
  });

  test('a charge with a key of ours, wherever it stands', () => {
    expect(standing({ carries: ['of another vendor', null], charges: [KEYED] })).toEqual(['contract 1 30.00']);
  });
});

describe('left out of the close', () => {
  test.each<[string, Found]>([
    ['a code nobody ever named, even one like Microsoft’s', { key: GUID_CODE }],
    [
      'a contract whose ids nobody ever named',
      { carries: ['of another vendor', '4711'], charges: [{ ...CHARGE, datePurchased: '2025-10-08T00:00:00Z' }] },
    ],
    ['a record type that is switched off', { settings: { exportRecordTypes: ['AzurePlan'] } }],
    ['a service of Cloudmore that is switched off', { settings: { excludeServices: ['Microsoft 365'] } }],
    // It was a leftover for ever.
    ['the same of a licence without subscription id', withoutId],
    ['what a person set aside with this amount', { dismissed: [{ sales: '120.00', cost: '100.00' }] }],
    [
      'a charge and row of a record type switched off',
      { charges: [KEYED], key: 'other', settings: { exportRecordTypes: ['Csp365Nce'] } },
    ],
  ])('%s', (_, found) => {
    expect(standing(found)).toEqual([]);
  });
});

test('what was set aside with another amount is a difference', () => {
  expect(standing({ dismissed: [{ sales: '110.00', cost: '100.00' }] })).toEqual(['s-1 10.00']);
});
