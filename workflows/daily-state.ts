import { defineQuery, log, setCurrentDetails, setHandler, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { amountsTable, joined, md } from '../shared/billing/basics/markdown.js';
import type { Day, Month } from '../shared/billing/types.js';
import type {
  DailyBillingInput,
  DailyProgress,
  MonthClosed,
  MonthRequest,
  MonthShown,
  RunProgress,
  SettledSignal,
} from '../shared/messages/messages.js';
import { SETTLED_SIGNAL, STATUS_QUERY } from '../shared/messages/names.js';
import { billingBroker, billingMonth, billingStatus } from './attributes.js';
import { misnamed, settled } from './definitions.js';
import { blankMonth } from './empty-month.js';
import { readSettled } from './messages.js';
import { monthDetails } from './month-details.js';
import { SoFar } from './progress.js';
import { keepRefusal, MISNAMED, misnamedRefusal, notUnderstood } from './refused.js';

/** What a run knows of the month that it bills: what organizations told it, and what it shows of that to people. */

export const monthStatus = defineQuery<MonthShown>(STATUS_QUERY);

export interface DailyState {
  readonly input: DailyBillingInput & { asOf: Day };
  soFar: SoFar;
  /** The month as it was reconciled; null until then. */
  closed: MonthShown | null;
  progress: RunProgress;
  /** Executions that told how they stand, by organization. */
  runIds: Map<string, string>;
  /** Organizations' names, by id. */
  names: Map<string, string>;
  /** Organizations that were started or called and have not told how they stand. */
  waitingFor: Set<string>;
  /** Organizations that take up room among those at work at once. */
  running: number;
  /** What was not understood last of all that came to this run, in words; its page shows it above the rest. */
  refused: string | null;
  page: string;
}

const STARTING: RunProgress = { doing: 'starting', of: null, minutes: null };

/** The state of a run that has read nothing yet, which messages and queries reach from now on. */
export function beginRun(input: DailyState['input']): DailyState {
  const run: DailyState = {
    input,
    soFar: soFarOf(input, input.month ?? ''),
    closed: null,
    progress: STARTING,
    runIds: new Map(),
    names: new Map(),
    waitingFor: new Set(),
    running: 0,
    refused: null,
    page: '',
  };
  setHandler(monthStatus, () => ({ ...(run.closed ?? run.soFar.shown), progress: run.progress }), {
    description: 'The month so far, organization by organization',
  });
  setHandler(settled, (raw) => hearSettled(run, raw), {
    description: 'Used by organizations: reports how one of them stands',
  });
  setHandler(misnamed, (raw) => showRefused(run, misnamedRefusal(raw) ?? run.refused), { description: MISNAMED });
  return run;
}

const soFarOf = (
  { broker, asOf, mode }: Pick<DailyState['input'], 'broker' | 'asOf' | 'mode'>,
  month: Month,
  sums?: DailyProgress['sums'],
): SoFar => new SoFar(blankMonth(broker, month, asOf, mode ?? 'shadow'), sums);

/** From here on the run is about this month, of which nothing is known yet. */
export function beginMonth(run: DailyState, month: Month): void {
  run.closed = null;
  run.progress = STARTING;
  run.soFar = soFarOf(run.input, month);
  upsertSearchAttributes([
    { key: billingBroker, value: run.input.broker },
    { key: billingMonth, value: month },
    { key: billingStatus, value: 'Running' },
  ]);
}

/** Takes in which organizations have work, and what those that an earlier execution billed came to. */
export function takeWork(run: DailyState, { month }: MonthRequest, { work, sums }: DailyProgress): void {
  const { organizations, names, mode, effort } = work;
  run.soFar = soFarOf({ ...run.input, mode }, month, sums);
  run.progress = { ...run.progress, of: organizations.length, minutes: effort?.minutes ?? null };
  names?.forEach((name, index) => run.names.set(organizations[index]!, name));
}

/** Takes in how an organization stands. */
export function takeSettled(run: DailyState, { organizationId, summary, runId }: SettledSignal): void {
  run.waitingFor.delete(organizationId);
  run.soFar.settle(summary.result);
  if (runId !== undefined) run.runIds.set(organizationId, runId);
}

function hearSettled(run: DailyState, raw: unknown): void {
  const read = readSettled(raw);
  if ('value' in read) return takeSettled(run, read.value);
  log.warn('a signal was not understood', { signal: SETTLED_SIGNAL, problem: read.problem });
  showRefused(run, `The signal ${SETTLED_SIGNAL} ${read.problem}. Nothing was changed.`);
}

/** Takes in the month as it was reconciled. */
export function takeClosed(run: DailyState, closed: MonthClosed, heldMonth: string | null): void {
  run.closed = { ...closed.result, settled: run.soFar.sums.settled };
  const { namespace } = workflowInfo();
  showPage(run, monthDetails(closed, { heldMonth, runIds: run.runIds, namespace, at: new Date() }));
  upsertSearchAttributes([{ key: billingStatus, value: closed.waiting > 0 || heldMonth !== null ? 'NeedsAttention' : 'Done' }]);
}

// ---------------------------------------------------------------------------------------------------------------- what is shown

/** Says what the run does now, over the sums so far. */
export function showProgress(run: DailyState, doing: string): void {
  const { total } = run.soFar;
  run.progress = { ...run.progress, doing };
  showPage(run, joined([md`## ${total.month} as of ${run.input.asOf}`, md`**Now:** ${doing}`, amountsTable(total)], '\n\n').text);
}

/** Stays until the run ends: what an organization reports in time, a moment later, says nothing about it. */
export function showRefused(run: DailyState, refused: string | null): void {
  if (refused === run.refused) return;
  run.refused = refused;
  keepRefusal(refused);
  showPage(run, run.page);
}

function showPage(run: DailyState, page: string): void {
  run.page = page;
  setCurrentDetails([...notUnderstood(run.refused), page].join('\n\n'));
}
