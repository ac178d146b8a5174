import { billedSpan, instantOf, monthAfter } from './calendar.js';
import { priceList, SERVICES } from './catalogue.js';
import { COMPANY_PROPERTY } from './organization.js';
import type { Block } from './blocks.js';
import { NO_TOTALS, totalPrices, type Totals } from './report.js';
import type { Wanted } from './options.js';

/** Puts the world together around its long lists. `listOf` gives each of them, or what stands for it. */
export function frameOf<List>(
  wanted: Wanted,
  blocks: Block[],
  totals: Map<string, Totals>,
  listOf: (key: string) => List,
): object {
  return {
    now: `${wanted.month}-17T03:00:00Z`,
    cloudmore: {
      resellerId: 'ab145a97-2a26-5541-afad-f6e2b1b9928d',
      customPropertyDefinitions: [
        {
          ...COMPANY_PROPERTY,
          type: 'TextBox',
          defaultValue: '',
          order: 1,
          isOrganizationProperty: true,
          isUserProperty: false,
          visibleToOrganizationUsers: false,
        },
      ],
      organizations: listOf('organizations'),
      services: Object.values(SERVICES),
      priceLists: { [SERVICES.microsoft365.id]: priceList() },
      subscriptions: { nce: listOf('nce'), legacy: listOf('legacy'), azure: listOf('azure') },
      // A block without a line is not reported.
      monthlyBilling: blocks.filter(({ key }) => totals.has(key)).map((block) => blockFrame(block, totals, listOf)),
      oneTimeInvoices: [
        {
          ...invoiceHead(wanted, 0),
          report: { ...invoiceHead(wanted, 0), ...totalPrices(totals.get('invoice') ?? NO_TOTALS), items: listOf('invoice') },
        },
        { ...invoiceHead(wanted, -1), report: { ...invoiceHead(wanted, -1), ...totalPrices(NO_TOTALS), items: [] } },
      ],
    },
    autotask: { ...autotaskFrame(), companies: listOf('companies') },
  };
}

function blockFrame<List>(
  { key, billingDate, currencyCode, availableFrom, availableUntil }: Block,
  totals: Map<string, Totals>,
  listOf: (key: string) => List,
): object {
  return {
    billingDate,
    currencyCode,
    ...(availableFrom === undefined ? {} : { availableFrom }),
    ...(availableUntil === undefined ? {} : { availableUntil }),
    ...totalPrices(totals.get(key) ?? NO_TOTALS),
    organizations: listOf(key),
  };
}

/** The invoice of the month is dated with the NCE block; the one before is there, and empty. */
function invoiceHead({ month: current }: Wanted, months: 0 | -1): object {
  const month = monthAfter(current, months);
  const { start, end } = billedSpan(month);
  return {
    invoiceNumber: invoiceNumberOf(month),
    invoiceDate: instantOf(`${month}-08`),
    billingPeriodStartDate: instantOf(start),
    billingPeriodEndDate: instantOf(end),
    currencyCode: 'EUR',
  };
}

export const invoiceNumberOf = (month: string): string => `G0${month.replace('-', '')}01`;

/** An Autotask that is set up for the integration and holds nothing of it yet. */
const autotaskFrame = (): object => ({
  billingCodes: [
    { id: 29_682_801, name: 'Cloud subscriptions', useType: 5, isActive: true },
    { id: 29_682_802, name: 'Cloud consumption', useType: 4, isActive: true },
    { id: 29_682_803, name: 'Hosted mail (until 2019)', useType: 5, isActive: false },
  ],
  currencies: [{ id: 1, name: 'EUR', description: 'Euro', exchangeRate: 1, isActive: true, isInternalCurrency: true }],
  picklists: {
    'Contracts.serviceLevelAgreementID': [
      { value: '1', label: 'Standard', isActive: true },
      { value: '2', label: 'Premium', isActive: true },
    ],
  },
  userDefinedFields: { Contracts: [{ name: 'Subscription ID', type: 'String' }] },
});
