import { Big } from 'big.js';
import { plain, rounded } from './amounts.js';

/** What the broker of a generated world sells. Invented prices, real forms of ids. */

export type ServiceName = 'microsoft365' | 'azure' | 'backup' | 'signatures';

export const SERVICES: Record<
  ServiceName,
  { id: string; name: string; type: 'Csp' | 'Azure' | 'Custom'; isCustomService: boolean }
> = {
  microsoft365: {
    id: '18784b92-0cda-5c01-ab16-de201a369da7',
    name: 'Microsoft 365 CSP Direct',
    type: 'Csp',
    isCustomService: false,
  },
  azure: {
    id: 'c1f409e7-6ec2-550b-876f-c1e3f5583a57',
    name: 'Microsoft Azure & Software',
    type: 'Azure',
    isCustomService: false,
  },
  backup: { id: 'c741d156-11e3-502a-8f73-3fa245de5348', name: 'Backup', type: 'Custom', isCustomService: true },
  signatures: { id: '3b5de1a0-55c3-5f0a-9d3c-0e6a1f1f7a21', name: 'Mail signatures', type: 'Custom', isCustomService: true },
};

/** Something to buy for a term at a price per cycle. */
export interface Offer {
  service: ServiceName;
  recordType: string;
  productId: string;
  skuId: string;
  name: string;
  itemCode: string;
  publisherName: string;
  termDuration: string;
  termMonths: number;
  cycleMonths: number;
  /** `billingFrequency` of the subscription, `paymentFrequency` of a report row. */
  frequency: string;
  termAndBillingCycle: string;
  cost: Big;
  sales: Big;
}

interface Plan {
  termDuration: string;
  termMonths: number;
  cycleMonths: number;
  frequency: string;
  text: string;
  /** Price of a cycle in prices of a month. */
  factor: string;
}

/** The text is the same for monthly and yearly billing of a year (`docs/vendors/cloudmore.md` 5.5). */
export const PLANS = {
  monthTerm: {
    termDuration: 'P1M',
    termMonths: 1,
    cycleMonths: 1,
    frequency: 'Monthly',
    text: 'One-Month commitment for monthly billing',
    factor: '1.2',
  },
  yearMonthly: {
    termDuration: 'P1Y',
    termMonths: 12,
    cycleMonths: 1,
    frequency: 'Monthly',
    text: 'One-Year commitment for monthly/yearly billing',
    factor: '1',
  },
  yearUpfront: {
    termDuration: 'P1Y',
    termMonths: 12,
    cycleMonths: 12,
    frequency: 'Annual',
    text: 'One-Year commitment for monthly/yearly billing',
    factor: '12',
  },
  threeYearsMonthly: {
    termDuration: 'P3Y',
    termMonths: 36,
    cycleMonths: 1,
    frequency: 'Monthly',
    text: 'Three-3 Years commitment for monthly/3 Years/yearly billing',
    factor: '0.96',
  },
  threeYearsUpfront: {
    termDuration: 'P3Y',
    termMonths: 36,
    cycleMonths: 36,
    frequency: 'Triennial',
    text: 'Three-3 Years commitment for monthly/3 Years/yearly billing',
    factor: '34.56',
  },
} as const satisfies Record<string, Plan>;

export type PlanName = keyof typeof PLANS;

/** Product id, SKU id, name, cost and sales price of a month. */
const SEATS: [productId: string, skuId: string, name: string, cost: string, sales: string][] = [
  ['CFQ7TTC0LH18', '0001', 'Microsoft 365 Business Basic', '5.10', '6.00'],
  ['CFQ7TTC0LDPB', '0001', 'Microsoft 365 Business Standard', '10.60', '12.50'],
  ['CFQ7TTC0LCHC', '0002', 'Microsoft 365 Business Premium', '19.70', '22.50'],
  ['CFQ7TTC0LH1G', '0001', 'Microsoft 365 Apps for business', '8.80', '10.40'],
  ['CFQ7TTC0LFLX', '0001', 'Microsoft 365 E3', '33.60', '38.40'],
  ['CFQ7TTC0LFLZ', '0002', 'Microsoft 365 E5', '53.30', '60.70'],
  ['CFQ7TTC0LH16', '0001', 'Exchange Online (Plan 1)', '3.40', '4.00'],
  ['CFQ7TTC0RM8K', '0001', 'Microsoft Teams Premium', '7.00', '8.00'],
  ['CFQ7TTC0HD32', '0002', 'Visio Plan 2', '12.60', '14.40'],
  ['CFQ7TTC0HDB0', '0002', 'Project Plan 3', '25.20', '28.80'],
  ['CFQ7TTC0H9MP', '0001', 'Power BI Pro', '9.40', '10.80'],
  ['CFQ7TTC0MM8R', '0002', 'Microsoft 365 Copilot', '25.20', '28.10'],
];

export const SEAT_PRODUCTS = SEATS.map(([productId]) => productId);

const OFFERS = new Map<string, Offer>(
  SEATS.flatMap(([productId, skuId, name, cost, sales]) =>
    Object.entries(PLANS).map(([planName, plan]): [string, Offer] => [
      `${productId}/${planName}`,
      {
        service: 'microsoft365',
        recordType: 'Csp365Nce',
        productId,
        skuId,
        name,
        itemCode: `${productId}-${skuId}-${plan.termDuration}-${plan.frequency}`,
        publisherName: 'Microsoft Corporation',
        termDuration: plan.termDuration,
        termMonths: plan.termMonths,
        cycleMonths: plan.cycleMonths,
        frequency: plan.frequency,
        termAndBillingCycle: plan.text,
        cost: rounded(new Big(cost).times(plan.factor)),
        sales: rounded(new Big(sales).times(plan.factor)),
      },
    ]),
  ),
);

export function seatOffer(productId: string, plan: PlanName): Offer {
  const offer = OFFERS.get(`${productId}/${plan}`);
  if (!offer) throw new Error(`Internal: no offer ${productId} ${plan}`);
  return offer;
}

const other = (offer: Omit<Offer, 'cost' | 'sales' | 'itemCode'>, cost: string, sales: string, itemCode: string): Offer => ({
  ...offer,
  itemCode,
  cost: new Big(cost),
  sales: new Big(sales),
});

const YEAR = { termDuration: 'P1Y', termMonths: 12 };
const MICROSOFT = { service: 'azure' as const, publisherName: 'Microsoft' };

export const RESERVATION = other(
  {
    ...MICROSOFT,
    ...YEAR,
    recordType: 'ReservedInstance',
    productId: 'DZH318Z0BQ35',
    skuId: '00D2',
    name: 'Reserved VM Instance, Standard_D2s_v5',
    cycleMonths: 1,
    frequency: 'Monthly',
    termAndBillingCycle: '1 Year',
  },
  '36.20',
  '39.80',
  'DZH318Z0BQ35-00D2-P1Y-Monthly',
);
export const SOFTWARE = other(
  {
    ...MICROSOFT,
    ...YEAR,
    recordType: 'SoftwareSubscription',
    productId: 'DG7GMGF0FKX9',
    skuId: '0003',
    name: 'SQL Server Standard',
    cycleMonths: 12,
    frequency: 'OneTime',
    termAndBillingCycle: '1 Year',
  },
  '1320.00',
  '1490.00',
  'DG7GMGF0FKX9-0003-P1Y-OneTime',
);
/** A perpetual licence has no term; it is billed once, for one day. */
export const PERPETUAL = other(
  {
    ...MICROSOFT,
    termDuration: '',
    termMonths: 0,
    recordType: 'PerpetualLicense',
    productId: 'DG7GMGF0Q7XX',
    skuId: '0002',
    name: 'Windows Server 2025 Standard',
    cycleMonths: 0,
    frequency: 'OneTime',
    termAndBillingCycle: '',
  },
  '856.00',
  '970.00',
  'DG7GMGF0Q7XX-0002-OneTime-OneTime',
);
export const MARKETPLACE = other(
  {
    service: 'azure',
    publisherName: 'Litware Security, Inc.',
    ...YEAR,
    recordType: 'Marketplace',
    productId: 'DZH318Z0C1TW',
    skuId: '0001',
    name: 'Litware Mail Backup',
    cycleMonths: 1,
    frequency: 'Monthly',
    termAndBillingCycle: '1 Year, Monthly',
  },
  '2.10',
  '2.60',
  'DZH318Z0C1TW-0001-P1Y-Monthly',
);

/** Legacy offers are known by Microsoft's offer id, a bare GUID. */
export const LEGACY = [
  { itemCode: '91fd106f-4b2c-4938-95ac-f54f74e9a239', name: 'Office 365 E1', cost: new Big('6.70'), sales: new Big('7.80') },
  {
    itemCode: '195416c1-3447-423a-b37b-ee59a99a19c4',
    name: 'Exchange Online (Plan 1)',
    cost: new Big('3.40'),
    sales: new Big('4.00'),
  },
] as const;

/** Product id, meter, price of a unit in USD, and whether partner earned credit lowers what the broker pays. */
export const METERS: [productId: string, name: string, price: Big, hasEarnedCredit: boolean, unit: string][] = [
  ['DZH318Z0BPS6', 'Virtual Machines Dsv5 Series', new Big('0.0960'), true, '1 Hour'],
  ['DZH318Z0BNZ5', 'Tables', new Big('0.0184'), false, '1 GB/Month'],
  ['DZH318Z0BP04', 'Premium SSD Managed Disks', new Big('0.1320'), true, '1 GiB/Month'],
  ['DZH318Z0BNXT', 'Bandwidth', new Big('0.0810'), false, '1 GB'],
  ['DZH318Z0BZXJ', 'Azure SQL Database', new Big('0.2027'), true, '1 Hour'],
  ['DZH318Z0BQ2B', 'Backup', new Big('0.0224'), true, '1 GB/Month'],
];

/** The price list of Microsoft 365: every seat offer, and the legacy ones. */
export const priceList = (): object[] => [
  ...[...OFFERS.values()].map(({ productId, skuId, itemCode, name, termMonths, cycleMonths, cost, sales }) => ({
    ...listed(`${productId}-${skuId}`, itemCode, name, { cost, sales }),
    isNce: true,
    subscriptionLength: termMonths,
    paymentFrequency: cycleMonths,
  })),
  ...LEGACY.map(({ itemCode, name, cost, sales }) => ({
    ...listed(itemCode, itemCode, name, { cost, sales }),
    isNce: false,
    subscriptionLength: 12,
    paymentFrequency: 1,
  })),
];

const listed = (productId: string, itemCode: string, name: string, { cost, sales }: { cost: Big; sales: Big }): object => ({
  productId,
  itemCode,
  name,
  segment: 'Commercial',
  currencyCode: 'EUR',
  costPrice: plain(cost),
  suggestedPrice: plain(sales),
  salesPrice: plain(sales),
  activePriceRule: null,
  addons: [],
});
