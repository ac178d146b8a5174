import { september, type World } from '../api/vendors.js';

/** Two customers in October 2025: Contoso with a licence of 120.00 and an Azure plan of 4,100.00, Fabrikam with 400 licences for 4,800.00. */

export interface ReportedLine {
  organization: string;
  subscription: string | null;
  sales: number;
  cost: number;
  recordType?: string;
  quantity?: number;
  service?: string;
  code?: string | null;
  /** Day of the month on which it is billed. */
  day?: string;
  /** Shown from and until these moments. */
  from?: string;
  until?: string;
}

export const LICENCE: ReportedLine = { organization: 'contoso', subscription: 's-1', sales: 120, cost: 100, quantity: 10 };
export const AZURE: ReportedLine = {
  organization: 'contoso',
  subscription: 'az-1',
  sales: 4100,
  cost: 3690,
  recordType: 'AzurePlan',
  service: 'azure',
  code: null,
};
export const OTHERS: ReportedLine = { organization: 'fabrikam', subscription: 's-2', sales: 4800, cost: 4000, quantity: 400 };

export const CODE = 'CFQ7TTC0LCHC-0002-P1Y-Monthly';

/** September's world with these customers, their subscriptions and lines instead of its own. */
export function twoCustomers(lines: ReportedLine[], organizations = ['contoso', 'fabrikam']): World {
  const world = september() as unknown as {
    now: string;
    cloudmore: Record<string, unknown>;
    autotask: Record<string, unknown> & { companies: unknown[] };
  };
  const subscriptions = [
    ...new Set(
      lines.flatMap(({ subscription, organization }) => (subscription === null ? [] : [`${subscription}|${organization}`])),
    ),
  ];
  return {
    ...world,
    now: '2025-10-09T03:00:00Z',
    cloudmore: {
      resellerId: 'northwind',
      organizations: organizations.map((id, index) => ({
        id,
        name: NAMES[id] ?? id,
        isActive: true,
        currencyCode: 'EUR',
        customProperties: [{ name: 'AutotaskCompanyID', value: String(501 + index) }],
      })),
      services: [
        { id: 'm365', name: 'Microsoft 365 CSP Direct', type: 'Csp', isCustomService: false },
        { id: 'azure', name: 'Microsoft Azure & Software', type: 'Azure', isCustomService: false },
      ],
      priceLists: {
        m365: [
          {
            itemCode: CODE,
            name: 'Business Premium',
            currencyCode: 'EUR',
            subscriptionLength: 12,
            paymentFrequency: 1,
            costPrice: 10,
            salesPrice: 12,
          },
        ],
      },
      subscriptions: {
        nce: subscriptions.map((key) => {
          const [id, organizationId] = key.split('|');
          return {
            id,
            organizationId,
            name: 'Business Premium',
            productName: 'Business Premium',
            itemCode: CODE,
            status: 'Active',
            commitmentEndDate: '2026-09-17T00:00:00Z',
          };
        }),
      },
      monthlyBilling: lines.map(blockOf),
    },
    autotask: {
      ...world.autotask,
      companies: [
        { id: 0, companyName: 'Northwind IT', companyType: 1, isActive: true },
        ...organizations.map((id, index) => ({ id: 501 + index, companyName: NAMES[id] ?? id, companyType: 1, isActive: true })),
      ],
      services: [],
      products: [],
      contracts: [],
      contractServices: [],
      unitRows: [],
      charges: [],
    },
  } as unknown as World;
}

const NAMES: Record<string, string> = { contoso: 'Contoso', fabrikam: 'Fabrikam' };

function blockOf(line: ReportedLine): object {
  const { organization, subscription, sales, cost, recordType = 'Csp365Nce', quantity = 1, service = 'm365' } = line;
  const product = {
    productName: 'Business Premium',
    itemCode: line.code === undefined ? CODE : line.code,
    recordType,
    chargeType: 'cycleCharge',
    quantity,
    costPrice: cost / quantity,
    salesPrice: sales / quantity,
    totalCostPrice: cost,
    totalSalesPrice: sales,
    startDate: '2025-10-01T00:00:00Z',
    endDate: '2025-10-31T00:00:00Z',
  };
  return {
    billingDate: `2025-10-${line.day ?? '08'}T00:00:00Z`,
    currencyCode: 'EUR',
    organizations: [
      {
        organizationId: organization,
        organizationName: NAMES[organization] ?? organization,
        currencyCode: 'EUR',
        services: [
          {
            serviceId: service,
            serviceName: service,
            items: [{ subscriptionId: subscription, subscriptionName: 'Business Premium', quantity, products: [product] }],
          },
        ],
      },
    ],
    ...(line.from === undefined ? {} : { availableFrom: line.from }),
    ...(line.until === undefined ? {} : { availableUntil: line.until }),
  };
}
