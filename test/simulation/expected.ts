import { createHash } from 'node:crypto';
import { cents, exact } from './money.js';

/** What Cloudmore's report says is to be billed, read from the world with nothing of the product: the checker's half of the comparison. */

export interface ReportedWorld {
  cloudmore: {
    organizations: { id: string; customProperties?: { name: string; value: string | null }[] }[];
    subscriptions?: Partial<Record<'nce' | 'legacy' | 'azure', { id: string; status?: string }[]>>;
    priceLists?: Record<string, { itemCode: string; paymentFrequency?: number }[]>;
    monthlyBilling: Block[];
  };
  autotask?: { behaviour?: { periodStart?: string } };
}

interface Block {
  billingDate: string;
  availableUntil?: string;
  organizations: { organizationId: string; services: { items: ReportedItem[] }[] }[];
}

interface ReportedItem {
  subscriptionId?: string | null;
  products: ReportedLine[];
}

interface ReportedLine {
  recordType?: string;
  itemCode?: string | null;
  productName?: string;
  totalCostPrice: number | string;
  totalSalesPrice: number | string;
}

/** An item of the month: what one subscription and product cost and is sold for, in whole cents. */
export interface ExpectedItem {
  organizationId: string;
  subscriptionId: string | null;
  /** What the contract carries: the subscription's id, or the hash of rule 7.7. */
  contractKey: string;
  recordType: string;
  itemCode: string | null;
  lines: number;
  cost: bigint;
  sales: bigint;
  isOneOff: boolean;
}

const LICENCES = new Set(['Csp365Nce', 'Csp365Legacy']);

/** The items of a month's lines that were billed before a day. */
export function expectedItems(world: ReportedWorld, broker: string, month: string, asOf: string): ExpectedItem[] {
  const upfront = upfrontCodes(world);
  const items = new Map<string, { item: ExpectedItem; exactCost: bigint; exactSales: bigint }>();
  for (const { organizationId, subscriptionId, line } of placed(linesOf(world, month, asOf))) {
    const item = itemOf({ organizationId, subscriptionId, line }, broker, upfront);
    const key = [organizationId, item.contractKey, item.recordType, LICENCES.has(item.recordType) ? item.itemCode : ''].join('|');
    const sum = items.get(key) ?? { item, exactCost: 0n, exactSales: 0n };
    sum.item.lines += 1;
    sum.exactCost += exact(line.totalCostPrice);
    sum.exactSales += exact(line.totalSalesPrice);
    items.set(key, sum);
  }
  return [...items.values()].map(({ item, exactCost, exactSales }) => ({
    ...item,
    cost: cents(exactCost),
    sales: cents(exactSales),
  }));
}

interface Reported {
  organizationId: string;
  subscriptionId: string | null;
  line: ReportedLine;
}

function linesOf(world: ReportedWorld, month: string, asOf: string): Reported[] {
  const lines: Reported[] = [];
  for (const block of world.cloudmore.monthlyBilling) {
    const day = block.billingDate.slice(0, 10);
    if (!day.startsWith(month) || day >= asOf || block.availableUntil !== undefined) continue;
    for (const { organizationId, services } of block.organizations)
      for (const { subscriptionId, products } of services.flatMap(({ items }) => items))
        lines.push(...products.map((line) => ({ organizationId, subscriptionId: subscriptionId || null, line })));
  }
  return lines;
}

/** A manual line belongs to what its subscription is billed for otherwise. */
function placed(lines: Reported[]): Reported[] {
  const isManual = ({ line }: Reported): boolean => line.recordType === 'ManualBillingLine';
  return lines.map((reported) => {
    if (!isManual(reported)) return reported;
    const home = lines.find((other) => !isManual(other) && other.subscriptionId === reported.subscriptionId);
    if (!home) return reported;
    const { recordType, itemCode } = home.line;
    const named = { ...reported.line, ...(recordType === undefined ? {} : { recordType }), itemCode: itemCode ?? null };
    return { ...reported, line: named };
  });
}

function itemOf({ organizationId, subscriptionId, line }: Reported, broker: string, upfront: Set<string>): ExpectedItem {
  const { recordType = '', itemCode: code, productName = '' } = line;
  const itemCode = code || null;
  return {
    organizationId,
    subscriptionId,
    contractKey: subscriptionId ?? keyWithoutSubscription(broker, organizationId, recordType, itemCode ?? productName),
    recordType,
    itemCode,
    lines: 0,
    cost: 0n,
    sales: 0n,
    isOneOff: recordType === 'Perpetual' || upfront.has(itemCode ?? ''),
  };
}

/** Rules 6.1 and 7.7. */
function keyWithoutSubscription(broker: string, organizationId: string, recordType: string, code: string): string {
  const members = [broker.toLowerCase(), organizationId.toLowerCase(), null, recordType, code.toLowerCase()];
  return `cm-${createHash('sha256').update(JSON.stringify(members)).digest('hex').slice(0, 32)}`;
}

function upfrontCodes({ cloudmore }: ReportedWorld): Set<string> {
  const prices = Object.values(cloudmore.priceLists ?? {}).flat();
  return new Set(prices.filter(({ paymentFrequency = 1 }) => paymentFrequency > 1).map(({ itemCode }) => itemCode));
}

/** The Autotask company an organization is linked to; null where it is not, or wrongly. */
export function companyOf({ cloudmore }: ReportedWorld, organizationId: string): { id: number | null; isMissing: boolean } {
  const organization = cloudmore.organizations.find(({ id }) => id === organizationId);
  const link = organization?.customProperties?.find(({ name }) => name === 'AutotaskCompanyID')?.value?.trim() ?? '';
  return { id: /^\d+$/.test(link) ? Number(link) : null, isMissing: link === '' };
}
