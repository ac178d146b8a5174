import type { MonthFacts, OrganizationFacts } from '../report/facts.js';
import { buildItems, indexPrices, isManual, itemContext, quantityOfLine } from '../report/items.js';
import { classify, type LineType } from '../report/record-type.js';
import type { Outcome } from './results.js';
import { same } from '../basics/text.js';
import type { Ghost, Item, Note, PlannedItem, Sides, Step } from '../plan-types.js';
import type { Day, Decimal, Line, Settings } from '../types.js';

/**
 * For any amount: which lines of the report it comes from, which rules made what of them, what was rounded, and on which row and charges it stands. Made of
 * what was planned and of the report it was planned from, so that it explains that decision and makes none of its own.
 */
export interface Explanation {
  /** Subscription id, or the `cm-…` value of rule 6.1. */
  contractKey: string;
  items: ExplainedItem[];
  /** Money on the contract that no line of the report explains (rule 8). */
  ghosts: Ghost[];
}

export interface ExplainedItem {
  /** Exact and rounded sums, rules in order (`because`), row and charges before and after (`standing`). */
  item: PlannedItem;
  /** In the order of billing; their exact sums are the item's `exactSales` and `exactCost`. */
  lines: ExplainedLine[];
  steps: Step[];
  notes: Note[];
}

/** A line of the report and what it counted for. */
export interface ExplainedLine extends Sides {
  billingDate: Day;
  /** What rule 2.1 says of the line itself; `ManualBillingLine` where it took the item of its subscription (2.3). */
  type: LineType;
  chargeType: string | null;
  productName: string | null;
  itemCode: string | null;
  quantity: Decimal;
  /** Whether its quantity could be the highest (4.2). */
  countsForQuantity: boolean;
  startDay: Day | null;
  endDay: Day | null;
  currency: string;
}

/** What was decided for a subscription id (or `cm-…` value), from the report's slice it was decided on. Null when the month has nothing of it. */
export function explain(
  outcome: Pick<Outcome, 'items' | 'ghosts' | 'steps' | 'notes'>,
  {
    facts,
    slice,
    settings,
  }: { facts: MonthFacts; slice: OrganizationFacts; settings: Pick<Settings, 'excludeServices' | 'exportRecordTypes'> },
  subscription: string,
): Explanation | null {
  const planned = outcome.items.filter((item) => same(item.contractKey, subscription));
  const ghosts = outcome.ghosts.filter((ghost) => same(ghost.contractKey, subscription));
  const contractKey = planned[0]?.contractKey ?? ghosts[0]?.contractKey;
  if (contractKey === undefined) return null;
  const built = buildItems(slice.lines, itemContext(slice, indexPrices(facts.prices), settings));
  const items = planned.flatMap((item) => {
    const source = built.find(({ id }) => id === item.id);
    return source === undefined ? [] : [explainedItem(item, source, outcome)];
  });
  return { contractKey, items, ghosts };
}

const explainedItem = (item: PlannedItem, source: Item, { steps, notes }: Pick<Outcome, 'steps' | 'notes'>): ExplainedItem => ({
  item,
  lines: source.lines.map((line) => explainedLine(line, source)),
  steps: steps.filter(({ items }) => items.includes(item.id)),
  notes: notes.filter(({ itemId }) => itemId === item.id),
});

const explainedLine = (line: Line, { type }: Item): ExplainedLine => ({
  billingDate: line.billingDate,
  type: classify(line),
  chargeType: line.chargeType,
  productName: line.productName,
  itemCode: line.itemCode,
  quantity: line.quantity,
  countsForQuantity: !isManual(line) && quantityOfLine(type, line) !== null,
  sales: line.sales,
  cost: line.cost,
  startDay: line.startDay,
  endDay: line.endDay,
  currency: line.currency,
});
