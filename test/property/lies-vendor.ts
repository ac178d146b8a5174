import type { Line, Report } from '../../shared/billing/types.js';
import { line, manualLine, organization, price, report as wholeReport, subscription } from '../billing/builders.js';
import { COMPANIES, CONVERTED, MONTH, PLACES, type Change, type Lost, type LyingDay } from './lies-story.js';

/** What Cloudmore knows of the two customers, and what it shows on a day. */

/** What Cloudmore knows of a place. Whole cents, for a line's amounts. */
export interface Sold {
  organization: number;
  place: number;
  quantity: number;
  sales: number;
  cost: number;
  credit: number;
  isConverted: boolean;
  /** Its lines are the other customer's now. */
  isMoved: boolean;
  isEnded: boolean;
  /** Its lines are gone, and no list says why. */
  isWithdrawn: boolean;
}

export const keyOf = ({ organization: number, place: index }: Pick<Sold, 'organization' | 'place'>): string =>
  `${number} ${index}`;

export function happen(sold: Map<string, Sold>, { kind, quantity, cents, ...where }: Change): void {
  const key = keyOf(where);
  const known = sold.get(key);
  if (kind === 'more') {
    const fresh = {
      quantity: 0,
      sales: 0,
      cost: 0,
      credit: 0,
      isConverted: false,
      isMoved: false,
      isEnded: false,
      isWithdrawn: false,
    };
    const before = known ?? { ...where, ...fresh };
    if (before.isEnded) return;
    const amount = before.isWithdrawn ? 0 : cents;
    sold.set(key, {
      ...before,
      isWithdrawn: false,
      quantity: before.quantity + (before.isWithdrawn ? 0 : quantity),
      sales: before.sales + amount * quantity,
      cost: before.cost + Math.floor(amount / 2) * quantity,
    });
    return;
  }
  if (known === undefined || known.isEnded || known.isWithdrawn) return;
  if (kind === 'less' && known.quantity > 1)
    Object.assign(known, {
      quantity: known.quantity - 1,
      sales: Math.floor((known.sales * (known.quantity - 1)) / known.quantity),
      cost: Math.floor((known.cost * (known.quantity - 1)) / known.quantity),
    });
  if (kind === 'credit') known.credit += Math.min(cents, Math.floor(known.sales / 2));
  if (kind === 'ended' && PLACES[where.place]!.type !== 'Perpetual') known.isEnded = true;
  if (kind === 'converted' && PLACES[where.place]!.type === 'Csp365Nce') known.isConverted = true;
  if (kind === 'moved' && PLACES[where.place]!.type !== 'Perpetual') known.isMoved = !known.isMoved;
  if (kind === 'withdrawn') known.isWithdrawn = true;
}

export const organizationId = (number: number): string => `org-${number + 1}`;
export const subscriptionOf = ({ organization: number, place: index }: Pick<Sold, 'organization' | 'place'>): string | null =>
  PLACES[index]!.type === 'Perpetual' ? null : `s-${number}-${index}`;

/** The customer that it is sold to now. */
const ownerOf = ({ organization: number, isMoved }: Sold): number => (isMoved ? COMPANIES.length - 1 - number : number);

const codeOf = ({ place: index, isConverted }: Sold): string | null => (isConverted ? CONVERTED : PLACES[index]!.code);
const amountOf = (cents: number): string => (cents / 100).toFixed(2);
const billingDay = (index: number): string => `${MONTH}-${String(4 + index * 3).padStart(2, '0')}`;

function linesOf(sold: Sold): Line[] {
  if (sold.isEnded || sold.isWithdrawn) return [];
  const { type, service } = PLACES[sold.place]!;
  const common = {
    organizationId: organizationId(ownerOf(sold)),
    organizationName: `Customer ${ownerOf(sold)}`,
    subscriptionId: subscriptionOf(sold),
    serviceId: service,
    serviceName: service,
    billingDate: billingDay(sold.place),
    startDay: `${MONTH}-01`,
    endDay: `${MONTH}-31`,
  };
  const main = line({
    ...common,
    recordType: type,
    itemCode: codeOf(sold),
    productName: `Product ${sold.place}`,
    quantity: String(sold.quantity),
    subscriptionQuantity: '1',
    sales: amountOf(sold.sales),
    cost: amountOf(sold.cost),
  });
  // What has no subscription id has no corrections of its own (2.3).
  if (sold.credit === 0 || common.subscriptionId === null) return [main];
  return [main, manualLine({ ...common, sales: amountOf(-sold.credit), cost: '0' })];
}

// ---------------------------------------------------------------------------------------------------------------- what is reported

/** The report as it comes, with what it has lost. */
export function reportOf(sold: Sold[], { lost: losses }: LyingDay, companies: readonly number[]): Report {
  const isLost = (one: Line): boolean =>
    losses.some(({ what, organization: number, place: index }) => {
      const isOf = one.organizationId === organizationId(number);
      if (what === 'customer' || what === 'organization') return isOf;
      if (what === 'service') return one.serviceId === PLACES[index]!.service;
      if (what === 'record type') return one.recordType === PLACES[index]!.type;
      if (what === 'corrections') return one.recordType === 'ManualBillingLine';
      return what === 'subscription' && isOf && one.subscriptionId === subscriptionOf({ organization: number, place: index });
    });
  const isUnlisted = (number: number): boolean =>
    losses.some((loss) => (loss.what === 'customer' || loss.what === 'listed organization') && loss.organization === number);
  const lists = (what: Lost['what']): boolean => !losses.some((loss) => loss.what === what);
  const licences = sold.filter((one) => subscriptionOf(one) !== null && PLACES[one.place]!.type !== 'Marketplace');
  return wholeReport({
    lines: sold.flatMap(linesOf).filter((one) => !isLost(one)),
    organizations: companies.flatMap((id, number) =>
      isUnlisted(number)
        ? []
        : [organization({ id: organizationId(number), name: `Customer ${number}`, companyIdText: String(id) })],
    ),
    subscriptions: lists('subscription list')
      ? licences.map((one) =>
          subscription({
            id: subscriptionOf(one)!,
            organizationId: organizationId(ownerOf(one)),
            recordType: PLACES[one.place]!.type === 'AzurePlan' ? 'AzurePlan' : 'Csp365Nce',
            itemCode: codeOf(one),
            status: one.isEnded ? 'Cancelled' : 'Active',
          }),
        )
      : [],
    prices: lists('price list') ? [price(), price({ itemCode: CONVERTED })] : [],
  });
}
