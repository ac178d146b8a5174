import type { Preview } from '../../activities/preview.js';
import type { PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { ApiError } from '../../shared/http/errors.js';

/** What may come of an answer that differs: it stops and says so, it holds what depends on it and says so, or the money is the same. */
export type Verdict = 'stops' | 'holds' | 'same money' | { wrong: string };

/** A plan, or the error it ended with. */
export type Came = Preview | Error;

export function judge(expected: Preview, came: Came): Verdict {
  if (came instanceof Error) return stops(came);
  const wrong = [...wrongItems(expected, came), ...wrongSteps(expected, came), ...wrongTotals(expected, came)];
  if (wrong.length > 0) return { wrong: wrong.slice(0, 3).join('; ') };
  return heldOf(came).size > heldOf(expected).size ? 'holds' : 'same money';
}

/** Loud is an error of ours in words: it names a vendor, and is no mistake of the program. */
function stops(error: Error): Verdict {
  const isOurs = error instanceof ApiError && /Cloudmore|Autotask|127\.0\.0\.1|\/query/.test(error.message);
  return isOurs ? 'stops' : { wrong: `${error.name}: ${error.message}` };
}

const itemsOf = ({ plans }: Preview): Map<string, PlannedItem> =>
  new Map(plans.flatMap((plan) => plan.items.map((item) => [keyOf(plan.organizationId, item), item] as const)));

/** Type and code are what a missing member can change; whose it is and how much is not. */
const keyOf = (organizationId: string, { contractKey, sales, cost }: PlannedItem): string =>
  [organizationId, contractKey, sales, cost].join(' ').toLowerCase();

const heldOf = (preview: Preview): Set<string> =>
  new Set([...itemsOf(preview)].filter(([, { outcome }]) => outcome === 'held').map(([key]) => key));

/** What is posted is what was posted, and stands as it stood; what was posted is posted, or held with a sentence. */
function* wrongItems(expected: Preview, came: Preview): Generator<string> {
  const before = itemsOf(expected);
  // A line that cannot be read is left out with the rest of a customer or service that is left out; nothing is for a new reason.
  const excluded = new Set(
    [...before.values()].flatMap(({ outcome, reason }) => (outcome === 'excluded' ? [String(reason)] : [])),
  );
  const posted = new Set([...before.values()].flatMap(({ outcome, contractKey }) => (outcome === 'posted' ? [contractKey] : [])));
  for (const [key, item] of itemsOf(came)) {
    const known = before.get(key);
    if (item.outcome === 'held' && !item.message) yield `${key} is held without a word`;
    if (item.outcome === 'posted' && known?.outcome !== 'posted')
      yield `${key} is posted, and was ${known?.outcome ?? 'not there'}`;
    const isLeftOut = item.outcome === 'excluded' && known?.outcome !== 'excluded';
    if (isLeftOut && (posted.has(item.contractKey) || !excluded.has(String(item.reason))))
      yield `${key} is excluded (${item.reason})`;
  }
}

/** Texts that people read, and what a thing is called, are no money. */
const WORDS = ['items', 'summary', 'name', 'description', 'invoiceDescription', 'text', 'because', 'changes'];
const moneyOf = (step: Step): string => JSON.stringify(Object.entries(step).filter(([name]) => !WORDS.includes(name)));
/** What a contract that is there carries beside money: written once more, it is as it was. */
const isLabel = (step: Step): boolean => step.kind === 'upsertContract' && step.contractId !== null;
const isWriting = (step: Step): boolean => step.kind !== 'ensureService' && step.kind !== 'ensureProduct' && !isLabel(step);

/** Nothing is written that would not be written otherwise. */
function* wrongSteps(expected: Preview, came: Preview): Generator<string> {
  const steps = ({ plans }: Preview): Step[] => plans.flatMap((plan) => plan.steps).filter(isWriting);
  const known = new Set(steps(expected).map(moneyOf));
  for (const step of steps(came)) if (!known.has(moneyOf(step))) yield `writes: ${step.summary}`;
}

/** Every amount of the report is still somewhere: posted, held, excluded, or listed as unassigned. */
function* wrongTotals(expected: Preview, came: Preview): Generator<string> {
  const { result, nothingDue } = came;
  if (nothingDue.length > 0) yield 'nothing is due';
  const inAll = (preview: Preview): number =>
    [preview.result, ...preview.result.otherCurrencies].reduce(
      (sum, { report }) => sum + Math.round(Number(report.sales) * 100),
      0,
    );
  const isUnread = [...itemsOf(came).values()].some(({ reason }) => reason === 'unreadable' || reason === 'organization-unknown');
  if (inAll(came) !== inAll(expected) && !isUnread)
    yield `the report is ${result.report.sales}, and was ${expected.result.report.sales}`;
}
