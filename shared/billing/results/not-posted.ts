import { adviceFor } from './advice.js';
import type { Command } from '../basics/command.js';
import { amountText } from '../basics/decimal.js';
import type { Decimal } from '../types.js';

/** What of an item the sentence about it names. */
export interface NotPosted {
  productName: string;
  subscriptionId: string;
  currency: string;
  sales: Decimal;
  outcome: 'posted' | 'held' | 'excluded' | 'ghost' | 'awaiting';
  reason: string | null;
  /** The planner's own words: what exactly is wrong. */
  message: string | null;
  /** The command to continue with; null if there is none. */
  command: Command | null;
}

/** Lines without a subscription have none to name. */
const whatOf = ({ productName, subscriptionId }: NotPosted): string =>
  subscriptionId === '' ? productName : `${productName}, subscription ${subscriptionId}`;

/**
 * One sentence that stands alone, in a report, a mail or a log: organization, subscription, amount, reason, what is wrong, what to do next. What is simply
 * posted keeps its message.
 */
export function explainItem(item: NotPosted, organizationName: string): string | null {
  if (item.reason === null) return item.message;
  return [
    `${organizationName}: ${whatOf(item)}, ${amountText(item.sales, item.currency)} ${STATES[item.outcome]} (${item.reason}).`,
    item.message,
    // What is held says itself what to do; what is left out on purpose may be meant so.
    item.outcome === 'excluded' || item.message === null ? adviceFor(item.reason)?.remedy : null,
    item.command === null ? null : `Then: ${item.command}`,
  ]
    .filter((part) => part)
    .join(' ');
}

const STATES: Record<NotPosted['outcome'], string> = {
  posted: 'posted',
  held: 'held',
  excluded: 'excluded',
  ghost: 'without a line in the report',
  awaiting: 'of last month',
};
