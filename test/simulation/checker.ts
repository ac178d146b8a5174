import type { AutotaskState } from '../../sandbox/index.js';
import type { Amounts, ItemResult, MonthResult } from '../../shared/billing/results/results.js';
import { companyOf, expectedItems, type ExpectedItem, type ReportedWorld } from './expected.js';
import { exact, shown } from './money.js';
import { checkTables, moneyOf, rowsOfMonth } from './tables.js';

/**
 * Whether a month ended as it must: from the worlds and the final tables alone. Shares nothing with the planner but the shape of its result, and does
 * its own arithmetic (`expected.ts`, `money.ts`).
 */

/** What a person did meanwhile that explains a difference. */
export type Act =
  | { kind: 'freeze'; companyId: number | null }
  | { kind: 'end-earlier'; contractId: number }
  /** `deletedFrom`: the contract's key, where a person deleted a charge of it; `hasForeign`: another item's charge was moved to it; `isOnCopy`:
   * its service gave its identifier to a copy, on which others are billed since;
   * `isUnasked`: a charge of it asks nobody for anything. */
  | { kind: 'edit'; contractId: number; deletedFrom?: string; hasForeign?: boolean; isOnCopy?: boolean; isUnasked?: boolean };

/** The tables right after a person's act. */
export interface Moment {
  act: Act;
  /** Instant of the act. */
  at: string;
  autotask: AutotaskState;
}

export interface Watched {
  broker: string;
  month: string;
  /** Day of the last run: lines billed before it count. */
  asOf: string;
  world: ReportedWorld;
  /** Autotask before the first run, and after the last. */
  begin: AutotaskState;
  end: AutotaskState;
  moments: Moment[];
  /** The reconciliation of the last run; null when it did not end. */
  result: MonthResult | null;
  /** What earlier runs said, with the tables at their ends, where nobody interfered meanwhile. */
  runs: { asOf: string; result: MonthResult; autotask: AutotaskState }[];
  /** Record types that are billed; none: all. */
  recordTypes?: string[];
  /** Writes of one more run after the last: there is nothing left to do. */
  writesAfterwards: number;
}

export interface Problem {
  /** Which promise is broken. */
  kind:
    | 'conservation'
    | 'amount'
    | 'duplicate'
    | 'scope'
    | 'frozen'
    | 'end-date'
    | 'outcome'
    | 'repeat'
    | 'gap-row'
    | 'one-off'
    | 'ghost'
    /** Of a run that was told what is not so. */
    | 'lie'
    /** Of the matrix: what was to happen did not. */
    | 'coverage';
  message: string;
}

export interface Verdict {
  verdict: 'ok' | 'violated' | 'unknown';
  problems: Problem[];
  /** What nobody knows: items whose outcome is unknown, or a run without an end. */
  unknown: string[];
}

/** Reasons that end with the fault that caused them: after one more run nothing is held for them. */
const PASSING = new Set(['api-error', 'outcome-unknown', 'verify-mismatch']);

export function check(watched: Watched): Verdict {
  const { result, month, world } = watched;
  const expected = expectedItems(world, watched.broker, month, watched.asOf);
  if (result === null) return { verdict: 'unknown', problems: [], unknown: ['the last run did not end'] };
  const problems = [
    ...checkConservation(result, expected),
    ...checkOutcomes(watched, result, expected),
    ...checkAmounts(watched.end, month, result, expected),
    ...watched.runs.flatMap(({ asOf, result: reported, autotask }) =>
      checkAmounts(autotask, month, reported, expectedItems(world, watched.broker, month, asOf)),
    ),
    ...checkOneOffs(watched, result, expected),
    ...checkTables(watched, expected),
  ];
  if (watched.writesAfterwards > 0)
    problems.push({ kind: 'repeat', message: `one more run wrote ${watched.writesAfterwards} times, with nothing changed` });
  const unknown = itemsOf(result)
    .filter(({ outcome, reason, contractId }) => outcome === 'held' && PASSING.has(reason ?? '') && !isStuck(watched, contractId))
    .map(({ subscriptionId, reason, message }) => `${subscriptionId} is held (${reason}): ${message}`);
  return { verdict: problems.length > 0 ? 'violated' : unknown.length > 0 ? 'unknown' : 'ok', problems, unknown };
}

/** Rows of an extension that a person approved before they were at 0: they stay, the item is held, and nobody but a person can fix it. */
const isStuck = ({ begin, end, month }: Watched, contractId: number | null): boolean =>
  end.unitRows.some(
    (row) =>
      row.contractID === contractId &&
      row.approveAndPostDate !== null &&
      (row.startDate ?? '') < `${month}-01` &&
      !begin.unitRows.some(({ id }) => id === row.id),
  );

const itemsOf = (result: MonthResult): ItemResult[] => result.organizations.flatMap(({ items }) => items);
const LINE_OUTCOMES = new Set(['posted', 'held', 'excluded']);

// ---------------------------------------------------------------------------------------------------------------- report = posted + held + excluded

function checkConservation(result: MonthResult, expected: ExpectedItem[]): Problem[] {
  const problems: Problem[] = [];
  const reported = (
    what: string,
    amounts: Pick<MonthResult, 'report' | 'posted' | 'held' | 'excluded'>,
    own: ExpectedItem[],
  ): void => {
    for (const side of ['cost', 'sales'] as const) {
      const parts = [amounts.posted, amounts.held, amounts.excluded].reduce((sum, part) => sum + centsOf(part, side), 0n);
      const report = own.reduce((sum, item) => sum + item[side], 0n);
      if (centsOf(amounts.report, side) !== report || parts !== report)
        problems.push({
          kind: 'conservation',
          message: `${what}: ${side} ${amounts.report[side]} reported, ${shown(parts)} accounted for, ${shown(report)} in the world`,
        });
    }
    const lines = own.reduce((count, item) => count + item.lines, 0);
    const counted = amounts.posted.lines + amounts.held.lines + amounts.excluded.lines;
    if (amounts.report.lines !== lines || counted !== lines)
      problems.push({ kind: 'conservation', message: `${what}: ${counted} lines have an outcome, ${lines} are in the world` });
  };
  reported('the month', result, expected);
  for (const organization of result.organizations)
    reported(
      organization.organizationName,
      organization,
      expected.filter(({ organizationId }) => organizationId === organization.organizationId),
    );
  return problems;
}

const centsOf = (amounts: Amounts, side: 'cost' | 'sales'): bigint => exact(amounts[side]) / 10n ** 8n;

// ---------------------------------------------------------------------------------------------------------------- every line with an outcome

function checkOutcomes(watched: Watched, result: MonthResult, expected: ExpectedItem[]): Problem[] {
  return expected.flatMap((item): Problem[] => {
    const found = resultsOf(result, item);
    const name = `${item.recordType} ${item.contractKey} ${item.itemCode ?? ''}`;
    if (found.length !== 1) return [{ kind: 'outcome', message: `${name} has ${found.length} outcomes` }];
    const [{ outcome, reason, cause }] = found as [ItemResult];
    const wanted = allowedOutcomes(watched, item);
    const ending = outcome === 'posted' ? 'posted' : `${outcome} ${reason}`;
    if (wanted.includes(ending) || PASSING.has(reason ?? '')) return [];
    return [
      {
        kind: 'outcome',
        message: `${name} ended as ${ending}; nothing but ${wanted.join(' or ')} has a cause here: ${cause ?? ''}`,
      },
    ];
  });
}

/** How an item may end, given the world and what people did. */
function allowedOutcomes({ world, moments, recordTypes }: Watched, item: ExpectedItem): string[] {
  if (item.recordType === 'CustomService') return ['excluded custom-service'];
  if (recordTypes?.includes(item.recordType) === false) return ['excluded record-type-off', 'excluded company-id-missing'];
  const { id, isMissing } = companyOf(world, item.organizationId);
  if (isMissing) return ['excluded company-id-missing'];
  if (id === null) return ['held company-id-invalid'];
  const isFrozen = moments.some(({ act }) => act.kind === 'freeze' && (act.companyId === null || act.companyId === id));
  // Deleted before it was read back, a charge cannot be distinguished from one that never showed (6.6).
  const isDeleted = moments.some(({ act }) => act.kind === 'edit' && act.deletedFrom === item.contractKey.toLowerCase());
  const isOnCopy = moments.some(({ act }) => act.kind === 'edit' && act.isOnCopy === true);
  return ['posted', ...(isFrozen ? ['held period-frozen'] : []), ...(isDeleted || isOnCopy ? ['held contract-gone'] : [])];
}

export function resultsOf(result: MonthResult, item: ExpectedItem): ItemResult[] {
  const organization = result.organizations.find(({ organizationId }) => organizationId === item.organizationId);
  return (organization?.items ?? []).filter(
    ({ subscriptionId, recordType, itemCode, outcome }) =>
      LINE_OUTCOMES.has(outcome) &&
      subscriptionId.toLowerCase() === item.contractKey.toLowerCase() &&
      recordType === item.recordType &&
      (item.subscriptionId === null || !/^Csp365/.test(recordType) || itemCode === item.itemCode),
  );
}

// ---------------------------------------------------------------------------------------------------------------- to the cent

/** What is posted stands in Autotask: rows of the month and charges of the month, summed without a rule, are what the lines add up to. */
export function checkAmounts(tables: AutotaskState, month: string, result: MonthResult, expected: ExpectedItem[]): Problem[] {
  const problems: Problem[] = [];
  for (const contractKey of new Set(expected.map((item) => item.contractKey))) {
    const items = expected.filter((item) => item.contractKey === contractKey);
    if (!items.every((item) => resultsOf(result, item)[0]?.outcome === 'posted')) continue;
    const standing = moneyOf(tables, contractKey, month);
    for (const side of ['cost', 'sales'] as const) {
      const wanted = items.reduce((sum, item) => sum + item[side], 0n);
      if (standing[side] !== wanted)
        problems.push({
          kind: 'amount',
          message: `${contractKey}: ${side} ${shown(standing[side])} in Autotask, ${shown(wanted)} in the report`,
        });
    }
  }
  return problems;
}

/** What is paid once does not stand in the month after. */
function checkOneOffs({ end, month, moments, world }: Watched, result: MonthResult, expected: ExpectedItem[]): Problem[] {
  // Where a first adjustment of an existing row is refused, its units cannot be ended; next month balances them by charge (rule 8.2).
  if (world.autotask?.behaviour?.periodStart === 'duplicate') return [];
  const touched = new Set(moments.flatMap(({ act }) => (act.kind === 'freeze' ? [] : [act.contractId])));
  return expected
    .filter((item) => item.isOneOff && resultsOf(result, item)[0]?.outcome === 'posted')
    .flatMap((item) =>
      rowsOfMonth(end, item.contractKey, nextMonth(month))
        .filter(
          ({ contractID, units, approveAndPostDate }) =>
            units !== 0 && !touched.has(contractID ?? 0) && approveAndPostDate === null,
        )
        .map(({ units }) => ({
          kind: 'one-off' as const,
          message: `${item.contractKey} is paid once, but ${units} units stand in the month after`,
        })),
    );
}

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
