import { BREAKERS_OFF, type Breakers } from '../../shared/billing/plan/breaker-limits.js';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import type { Books, Line, Organization, Subscription } from '../../shared/billing/types.js';
import { books, line, plan, running, SUBSCRIPTION } from './builders.js';

/** Two months of a customer, and what a breaker makes of them. */

export const LIMITS: Breakers = { ...BREAKERS_OFF, organizationAmount: '500' };
export const ORGANIZATION: Partial<Breakers> = { organizationPercent: 100 };

export interface Months {
  before: Line[];
  now: Line[];
  held?: Books;
  limits: Partial<Breakers>;
  subscriptions?: Subscription[];
  excludeServices?: string[];
  organizations?: Organization[];
}
export const decide = ({
  before,
  now,
  held = books(),
  limits,
  subscriptions = [],
  excludeServices = [],
  organizations,
}: Months): Plan =>
  plan({
    asOf: '2025-10-25',
    report: {
      lines: now,
      previousLines: before.map((one) => ({ ...one, billingDate: one.billingDate.replace('2025-10', '2025-09') })),
      subscriptions,
      ...(organizations === undefined ? {} : { organizations }),
    },
    books: held,
    settings: { breakers: { ...LIMITS, ...limits }, excludeServices },
  });
export const itemOf = (decided: Plan, key = SUBSCRIPTION): PlannedItem =>
  decided.items.find(({ contractKey }) => contractKey === key)!;
/** Why the licence waits; null where it is billed. */
export const why = (months: Months, key?: string): string | null => {
  const { outcome, message } = itemOf(decide(months), key);
  return outcome === 'held' ? message : null;
};
export const sold = (sales: string, changes: Partial<Line> = {}): Line => line({ sales, cost: '0', ...changes });
export const other = (id: string, sales: string, changes: Partial<Line> = {}): Line =>
  sold(sales, { subscriptionId: id, itemCode: `CFQ7TTC0${id.toUpperCase()}`, productName: id, ...changes });
export const standing = (price: string, cost = '0'): Books => running(10, price, cost);
