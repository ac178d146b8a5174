import { adviceFor, commandOf } from '../billing/results/advice.js';
import { command, type Advised, type Command } from '../billing/basics/command.js';
import { big, money, sum } from '../billing/basics/decimal.js';
import { ghostReason, ghostText } from '../billing/ghosts/dismissal.js';
import { InvariantViolation } from '../billing/plan/invariants.js';
import { asReported } from '../billing/results/reconcile.js';
import type { Amounts, Calls, MonthResult, Outcome, Writes } from '../billing/results/results.js';
import { byText, groupBy, same } from '../billing/basics/text.js';
import type { PlannedItem } from '../billing/plan-types.js';
import type { Decimal, Month, UnassignedLine } from '../billing/types.js';
import type { DecisionLog } from '../decisions/decisions.js';
import type { KeptCertificate } from '../evidence/closed.js';
import { amountsOf, belowCostOf, marginRows, type BelowCost, type MarginRow } from './sums.js';
import type { Outlook } from './outlook.js';
import type { OrganizationStatus } from '../billing/results/status.js';

/**
 * The month's report as one document, from which text, CSV, XLSX and HTML are rendered: none of them computes anything, so all show the same totals. Its
 * sums are checked against the reconciliation's (invariant 1) before anybody reads them.
 */
export interface ReportDocument {
  result: Omit<MonthResult, 'organizations'>;
  /** Rule 1.4: why the whole month is held; null when it is not. */
  heldMonth: string | null;
  /** Why there is nothing to bill, where there is not. */
  nothingDue: Advised[];
  /** The month's currency first, then every other currency with lines. */
  totals: CurrencyTotals[];
  reconciliation: ReconciliationRow[];
  /** The same by customer, and by record type, with what is left after cost; the largest sales first. */
  customers: MarginRow[];
  recordTypes: MarginRow[];
  /** Items of the report that are sold below cost; the largest loss first. */
  belowCost: BelowCost[];
  organizations: { organizationId: string; organizationName: string; companyId: number | null; status: OrganizationStatus }[];
  /** Amounts that reach no invoice: held, excluded, unassigned; the largest first. */
  leaks: Leak[];
  /** The same by what stops them, so that one thing to fix is said once; the largest sum first. */
  causes: Cause[];
  /** Money in Autotask without a line in the report; the largest first. */
  ghosts: GhostEntry[];
  entries: Entry[];
  /** Null when the report's own evidence is gone or older than this part of the report. */
  outlook: Outlook | null;
  notes: string[];
  effort: { writes: Writes; calls: Calls; callsPerHour: number };
  /** Its certificates, the oldest first. */
  certificates: KeptCertificate[];
  /** Who decided what of the month, the oldest first, and what of the log is not as it was written. */
  decisions: DecisionLog;
}

export interface CurrencyTotals {
  currency: string;
  report: Amounts;
  posted: Amounts;
  held: Amounts;
  excluded: Amounts;
}

export interface ReconciliationRow extends CurrencyTotals {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  recordType: string;
}

export interface Leak {
  cost: Decimal;
  sales: Decimal;
  currency: string;
  outcome: 'held' | 'excluded' | 'unassigned';
  reason: string;
  /** Customer as Cloudmore, or for unassigned lines Microsoft, names it. */
  organizationName: string;
  organizationId: string | null;
  productName: string;
  subscriptionId: string | null;
  /** What is wrong, in the planner's words. */
  message: string;
  /** What a person does about it where the message does not say it, and the command that continues afterwards. */
  remedy: string;
  command: Command | null;
}

/** All amounts of one customer and currency that the same thing stops. */
export interface Cause extends Pick<
  Leak,
  'cost' | 'sales' | 'currency' | 'outcome' | 'reason' | 'organizationName' | 'message' | 'remedy' | 'command'
> {
  leaks: Leak[];
}

export interface GhostEntry {
  cost: Decimal;
  sales: Decimal;
  currency: string;
  outcome: 'ghost' | 'awaiting';
  organizationName: string;
  recordType: string;
  contractId: number;
  subscriptionId: string;
  message: string;
  /** The command that continues where it is not the reason's own; null where there is none. */
  command: Command | null;
}

/** One amount of the month: an item of the report, an unassigned line, or a ghost. The first three outcomes add up to the report. */
export interface Entry {
  outcome: PlannedItem['outcome'] | 'unassigned' | 'ghost' | 'awaiting';
  organizationId: string | null;
  organizationName: string;
  companyId: number | null;
  recordType: string;
  productName: string;
  subscriptionId: string | null;
  itemCode: string | null;
  contractId: number | null;
  lines: number;
  quantity: Decimal;
  cost: Decimal;
  sales: Decimal;
  currency: string;
  reason: string | null;
  message: string | null;
}

export interface ReportSources {
  result: MonthResult;
  outcomes: Outcome[];
  heldMonth: string | null;
  nothingDue: Advised[];
  unassigned: UnassignedLine[];
  outlook: Outlook | null;
  /** `AUTOTASK_CALLS_PER_HOUR`, what the run's calls are measured against. */
  callsPerHour: number;
  /** Its certificates, the oldest first. */
  certificates: KeptCertificate[];
  decisions: DecisionLog;
}

/** Puts the document together. Throws when its rows do not add up to the reconciliation. */
export function reportDocument({
  result,
  outcomes: kept,
  heldMonth,
  nothingDue,
  unassigned,
  outlook,
  callsPerHour,
  certificates,
  decisions,
}: ReportSources): ReportDocument {
  const outcomes = kept.map((outcome) => ({ ...outcome, items: outcome.items.map(asReported) }));
  const { organizations, ...head } = result;
  const { currency, report, posted, held, excluded } = head;
  const totals = [{ currency, report, posted, held, excluded }, ...head.otherCurrencies];
  const reconciliation = outcomes.flatMap(rowsOf).sort(byCustomer);
  assertAddsUp(totals, reconciliation);
  const entries = [
    ...outcomes.flatMap(itemEntries).sort(byCustomer),
    ...unassigned.map(unassignedEntry),
    ...outcomes.flatMap(ghostEntries),
  ];
  const leaks = [...outcomes.flatMap(leaksOf), ...unassigned.map((line) => unassignedLeak(line, head.month))].sort(byAmount);
  return {
    result: head,
    heldMonth,
    nothingDue,
    totals,
    reconciliation,
    customers: marginRows(
      reconciliation,
      ({ organizationId }) => organizationId,
      ({ organizationName }) => organizationName,
    ),
    recordTypes: marginRows(reconciliation, ({ recordType }) => recordType),
    belowCost: belowCostOf(entries.filter(({ outcome }) => IN_REPORT.has(outcome))),
    organizations: organizations.map(({ organizationId, organizationName, companyId, status }) => ({
      organizationId,
      organizationName,
      companyId,
      status,
    })),
    leaks,
    causes: causesOf(leaks),
    ghosts: outcomes.flatMap(ghostsOf).sort(byAmount),
    entries,
    outlook,
    notes: [
      ...outcomes.flatMap(({ organizationName, notes }) => notes.map(({ message }) => `${organizationName}: ${message}`)),
      ...(result.remarks ?? []),
    ],
    effort: { writes: head.writes, calls: head.calls, callsPerHour },
    certificates,
    decisions,
  };
}

// ---------------------------------------------------------------------------------------------------------------- reconciliation

function rowsOf({ organizationId, organizationName, companyId, items }: Outcome): ReconciliationRow[] {
  const groups = groupBy(items, ({ type, currency }) => `${type}|${currency}`);
  return [...groups.values()].map((group) => {
    const { type, currency } = group[0];
    const of = (outcome: PlannedItem['outcome']): Amounts =>
      amountsOf(
        group.filter((item) => item.outcome === outcome),
        currency,
      );
    return {
      organizationId,
      organizationName,
      companyId,
      recordType: type,
      currency,
      report: amountsOf(group, currency),
      posted: of('posted'),
      held: of('held'),
      excluded: of('excluded'),
    };
  });
}

/** Outcomes whose amounts add up to the report. */
export const IN_REPORT: ReadonlySet<Entry['outcome']> = new Set<Entry['outcome']>(['posted', 'held', 'excluded']);

const PARTS = ['report', 'posted', 'held', 'excluded'] as const;

function assertAddsUp(totals: CurrencyTotals[], rows: ReconciliationRow[]): void {
  for (const total of totals) {
    const own = rows.filter((row) => same(row.currency, total.currency));
    for (const part of PARTS)
      for (const side of ['cost', 'sales'] as const)
        if (!sum(own.map((row) => row[part][side])).eq(total[part][side]))
          throw new InvariantViolation(1, `${part} ${side} in ${total.currency}: the rows do not add up to ${total[part][side]}`);
  }
}

// ---------------------------------------------------------------------------------------------------------------- entries, leaks, ghosts

const itemEntries = ({ organizationId, organizationName, companyId, items }: Outcome): Entry[] =>
  items.map((item) => ({
    outcome: item.outcome,
    organizationId,
    organizationName,
    companyId,
    recordType: item.type,
    productName: item.productName,
    subscriptionId: item.contractKey,
    itemCode: item.itemCode,
    contractId: item.contractId,
    lines: item.lines,
    quantity: item.quantity,
    cost: item.cost,
    sales: item.sales,
    currency: item.currency,
    reason: item.reason,
    message: item.message,
  }));

/** The vendor's invoice writes "6" where our amounts have "6.00". */
const moneyOf = ({ cost, sales, currency }: UnassignedLine): { cost: Decimal; sales: Decimal } => ({
  cost: money(big(cost), currency),
  sales: money(big(sales), currency),
});

const UNASSIGNED_MESSAGE = 'On the vendor invoice, but under no organization in Cloudmore.';

const unassignedEntry = (line: UnassignedLine): Entry => ({
  outcome: 'unassigned',
  organizationId: null,
  organizationName: line.customerName ?? '',
  companyId: null,
  recordType: '',
  productName: line.productName ?? '',
  subscriptionId: null,
  itemCode: null,
  contractId: null,
  lines: 1,
  quantity: '1',
  ...moneyOf(line),
  currency: line.currency,
  reason: 'unassigned',
  message: `${UNASSIGNED_MESSAGE} Invoice ${line.invoiceNumber}.`,
});

const ghostEntries = ({ organizationId, organizationName, companyId, ghosts }: Outcome): Entry[] =>
  ghosts.flatMap((ghost) =>
    ghost.outcome === 'zeroed'
      ? []
      : [
          {
            outcome: ghost.outcome,
            organizationId,
            organizationName,
            companyId,
            recordType: ghost.type,
            productName: '',
            subscriptionId: ghost.contractKey,
            itemCode: ghost.itemCode,
            contractId: ghost.contractId,
            lines: 1,
            quantity: ghost.quantity,
            cost: ghost.cost,
            sales: ghost.sales,
            currency: ghost.currency,
            reason: ghostReason(ghost),
            message: ghostText(ghost),
          },
        ],
  );

function leaksOf({ organizationId, organizationName, month, planDigest, items }: Outcome): Leak[] {
  return items.flatMap(({ outcome, reason, ...item }) =>
    outcome === 'posted'
      ? []
      : [
          {
            cost: item.cost,
            sales: item.sales,
            currency: item.currency,
            outcome,
            reason: reason ?? outcome,
            organizationName,
            organizationId,
            productName: item.productName,
            subscriptionId: item.contractKey,
            message: item.message ?? '',
            // What is held says itself what to do; what is left out on purpose may be meant so.
            remedy: outcome === 'excluded' || item.message === null ? (adviceFor(reason)?.remedy ?? '') : '',
            command: commandOf({ reason, command: item.command }, { month, organizationId, planDigest }),
          },
        ],
  );
}

const unassignedLeak = (line: UnassignedLine, month: Month): Leak => ({
  ...moneyOf(line),
  currency: line.currency,
  outcome: 'unassigned',
  reason: 'unassigned',
  organizationName: line.customerName ?? 'unknown customer',
  organizationId: null,
  productName: line.productName ?? '',
  subscriptionId: null,
  message: `${UNASSIGNED_MESSAGE} Invoice ${line.invoiceNumber}.`,
  remedy: "Link the customer's Microsoft tenant to an organization in Cloudmore.",
  command: command('run', month, '--wait'),
});

function causesOf(leaks: Leak[]): Cause[] {
  const groups = groupBy(leaks, ({ organizationId, organizationName, outcome, reason, message, currency }) =>
    [organizationId, organizationName, outcome, reason, message, currency].join('|'),
  );
  return [...groups.values()]
    .map((group): Cause => {
      const { currency, outcome, reason, organizationName, message, remedy, command: next } = group[0];
      const total = (side: 'cost' | 'sales'): Decimal => money(sum(group.map((leak) => leak[side])), currency);
      const whose = { currency, outcome, reason, organizationName, message, remedy, command: next };
      return { ...whose, cost: total('cost'), sales: total('sales'), leaks: group };
    })
    .sort(byAmount);
}

const ghostsOf = ({ organizationName, ghosts }: Outcome): GhostEntry[] =>
  ghosts.flatMap((ghost) =>
    ghost.outcome === 'zeroed'
      ? []
      : [
          {
            cost: ghost.cost,
            sales: ghost.sales,
            currency: ghost.currency,
            outcome: ghost.outcome,
            organizationName,
            recordType: ghost.type,
            contractId: ghost.contractId,
            subscriptionId: ghost.contractKey,
            message: ghostText(ghost),
            command: ghost.dismissed === undefined ? (ghost.command ?? null) : null,
          },
        ],
  );

// ---------------------------------------------------------------------------------------------------------------- orders

/** Largest amount first, whatever its sign; then by name, so that one month always reads the same. */
const byAmount = (left: { sales: Decimal; organizationName: string }, right: typeof left): number =>
  big(right.sales).abs().cmp(big(left.sales).abs()) || byText(left.organizationName, right.organizationName);

const byCustomer = (
  left: { organizationName: string; recordType: string; currency: string },
  right: { organizationName: string; recordType: string; currency: string },
): number =>
  byText(left.organizationName, right.organizationName) ||
  byText(left.recordType, right.recordType) ||
  byText(left.currency, right.currency);
