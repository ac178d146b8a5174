import type { Organization, Subscription } from '../../shared/billing/types.js';

/** What both vendors answer where all is well: small, and with every member that is read. */

export const MONTH = '2025-10';

const product = (name: string, cost: number, sales: number): object => ({
  productId: 'CFQ7TTC0LCHC',
  productName: name,
  itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
  recordType: 'Csp365Nce',
  chargeType: 'cycleCharge',
  publisherName: 'Microsoft',
  skuName: name,
  quantity: 1,
  costPrice: cost,
  salesPrice: sales,
  totalCostPrice: cost,
  totalSalesPrice: sales,
  startDate: '2025-10-01T00:00:00Z',
  endDate: '2025-10-31T00:00:00Z',
  paymentFrequency: 'Monthly',
});

const part = (id: string, subscriptions: [id: string, cost: number, sales: number][]): object => ({
  organizationId: id,
  organizationName: id === 'org-1' ? 'Contoso' : 'Fabrikam',
  currencyCode: 'EUR',
  services: [
    {
      serviceId: 'm365',
      serviceName: 'Microsoft 365 CSP Direct',
      items: subscriptions.map(([subscriptionId, cost, sales]) => ({
        subscriptionId,
        subscriptionName: subscriptionId,
        quantity: 1,
        products: [product(subscriptionId, cost, sales)],
      })),
    },
  ],
});

export const REPORT = [
  {
    billingDate: '2025-10-08T00:00:00Z',
    currencyCode: 'EUR',
    organizations: [
      part('org-1', [
        ['s-1', 10.01, 12.31],
        ['s-2', 20.02, 24.62],
      ]),
      part('org-2', [['s-3', 30.03, 36.93]]),
    ],
  },
  { billingDate: '2025-10-16T00:00:00Z', currencyCode: 'EUR', organizations: [part('org-2', [['s-4', 40.04, 49.24]])] },
];
export const ORGANIZATIONS: Organization[] = [
  { id: 'org-1', name: 'Contoso', isActive: true, companyIdText: '7' },
  // Of the same company, so that one set of books serves both.
  { id: 'org-2', name: 'Fabrikam', isActive: true, companyIdText: '7' },
];
export const SUBSCRIPTIONS_READ: Subscription[] = [];

export const SERVICES = [
  { id: 'm365', name: 'Microsoft 365 CSP Direct', type: 'Csp', isCustomService: false },
  { id: 'backup', name: 'Backup', type: 'Custom', isCustomService: true },
];
export const LISTED = [
  { id: 'org-1', name: 'Contoso', isActive: true },
  { id: 'org-2', name: 'Fabrikam', isActive: false },
];
export const DETAILS = [
  {
    id: 'org-1',
    name: 'Contoso',
    customProperties: [
      { id: 'p', name: 'AutotaskCompanyID', value: '7' },
      { name: 'Region', value: 'EU' },
    ],
  },
];
export const SUBSCRIPTIONS = [
  {
    id: 's-1',
    organizationId: 'org-1',
    name: 'Business Premium',
    productName: 'Business Premium',
    itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
    type: 'Subscription',
    status: 'Active',
    commitmentEndDate: '2026-09-17T00:00:00Z',
    autoRenew: true,
  },
];
export const PRICE_LIST = [
  {
    itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
    name: 'Business Premium',
    currencyCode: 'EUR',
    subscriptionLength: 12,
    paymentFrequency: 1,
    costPrice: 10,
    salesPrice: 12,
    addons: [{ itemCode: 'ADDON', name: 'Add-on', costPrice: 1, salesPrice: 2 }],
  },
];
export const INVOICES = [{ invoiceNumber: 'I-1', invoiceDate: '2025-10-08T00:00:00Z' }];
export const INVOICE_LINES = [
  {
    organizationId: 'org-1',
    customerName: 'Contoso',
    productName: 'Business Premium',
    currency: 'EUR',
    totalCostPrice: 10,
    totalSalesPrice: 12,
    total: 10,
    subscriptionId: 's-1',
    itemCode: 'CFQ7TTC0LCHC-0002-P1Y-Monthly',
    productId: 'CFQ7TTC0LCHC',
    recordType: 'Csp365Nce',
    chargeType: 'cycleCharge',
    chargeStartDate: '2025-10-01T00:00:00Z',
    chargeEndDate: '2025-10-31T00:00:00Z',
    billingFrequency: 'Monthly',
  },
];

// ---------------------------------------------------------------------------------------------------------------- Autotask

const pageOf = (...items: object[]): { items: object[]; pageDetails: object } => ({
  items,
  pageDetails: { count: items.length, requestCount: 500, prevPageUrl: null, nextPageUrl: null },
});

export const ROWS = pageOf(
  {
    id: 11,
    contractID: 3,
    contractServiceID: 4,
    serviceID: 5,
    startDate: '2025-10-01T00:00:00',
    endDate: '2025-10-31T00:00:00',
    units: 10,
    price: 120.5,
    cost: 100.25,
    approveAndPostDate: null,
  },
  {
    id: 12,
    contractID: 3,
    contractServiceID: 4,
    serviceID: 5,
    startDate: '2025-11-01T00:00:00',
    endDate: '2025-11-30T00:00:00',
    units: 7,
    price: 84,
    cost: 70,
    approveAndPostDate: '2025-11-02T00:00:00',
  },
);
export const CHARGES = pageOf({
  id: 21,
  contractID: 3,
  internalPurchaseOrderNumber: 'PO-7',
  productID: 6,
  datePurchased: '2025-10-31T00:00:00',
  unitQuantity: 3,
  unitPrice: 5.25,
  unitCost: 4,
  isBilled: false,
});
export const CONTRACTS = pageOf({
  id: 3,
  companyID: 7,
  contractName: 'Business Premium',
  contractNumber: 's-1',
  status: 1,
  contractType: 7,
  contractPeriodType: 1,
  startDate: '2025-01-01T00:00:00',
  endDate: '2026-12-31T00:00:00',
  serviceLevelAgreementID: 1,
  userDefinedFields: [
    { name: 'Subscription ID', value: 's-1' },
    { name: 'Other', value: null },
  ],
});
export const COMPANIES = pageOf({ id: 7, companyName: 'Contoso', isActive: true, currencyID: 1 });
export const SERVICES_OF_AUTOTASK = pageOf({
  id: 5,
  name: 'Business Premium',
  invoiceDescription: 'key',
  isActive: true,
  unitPrice: 12,
  unitCost: 10,
});
export const PRODUCTS = pageOf({ id: 6, name: 'Azure', externalProductID: 'key', isActive: true });
export const CONTRACT_SERVICES = pageOf({ id: 4, contractID: 3, serviceID: 5, invoiceDescription: 'Business Premium' });
export const CURRENCIES = pageOf({ id: 1, name: 'EUR', isActive: true, isInternalCurrency: true });
