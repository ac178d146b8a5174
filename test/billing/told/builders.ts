import type { Books, Line } from '../../../shared/billing/types.js';
import { charge, line, organization, price, running, subscription, type Situation } from '../builders.js';
import { KEY } from '../examples/row-and-charge.js';
import { BREAKERS_OFF } from '../../../shared/billing/plan/breaker-limits.js';

/** What the situations are made of. */

/** Id of the builders' item. */
export const ITEM = '435d6b8a4ec490d3';

export const perpetual = (changes: Partial<Line>): Line =>
  line({
    subscriptionId: null,
    recordType: 'Perpetual',
    itemCode: 'DG7GMGF0D5RK',
    quantity: '2',
    subscriptionName: null,
    ...changes,
  });

export const everyType = (): Line[] => [
  line(),
  line({ subscriptionId: 's-legacy', recordType: 'Csp365Legacy', itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239' }),
  line({ subscriptionId: 's-azure', recordType: 'AzurePlan', itemCode: null }),
  line({ subscriptionId: 's-classic', recordType: 'AzureClassic', itemCode: null }),
  line({ subscriptionId: 's-market', recordType: 'Marketplace', itemCode: null, productName: 'Market' }),
  line({ subscriptionId: 's-reserved', recordType: 'ReservedInstance', itemCode: null, productName: 'Reserved' }),
  perpetual({ productName: 'Perpetual' }),
  line({ subscriptionId: 's-software', recordType: 'SoftwareSubscription', itemCode: null, productName: 'Software' }),
  line({ subscriptionId: 's-custom', recordType: 'CustomService', itemCode: null, productName: 'Custom', isCustomService: true }),
];

export const hidden = () => price({ itemCode: 'CFQ7TTC0HIDDEN', name: 'Hidden', sales: '9' });

export const TERMS: [code: string, termMonths: number | null, paymentMonths: number | null][] = [
  ['CFQ7TTC0T1', 1, 1],
  ['CFQ7TTC0T12', 12, 12],
  ['CFQ7TTC0T36', 36, 36],
  ['CFQ7TTC0T6', 6, 3],
  ['CFQ7TTC0TX', null, null],
  ['CFQ7TTC0TY', 12, 24],
];

export const withCharges = (held: Books, ...all: Parameters<typeof charge>[0][]): Books => ({
  ...held,
  charges: all.map((changes) => charge({ key: KEY, ...changes })),
});

/** The organization's licence is gone from the report; another organization still has lines. */
export const gone = (changes: Situation['report'] = {}): Situation => ({
  books: running(),
  asOf: '2025-10-25',
  report: {
    lines: [gone2('Csp365Nce')],
    organizations: [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })],
    ...changes,
  },
});
export const gone2 = (recordType = 'AzurePlan'): Line =>
  line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other', recordType });

export const replaced = (listed: string): Situation =>
  gone({
    lines: [gone2('Csp365Nce'), line({ itemCode: 'CFQ7TTC0NEW', productName: 'New' })],
    subscriptions: [subscription({ itemCode: listed })],
  });

export const looseKey = (digit: string): string => `CM-2025-10-${digit.repeat(20)}`;
export const loose = (digit: string, changes: Parameters<typeof charge>[0]) =>
  charge({ id: 3000 + digit.charCodeAt(0), key: looseKey(digit), ...changes });
/** Charge key of an Azure plan of the builders' subscription. */
export const AZURE_KEY = 'CM-2025-10-dbdd6cc021e5f5580b52';

export const OFF = BREAKERS_OFF;
export const compared = (sales: string, before: string, changes: Partial<Line>, breakers: Partial<typeof OFF>): Situation => ({
  asOf: '2025-10-25',
  report: {
    lines: [line({ sales, ...changes })],
    previousLines: [line({ sales: before, billingDate: '2025-09-08', ...changes })],
  },
  settings: { breakers: { ...OFF, organizationAmount: '500', ...breakers } },
});

export const unread = (held: Books): Books => ({ ...held, detailed: [] });
export const azure = (changes: Parameters<typeof charge>[0]): Books => ({
  ...running(),
  rows: [],
  charges: [charge({ key: AZURE_KEY, ...changes })],
});
