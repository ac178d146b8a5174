import type { Client, WorkflowExecutionDescription, WorkflowExecutionInfo } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { endInWords, utcText } from '../../shared/run-ends.js';
import { rootCauseOf } from '../../shared/messages/causes.js';
import { failureText } from '../../shared/encryption/converter.js';
import {
  autotaskQueue,
  billingQueue,
  cloudmoreQueue,
  monthAndOrganizationOf,
  organizationBillingsOf,
  scheduledBillingId,
} from '../../shared/messages/names.js';
import { RUN_EVERY_HOURS } from '../../shared/notices/notice.js';
import { isRunOf, isScheduledRunOf } from './own.js';
import { once } from '../../shared/probe/once.js';
import { whyTasksFail } from './silent.js';

/** What is wrong with a broker's executions, as Temporal knows it: the worker that tells people and the commands that show it ask by the same function. */
export interface Fault {
  /** The same for as long as it is the same fault, so that it is reported once. */
  id: string;
  title: string;
  /** The cause, and the command that helps. */
  lines: string[];
}

/** Runs that began earlier concern nobody any more. */
const RUNS_OF_DAYS = 14;
const RUNS_READ = 200;
/** Organizations wait for people, open, by the hundreds; what cannot continue on a new version shows with the first of them. */
const ORGANIZATIONS_READ = 300;
const DESCRIBED_AT_ONCE = 10;
/** Outages shorter than this heal without a word. */
const PATIENT_FOR_MS = 5 * 60_000;
const PATIENT_FOR_ATTEMPTS = 4;
/** Kinds of task queues in Temporal's numbering. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;
/** `PENDING_ACTIVITY_STATE_SCHEDULED` and `PENDING_WORKFLOW_TASK_STATE_SCHEDULED` in Temporal's numbering. */
const SCHEDULED = 1;
const HOUR_MS = 3_600_000;

interface Look {
  client: Client;
  now: Date;
  /** Whether workers take from all of the broker's queues: what is not taken then waits for its turn, as most do while Autotask's calls are short. */
  isServed: () => Promise<boolean>;
}

/** Every fault of the broker's runs and organizations now. */
export async function faultsOf(client: Client, broker: string, now = new Date()): Promise<Fault[]> {
  const look: Look = { client, now, isServed: once(() => areServed(client, broker)) };
  const runs = await runsOf(client, broker, now);
  const failed = await Promise.all(
    runs.filter((run) => isUnhealed(broker, run, runs)).map((run) => ofFailed(client, broker, run)),
  );
  const open = await Promise.all(runs.filter(({ status }) => status.name === 'RUNNING').map((run) => ofOpenRun(look, run)));
  return [...failed, ...open.flat(), ...(await ofOrganizations(look, broker))];
}

/** Runs of the broker that are under way. */
export const openRunsOf = async (client: Client, broker: string, now: Date): Promise<WorkflowExecutionInfo[]> =>
  (await runsOf(client, broker, now)).filter(({ status }) => status.name === 'RUNNING');

async function runsOf(client: Client, broker: string, now: Date): Promise<WorkflowExecutionInfo[]> {
  const since = new Date(now.getTime() - RUNS_OF_DAYS * 24 * HOUR_MS).toISOString();
  const query = `WorkflowId STARTS_WITH '${scheduledBillingId(broker)}' AND StartTime > '${since}'`;
  const found = await firstOf(client, query, RUNS_READ);
  return found.filter(({ workflowId }) => isRunOf(broker, workflowId));
}

async function firstOf(client: Client, query: string, count: number): Promise<WorkflowExecutionInfo[]> {
  const found: WorkflowExecutionInfo[] = [];
  for await (const info of client.workflow.list({ query })) if (found.push(info) >= count) break;
  return found;
}

// ---------------------------------------------------------------------------------------------------------------- runs that ended badly

const BADLY = ['FAILED', 'TIMED_OUT', 'TERMINATED', 'CANCELLED'];

/** A later run that came to its end has made up for it, and a later one that ended badly says the same. */
function isUnhealed(broker: string, run: WorkflowExecutionInfo, runs: WorkflowExecutionInfo[]): boolean {
  if (!BADLY.includes(run.status.name)) return false;
  return !runs.some(
    (later) =>
      later.startTime > run.startTime && ['COMPLETED', ...BADLY].includes(later.status.name) && isOfTheSame(broker, run, later),
  );
}

function isOfTheSame(broker: string, run: WorkflowExecutionInfo, later: WorkflowExecutionInfo): boolean {
  if (isScheduledRunOf(broker, run.workflowId) && isScheduledRunOf(broker, later.workflowId)) return true;
  const month = monthOf(run);
  return month === null || month === monthOf(later);
}

const billingMonth = defineSearchAttributeKey('BillingMonth', 'KEYWORD');
/** As the run shows it; one whose input was refused shows nothing, and has it in its id where a person asked for it. */
const monthOf = ({ typedSearchAttributes, workflowId }: WorkflowExecutionInfo): string | null =>
  typedSearchAttributes.get(billingMonth) ?? monthAndOrganizationOf(workflowId).month ?? null;

/** Named as the run names its own message, which shows the same. */
async function ofFailed(client: Client, broker: string, run: WorkflowExecutionInfo): Promise<Fault> {
  const { workflowId, runId, status, startTime } = run;
  const cause = await client.workflow
    .getHandle(workflowId, runId, { followRuns: false })
    .result()
    .then(() => '', rootCauseOf);
  const month = monthOf(run);
  const again =
    isScheduledRunOf(broker, workflowId) || month === null ? 'billing schedule trigger' : `billing run ${month} --wait`;
  return {
    id: `${workflowId}@${runId}`.replaceAll('/', '~'),
    title: 'Billing: the run failed',
    lines: [
      `The run${month === null ? '' : ` of ${month}`} that began on ${utcText(startTime)} ${endInWords(status.name)}: ${cause}`,
      `Fix the cause and run it again with: ${again}. Nothing is written twice.`,
    ],
  };
}

// ---------------------------------------------------------------------------------------------------------------- runs that hang

async function ofOpenRun(look: Look, run: WorkflowExecutionInfo): Promise<Fault[]> {
  const description = await look.client.workflow.getHandle(run.workflowId, run.runId).describe();
  if (description.status.name !== 'RUNNING') return [];
  const why = await whyItHangs(look, description);
  if (why === null) return [];
  const [cause, advice] = why;
  const began = `The run that began on ${utcText(run.startTime)} does not get on: ${cause}`;
  return [{ id: `hangs~${run.runId}`, title: 'Billing: the run hangs', lines: [began, advice] }];
}

async function whyItHangs(look: Look, description: WorkflowExecutionDescription): Promise<Why | null> {
  const { client, now } = look;
  const tasks = await whyTasksFail(client, description);
  if (tasks !== null) return [`its workflow tasks fail (${tasks})`, NOT_REPLAYED];
  if (isUntaken(description, now) && !(await look.isServed())) return UNTAKEN;
  const hours = (now.getTime() - description.startTime.getTime()) / HOUR_MS;
  const trying = triedAgain(description, PATIENT_FOR_ATTEMPTS);
  if (trying && hours * HOUR_MS > PATIENT_FOR_MS) {
    const why = await failureText(client.options.loadedDataConverter, trying.lastFailure);
    return [`${trying.activityType?.name} was tried ${trying.attempt} times, and is tried again: ${why}`, HEALS];
  }
  if (hours > RUN_EVERY_HOURS)
    return [`it has been under way for ${Math.floor(hours)} hours`, 'See where it stands with: billing status'];
  return null;
}

/** Whether a task of it stands in a queue, and has never been taken. */
function isUntaken({ raw: { pendingWorkflowTask: task, pendingActivities } }: WorkflowExecutionDescription, now: Date): boolean {
  const age = (time: Timestamp | null | undefined): number => now.getTime() - millisecondsOf(time, now);
  return [task, ...(pendingActivities ?? [])].some(
    (one) => one != null && Number(one.state) === SCHEDULED && (one.attempt ?? 1) <= 1 && age(one.scheduledTime) > PATIENT_FOR_MS,
  );
}

/** Temporal knows who asked within the last five minutes. */
async function areServed(client: Client, broker: string): Promise<boolean> {
  const queues = [
    [billingQueue(broker), WORKFLOW_TASKS],
    [cloudmoreQueue(broker), ACTIVITY_TASKS],
    [autotaskQueue(broker), ACTIVITY_TASKS],
  ] as const;
  const { namespace } = client.options;
  const asked = await Promise.all(
    queues.map(([name, taskQueueType]) =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
    ),
  );
  return asked.every(({ pollers }) => (pollers ?? []).length > 0);
}

const triedAgain = ({ raw }: WorkflowExecutionDescription, times: number): PendingActivity | undefined =>
  (raw.pendingActivities ?? []).find(({ attempt, lastFailure }) => lastFailure && (attempt ?? 1) >= times);

type Why = [cause: string, advice: string];
const UNTAKEN: Why = ['no worker takes its tasks', 'Start one with: billing worker. To see what it serves: billing doctor'];
const HEALS = 'It resumes automatically once the cause is gone. To see what cannot be reached: billing doctor';
const NOT_REPLAYED =
  'The deployed version cannot continue it. Go back to the previous version: billing deploy rollback. Or end the open runs, which are then planned again: billing restore';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Timestamp = NonNullable<NonNullable<WorkflowExecutionDescription['raw']['pendingWorkflowTask']>['scheduledTime']>;

/** A time that is not reported is taken for now. */
const millisecondsOf = (time: Timestamp | null | undefined, now: Date): number =>
  time?.seconds == null ? now.getTime() : Number(time.seconds) * 1000;

// ---------------------------------------------------------------------------------------------------------------- organizations

/** What a customer's workflow asks is tried six times within a minute, and then waits for a person; of what is tried for hours, so many take five minutes. */
const PATIENT_FOR_ATTEMPTS_OF_CUSTOMERS = 10;

/** One fault per cause, regardless of the number of organizations: a version that cannot continue one can continue none. */
async function ofOrganizations(look: Look, broker: string): Promise<Fault[]> {
  const query = `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH '${organizationBillingsOf(broker)}'`;
  const open = await firstOf(look.client, query, ORGANIZATIONS_READ);
  const byCause = new Map<string, { advice: string; infos: WorkflowExecutionInfo[] }>();
  for (let index = 0; index < open.length; index += DESCRIBED_AT_ONCE) {
    const some = open.slice(index, index + DESCRIBED_AT_ONCE);
    const causes = await Promise.all(some.map((info) => causeOf(look, info)));
    causes.forEach((why, at) => {
      if (why === null) return;
      const [cause, advice] = why;
      byCause.set(cause, { advice, infos: [...(byCause.get(cause)?.infos ?? []), some[at]!] });
    });
  }
  return [...byCause].map(([cause, { advice, infos }]) => {
    const [first] = infos.sort((left, right) => left.startTime.getTime() - right.startTime.getTime());
    const months = [...new Set(infos.map((info) => monthOf(info) ?? 'an unknown month'))].sort();
    const number = `${infos.length} customer${infos.length === 1 ? '' : 's'}`;
    return {
      id: `stuck~${first!.runId}`,
      title: `Billing: ${number} cannot continue`,
      lines: [`${number} of ${months.join(', ')}: ${cause}, first of all ${first!.workflowId}`, advice],
    };
  });
}

async function causeOf(look: Look, { workflowId, runId }: WorkflowExecutionInfo): Promise<Why | null> {
  const { client, now } = look;
  const description = await client.workflow.getHandle(workflowId, runId).describe();
  if (description.status.name !== 'RUNNING') return null;
  const tasks = await whyTasksFail(client, description);
  if (tasks !== null) return [`workflow tasks fail (${tasks})`, NOT_REPLAYED];
  if (isUntaken(description, now) && !(await look.isServed())) return UNTAKEN;
  const trying = triedAgain(description, PATIENT_FOR_ATTEMPTS_OF_CUSTOMERS);
  if (trying === undefined) return null;
  const why = await failureText(client.options.loadedDataConverter, trying.lastFailure);
  return [`${trying.activityType?.name} is tried again and again: ${why}`, HEALS];
}
