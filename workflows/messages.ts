import { ApplicationFailure, defaultPayloadConverter, rawValueTypeInfo, RawValue } from '@temporalio/common';
import { distance } from 'fuzzball/ultra_lite';
import { isDay, isMonth } from '../shared/billing/basics/month.js';
import type { Amounts } from '../shared/billing/results/results.js';
import {
  APPROVE_SIGNAL,
  billingQueue,
  REPORT_SIGNAL,
  RERUN_SIGNAL,
  SETTLED_SIGNAL,
  SKIP_SIGNAL,
  WORKFLOWS,
} from '../shared/messages/names.js';
import type {
  DailyBillingInput,
  GivenReport,
  Mode,
  OrganizationBillingInput,
  ReportSignal,
  SettledSignal,
} from '../shared/messages/messages.js';
import type { MonthEndRequest } from '../shared/messages/month-end.js';
import type { DecisionTaken } from '../shared/messages/decisions.js';
import { isStatus } from '../shared/billing/results/status.js';

/**
 * What comes from outside: signals, updates, inputs. Anyone who reaches Temporal may send anything, and a handler that throws stops its workflow for ever. So
 * every argument is taken as it came, and read here: its value, or in words why it is none.
 */
export type Read<T> = { value: T } | { problem: string };

/** Arguments of a signal as bytes: one that cannot even be decoded must not stop the workflow. No known message has more than this many. */
export const RAW_ARGUMENTS = { typeInfo: { inputTypes: Array.from({ length: 32 }, () => rawValueTypeInfo) } };

const UNREADABLE = Symbol('unreadable');

/** The argument's value, of any kind. */
export function valueOf(raw: unknown): unknown {
  if (!(raw instanceof RawValue)) return raw;
  try {
    return defaultPayloadConverter.fromPayload<unknown>(raw.payload);
  } catch {
    return UNREADABLE;
  }
}

// ---------------------------------------------------------------------------------------------------------------- what people send

export const LONGEST_REASON = 1_000;
const LONGEST_DIGEST = 64;

/** Why somebody skips or reruns. */
export function readReason(raw: unknown): Read<string> {
  const value = valueOf(raw);
  if (typeof value !== 'string' || value.trim() === '')
    return { problem: `came with ${kindOf(value)}; expected the reason as one text, in quotation marks: "disputed"` };
  if (value.length > LONGEST_REASON)
    return { problem: `came with a reason of ${value.length} characters; expected at most ${LONGEST_REASON}` };
  return { value };
}

/** Which plan somebody releases. */
export function readDigest(raw: unknown): Read<string> {
  const value = valueOf(raw);
  const digest = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (digest !== '' && digest.length <= LONGEST_DIGEST && /^\w+$/.test(digest)) return { value: digest };
  return {
    problem: `came with ${typeof value === 'string' && digest !== '' ? 'a text that is not a digest' : kindOf(value)}; expected the digest of the plan that waits as one text, in quotation marks, as shown above`,
  };
}

/** What may be sent to a workflow, by its type. */
export const SIGNALS: Record<string, string[]> = {
  [WORKFLOWS.daily]: [SETTLED_SIGNAL],
  [WORKFLOWS.organization]: [REPORT_SIGNAL, SKIP_SIGNAL, RERUN_SIGNAL, APPROVE_SIGNAL],
};

/** That a signal came under a name that nobody knows, with the nearest that there is. */
export function misnamedText(raw: unknown, type: string): string {
  const value = valueOf(raw);
  const name = typeof value === 'string' ? value : '';
  return `There is no signal ${shortened(name)}${didYouMean(name, SIGNALS[type] ?? [])}. Nothing was changed.`;
}

/** Who sent a message, as far as it says. */
export interface From {
  actor: string | null;
  via: DecisionTaken['via'];
  reason: string | null;
}

const LONGEST_NAME = 200;
/** Control characters and line breaks, which no name has. */
const UNPRINTABLE = /\p{C}/u;

/** The second argument of what people send. A signal of the Web UI has none; one that cannot be read names nobody, and changes nothing else. */
export function readFrom(raw: unknown): From {
  const value = valueOf(raw);
  const isNamed = isFields(value) && isText(value.actor) && value.actor.trim() !== '' && value.actor.length <= LONGEST_NAME;
  if (!isNamed || UNPRINTABLE.test(value.actor as string) || (value.via !== 'command' && value.via !== 'page'))
    return { actor: null, via: 'signal', reason: null };
  const reason = isText(value.reason) && value.reason.length <= LONGEST_REASON ? value.reason : null;
  return { actor: (value.actor as string).trim(), via: value.via, reason };
}

/** What came, without its content: nobody knows what is in it. */
function kindOf(value: unknown): string {
  if (value === UNREADABLE) return 'something that cannot be decoded';
  if (value === undefined || value === null) return 'no argument';
  if (typeof value === 'string') return 'an empty text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The value, or the refusal of an update in words. */
export function demanded<T>(update: string, read: Read<T>): T {
  if ('value' in read) return read.value;
  throw refusedUpdate(read.problem, update);
}

export const refusedUpdate = (problem: string, update: string): ApplicationFailure =>
  ApplicationFailure.nonRetryable(`${update} ${problem}. Nothing was changed.`, 'BadRequest');

// ---------------------------------------------------------------------------------------------------------------- what runs and organizations tell each other

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 1_000;
const isTextOrNull = (value: unknown): value is string | null => value === null || isText(value);
const isMissing = (value: unknown): value is undefined | null => value === undefined || value === null;
const isTime = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isDayText = (value: unknown): boolean => isText(value) && isDay(value);
const isMonthText = (value: unknown): boolean => isText(value) && isMonth(value);
const MODES: unknown[] = ['shadow', 'approve', 'auto'] satisfies Mode[];
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

/** A run hands over a report: references alone. How far the run may go stands in the report that is referred to. */
export function readReport(raw: unknown): Read<ReportSignal> {
  const value = valueOf(raw);
  if (!isFields(value) || !isGiven(value.given) || !isText(value.parentId)) return { problem: 'is not a reference to a report' };
  const { given, parentId } = value;
  return { value: { given: givenOf(given), parentId } };
}

const isGiven = (value: unknown): value is GivenReport =>
  isFields(value) &&
  isDayText(value.asOf) &&
  isText(value.report) &&
  isTextOrNull(value.survey) &&
  (value.surveyedAt === null || isTime(value.surveyedAt));

const givenOf = ({ asOf, report, survey, surveyedAt }: GivenReport): GivenReport => ({ asOf, report, survey, surveyedAt });

const DECIMAL = /^-?\d{1,20}(\.\d{1,8})?$/;

/** An organization reports how it stands. What it says is shown while the run goes on; the reconciliation reads what was kept. */
export function readSettled(raw: unknown): Read<SettledSignal> {
  const value = valueOf(raw);
  const summary = isFields(value) ? value.summary : null;
  const result = isFields(summary) ? summary.result : null;
  const isWhole =
    isFields(value) &&
    isText(value.organizationId) &&
    (value.runId === undefined || isText(value.runId)) &&
    isFields(result) &&
    result.organizationId === value.organizationId &&
    isStatus(result.status) &&
    [result.report, result.posted, result.held, result.excluded].every(isAmounts);
  return isWhole ? { value: value as unknown as SettledSignal } : { problem: 'does not say how an organization stands' };
}

const isAmounts = (value: unknown): value is Amounts =>
  isFields(value) &&
  Number.isSafeInteger(value.lines) &&
  [value.cost, value.sales].every((text) => isText(text) && DECIMAL.test(text));

// ---------------------------------------------------------------------------------------------------------------- inputs

type Rules = Record<string, [isRight: (value: unknown) => boolean, expected: string]>;

const optional =
  (isRight: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    isMissing(value) || isRight(value);

const BROKER: Rules[string] = [(value) => isText(value) && /^[\w.-]{1,60}$/.test(value), 'the name of a broker (BILLING_BROKER)'];
const MODE: Rules[string] = [optional((value) => MODES.includes(value)), 'shadow, approve or auto'];
const isDigests = (value: unknown): boolean => isFields(value) && Object.values(value).every(isText);

const HANDED_ON = 'what an execution before this one handed on';
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const isCounts = (value: unknown): boolean => isFields(value) && Object.values(value).every(isCount);
/** A sentence of any length. */
const isSentence = (value: unknown): boolean => typeof value === 'string';

function isProgress(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { months, report, survey, work, started, sums } = value;
  const isRead =
    isFields(report) && isText(report.report) && isFields(survey) && isText(survey.survey) && isTime(survey.surveyedAt);
  return (
    Array.isArray(months) && months.every(isMonthText) && isRead && isWork(work) && isCount(started) && optional(isSums)(sums)
  );
}

const isWork = (value: unknown): boolean =>
  isFields(value) &&
  isTexts(value.organizations) &&
  optional((names) => Array.isArray(names) && names.every(isSentence))(value.names) &&
  isCounts(value.calls) &&
  (value.heldMonth === null || isSentence(value.heldMonth)) &&
  isCount(value.quiet) &&
  MODES.includes(value.mode) &&
  optional(isFields)(value.effort);

const isSums = (value: unknown): boolean =>
  isFields(value) && isCount(value.settled) && [value.report, value.posted, value.held, value.excluded].every(isAmounts);

const isDone = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every(
    (one) => isFields(one) && isMonthText(one.month) && isText(one.result) && isCount(one.held) && isCount(one.waiting),
  );

const isDoneSoFar = (value: unknown): boolean => isFields(value) && isCounts(value.writes) && isCounts(value.calls);

const DAILY: Rules = {
  broker: BROKER,
  month: [optional(isMonthText), 'a month, YYYY-MM'],
  asOf: [optional(isDayText), 'a day, YYYY-MM-DD'],
  timeZone: [optional(isTimeZone), 'a time zone such as Europe/Oslo'],
  mode: MODE,
  recheckDays: [optional((value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 28), 'days, 0 to 28'],
  reportMonthOffset: [optional((value) => ([-1, 0, 1] as unknown[]).includes(value)), '-1, 0 or 1'],
  organizations: [optional((value) => isTexts(value) && (value as unknown[]).length > 0), 'a list of ids or names'],
  canary: [optional(isText), 'on, off, or a customer'],
  settings: [optional(isDigests), 'digests by the names of settings'],
  progress: [optional(isProgress), HANDED_ON],
  done: [optional(isDone), HANDED_ON],
};

const ORGANIZATION: Rules = {
  broker: BROKER,
  month: [isMonthText, 'a month, YYYY-MM'],
  asOf: [isDayText, 'a day, YYYY-MM-DD'],
  mode: MODE,
  organizationId: [isText, 'the id of an organization'],
  given: [optional(isGiven), 'references to a report and a survey'],
  parentId: [optional(isText), 'the id of a run'],
  listeners: [optional(isTexts), 'ids of runs'],
  before: [optional(isDoneSoFar), HANDED_ON],
  skipReason: [optional(isText), 'a reason'],
  released: [optional(isTexts), 'digests of plans'],
  undo: [optional(isText), 'the digest of a way back'],
  waitsForCall: [optional((value) => typeof value === 'boolean'), 'true or false'],
};

const MONTH_ENDS: unknown[] = ['close', 'invoiced', 'undo'] satisfies MonthEndRequest['what'][];
const MONTH_END: Rules = {
  broker: BROKER,
  month: [isMonthText, 'a month, YYYY-MM'],
  what: [(value) => MONTH_ENDS.includes(value), 'close, invoiced or undo'],
  actor: [isText, 'who asks for it'],
  reason: [(value) => value === '' || isText(value), 'a text'],
};
/** What one thing needs beyond that. */
const MONTH_END_OF: Partial<Record<MonthEndRequest['what'], Rules>> = {
  close: { digest: [isText, 'the digest of what was shown'] },
  undo: { organizationId: [isText, 'the id of an organization'] },
};

function isTimeZone(value: unknown): boolean {
  try {
    return isText(value) && new Intl.DateTimeFormat('en', { timeZone: value }).format() !== '';
  } catch {
    return false;
  }
}

/** Refuses an invalid input, with every member that is wrong: the workflow fails at once, instead of half-way. */
export function checkDaily(input: DailyBillingInput): DailyBillingInput {
  return withoutNulls(checked(input, DAILY));
}

export function checkOrganization(input: OrganizationBillingInput): OrganizationBillingInput {
  const { mode = null, given = null, parentId = null, ...rest } = withoutNulls(checked(input, ORGANIZATION)) as Typed;
  return { ...rest, mode, given, parentId };
}

/** As a person may write it in the Web UI: what may be null may be missing as well. */
type Typed = Omit<OrganizationBillingInput, 'mode' | 'given' | 'parentId'> & Partial<OrganizationBillingInput>;

/** A member that is null is one that is not there: taken for a value, a month of null was a month. */
const withoutNulls = <T extends object>(input: T): T =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null)) as T;

export function checkMonthEnd(input: MonthEndRequest): MonthEndRequest {
  const from = 'It is started by the page';
  return checked(checked(input, MONTH_END, from), MONTH_END_OF[input.what] ?? {}, from);
}

/** Of a workflow that needs nothing but to know whose it is. */
export function checkOwner<T extends { broker: string }>(input: T): T {
  return checked(input, { broker: BROKER }, 'It is started by: billing doctor');
}

/** Members of an input that no version so far writes, each with the nearest that there is, and those that there are; null where there are none. */
export const unknownInDaily = (input: DailyBillingInput): string | null => unknownMembers(input, DAILY);
export const unknownInOrganization = (input: OrganizationBillingInput): string | null => unknownMembers(input, ORGANIZATION);

function unknownMembers(input: object, rules: Rules): string | null {
  const known = Object.keys(rules);
  const unknown = Object.keys(input).filter((member) => !known.includes(member));
  if (unknown.length === 0) return null;
  const listed = unknown.slice(0, MEMBERS_LISTED).map((member) => `${shortened(member)}${didYouMean(member, known)}`);
  return `Unknown in its input: ${listed.join(', ')}. Known are: ${known.join(', ')}.`;
}
const MEMBERS_LISTED = 5;

/** Of a name that somebody made up. */
const shortened = (name: string): string => name.slice(0, 60);

function didYouMean(name: string, known: string[]): string {
  const near = (candidate: string): number => distance(shortened(name).toLowerCase(), candidate.toLowerCase());
  const nearest = known.reduce((best, candidate) => (near(candidate) < near(best) ? candidate : best));
  return near(nearest) <= name.length / 2 ? ` (did you mean ${nearest}?)` : '';
}

function checked<T>(input: T, rules: Rules, from = 'Start it with: billing run MONTH'): T {
  if (!isFields(input)) throw refused(`This workflow was started without an input. ${from}`);
  const wrong = Object.entries(rules).flatMap(([member, [isRight, expected]]) =>
    isRight(input[member]) ? [] : [`${member}: expected ${expected}`],
  );
  if (wrong.length > 0) throw refused(`The input of this workflow is wrong. ${wrong.join('; ')}.`);
  return input;
}

/** The queue says whose worker runs this; on the queue that all brokers had in common, and where a history is replayed, nobody can tell. */
export function checkBroker(broker: string, queue: string): void {
  if (queue === billingQueue(broker) || !queue.startsWith(billingQueue(''))) return;
  throw ApplicationFailure.nonRetryable(
    `This is a request of the broker ${broker}, but it came to ${queue}, the queue of another broker's worker. Nothing was done.`,
    'OtherBroker',
  );
}

export const refused = (message: string): ApplicationFailure => ApplicationFailure.nonRetryable(message, 'BadRequest');
