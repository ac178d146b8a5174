import { makeContinueAsNewFunc, proxyActivities, type ActivityOptions, type Workflow } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../shared/messages/names.js';
import { RETRIES, type Retries } from '../shared/messages/retries.js';
import { summaryText } from '../shared/billing/basics/markdown.js';
import type { Step } from '../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../shared/messages/messages.js';
import { carryOutBy } from './organization-run.js';
import { STEP_KINDS } from '../shared/billing/basics/step-kinds.js';

/** Activities by queue, with their time limits; how often they are tried is in one table (`shared/messages/retries.ts`). */

/** A killed worker is noticed after this; longer than any single request may take to be given up. */
const HEARTBEAT = '45 seconds';

/** Mistakes in our own code: another attempt makes them again, and would for hours. */
const MISTAKES = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/** `within`: how long one attempt may take. */
function options(retries: Retries, taskQueue: string, within: `${number} ${'seconds' | 'minutes' | 'hours'}`): ActivityOptions {
  const { attempts, hours, longestPauseSeconds } = RETRIES[retries];
  return {
    taskQueue,
    startToCloseTimeout: within,
    heartbeatTimeout: HEARTBEAT,
    ...(hours === null ? {} : { scheduleToCloseTimeout: `${hours} hours` }),
    retry: {
      initialInterval: '1 second',
      backoffCoefficient: 2,
      maximumInterval: `${longestPauseSeconds} seconds`,
      maximumAttempts: attempts ?? Number.POSITIVE_INFINITY,
      ...(hours === null ? {} : { nonRetryableErrorTypes: MISTAKES }),
    },
  };
}

/** The next execution runs on the broker's own queue, wherever this one was started, and begins on the current version of the program. */
export const continueOn = <F extends Workflow>(broker: string): ((...args: Parameters<F>) => Promise<never>) =>
  makeContinueAsNewFunc<F>({ taskQueue: billingQueue(broker), initialVersioningBehavior: 'AUTO_UPGRADE' });

/** Cloudmore's report, for one organization. */
export const reading = (broker: string, summary: string): Pick<Activities, 'takeReport'> => ({
  takeReport: proxyActivities<Activities>({ ...options('customer', cloudmoreQueue(broker), '2 hours'), summary }).takeReport,
});

/**
 * Reads of the whole month: pages and polls, and the wait for quota. An organization that cannot continue waits by itself and is tried again; the run has no
 * other day.
 */
export const readingPatiently = (broker: string, summary: string): Pick<Activities, 'takeReport' | 'surveyAutotask'> => ({
  takeReport: proxyActivities<Activities>({ ...options('run', cloudmoreQueue(broker), '2 hours'), summary }).takeReport,
  surveyAutotask: proxyActivities<Activities>({ ...options('run', autotaskQueue(broker), '4 hours'), summary }).surveyAutotask,
});

/** Evidence in, evidence out: no vendor is asked, but the store may be away for a while. */
export const deciding = (broker: string, summary: string): Pick<Activities, 'findWork' | 'closeRun'> =>
  proxyActivities<Activities>({ ...options('run', billingQueue(broker), '30 minutes'), summary });

/** What people decided. It is tried as often as a plan is made: without it nothing is done on their word. */
export const recording = (broker: string, summary: string): Pick<Activities, 'recordDecisions'> =>
  proxyActivities<Activities>({ ...options('customer', billingQueue(broker), '10 minutes'), summary });

/** The same before the workflow ends, when nobody would do it later. */
export const recordingPatiently = (broker: string, summary: string): Pick<Activities, 'recordDecisions'> =>
  proxyActivities<Activities>({ ...options('run', billingQueue(broker), '10 minutes'), summary });

/** A check of other executions. */
export const looking = (broker: string, summary: string): Pick<Activities, 'findSilent'> =>
  proxyActivities<Activities>({
    ...options('look', billingQueue(broker), '2 minutes'),
    summary,
  });

/** What the worker knows of itself. */
export const askingSettings = (broker: string, summary: string): Pick<Activities, 'tellSettings'> =>
  proxyActivities<Activities>({
    ...options('look', billingQueue(broker), '5 seconds'),
    summary,
  });

/** What a person asked for and waits for: both sides of a month are read. */
export const endingMonth = (broker: string, summary: string): Pick<Activities, 'endMonth'> =>
  proxyActivities<Activities>({
    ...options('asked', autotaskQueue(broker), '4 hours'),
    summary,
  });

/** A message to people: even if it fails, the run ends well. */
export const noticing = (broker: string, summary: string): Pick<Activities, 'sendNotice'> =>
  proxyActivities<Activities>({
    ...options('asked', billingQueue(broker), '2 minutes'),
    summary,
  });

export const planning = (broker: string, summary: string): Pick<Activities, 'planOrganization' | 'verifyOrganization'> =>
  proxyActivities<Activities>({ ...options('customer', autotaskQueue(broker), '4 hours'), summary });

/** The activity of the steps' kind, with their own sentences in the Web UI's timeline. */
export function carryOut(request: StepRequest): Promise<StepDone> {
  const { step, more = [] } = request;
  const activities = proxyActivities<Activities>({
    ...options('customer', autotaskQueue(request.broker), '4 hours'),
    summary: summaryOf(step, more),
  });
  return carryOutBy(activities)(request);
}

/** "Adjust Business Premium: units 20 → 24, 516.00 / 451.76 EUR": other steps say themselves what they are about. "12 adjustments: Business Premium: …". */
function summaryOf(step: Step, more: Step[]): string {
  if (more.length === 0) return summaryText(step.kind === 'postAdjustment' ? `Adjust ${step.summary}` : step.summary);
  return summaryText(
    `${more.length + 1} ${STEP_KINDS[step.kind].counts}: ${[step, ...more].map(({ summary }) => summary).join('; ')}`,
  );
}
