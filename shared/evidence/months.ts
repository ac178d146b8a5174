import { withDismissals } from '../billing/results/dismissed.js';
import { completed, type Expected } from '../billing/results/answers.js';
import { withDisagreements, type Disagreement } from '../billing/results/claims.js';
import type { CountedAmounts, CountedOrganization } from '../billing/report/counted.js';
import type { Advised } from '../billing/basics/command.js';
import { nothingDue } from '../billing/report/due.js';
import type { MonthFacts, OrganizationFacts } from '../billing/report/facts.js';
import { Reconciliation, type MonthFrame } from '../billing/results/reconcile.js';
import type { MonthResult, OrganizationResult, Outcome } from '../billing/results/results.js';
import { digestOf } from '../billing/basics/keys.js';
import { byText, fold } from '../billing/basics/text.js';
import type { Copy } from '../billing/ghosts/copies.js';
import type { Unnamed } from '../billing/ghosts/strays.js';
import type { Unread } from '../billing/results/unread.js';
import type { Books, Month } from '../billing/types.js';
import { readDismissals } from './dismissals.js';
import type { Mode, MoneySettings, MonthRequest } from '../messages/messages.js';
import { EvidenceMissing, type Evidence } from './evidence.js';
import { keptUnder } from './kept.js';

/** What the store holds of a month, and under which names. */

/** A report cut for planning: the month's facts, and a slice per organization by id. */
export interface ReportManifest {
  facts: string;
  /** Whose it is, and how far the run that asked for it may go; absent in those of earlier releases. */
  broker?: string;
  mode?: Mode | null;
  /** The settings of the worker that took it: a run has one set of them; absent in those of earlier releases. */
  settings?: MoneySettings;
  takenAt: string;
  slices: { organizationId: string; organizationName: string; lines: number; slice: string; digest?: string }[];
  /** What was counted of the report while it was read, as of the day (rule 1.7); absent in evidence of earlier releases. */
  counted?: CountedOrganization[];
  /** What was ever named, this report included (`Named`); absent in evidence of earlier releases. */
  named?: string;
  /** What was accepted of organizations that are in neither report nor list any more (`GoneOrganization[]`); absent where there are none. */
  gone?: string;
}

/** A survey of Autotask: what all organizations share, and a slice of the books per organization by id. */
export interface SurveyManifest {
  /** Whose month was looked at; absent in evidence of earlier releases. */
  of?: Pick<MonthRequest, 'broker' | 'month'>;
  takenAt: string;
  /** The lease it was taken under; absent where none was needed. */
  lease?: string;
  shared: string;
  slices: { organizationId: string; slice: string }[];
  /** What stands at companies where no organization is billed (`OwnBooks`); absent where the survey was of some organizations alone. */
  strays?: string;
  /** Contracts with ids that Cloudmore never named; absent in evidence of earlier releases. */
  unnamed?: Unnamed;
  /** What contracts without an id of ours bill alongside ours, on services of ours (8.6); absent where nothing is. */
  copies?: Copy[];
  /** What of Autotask's could not be read; absent where all of it was. */
  unread?: Unread[];
}

/** The part of the books that every organization's plan needs. */
export type SharedBooks = Pick<Books, 'internalCurrency' | 'costRates' | 'refusesFirstDay' | 'services' | 'products'>;
/** With what of the broker's records concerns the organization: those that cannot be read, and those that are gone. */
export type OwnBooks = Omit<Books, keyof SharedBooks>;

/** A month as its latest run left it; the organizations' outcomes are found by name, so that a rerun of one is in the next report. */
export interface MonthRecord {
  frame: MonthFrame;
  organizations: string[];
  /** Rule 1.4: why the whole month is held; null when it is not. */
  heldMonth: string | null;
  /** Digest of the report the run was made from (`ReportManifest`); absent in records of earlier releases. */
  report?: string;
  /** What Autotask held, and the settings that the run was made under; absent in records of earlier releases. */
  survey?: string;
  settings?: string;
  /** When the run was closed, ISO time; absent in records of earlier releases. */
  closedAt?: string;
  /** Every organization that the month answers for, as it was counted, and when the report was taken (rule 1.7); absent in records of earlier releases. */
  expected?: Expected[];
  takenAt?: string;
  /** Items of which their contract shows something else (rule 7.9); absent where all agree. */
  disagreements?: Disagreement[];
}

export const monthsPrefix = (broker: string): string => `months/${broker}/`;
/** Months that were run, the newest first. */
export async function monthsOf(evidence: Evidence, broker: string): Promise<Month[]> {
  const names = await evidence.names(monthsPrefix(broker));
  return names.map((name) => name.slice(monthsPrefix(broker).length)).sort((left, right) => byText(right, left));
}

export const monthName = (broker: string, month: Month): string => monthsPrefix(broker) + month;
export const outcomesPrefix = (broker: string, month: Month): string => `outcomes/${broker}/${month}/`;
export const outcomeName = (broker: string, month: Month, organizationId: string): string =>
  outcomesPrefix(broker, month) + nameSegment(organizationId);

export const plannedPrefix = (broker: string, month: Month): string => `planned/${broker}/${month}/`;
/** The plan that an organization's month was carried out by, or waits as. */
export const plannedName = (broker: string, month: Month, organizationId: string): string =>
  plannedPrefix(broker, month) + nameSegment(organizationId);

export const unfinishedPrefix = (broker: string, month: Month): string => `unfinished/${broker}/${month}/`;
/** The plan that an organization is billed by at the moment: until its outcome is kept, what it planned may have been written. */
export const unfinishedName = (broker: string, month: Month, organizationId: string): string =>
  unfinishedPrefix(broker, month) + nameSegment(organizationId);

/** Of an id of any text one part of a name, which no slash or dot leads out of; ordinary ids stay as they are. */
export function nameSegment(id: string): string {
  const encoded = encodeURIComponent(id.replaceAll(/\p{Cs}/gu, '\ufffd'));
  // Dots alone lead out of a folder.
  const safe = /^\.+$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
  return safe.length <= LONGEST_SEGMENT ? safe : `${safe.slice(0, KEPT_OF_LONG)}~${digestOf(id)}`;
}

/** A file's name has at most 255 bytes, and is encoded once more. */
const LONGEST_SEGMENT = 150;
const KEPT_OF_LONG = 40;

/** The latest outcome of an organization's month; null where there is none, or it is no longer kept. */
export async function readOutcome(
  evidence: Evidence,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<Outcome | null> {
  return keptUnder<Outcome>(evidence, outcomeName(broker, month, organizationId));
}

/** The reconciliation of a month's latest run, with whatever single organizations did since. */
export interface MonthSummary {
  record: MonthRecord;
  result: MonthResult;
}

export interface MonthRead extends MonthSummary {
  outcomes: Outcome[];
  /** Why there is nothing to bill, in sentences; none when there is something, or the whole month is held. */
  nothingDue: Advised[];
}

/** What a run's reconciliation said when it was closed: the sums, and of each organization its part without items, and the outcome they are in. */
export interface ClosedMonth extends MonthResult {
  outcomes: { organizationId: string; outcome: string }[];
}

/** A month with all its outcomes: how every amount came about. Null when the month never ran. */
export async function readMonth(evidence: Evidence, broker: string, month: Month): Promise<MonthRead | null> {
  const outcomes: Outcome[] = [];
  const summary = await reconcileMonth(evidence, broker, month, (result, { outcome }) => {
    outcomes.push(outcome);
    return result;
  });
  return summary && { ...summary, outcomes, nothingDue: await whyNothing(evidence, summary) };
}

/**
 * The reconciliation alone, of one outcome after the other: those of 100,000 lines would not fit into memory, nor would what is reported of every item. `keep`
 * answers what the result is to hold of an organization. Null when the month never ran.
 */
export async function reconcileMonth(
  evidence: Evidence,
  broker: string,
  month: Month,
  keep: (result: OrganizationResult, from: { outcome: Outcome; ref: string | null }) => OrganizationResult,
): Promise<MonthSummary | null> {
  const recordRef = await evidence.pointer(monthName(broker, month));
  if (recordRef === null) return null;
  const record = await evidence.get<MonthRecord>(recordRef);
  const reconciliation = new Reconciliation(record.frame);
  const dismissals = await readDismissals(evidence, broker);
  const organizations: OrganizationResult[] = [];
  const expected = new Map((record.expected ?? []).map((one) => [fold(one.organizationId), one]));
  const ids = new Map(
    [...record.organizations, ...(record.expected ?? []).map((one) => one.organizationId)].map((id) => [fold(id), id]),
  );
  for (const organizationId of [...ids.values()].sort(byText)) {
    const kept = await keptOutcome(evidence, broker, month, organizationId);
    const whole = wholeOutcome(
      kept === null ? null : withDismissals(kept.outcome, dismissals),
      expected.get(fold(organizationId)),
      record,
      organizationId,
    );
    if (whole === null) continue;
    const outcome = withDisagreements(whole.outcome, record.disagreements ?? []);
    organizations.push(keep(reconciliation.add(outcome, whole.amounts), { outcome, ref: kept?.ref ?? null }));
  }
  return { record, result: reconciliation.result(organizations) };
}

/** The outcome as it is kept; one that is no longer in the store, or was changed there, is none. */
async function keptOutcome(
  evidence: Evidence,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<{ outcome: Outcome; ref: string } | null> {
  try {
    const ref = await evidence.pointer(outcomeName(broker, month, organizationId));
    return ref === null ? null : { outcome: await evidence.get<Outcome>(ref), ref };
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

/** With everything that was counted and nobody answers for (1.7). Null where there is neither an outcome nor a line. */
function wholeOutcome(
  outcome: Outcome | null,
  expected: Expected | undefined,
  { expected: all, report, takenAt, frame }: MonthRecord,
  organizationId: string,
): { outcome: Outcome; amounts: CountedAmounts[] | null } | null {
  if (all === undefined || report === undefined || takenAt === undefined) return outcome && { outcome, amounts: null };
  const { month, asOf } = frame.facts;
  if (expected !== undefined) return completed(outcome, expected, { month, asOf, report, takenAt });
  if (outcome === null || (outcome.items.length === 0 && outcome.ghosts.length === 0)) return null;
  const nothing = { organizationId, organizationName: outcome.organizationName, amounts: [], digest: null, asked: false };
  // Money without a line is reported for an organization without lines; an outcome of earlier lines is none of this report.
  return completed({ ...outcome, items: isOf(outcome, report, takenAt) ? outcome.items : [] }, nothing, {
    month,
    asOf,
    report,
    takenAt,
  });
}

const isOf = ({ answers }: Outcome, report: string, takenAt: string): boolean =>
  answers !== undefined && (answers.report === report || answers.takenAt > takenAt);

async function whyNothing(evidence: Evidence, { record, result }: MonthSummary): Promise<Advised[]> {
  if (result.organizations.length > 0 || record.heldMonth !== null) return [];
  const { month, asOf } = record.frame.facts;
  return nothingDue((await readFacts(evidence, record)) ?? { month, asOf, lines: 0, previousLines: 0 });
}

/** Null when the report as fetched is no longer kept. */
async function readFacts(evidence: Evidence, { report }: MonthRecord): Promise<MonthFacts | null> {
  if (report === undefined) return null;
  try {
    return await evidence.get<MonthFacts>((await evidence.get<ReportManifest>(report)).facts);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

/** A slice of the report with the month's facts: what `planOrganization` needs of Cloudmore's side. */
export interface ReportSlice {
  facts: MonthFacts;
  slice: OrganizationFacts;
}
