import { undoWithStart } from '../temporal/start-with.js';
import { WorkflowExecutionAlreadyStartedError, WorkflowFailedError } from '@temporalio/client';
import { standsAsIn } from '../../shared/billing/results/status.js';
import { salesText } from '../../shared/billing/basics/sales-text.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { sumsTakenBack } from '../../shared/billing/plan/undone.js';
import type { Month } from '../../shared/billing/types.js';
import { rootCauseOf } from '../../shared/messages/causes.js';
import type { BaseConfig } from '../../shared/config.js';
import { billingQueue, WORKFLOWS } from '../../shared/messages/names.js';
import { monthEndId, type MonthEndDone, type MonthEndRequest } from '../../shared/messages/month-end.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { readMonth } from '../../shared/evidence/months.js';
import { keepUndo } from '../../shared/evidence/undone.js';
import { sameSum } from '../terminal/confirm.js';
import { CommandError } from '../terminal/exit.js';
import { isNotFound } from '../months.js';
import { type Temporal } from '../temporal/connection.js';
import { answering, isTemporalAway, whyNobodyActs } from './outages.js';
import type { About, ActionResult, Answered, Asking, WayBackRelease } from './source.js';

/**
 * What the worker is asked from the page. The page has no access to either vendor, and its person does not wait for what takes minutes: the execution's id
 * says what was asked for, so that the page finds the answer when it is opened again, in any process.
 */

/** What takes longer continues in the background, and the page shows it when it is opened again. */
const ANSWER_WITHIN_MS = 15_000;
/** Without a worker, nothing may wait for ever. */
const LONGEST = '8 hours';

type Answer = (request: MonthEndRequest) => Promise<MonthEndDone>;

/** Starts it, or says that it is under way. Asked twice it is done once at a time, and what is done already stays as it is. */
export async function askWorker(temporal: Temporal, broker: string, asking: Asking): Promise<ActionResult> {
  const taskQueue = billingQueue(broker);
  const nobody = await whyNobodyActs(temporal, taskQueue);
  if (nobody !== null) return nobody;
  try {
    const handle = await temporal.client.workflow.start<Answer>(WORKFLOWS.monthEnd, {
      taskQueue,
      workflowId: monthEndId(broker, asking.month, asking),
      args: [{ broker, ...asking }],
      workflowExecutionTimeout: LONGEST,
      searchAttributes: { BillingBroker: [broker], BillingMonth: [asking.month] },
    });
    const over = new AbortController();
    const late = sleep(ANSWER_WITHIN_MS, null, { signal: over.signal }).catch(() => null);
    const result = temporal.client
      .withAbortSignal(over.signal, () => handle.result())
      .then(
        ({ isGood, text }) => ({ isGood, text }),
        (error: unknown) => (over.signal.aborted ? null : { isGood: false, text: whyNot(error) }),
      );
    const answer = await Promise.race([result, late]);
    over.abort();
    return answer ?? UNDER_WAY;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return UNDER_WAY;
    throw error;
  }
}

const UNDER_WAY: ActionResult = {
  isGood: true,
  text: 'It is under way. Open this page again to see the result.',
};

const whyNot = (error: unknown): string => `It did not work, and nothing was decided: ${rootCauseOf(error)}`;

/** The latest execution's answer, or that nobody can tell it. */
export async function latestAnswer(temporal: Temporal, broker: string, month: Month, about: About): Promise<Answered | null> {
  const handle = temporal.client.workflow.getHandle<Answer>(monthEndId(broker, month, about));
  try {
    return await answering(temporal, async () => {
      const { status, startTime } = await handle.describe();
      if (status.name === 'RUNNING') return { since: startTime.toISOString() };
      return { done: await handle.result() };
    });
  } catch (error) {
    if (isNotFound(error)) return null;
    if (error instanceof WorkflowFailedError) return { failure: whyNot(error) };
    if (isTemporalAway(error)) return { failure: UNANSWERED };
    throw error;
  }
}
const UNANSWERED = 'Temporal does not answer, so it is not known whether this was requested, or what the result is.';

/** Releases exactly the way back that was shown, when its sum was typed back; the customer's workflow refuses one that has moved since. */
export async function takeBack(
  temporal: Temporal,
  { broker }: Pick<BaseConfig, 'broker'>,
  evidence: Evidence,
  { month, organizationId, digest, sum, reason, actor }: WayBackRelease,
): Promise<ActionResult> {
  const shown = await latestAnswer(temporal, broker, month, { what: 'undo', organizationId });
  const undo = shown !== null && 'done' in shown ? shown.done.undo : undefined;
  if (undo?.digest !== digest)
    return {
      isGood: false,
      text: 'The undo has changed since it was shown, and nothing was taken back. Check the new one.',
    };
  const expected = sumText(undo);
  if (!sameSum(sum, expected))
    return { isGood: false, text: `Nothing was taken back: "${sum.trim()}" is not the sum, which is ${expected}.` };
  const { record } = (await readMonth(evidence, broker, month)) ?? {};
  if (record?.report === undefined || record.frame === undefined)
    return { isGood: false, text: `${month} has not been billed yet.` };
  const nobody = await whyNobodyActs(temporal, billingQueue(broker));
  if (nobody !== null) return nobody;
  await keepUndo(evidence, broker, undo);
  const { asOf } = record.frame.facts;
  const given = { asOf, report: record.report, survey: null, surveyedAt: null };
  try {
    const from = { actor, via: 'page' as const, reason };
    const at = { month, organizationId, asOf };
    const answer = await undoWithStart(temporal, broker, at, { given, digest, from, withinMs: ANSWER_WITHIN_MS });
    return { isGood: !standsAsIn(answer ?? '', 'NeedsAttention'), text: answer ?? UNDER_WAY.text };
  } catch (error) {
    if (error instanceof CommandError) return { isGood: false, text: error.message }; // refused by the workflow, in words
    throw error;
  }
}

/** What is typed back: "1,390.61 EUR". */
export const sumText = (undo: Parameters<typeof sumsTakenBack>[0][number]): string => salesText(sumsTakenBack([undo]));
