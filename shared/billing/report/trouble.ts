import { NO_TROUBLES } from './troubles.js';
import { listedSubscription, type ItemContext } from './items.js';
import { fold, same } from '../basics/text.js';
import type { Item } from '../plan-types.js';
import type { Price, Subscription } from '../types.js';
import { isChargeType, rulesOf } from '../basics/record-types.js';

/**
 * Rule 2.7: what is there and not understood holds what depends on it, and nothing else. Rule 2.8: so does a member that the whole report leaves out and that
 * nothing else says.
 */
/** Why the item cannot be billed, in a sentence; null where all that it depends on is understood. */
export function troubleOf(item: Item, context: ItemContext): string | null {
  const { organization, subscriptions } = context.troubles ?? NO_TROUBLES;
  return (
    item.lines.find(({ trouble }) => trouble !== undefined)?.trouble?.message ??
    organization ??
    subscriptions.get(fold(item.subscriptionId)) ??
    ofSubscription(item, context.subscriptions) ??
    ofPrice(item, context) ??
    ofSilence(item, context)
  );
}

/** Whether what cannot be read could make it another kind of item. */
export const isTypeUncertain = (item: Item, { troubles = NO_TROUBLES }: ItemContext): boolean =>
  troubles.organization !== null || troubles.subscriptions.has(fold(item.subscriptionId));

/** End and item code come from the subscription lists; kinds that no list names ask none. */
function ofSubscription({ subscriptionId, type }: Item, subscriptions: Subscription[]): string | null {
  if (subscriptionId === null) return null;
  const listed = listedSubscription(subscriptions, subscriptionId);
  if (listed) return listed.unreadable ?? null;
  return subscriptions.find(({ id, recordType }) => id === '' && recordType === type)?.unreadable ?? null;
}

/** How often it is paid, and the price of its service, come from the price list. One whose code cannot be read may be that of any item not on the list. */
function ofPrice(item: Item, { prices }: ItemContext): string | null {
  if (item.itemCode === null || !asksPriceList(item)) return null;
  const listed = prices.get(fold(item.itemCode)) ?? prices.get('') ?? [];
  return listed.find((price) => price.unreadable !== undefined && isIn(price, item.currency))?.unreadable ?? null;
}

const isIn = (price: Price, currency: string): boolean => price.currency === '' || same(price.currency, currency);

/** What is charged by usage and what is paid once by its kind has neither a price nor a frequency on the list (4.4, 5.2, 5.3). */
const asksPriceList = ({ type }: Item): boolean => rulesOf(type)?.paidOnce !== 'always' && !isChargeType(type);

/** Whether something is paid once or every month, and which of two kinds of software it is, is shown by the lines where nothing else does (2.1, 4.4). */
function ofSilence(item: Item, { prices }: ItemContext): string | null {
  const isSilent = (member: string): boolean => item.lines.some(({ silent }) => silent?.includes(member));
  if (!isSilent('startDate') && !isSilent('endDate')) return null;
  const isSoftware = ['always', 'where-silent'].includes(rulesOf(item.type)?.paidOnce ?? 'as-stated');
  const isStated = (prices.get(fold(item.itemCode)) ?? []).some(({ paymentMonths }) => paymentMonths !== null);
  if (!(isSoftware && isSilent('recordType')) && (isStated || !asksPriceList(item))) return null;
  const silent = new Set(item.lines.flatMap((line) => line.silent ?? []));
  return `No line of the report has ${[...silent].join(', ')}, and neither the price list nor the invoice says whether ${item.productName} is paid once or every month.`;
}
