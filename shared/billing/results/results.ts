import type { Command } from '../basics/command.js';
import type { AcceptedPart } from '../report/accepted.js';
import type { Answers } from './answers.js';
import type { SeenMoney } from './claims.js';
import { stopped } from '../derivation/rule-of-reason.js';
import type { UnreadList } from './unread.js';
import type { Amounts, Ghost, Note, Plan, PlannedItem, Reason, Step, StepText, Writes } from '../plan-types.js';

export type { Amounts, Writes };
import type { Decimal, Day, Month } from '../types.js';
import type { OrganizationStatus } from './status.js';

/** The shapes people and programs read: `run --wait --json`, `report --format json`, `status --json`. Other programs read them too: members are added, never renamed. */

export interface CurrencyAmounts {
  currency: string;
  report: Amounts;
  posted: Amounts;
  held: Amounts;
  excluded: Amounts;
}

export interface ItemResult {
  currency: string;
  /** The subscription's id, or the `cm-…` value of rule 6.1. */
  subscriptionId: string;
  recordType: string;
  itemCode: string | null;
  productName: string;
  contractId: number | null;
  quantity: number;
  cost: Decimal;
  sales: Decimal;
  outcome: 'posted' | 'held' | 'excluded' | 'ghost' | 'awaiting';
  reason: string | null;
  /** A sentence that stands alone: organization, subscription, amount, reason, what is wrong, and the command to continue with. */
  message: string | null;
  /** What is wrong, in the planner's words; equal for all items that the same thing stops. */
  cause: string | null;
  /** The command to continue with, ready to be copied; null if there is none. Absent in what earlier releases kept. */
  command?: Command | null;
}

export interface OrganizationResult {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  status: OrganizationStatus;
  report: Amounts;
  posted: Amounts;
  held: Amounts;
  excluded: Amounts;
  otherCurrencies: CurrencyAmounts[];
  items: ItemResult[];
  planDigest: string | null;
  workflowId: string | null;
  /** Day since which it waits for a person; null when it does not. */
  waitsSince: Day | null;
  /** The first steps that a release would write of what breakers hold; absent where they hold nothing. */
  onRelease?: StepText[];
  /** How many more there are; absent where these are all. */
  onReleaseMore?: number;
  /** Which persons a release is still without, in words; absent where none is. */
  missingPersons?: string;
  /** The last message to its workflow that was not understood, in words; absent when the last one was. */
  refused?: string;
}

export interface Calls {
  autotask: number;
  cloudmore: number;
}

export interface MonthResult {
  broker: string;
  month: Month;
  /** The month of the report it is billed from, where that is another (rule 1.9). */
  reportMonth?: Month;
  asOf: Day;
  currency: string;
  mode: 'shadow' | 'approve' | 'auto';
  /** All circuit breakers are switched off (rule 9). */
  breakers?: 'off';
  report: Amounts;
  posted: Amounts;
  held: Amounts;
  excluded: Amounts;
  unassigned: Amounts;
  awaiting: Amounts;
  ghosts: Amounts;
  rounding: { cost: Decimal; sales: Decimal };
  otherCurrencies: CurrencyAmounts[];
  writes: Writes;
  calls: Calls;
  digest: string;
  /** Notes about the month as a whole, in sentences; absent in what earlier releases kept. */
  remarks?: string[];
  /** What could not be read of either vendor; absent where all of it was, and in results of earlier releases. */
  unread?: UnreadList;
  organizations: OrganizationResult[];
}

/** What became of an organization's month: its plan, and what carrying it out made of the plan's items. Kept as evidence. */
export interface Outcome {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  month: Month;
  asOf: Day;
  status: OrganizationStatus;
  items: PlannedItem[];
  ghosts: Ghost[];
  notes: Note[];
  /** Steps of the plan, carried out or waiting. */
  steps: Step[];
  planDigest: string;
  /** What a release would write of what breakers hold; absent where they hold nothing. */
  onRelease?: StepText[];
  workflowId: string | null;
  writes: Writes;
  calls: Calls;
  /** One sentence for anyone who has to act; null when nobody has to. */
  message: string | null;
  /** Which persons a release is still without, in words; absent where none is. */
  missingPersons?: string;
  /** The day the run stood for since which it waits for a person; null when it does not. Absent in evidence of earlier releases. */
  waitsSince?: Day | null;
  /** The lines it answers for (rule 1.7); absent in evidence of earlier releases. */
  answers?: Answers;
  /** What counts as the accepted report of the organization from now on (rule 1.6); absent in evidence of earlier releases. */
  accepted?: AcceptedPart;
  /** What was seen of the contracts that its posted items name (rule 7.9); absent in evidence of earlier releases. */
  seen?: SeenMoney;
}

export const NO_WRITES: Writes = { services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 };
export const NO_CALLS: Calls = { autotask: 0, cloudmore: 0 };

/** An item that could not be posted after all: what stopped it (rule 2.5, end). */
export interface Stop {
  itemId: string;
  outcome: 'held' | 'excluded';
  reason: Reason;
  message: string;
  /** Instead of the reason's own command; null where there is none. */
  command?: Command | null;
}

/** The plan's items with what carrying it out made of them. */
export function applyStops(plan: Plan, stops: Stop[]): PlannedItem[] {
  const byItem = new Map(stops.map((stop) => [stop.itemId, stop]));
  return plan.items.map((item) => {
    const stop = item.outcome === 'posted' ? byItem.get(item.id) : undefined;
    return stop
      ? {
          ...item,
          outcome: stop.outcome,
          reason: stop.reason,
          message: stop.message,
          ...(stop.command === undefined ? {} : { command: stop.command }),
          because: [...item.because, stopped(stop.reason, stop.message)],
        }
      : item;
  });
}
