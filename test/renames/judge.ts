import type { Preview } from '../../activities/decide/preview-month.js';
import { ZERO, big } from '../../shared/billing/basics/decimal.js';
import type { PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { ApiError } from '../../shared/http/errors.js';

/** What may come of an answer that differs: it stops and says so, it holds what depends on it and says so, or the money is the same. */
export type Verdict = 'stops' | 'holds' | 'same money' | { wrong: string };

/** A plan, or the error it ended with. */
export type Came = Preview | Error;

export function judge(expected: Preview, came: Came): Verdict {
  if (came instanceof Error) return stops(came);
  const wrong = [
    ...wrongItems(expected, came),
    ...lostItems(expected, came),
    ...wrongSteps(expected, came),
    ...missingSteps(expected, came),
    ...wrongTotals(expected, came),
  ];
  if (wrong.length > 0) return { wrong: wrong.slice(0, 3).join('; ') };
  return holdsMore(expected, came) ? 'holds' : 'same money';
}

/** Loud is an error of ours in words: it names a vendor, and is not a mistake of the program. */
function stops(error: Error): Verdict {
  const isOurs = error instanceof ApiError && /Cloudmore|Autotask|127\.0\.0\.1|\/query/.test(error.message);
  return isOurs ? 'stops' : { wrong: `${error.name}: ${error.message}` };
}

const itemsOf = ({ plans }: Preview): Map<string, PlannedItem> =>
  new Map(plans.flatMap((plan) => plan.items.map((item) => [keyOf(plan.organizationId, item), item] as const)));

/** Type and code are what a missing member can change; whose it is and how much is not. */
const keyOf = (organizationId: string, { contractKey, sales, cost }: PlannedItem): string =>
  [organizationId, contractKey, sales, cost].join(' ').toLowerCase();

const heldOf = (preview: Preview): [organizationId: string, item: PlannedItem][] =>
  preview.plans.flatMap(({ organizationId, items }) =>
    items.filter(({ outcome }) => outcome === 'held').map((item) => [organizationId, item] as [string, PlannedItem]),
  );

/** More is held, or listed as nobody's: both are said, and somebody looks. */
const holdsMore = (expected: Preview, came: Preview): boolean =>
  heldOf(came).length > heldOf(expected).length ||
  came.result.unassigned.lines > expected.result.unassigned.lines ||
  came.plans.some(({ ghosts }) => ghosts.length > 0);

/** What is posted is what was posted, and stands as it stood; nothing is held without a sentence; nothing is left out that was not. */
function* wrongItems(expected: Preview, came: Preview): Generator<string> {
  const before = itemsOf(expected);
  const left = excludedSales(expected);
  for (const [key, item] of itemsOf(came)) {
    const known = before.get(key);
    if (item.outcome === 'held' && !item.message) yield `${key} is held without a word`;
    if (item.outcome !== 'posted') continue;
    if (known?.outcome !== 'posted') yield `${key} is posted, and was ${known?.outcome ?? 'not there'}`;
    else if (JSON.stringify(item.standing?.after) !== JSON.stringify(known.standing?.after)) yield `${key} stands otherwise`;
  }
  // A line that cannot be read may be left out with the rest of a customer or service that is left out, and nothing besides.
  for (const [why, sales] of excludedSales(came))
    if (sales.gt(left.get(why) ?? ZERO)) yield `${sales.toFixed()} is excluded: ${why}`;
}

/** What is left out, by reason (`lostItems` looks at whose it is); without regard to the sign, so that a credit hides nothing. */
function excludedSales({ plans }: Preview): Map<string, typeof ZERO> {
  const sales = new Map<string, typeof ZERO>();
  for (const { items } of plans)
    for (const item of items.filter(({ outcome }) => outcome === 'excluded')) {
      const why = String(item.reason);
      sales.set(why, (sales.get(why) ?? ZERO).plus(big(item.sales).abs()));
    }
  return sales;
}

/** What was posted is posted, or its contract or its customer is held, or it is listed as nobody's. */
function* lostItems(expected: Preview, came: Preview): Generator<string> {
  const now = itemsOf(came);
  const held = heldOf(came);
  const lost = [...itemsOf(expected)].filter(([key, was]) => {
    if (was.outcome !== 'posted' || now.get(key)?.outcome === 'posted') return false;
    return !held.some(([id, item]) => isSame(item, was) || (key.startsWith(id.toLowerCase()) && isOfAll(item)));
  });
  const unassigned = cents(came.result.unassigned.sales) - cents(expected.result.unassigned.sales);
  const sum = lost.reduce((total, [, { sales }]) => total + cents(sales), 0);
  if (lost.length > 0 && unassigned < sum) for (const [key] of lost) yield `${key} is gone`;
}

/** The same contract, or, where it cannot be told whose it is, the same amounts of the same product. */
const isSame = (item: PlannedItem, was: PlannedItem): boolean =>
  item.contractKey === was.contractKey ||
  (item.productName === was.productName && item.sales === was.sales && item.cost === was.cost);

/** Held for lines of which nobody can tell what they belong to. */
const isOfAll = ({ reason }: PlannedItem): boolean => reason === 'unreadable' || reason === 'unclassified';

/** Texts that people read, and what a thing is called, are no money. */
const WORDS = ['items', 'summary', 'name', 'description', 'invoiceDescription', 'text', 'because', 'changes'];
const moneyOf = (step: Step): string => JSON.stringify(Object.entries(step).filter(([name]) => !WORDS.includes(name)));
/** What a contract that is there carries besides money: written once more, it is as it was. */
const isLabel = (step: Step): boolean => step.kind === 'upsertContract' && step.contractId !== null;
const isWriting = (step: Step): boolean => step.kind !== 'ensureService' && step.kind !== 'ensureProduct' && !isLabel(step);

/** Nothing is written that would not be written otherwise. */
function* wrongSteps(expected: Preview, came: Preview): Generator<string> {
  const steps = ({ plans }: Preview): Step[] => plans.flatMap((plan) => plan.steps).filter(isWriting);
  const known = new Set(steps(expected).map(moneyOf));
  for (const step of steps(came)) if (!known.has(moneyOf(step))) yield `writes: ${step.summary}`;
}

/** What is posted has every write that it had: the one that is missing may be the one that ends what is paid once. */
function* missingSteps(expected: Preview, came: Preview): Generator<string> {
  const posted = new Set(
    [...itemsOf(came).values()].flatMap(({ outcome, contractKey }) => (outcome === 'posted' ? [contractKey] : [])),
  );
  const now = new Set(came.plans.flatMap(({ steps }) => steps).map(moneyOf));
  for (const step of expected.plans.flatMap(({ steps }) => steps).filter(isWriting))
    if ('contractKey' in step && posted.has(step.contractKey) && !now.has(moneyOf(step))) yield `does not write: ${step.summary}`;
}

/** Every amount of the report is still somewhere: posted, held, excluded, or listed as unassigned. */
function* wrongTotals(expected: Preview, came: Preview): Generator<string> {
  const { result, nothingDue } = came;
  if (nothingDue.length > 0) yield 'nothing is due';
  const inAll = ({ result }: Preview): number =>
    [result, ...result.otherCurrencies].reduce((sum, { report }) => sum + cents(report.sales), 0);
  // Amounts of lines that cannot be read are not known: they are held, and `lostItems` says whose must be.
  const isUnread = heldOf(came).some(([, { reason }]) => reason === 'unreadable' || reason === 'organization-unknown');
  const unassigned = cents(came.result.unassigned.sales) - cents(expected.result.unassigned.sales);
  if (inAll(came) + Math.max(unassigned, 0) < inAll(expected) && !isUnread)
    yield `the report is ${result.report.sales}, and was ${expected.result.report.sales}`;
  if (inAll(came) > inAll(expected)) yield `the report is ${result.report.sales}, and was ${expected.result.report.sales}`;
}

const cents = (amount: string): number => Math.round(Number(amount) * 100);
