import type { Random } from './random.js';
import { FOREIGN_TEXT, frame, Holdings, KINDS, MONTH, type Kind, type Source } from './holdings.js';

export { FOREIGN_TEXT, MONTH };

/**
 * A small broker as chance has it: a few organizations with every kind of line, a report that grows over the month, and an Autotask that already holds
 * last month's contracts of some of them. The same random numbers give the same world.
 */

/** The day on which everything of the month has been reported. */
export const LAST_DAY = '2025-10-28';
export const COMPANY_PROPERTY = 'AutotaskCompanyID';

type Json = Record<string, unknown>;

export interface SimulatedWorld {
  now: string;
  cloudmore: Json & { organizations: { id: string; customProperties: { value: string }[] }[]; monthlyBilling: Json[] };
  autotask: Json & { companies: { id: number }[] };
}

const CSP = { id: 'svc-csp', name: 'Microsoft 365 CSP Direct', type: 'Csp', isCustomService: false };
const AZURE = { id: 'svc-azure', name: 'Microsoft Azure & Software', type: 'Azure', isCustomService: false };
const CUSTOM = { id: 'svc-custom', name: 'Own backup', type: 'Custom', isCustomService: true };

const MONTHLY_CODES = ['CFQ7TTC0LCHC-0002-P1Y-Monthly', 'CFQ7TTC0RM8K-0001-P1M-Monthly', 'CFQ7TTC0HD32-0002-P1Y-Monthly'];
const UPFRONT_CODE = 'CFQ7TTC0PAID-0001-P1Y-Annual';
const UNLISTED_CODE = 'CFQ7TTC0OFFL-0001-P1M-Monthly';
const LEGACY_CODES = ['91fd106f-4b2c-4938-95ac-f54f74e9a239', '84a03d81-6b37-4d66-8d4a-faea24541538'];

const RECORD_TYPES: Record<Kind, string> = {
  nce: 'Csp365Nce',
  upfront: 'Csp365Nce',
  unlisted: 'Csp365Nce',
  legacy: 'Csp365Legacy',
  azurePlan: 'AzurePlan',
  azureClassic: 'AzureClassic',
  marketplace: 'Marketplace',
  reserved: 'ReservedInstance',
  software: 'Subscription',
  perpetual: 'Perpetual',
  custom: 'CustomService',
};

/** How many organizations there are, and subscriptions of each: from, to. */
export interface Size {
  organizations: [number, number];
  subscriptions: [number, number];
}

const SMALL: Size = { organizations: [1, 3], subscriptions: [1, 4] };

/** One broker's world at the beginning of the month. */
export function drawWorld(random: Random, size = SMALL): SimulatedWorld {
  const organizations = Array.from({ length: random.whole(...size.organizations) }, (_, index) =>
    drawOrganization(random, index),
  );
  const sources = organizations.flatMap((organization) =>
    Array.from({ length: random.whole(...size.subscriptions) }, (_, index) => drawSource(random, organization, index)),
  );
  const autotask = frame(random);
  const held = new Holdings(random, autotask.behaviour.periodStart === 'duplicate');
  for (const source of sources) if (random.chance(0.45)) held.add(source, companyOf(organizations, source));
  return {
    now: `${MONTH}-01T03:00:00Z`,
    cloudmore: {
      resellerId: 'reseller',
      organizations: organizations.map(({ detail }) => detail),
      services: [CSP, AZURE, CUSTOM],
      priceLists: { [CSP.id]: priceList(random) },
      subscriptions: subscriptionsOf(random, sources),
      monthlyBilling: blocksOf(sources),
      behaviour: { pollsBeforeReady: random.whole(0, 1), decimalsAsStrings: random.chance(0.2) },
    },
    autotask: {
      ...autotask,
      companies: organizations.map(({ companyId, detail }) => ({ id: companyId, companyName: detail.name })),
      ...held.tables(),
    },
  };
}

/** The same with every organization linked: what goes from one to another is billed before and after. */
export function withLinks(world: SimulatedWorld): SimulatedWorld {
  const organizations = world.cloudmore.organizations.map((organization, index) => ({
    ...organization,
    customProperties: [{ ...organization.customProperties[0]!, value: String(world.autotask.companies[index]!.id) }],
  }));
  return { ...world, cloudmore: { ...world.cloudmore, organizations } };
}

/** The same with the second organization, where there is one, at the first one's company, contracts and all. */
export function withSharedCompany(world: SimulatedWorld): SimulatedWorld {
  const [first, second, ...others] = world.cloudmore.organizations;
  if (second === undefined) return world;
  const [link, other] = [first!, second].map(({ customProperties }) => customProperties[0]!.value);
  const moved = { ...second, customProperties: [{ ...second.customProperties[0]!, value: link! }] };
  const contracts = (world.autotask.contracts as { companyID: number }[]).map((contract) =>
    contract.companyID === Number(other) ? { ...contract, companyID: Number(link) } : contract,
  );
  return {
    ...world,
    cloudmore: { ...world.cloudmore, organizations: [first!, moved, ...others] },
    autotask: { ...world.autotask, contracts },
  };
}

interface DrawnOrganization {
  id: string;
  name: string;
  companyId: number;
  detail: { id: string; name: string; isActive: boolean; customProperties: { id: string; name: string; value: string }[] };
}

function drawOrganization(random: Random, index: number): DrawnOrganization {
  const id = random.guid();
  const name = `Customer ${index + 1}`;
  const companyId = 1001 + index;
  // Most are linked; some are left out on purpose, some by mistake.
  const link = random.chance(0.06) ? '' : random.chance(0.04) ? 'ACME-77' : String(companyId);
  const customProperties = [{ id: 'p-1', name: COMPANY_PROPERTY, value: link }];
  return { id, name, companyId, detail: { id, name, isActive: true, customProperties } };
}

const companyOf = (organizations: DrawnOrganization[], source: Source): number =>
  organizations.find(({ id }) => id === source.organization.id)!.companyId;

// ---------------------------------------------------------------------------------------------------------------- lines

function drawSource(random: Random, { id, name }: DrawnOrganization, index: number): Source {
  const kind = random.pick(KINDS);
  const quantity = random.chance(0.1) ? random.whole(100, 1200) : random.whole(1, 40);
  const source: Source = {
    kind,
    organization: { id, name },
    subscriptionId: kind === 'perpetual' ? null : random.guid(),
    itemCode: codeOf(random, kind, index),
    product: `Product ${kind} ${index}`,
    lines: [],
    quantity,
    day: kind === 'legacy' ? 16 : 8,
  };
  // Nothing this month: what stands in Autotask is awaited, or a ghost.
  if (random.chance(0.07)) return source;
  source.lines = drawLines(random, source);
  return source;
}

function codeOf(random: Random, kind: Kind, index: number): string | null {
  if (kind === 'nce') return random.pick(MONTHLY_CODES);
  if (kind === 'upfront') return UPFRONT_CODE;
  if (kind === 'unlisted') return UNLISTED_CODE;
  if (kind === 'legacy') return random.pick(LEGACY_CODES);
  if (kind === 'perpetual') return `DG7GMGF0D7FX-${index}`;
  return kind === 'reserved' || kind === 'software' ? `DG7GMGF0SRV-${index}` : null;
}

function drawLines(random: Random, source: Source): Json[] {
  const { quantity } = source;
  // Usage has more decimals than money.
  const scale = source.kind.startsWith('azure') ? 10_000 : random.chance(0.2) ? 1000 : 100;
  const sales = random.whole(1, 40 * scale) / scale;
  const cost = Math.floor(sales * scale * 0.85) / scale;
  const unit = { cost, sales, scale };
  const lines = [line(source, 'cycleCharge', quantity, unit)];
  if (random.chance(0.3)) {
    const more = quantity + random.whole(1, 9);
    lines.push(line(source, 'addQuantity', -quantity, unit), line(source, 'addQuantity', more, unit));
  }
  if (random.chance(0.12)) lines.push(line(source, 'customerCredit', -random.whole(1, quantity), unit));
  return random.chance(0.06) ? lines.map((each) => ({ ...each, ...negated(each) })) : lines;
}

const negated = (each: Json): Json => ({
  quantity: -Number(each.quantity),
  totalCostPrice: -Number(each.totalCostPrice),
  totalSalesPrice: -Number(each.totalSalesPrice),
});

/** What one unit costs and is sold for, and how many parts one has that amounts are rounded to. */
interface Unit {
  cost: number;
  sales: number;
  scale: number;
}

function line(source: Source, chargeType: string, quantity: number, { cost, sales, scale }: Unit): Json {
  const total = (each: number): number => Math.round(quantity * each * scale) / scale;
  const isYearly = source.kind === 'upfront' || source.kind === 'perpetual';
  return {
    productId: 'p',
    productName: source.product,
    itemCode: source.itemCode ?? '',
    recordType: RECORD_TYPES[source.kind],
    chargeType,
    quantity,
    costPrice: cost,
    salesPrice: sales,
    totalCostPrice: total(cost),
    totalSalesPrice: total(sales),
    startDate: `${MONTH}-01T00:00:00Z`,
    endDate: isYearly ? '2026-09-30T00:00:00Z' : `${MONTH}-31T00:00:00Z`,
    paymentFrequency: 'Monthly',
  };
}

/** Billing blocks by day: Microsoft's on the 8th, legacy on the 16th, and a person's corrections later. */
function blocksOf(sources: Source[]): Json[] {
  const corrections = sources.filter(({ lines, subscriptionId }, index) => lines.length > 0 && subscriptionId && index % 3 === 0);
  const manual = corrections.map((source, index) => ({
    ...source,
    day: 11 + 7 * (index % 2),
    lines: [manualLine(source, index)],
  }));
  const all = [...sources.filter(({ lines }) => lines.length > 0), ...manual];
  const days = [...new Set(all.map(({ day }) => day))].sort((left, right) => left - right);
  return days.map((day) => ({
    billingDate: `${MONTH}-${String(day).padStart(2, '0')}T00:00:00Z`,
    currencyCode: 'EUR',
    organizations: groups(
      all.filter((source) => source.day === day),
      ({ organization }) => organization.id,
    ).map((own) => ({
      organizationId: own[0]!.organization.id,
      organizationName: own[0]!.organization.name,
      currencyCode: 'EUR',
      services: groups(own, ({ kind }) => serviceOf(kind).id).map(servicePart),
    })),
  }));
}

const manualLine = (source: Source, index: number): Json => ({
  productName: source.product,
  recordType: 'ManualBillingLine',
  quantity: 1,
  totalCostPrice: 0,
  totalSalesPrice: index % 2 === 0 ? -3.25 : 12.5,
});

const servicePart = (sources: Source[]): Json => ({
  serviceId: serviceOf(sources[0]!.kind).id,
  serviceName: serviceOf(sources[0]!.kind).name,
  items: sources.map(({ subscriptionId, product, quantity, lines, kind }) => ({
    subscriptionId: subscriptionId ?? '',
    subscriptionName: product,
    quantity: kind.startsWith('azure') ? 1 : quantity,
    products: lines,
  })),
});

const serviceOf = (kind: Kind): typeof CSP =>
  kind === 'custom' ? CUSTOM : kind.startsWith('azure') || kind === 'marketplace' ? AZURE : CSP;

function groups<T>(values: T[], keyOf: (value: T) => string): T[][] {
  const found = new Map<string, T[]>();
  for (const value of values) found.set(keyOf(value), [...(found.get(keyOf(value)) ?? []), value]);
  return [...found.values()];
}

// ---------------------------------------------------------------------------------------------------------------- lists

const price = (itemCode: string, paymentFrequency: number, salesPrice: number): Json => ({
  itemCode,
  name: `List ${itemCode.slice(0, 12)}`,
  currencyCode: 'EUR',
  subscriptionLength: 12,
  paymentFrequency,
  costPrice: Math.floor(salesPrice * 85) / 100,
  salesPrice,
  addons: [],
});

const priceList = (random: Random): Json[] => [
  ...MONTHLY_CODES.map((code) => price(code, 1, random.whole(500, 4000) / 100)),
  ...LEGACY_CODES.map((code) => price(code, 1, random.whole(500, 4000) / 100)),
  price(UPFRONT_CODE, 12, random.whole(5000, 40_000) / 100),
];

function subscriptionsOf(random: Random, sources: Source[]): Record<string, Json[]> {
  const listed = (kinds: Kind[]): Json[] =>
    sources
      .filter(({ kind, subscriptionId }) => kinds.includes(kind) && subscriptionId !== null)
      .map((source) => ({
        id: source.subscriptionId,
        organizationId: source.organization.id,
        name: source.product,
        productName: source.product,
        itemCode: source.itemCode,
        status: source.lines.length === 0 && random.chance(0.6) ? 'Cancelled' : 'Active',
        commitmentEndDate: random.pick(['2025-10-31', '2026-02-11', '2026-09-30', '2025-12-05']),
        ...(source.kind === 'azureClassic' ? { type: 'AzureClassic' } : {}),
      }));
  return {
    nce: listed(['nce', 'upfront', 'unlisted']),
    legacy: listed(['legacy']),
    azure: listed(['azurePlan', 'azureClassic']),
  };
}
