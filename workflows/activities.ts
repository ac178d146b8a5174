import { makeContinueAsNewFunc, proxyActivities, type ActivityOptions, type Workflow } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import { autotaskQueue, billingQueue, cloudmoreQueue } from '../shared/messages/names.js';
import { summaryText } from '../shared/billing/basics/markdown.js';
import type { Step } from '../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../shared/messages/messages.js';
import { carryOutBy } from './organization-run.js';
import { STEP_KINDS } from '../shared/billing/basics/step-kinds.js';

/**
 * Activities by queue, with their time limits. Temporal owns the retries: attempts are few, because an organization that cannot go on must wait where a
 * person sees it, and tries again by itself later. Waiting for quota happens inside an attempt, under heartbeats, and costs no attempt.
 */

const RETRY = { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '20 seconds', maximumAttempts: 6 } as const;
/** A killed worker is noticed after this; longer than any single request may take to be given up. */
const HEARTBEAT = '45 seconds';

const options = (taskQueue: string, startToCloseTimeout: ActivityOptions['startToCloseTimeout']): ActivityOptions => ({
  taskQueue,
  startToCloseTimeout: startToCloseTimeout!,
  heartbeatTimeout: HEARTBEAT,
  retry: RETRY,
});

/** What may heal is tried again for so long: nobody runs a day a second time at night, so that half a minute of an outage must not cost it. */
const TRIED_FOR = '8 hours';
/** Mistakes in our own code: another attempt makes them again. */
const MISTAKES = ['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError'];

/** For what the whole run depends on. What cannot heal (a refused log-in, an answer that makes no sense) ends at once all the same. */
const patient = (taskQueue: string, startToCloseTimeout: ActivityOptions['startToCloseTimeout']): ActivityOptions => ({
  ...options(taskQueue, startToCloseTimeout),
  scheduleToCloseTimeout: TRIED_FOR,
  retry: {
    ...RETRY,
    maximumInterval: '2 minutes',
    maximumAttempts: Number.POSITIVE_INFINITY,
    nonRetryableErrorTypes: MISTAKES,
  },
});

/** The next execution runs on the broker's own queue, wherever this one was started, and begins on the current version of the program. */
export const continueOn = <F extends Workflow>(broker: string): ((...args: Parameters<F>) => Promise<never>) =>
  makeContinueAsNewFunc<F>({ taskQueue: billingQueue(broker), initialVersioningBehavior: 'AUTO_UPGRADE' });

/** Cloudmore's report, for one organization. */
export const reading = (broker: string, summary: string): Pick<Activities, 'takeReport'> => ({
  takeReport: proxyActivities<Activities>({ ...options(cloudmoreQueue(broker), '2 hours'), summary }).takeReport,
});

/**
 * Reads of the whole month: pages and polls, and the wait for quota. An organization that cannot go on waits by itself and is tried again; the run has no
 * other day.
 */
export const readingPatiently = (broker: string, summary: string): Pick<Activities, 'takeReport' | 'surveyAutotask'> => ({
  takeReport: proxyActivities<Activities>({ ...patient(cloudmoreQueue(broker), '2 hours'), summary }).takeReport,
  surveyAutotask: proxyActivities<Activities>({ ...patient(autotaskQueue(broker), '4 hours'), summary }).surveyAutotask,
});

/** Evidence in, evidence out: no vendor is asked, but the store may be away for a while. */
export const deciding = (broker: string, summary: string): Pick<Activities, 'findWork' | 'closeRun'> =>
  proxyActivities<Activities>({ ...patient(billingQueue(broker), '30 minutes'), summary });

/** What people decided. It is tried as often as a plan is made: without it nothing is done on their word. */
export const recording = (broker: string, summary: string): Pick<Activities, 'recordDecisions'> =>
  proxyActivities<Activities>({ ...options(billingQueue(broker), '10 minutes'), summary });

/** The same before the workflow ends, when nobody would do it later. */
export const recordingPatiently = (broker: string, summary: string): Pick<Activities, 'recordDecisions'> =>
  proxyActivities<Activities>({ ...patient(billingQueue(broker), '10 minutes'), summary });

/** A look at other executions: few tries, because another look follows. */
export const looking = (broker: string, summary: string): Pick<Activities, 'findSilent'> =>
  proxyActivities<Activities>({
    ...options(billingQueue(broker), '2 minutes'),
    retry: { ...RETRY, maximumAttempts: 2 },
    summary,
  });

/** What the worker knows of itself. */
export const askingSettings = (broker: string, summary: string): Pick<Activities, 'tellSettings'> =>
  proxyActivities<Activities>({
    ...options(billingQueue(broker), '5 seconds'),
    retry: { ...RETRY, maximumAttempts: 2 },
    summary,
  });

/** What a person asked for and waits for: both sides of a month are read. Each try reads all again, so there are few. */
export const endingMonth = (broker: string, summary: string): Pick<Activities, 'endMonth'> =>
  proxyActivities<Activities>({
    ...options(autotaskQueue(broker), '4 hours'),
    retry: { ...RETRY, maximumAttempts: 3 },
    summary,
  });

/** A message to people: few tries, and whatever comes of it the run ends well. */
export const noticing = (broker: string, summary: string): Pick<Activities, 'sendNotice'> =>
  proxyActivities<Activities>({
    ...options(billingQueue(broker), '2 minutes'),
    retry: { ...RETRY, maximumAttempts: 3 },
    summary,
  });

export const planning = (broker: string, summary: string): Pick<Activities, 'planOrganization' | 'verifyOrganization'> =>
  proxyActivities<Activities>({ ...options(autotaskQueue(broker), '4 hours'), summary });

/** The activity of the steps' kind, with their own sentences in the Web UI's timeline. */
export function carryOut(request: StepRequest): Promise<StepDone> {
  const { step, more = [] } = request;
  const activities = proxyActivities<Activities>({
    ...options(autotaskQueue(request.broker), '4 hours'),
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
