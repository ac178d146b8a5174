import { readFileSync } from 'node:fs';

/** Names that look alike without being alike, or are longer than any field: hashes, keys and texts in Autotask are made of them as they came. */

type Rec = Record<string, unknown>;
interface World {
  cloudmore: Record<'oneTimeInvoices' | 'legacyReports' | 'azureClassicInvoices', unknown> & {
    organizations: (Rec & { id: string; name: string; customProperties: { name: string; value: string }[] })[];
    monthlyBilling: { billingDate: string; currencyCode: string; organizations: Rec[] }[];
  };
  autotask: { companies: Rec[] };
}

const MARK = '\u0301';
export const ODD_NAMES: Record<string, string> = {
  'with no-break spaces': 'Caf\u00e9\u00a0Premium\u202fPlus\u00a0',
  'with decomposed accents': `Cafe${MARK} Premium Plu${MARK}s`,
  'with composed accents': 'Caf\u00e9 Premium Pl\u00fas',
  'of 300 characters': `${'Caf\u00e9 '.repeat(50)}${'x'.repeat(50)}`,
  'of 300 characters, decomposed': `Cafe${MARK} `.repeat(50),
  'with a pair where names are cut': `${'n'.repeat(99)}\u{1f600}${'n'.repeat(99)}\u{1f600}${'n'.repeat(95)}`,
};
/** Sales of each customer: 10, 20, 30 and 40. */
export const SALES_EACH = 100;

/** A customer of each name, with a licence, an Azure plan, a marketplace item, and a line that no subscription id is in: called by the name, all of them. */
export function oddWorld(): Rec {
  const world = JSON.parse(readFileSync(new URL('../../sandbox/worlds/september-2025.json', import.meta.url), 'utf8')) as World;
  Object.assign(world.cloudmore, { organizations: [], oneTimeInvoices: [], legacyReports: [], azureClassicInvoices: [] });
  for (const part of world.cloudmore.monthlyBilling) part.organizations = [];
  const october = world.cloudmore.monthlyBilling.find(({ billingDate }) => billingDate.startsWith('2025-10-08'))!;
  for (const [index, name] of Object.values(ODD_NAMES).entries()) {
    const [id, companyId] = [`odd-${index}`, 40_000_000 + index];
    world.autotask.companies.push({ id: companyId, companyName: `Company ${index}`, companyType: 1, isActive: true });
    const customProperties = [{ name: 'AutotaskCompanyID', value: String(companyId) }];
    world.cloudmore.organizations.push({ id, name, isActive: true, customProperties });
    const service = { serviceId: '18784b92-0cda-5c01-ab16-de201a369da7', serviceName: name, items: itemsOf(index, name) };
    october.organizations.push({ organizationId: id, organizationName: name, currencyCode: 'EUR', services: [service] });
  }
  return { ...world };
}

const KINDS = [
  { recordType: 'Csp365Nce', itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly', hasSubscription: true },
  { recordType: 'AzurePlan', itemCode: '', hasSubscription: true },
  { recordType: 'Marketplace', itemCode: '', hasSubscription: true },
  { recordType: 'Perpetual', itemCode: '', hasSubscription: false },
];

const itemsOf = (index: number, name: string): Rec[] =>
  KINDS.map(({ recordType, itemCode, hasSubscription }, kind) => ({
    subscriptionId: hasSubscription ? `${name.slice(0, 40)}-${index}-${kind}` : '',
    subscriptionName: name,
    quantity: 1,
    products: [
      {
        productName: name,
        itemCode,
        recordType,
        chargeType: 'cycleCharge',
        quantity: 1,
        costPrice: 8 * (kind + 1),
        salesPrice: 10 * (kind + 1),
        totalCostPrice: 8 * (kind + 1),
        totalSalesPrice: 10 * (kind + 1),
        startDate: '2025-10-01T00:00:00Z',
        endDate: '2025-10-31T00:00:00Z',
      },
    ],
  }));
