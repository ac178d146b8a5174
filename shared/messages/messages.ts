import type { Command } from '../billing/basics/command.js';
import type { Calls, MonthResult, OrganizationResult, Writes } from '../billing/results/results.js';
import type { Step } from '../billing/plan-types.js';
import type { Day, Month } from '../billing/types.js';
import type { OrganizationStatus } from '../billing/results/status.js';

/** What crosses Temporal: the input and result of every workflow, signal and activity. Histories carry references to evidence and small results. */

// ---------------------------------------------------------------------------------------------------------------- workflows

/** Digest of a value in the evidence store. */
export type Ref = string;
export type Mode = MonthResult['mode'];

/** Digests of the settings that change money, by the variable's name. */
export type MoneySettings = Record<string, string>;

/** The day that an instant belongs to where the broker's clocks hang. */
export const dayIn = (timeZone: string, instant: Date): Day =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant);

/** One broker's day. Without `month` the months due on `asOf` are treated (rule 1.2); without `asOf` the day is that of the nominal start. */
export interface DailyBillingInput {
  broker: string;
  month?: Month;
  asOf?: Day;
  /** `BILLING_TIMEZONE`, in which a scheduled start has its day; UTC in schedules of earlier releases. */
  timeZone?: string;
  /** Overrides the worker's `BILLING_MODE`. */
  mode?: Mode;
  /** Of the person who asked for the run; a scheduled run goes by the worker's own. */
  settings?: MoneySettings;
  /** `BILLING_RECHECK_DAYS` of rule 1.2, for a run that finds its months itself. */
  recheckDays?: number;
  /** `REPORT_MONTH_OFFSET` of rule 1.9, likewise; 0 when absent. */
  reportMonthOffset?: number;
  /** Ids or exact names; all organizations when absent. */
  organizations?: string[];
  /** Of the person who asked for the run: `off`, `on`, or the customer to bill alone first; by the worker's own setting when absent. */
  canary?: string;
  /** Progress handed on when the run continues as new. */
  progress?: DailyProgress;
  /** Months already closed by this run when it continues as new. */
  done?: DailyBillingResult['months'];
}

/** Where a run stands between two executions of the parent. */
export interface DailyProgress {
  months: Month[];
  report: ReportTaken;
  survey: SurveyTaken;
  work: Work;
  /** Organizations of `work.organizations` already started. */
  started: number;
  /** What those settled so far come to; absent in runs of earlier releases. */
  sums?: MonthSums;
}

/** What the settled organizations of a run come to. */
export interface MonthSums extends Pick<MonthResult, 'report' | 'posted' | 'held' | 'excluded'> {
  /** How many there are. */
  settled: number;
}

/** The answer to a run's `status` query: of its settled organizations only as many as fit, those that wait for a person first. */
export type MonthShown = MonthResult & Pick<MonthSums, 'settled'> & { progress?: RunProgress };

/** How far a run is, for anyone who waits for it. */
export interface RunProgress {
  /** What it does now. */
  doing: string;
  /** Organizations with work; null until they are found. */
  of: number | null;
  /** What the run was expected to take in all when it found its work; null where it was not. */
  minutes: number | null;
}

export interface DailyBillingResult {
  months: { month: Month; result: Ref; held: number; waiting: number }[];
}

export interface OrganizationBillingInput {
  broker: string;
  month: Month;
  asOf: Day;
  mode: Mode | null;
  organizationId: string;
  /** The report and survey of the run that starts this; null when an operator does: it is read again then. */
  given: GivenReport | null;
  /** Workflow to tell when the organization is settled. */
  parentId: string | null;
  /** Handed on when it continues as new in the middle of a plan: what was done of it, */
  before?: DoneSoFar;
  /** and runs that wait to be told. */
  listeners?: string[];
  /** what an operator said of it, */
  skipReason?: string;
  /** and plans that were released and not yet carried out, */
  released?: string[];
  /** and the way back that was released and is not yet at its end. */
  undo?: string;
  /** Started for a message that comes with it: without one it does nothing. */
  waitsForCall?: boolean;
}

/** What carrying out a plan has come to so far. */
export interface DoneSoFar {
  writes: Writes;
  calls: Calls;
}

/** A report, and what Autotask held when it was surveyed, both in the evidence store. */
export interface GivenReport {
  asOf: Day;
  report: Ref;
  survey: Ref | null;
  /** When the survey was taken, ISO time; it is used for planning only while it is fresh (`SURVEY_MAX_AGE`). */
  surveyedAt: string | null;
}

/** References alone: how far the run may go stands in the report. */
export interface ReportSignal {
  given: GivenReport;
  parentId: string;
}

export interface SettledSignal {
  organizationId: string;
  /** Without items and details: nobody needs them twice. */
  summary: OrganizationSummary;
  /** The execution that says so, for a link to its page; absent in histories of earlier releases. */
  runId?: string;
}

// ---------------------------------------------------------------------------------------------------------------- activities

export interface MonthRequest {
  broker: string;
  month: Month;
  asOf: Day;
  /** What was asked for; it may only lower the worker's own (`shared/modes.ts`). */
  mode: Mode | null;
}

export interface ReportRequest extends MonthRequest {
  /** The report that the new one takes the place of: it continues in the mode that was asked for then. */
  instead?: Ref;
  /** The settings under which the run was asked for: a worker with others refuses. */
  settings?: MoneySettings;
  /** `REPORT_MONTH_OFFSET` by which a scheduled run found its months: a worker with another one refuses. */
  reportMonthOffset?: number;
}

export interface ReportTaken {
  report: Ref;
  lines: number;
  previousLines: number;
  calls: Calls;
}

export interface SurveyRequest extends MonthRequest {
  report: Ref;
  organizations: string[] | null;
  /** As in `DailyBillingInput`. */
  canary?: string;
}

export interface SurveyTaken {
  survey: Ref;
  surveyedAt: string;
  calls: Calls;
}

export interface WorkRequest extends MonthRequest {
  report: Ref;
  survey: Ref;
  organizations: string[] | null;
}

/** Which organizations need a workflow: those that differ, those held, and those still open from an earlier run. */
export interface Work {
  organizations: string[];
  /** Their names, in the same order; absent in histories of earlier releases. */
  names?: string[];
  /** The month's calls so far, for the reconciliation. */
  calls: Calls;
  /** Rule 1.4: the whole month is held; null when it is not. */
  heldMonth: string | null;
  quiet: number;
  mode: Mode;
  /** What the run will take, for anyone who watches; absent in runs of earlier releases. */
  effort?: { calls: number; minutes: number };
}

export interface PlanRequest extends MonthRequest {
  organizationId: string;
  given: GivenReport;
  approvedDigest: string | null;
  /** Items whose adjustment Autotask refused as duplicate in this run (rule 7.0). */
  refused: string[];
  /** Asks for the next turn of a plan that was made, instead of a new plan. */
  resume?: { plan: Ref; from: number };
  /** Asks for the way back that was released, instead of a plan of the month; and whether something of it was written just now. */
  undo?: { digest: string; hasWritten: boolean };
}

/** A plan as the workflow needs it: what to carry out, and why not where nothing may be written. */
export interface PlanMade {
  plan: Ref;
  digest: string;
  organizationName: string;
  companyId: number | null;
  mode: Mode;
  /** Steps to carry out now: none in shadow mode, none before approval, and of a large plan only as many as fit a payload. */
  steps: Step[];
  /** Where the next turn begins; absent when these are the last steps. */
  next?: number;
  /** Why nothing of the plan is carried out although it has steps; null when it is, or has none. */
  waits: {
    reason: 'awaiting-approval' | 'canary-waits' | 'month-closed' | 'api-error';
    message: string;
    command?: Command | null;
  } | null;
  /** What the operator should know besides the outcome; absent when there is nothing, and in histories of earlier releases. */
  remark?: string;
  /** Which persons its release is still without, in words; absent where none is. */
  missingPersons?: string;
  calls: Calls;
  /** The lease it was made under; absent in histories of earlier releases. */
  lease?: string;
  /** The month was taken back and is not billed until somebody reruns it; absent where it was not. */
  undone?: Undone;
}

/** A month that was taken back, or of which that has begun. */
export interface Undone {
  /** Of the way back that was released. */
  digest: string;
  /** Whether it is at its end. */
  isWhole: boolean;
  /** By whom, and why. */
  message: string;
}

/** Where a step's references lead: ids that earlier steps of the plan found or made, by key in lower case. */
export interface Resolved {
  contracts: Record<string, number>;
  services: Record<string, number>;
  products: Record<string, number>;
}

export interface StepRequest<S extends Step = Step> extends MonthRequest {
  organizationId: string;
  planDigest: string;
  step: S;
  /** Steps of the same kind that follow it, carried out with it while all goes well; absent when there are none. */
  more?: S[];
  resolved: Resolved;
  /** The lease its plan was made under: steps of a plan from before it are refused (`PlanOutdated`). */
  lease?: string;
}

/** What came of a step. `refused` is Autotask's answer to a second adjustment of one date; the planner continues from there (rule 7.0). */
export interface StepDone {
  result: 'written' | 'already' | 'refused';
  /** Id of the service, product or contract the step ensured; null for the others. */
  id: number | null;
  calls: Calls;
  /** The same of the steps in `more`, of as many as were carried out; absent when none was. */
  more?: StepDone[];
}

/** Why steps came to nothing. */
export interface StepStop {
  /** Items that are stopped; none where it concerns the organization as a whole. */
  items: string[];
  /** Those of steps of a plan, by the numbers of the first and the last (null: to the end): a list of their items could be too long for a payload. */
  steps?: { plan: Ref; ranges: [first: number, last: number | null][] };
  reason: 'api-error' | 'outcome-unknown';
  message: string;
}

export interface VerifyRequest extends MonthRequest {
  organizationId: string;
  given: GivenReport;
  /** The plan that was made; null when none could be made, with the reason in `stops`. */
  plan: Ref | null;
  /** Contracts to read back; empty when nothing was written. */
  contractIds: number[];
  stops: StepStop[];
  refused: string[];
  waits: PlanMade['waits'];
  skipReason: string | null;
  /** Absent where the month was not taken back. */
  undone?: Undone;
  writes: Writes;
  calls: Calls;
  workflowId: string;
  /** What the operator should know besides the outcome, e.g. that a skip came too late. */
  remark: string | null;
  /** Which persons the plan's release is still without, in words; absent where none is. */
  missingPersons?: string;
}

/** What an organization's workflow shows and reports to its run. */
export interface OrganizationSummary {
  status: OrganizationStatus;
  outcome: Ref | null;
  result: OrganizationResult;
  /** One sentence for anyone who has to act; null when nobody has to. */
  message: string | null;
  /** Whether a cause that may recover automatically stopped it (`api-error`, `outcome-unknown`). */
  mayHeal: boolean;
  /** Whether it stays open for a person; shadow mode shows and ends. */
  staysOpen: boolean;
  /** The day after which nobody waits any more: the end of the recheck window. */
  closesOn: Day;
  /** For the Web UI, Markdown: amounts, what is held and why, what to do. */
  details: string;
  /** What the Web UI's list shows of it besides ids; absent unless somebody chose so (`BILLING_NAMES_IN_SEARCH`). */
  inSearch?: ShownInSearch;
  /** Items whose unit prices Autotask has rounded: their rest is charged at once (7.0). Absent where there are none. */
  rounded?: string[];
}

export interface ShownInSearch {
  customer: string;
  /** "1,000 to 10,000 EUR": the size, not the amount. */
  amount: string;
  /** Codes of what waits, comma-separated; empty where nothing does. */
  reason: string;
}

export interface CloseRequest extends MonthRequest {
  /** Whom the run was to bill; null: everybody. Absent in requests of earlier releases. */
  organizations?: string[] | null;
  report: Ref;
  survey: Ref;
  calls: Calls;
  heldMonth: string | null;
}

export interface MonthClosed {
  /** The month's result. Where its organizations would not fit a payload, those in which something waits, without their items. */
  result: MonthResult;
  /** The reconciliation as it was closed (`ClosedMonth`). */
  ref: Ref;
  /** Lines held. */
  held: number;
  /** Organizations that wait for a person. */
  waiting: number;
}

export interface SilentRequest {
  broker: string;
  workflowIds: string[];
}

/** Executions from which no answer can come, by their place in what was asked. */
export interface SilentFound {
  silent: { index: number; why: string }[];
}
