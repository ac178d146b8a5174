import type { AutotaskState } from '../../sandbox/index.js';
import type { ItemResult, MonthResult } from '../../shared/billing/results/results.js';
import { checkAmounts, resultsOf, type Problem, type Watched } from './checker.js';
import { companyOf, expectedItems, type ExpectedItem } from './expected.js';
import { THINS_REPORT } from './lies.js';
import { shown } from './money.js';
import type { RunEnd } from './month.js';
import { chargeSales, checkDuplicates, isAsked, keyOf, moneyOf, total as totalSales, type Money } from './tables.js';

/**
 * What must hold after a run that was told what is not so. The checker knows what is so: the money is right, or stands as it stood and somebody is told;
 * nothing that was right is reduced, nothing is there twice, and nothing is said to be posted that is not.
 */
export function checkLies(watched: Watched, ends: RunEnd[]): Problem[] {
  const truthOf = (asOf: string): ExpectedItem[] => expectedItems(watched.world, watched.broker, watched.month, asOf);
  return ends.flatMap((end, index) => {
    const before = ends[index - 1];
    const moment: Moment = {
      end,
      truth: truthOf(end.asOf),
      earlier: before ? truthOf(before.asOf) : [],
      first: truthOf(ends[0]!.asOf),
      whole: truthOf(WHOLE_MONTH),
      before: before?.autotask ?? watched.begin,
      found: editedSince(watched, before, end) ?? before?.autotask ?? watched.begin,
    };
    return [
      ...checkDuplicates(end.autotask),
      ...checkStanding(watched, moment),
      ...(index === 0 ? [] : checkSums(watched, moment)),
      ...(end.result === null ? [] : checkReported(watched, moment, end.result)),
    ].map(({ kind, message }): Problem => ({
      kind,
      message: `run of ${end.asOf} (${end.lies.join(', ') || 'no lie'}): ${message}`,
    }));
  });
}

/** Later than any day. */
const WHOLE_MONTH = '9999-12-31';

interface Moment {
  end: RunEnd;
  /** What Cloudmore knows on the day of the run, and on that of the run before it. */
  truth: ExpectedItem[];
  earlier: ExpectedItem[];
  /** On that of the first run, which was told the truth. */
  first: ExpectedItem[];
  /** What the report says of the whole month, also what is not due yet. */
  whole: ExpectedItem[];
  before: AutotaskState;
  /** What the run found there: that, or what a person made of it since. */
  found: AutotaskState;
}

const editedSince = ({ moments }: Watched, before: RunEnd | undefined, end: RunEnd): AutotaskState | undefined =>
  moments.findLast(({ at }) => at < `${end.asOf}T03` && at > `${before?.asOf ?? ''}T03`)?.autotask;

// ---------------------------------------------------------------------------------------------------------------- what stands

/** What was right stays as it is until it is right again: whatever a run was told, it neither takes away nor adds what is not so. */
function checkStanding({ month }: Watched, { end, truth, earlier, found }: Moment): Problem[] {
  return keysOf(truth).flatMap((key): Problem[] => {
    const [was, is] = [moneyOf(found, key, month), moneyOf(end.autotask, key, month)];
    const [due, dueBefore] = [totalOf(truth, key), totalOf(earlier, key)];
    if (!isSame(was, dueBefore) || isSame(is, was) || isSame(is, due)) return [];
    // A run that stopped between the row and its charge says so, and the next one continues.
    if (!isSame(due, dueBefore) && !isPosted(end.result, truth, key)) return [];
    return [{ kind: 'lie', message: `${key}: ${text(is)} stands, ${text(was)} stood and was right, ${text(due)} is due` }];
  });
}

const keysOf = (items: ExpectedItem[]): string[] => [...new Set(items.map(({ contractKey }) => contractKey))];
const isSame = (left: Money, right: Money): boolean => left.sales === right.sales && left.cost === right.cost;
const stands = ({ sales, cost }: Money): boolean => sales !== 0n || cost !== 0n;
const text = ({ sales, cost }: Money): string => `${shown(sales)} / ${shown(cost)}`;

const totalOf = (items: ExpectedItem[], key: string): Money => {
  const own = items.filter(({ contractKey }) => contractKey === key);
  return {
    sales: own.reduce((sum, { sales }) => sum + sales, 0n),
    cost: own.reduce((sum, { cost }) => sum + cost, 0n),
  };
};

const isPosted = (result: MonthResult | null, truth: ExpectedItem[], key: string): boolean =>
  result !== null &&
  truth.some((item) => item.contractKey === key && resultsOf(result, item).some(({ outcome }) => outcome === 'posted'));

// ---------------------------------------------------------------------------------------------------------------- what is asked for in all

/**
 * What customers are asked for, company by company and in all: a run moves it towards what is due and never beyond, whatever contracts it stands on and whatever
 * they are called. What nobody bills here, such as other contracts, is as it was before the first run; of that what had ended may be gone.
 */
function checkSums({ world, month, begin, moments }: Watched, { end, truth, earlier, first, whole, found }: Moment): Problem[] {
  const linked = (items: ExpectedItem[]): ExpectedItem[] =>
    items.filter(
      ({ organizationId, recordType }) => recordType !== 'CustomService' && companyOf(world, organizationId).id !== null,
    );
  const keys = keysOf(linked(whole));
  const ids = new Set(moments.flatMap(({ act }) => (act.kind === 'edit' && act.isUnasked ? [act.contractId] : [])));
  const unaskedKeys = new Set(found.contracts.filter(({ id }) => ids.has(id)).map(keyOf));
  return [null, ...new Set(end.autotask.contracts.map(({ companyID }) => companyID))].flatMap((companyId): Problem[] => {
    const own = (items: ExpectedItem[]): ExpectedItem[] =>
      linked(items).filter((item) => companyId === null || companyOf(world, item.organizationId).id === companyId);
    const [was, is] = [askedFor(found, month, companyId), askedFor(end.autotask, month, companyId)];
    const others = askedFor(begin, month, companyId, keys) + askedFor(copiesIn(found, begin), month, companyId);
    const due = own(truth);
    const isKnown = ({ contractKey }: ExpectedItem): boolean => first.some((item) => item.contractKey === contractKey);
    // What came since the first run is brought from what last month carried on to what is due.
    const came = keysOf(due.filter((item) => !isKnown(item)));
    const awaited = keysOf(own(whole)).filter((key) => !due.some(({ contractKey }) => contractKey === key));
    const right = total(due) + others + plus(awaited.map((key) => moneyOf(found, key, month).sales));
    // Each of several is put right for itself.
    const unasked = keysOf(due).filter((key) => unaskedKeys.has(key.toLowerCase()));
    const changes = [
      ...unasked.map((key) => totalOf(due, key).sales - moneyOf(found, key, month).sales),
      ...due.filter(isKnown).flatMap((item) => [first, earlier].map((before) => item.sales - salesOf(before, item))),
      ...came.flatMap((key) => [moneyOf(found, key, month).sales, 0n].map((before) => totalOf(due, key).sales - before)),
    ];
    const [up, down] = [changes.filter((one) => one > 0n), changes.filter((one) => one < 0n)].map(plus) as [bigint, bigint];
    // What came since may be held while something else continues.
    const most = greater(was + up, right - down);
    const least = lesser(was + down, right - up) - greater(others, 0n);
    if (is >= least && is <= most) return [];
    const whose = companyId === null ? 'all customers' : `company ${companyId}`;
    return [{ kind: 'lie', message: `${whose}: ${shown(is)} is asked for, ${shown(was)} was, ${shown(right)} would be right` }];
  });
}

/** Without what was there before the first run, and what has an id: contracts that somebody copied. */
const copiesIn = (state: AutotaskState, begin: AutotaskState): AutotaskState => ({
  ...state,
  contracts: state.contracts.filter(
    (contract) => keyOf(contract) === '' && !begin.contracts.some(({ id }) => id === contract.id),
  ),
});

const lesser = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const greater = (left: bigint, right: bigint): bigint => (left > right ? left : right);
const plus = (amounts: bigint[]): bigint => amounts.reduce((sum, one) => sum + one, 0n);
const total = (items: ExpectedItem[]): bigint => plus(items.map(({ sales }) => sales));
const salesOf = (items: ExpectedItem[], item: ExpectedItem): bigint => items.find((one) => isSameItem(one, item))?.sales ?? 0n;
const isSameItem = (left: ExpectedItem, right: ExpectedItem): boolean =>
  left.contractKey === right.contractKey && left.recordType === right.recordType && left.itemCode === right.itemCode;

/** The month's rows and charges, of one company or all; without the contracts of some keys. */
function askedFor(state: AutotaskState, month: string, companyId: number | null, without: string[] = []): bigint {
  const left = new Set(without.map((key) => key.toLowerCase()));
  const contracts = state.contracts.filter(
    (contract) => (companyId === null || contract.companyID === companyId) && !left.has(keyOf(contract)),
  );
  const ids = new Set(contracts.map(({ id }) => id));
  const rows = state.unitRows.filter(({ contractID, startDate }) => ids.has(contractID ?? -1) && startDate?.startsWith(month));
  const charges = state.charges.filter(
    (charge) => ids.has(charge.contractID ?? -1) && charge.datePurchased?.startsWith(month) && isAsked(charge),
  );
  return totalSales([...rows.map(({ price }) => price), ...charges.map(chargeSales)]);
}

// ---------------------------------------------------------------------------------------------------------------- what is said

function checkReported(watched: Watched, moment: Moment, result: MonthResult): Problem[] {
  return [
    ...checkAmounts(moment.end.autotask, watched.month, result, withoutForeign(watched, moment)),
    ...checkLines(moment, result),
    ...checkNothingSilent(watched, moment, result),
    ...checkCopies(watched, moment, result),
  ];
}

/** Without what stands on a contract to which somebody moved another item's charge. */
function withoutForeign({ moments }: Watched, { end, truth }: Moment): ExpectedItem[] {
  const ids = new Set(moments.flatMap(({ act }) => (act.kind === 'edit' && act.hasForeign ? [act.contractId] : [])));
  const keys = new Set(end.autotask.contracts.filter(({ id }) => ids.has(id)).map(keyOf));
  return truth.filter(({ contractKey }) => !keys.has(contractKey.toLowerCase()));
}

/** Every line of a report that is whole is in the sum, and every line of the sum has an outcome. */
function checkLines({ end, truth, whole }: Moment, { otherCurrencies, unassigned, ...own }: MonthResult): Problem[] {
  const sums = [own, ...otherCurrencies];
  const linesOf = (part: 'report' | 'posted' | 'held' | 'excluded'): number =>
    sums.reduce((sum, one) => sum + one[part].lines, 0);
  const counted = linesOf('posted') + linesOf('held') + linesOf('excluded');
  const reported = linesOf('report');
  const [wanted, most] = [truth, whole].map((items) => items.reduce((sum, { lines }) => sum + lines, 0)) as [number, number];
  const isThinned = end.lies.some((kind) => THINS_REPORT.has(kind));
  // A list of lines under another name is one that cannot be read, and nobody can tell how many it has; of lines whose day cannot be read nobody can tell
  // which are not due yet, so that all of them are in the report (1.7).
  const isUncounted = end.lies.some((kind) => kind === 'renamed' || kind === 'nulled') && hasUnreadable(own.organizations);
  const problems: string[] = [];
  if (counted !== reported) problems.push(`${counted} lines have an outcome, ${reported} are reported`);
  const found = reported + unassigned.lines;
  if (!isThinned && (isUncounted ? found > most : found !== wanted))
    problems.push(`${reported} lines are reported and ${unassigned.lines} unassigned, ${wanted} are in the world`);
  return problems.map((message) => ({ kind: 'conservation', message }));
}

/** What was right and is not in the report is reported, also where Autotask does not show it either; what was billed is not left out for a reason that is not so. */
function checkNothingSilent(
  { world, month }: Watched,
  { truth, earlier, whole, before }: Moment,
  result: MonthResult,
): Problem[] {
  return truth.flatMap((item): Problem[] => {
    const outcomes = resultsOf(result, item).map(({ outcome }) => outcome);
    const was = moneyOf(before, item.contractKey, month);
    const isMeant = item.recordType === 'CustomService' || companyOf(world, item.organizationId).isMissing;
    // A link that Cloudmore shows as empty cannot be distinguished from one that somebody took away: what stands is reported all the same.
    if (outcomes.includes('excluded') && !isMeant && stands(was) && !isReported(result, item, whole))
      return [{ kind: 'lie', message: `${item.contractKey} is excluded, and nothing in Cloudmore says so` }];
    const isOwed = stands(was) && isSame(was, totalOf(earlier, item.contractKey));
    if (!isOwed || outcomes.length > 0 || isReported(result, item, whole)) return [];
    return [{ kind: 'lie', message: `${item.contractKey} stood with ${text(was)}, and nobody is told of it` }];
  });
}

/** A contract without ids that somebody made and that bills alongside ours is reported. */
function checkCopies({ begin, month }: Watched, { end }: Moment, { remarks = [] }: MonthResult): Problem[] {
  const before = new Set(begin.contracts.map(({ id }) => id));
  return end.autotask.contracts
    .filter((contract) => !before.has(contract.id) && keyOf(contract) === '')
    .filter(({ id }) =>
      end.autotask.unitRows.some((row) => row.contractID === id && row.startDate?.startsWith(month) && row.price),
    )
    .filter(({ id }) => !remarks.some((remark) => remark.includes(`contract ${id} (`)))
    .map(({ id }) => ({ kind: 'lie', message: `contract ${id} bills alongside what is billed here, and nobody is told of it` }));
}

const isUnreadable = ({ outcome, reason }: ItemResult): boolean => outcome === 'held' && reason === 'unreadable';
const hasUnreadable = (organizations: MonthResult['organizations']): boolean =>
  organizations.some(({ items }) => items.some(isUnreadable));

/**
 * Of a customer's lines of which nobody can tell which subscription's they are, for they are held under a key that no line of the world has, any may be
 * what stands, and it waits with them (rule 2.7).
 */
const isAnybodys = (item: ItemResult, whole: ExpectedItem[]): boolean =>
  isUnreadable(item) &&
  item.subscriptionId.startsWith('cm-') &&
  !whole.some(({ contractKey }) => contractKey.toLowerCase() === item.subscriptionId.toLowerCase());

/** By an item of whatever type, by a ghost, by lines that are held without an item, or by an organization that failed, or waits, as a whole. */
function isReported(
  { organizations }: MonthResult,
  { organizationId, contractKey }: ExpectedItem,
  whole: ExpectedItem[],
): boolean {
  const own = organizations.filter((one) => one.organizationId === organizationId);
  return (
    own.some(
      ({ items, status }) =>
        status === 'Failed' ||
        (items.length > 0 && items.every(isUnreadable)) ||
        items.some((item) => (item.outcome === 'held' && item.reason === 'outcome-missing') || isAnybodys(item, whole)),
    ) ||
    organizations.some(({ items }) =>
      items.some(
        ({ subscriptionId, outcome }) =>
          ['ghost', 'held', 'posted'].includes(outcome) && subscriptionId.toLowerCase() === contractKey.toLowerCase(),
      ),
    )
  );
}
