import { us } from '../terminal/called.js';
import { ScheduleNotFoundError } from '@temporalio/client';
import { advised, command, shellCommand } from '../../shared/billing/basics/command.js';
import { GRPC, grpcStateOf } from '../../shared/messages/causes.js';
import { loadBaseConfig, type BaseConfig, type Config } from '../../shared/config.js';
import { autotaskQueue, billingQueue, cloudmoreQueue, scheduleId } from '../../shared/messages/names.js';
import { currentOf, readKeys } from '../../shared/encryption/keyring.js';
import type { Context } from '../context.js';
import { attributesOf, howToMake, KEYWORD, searchAttributesOf } from '../temporal/search-attributes.js';
import {
  ACTIVITY_TASKS,
  isServed,
  namespaceMadeBy,
  operator,
  RECOMMENDED_RETENTION,
  withTemporal,
  WORKFLOW_TASKS,
  type Temporal,
} from '../temporal/connection.js';
import { compareWithWorker } from '../temporal/worker-settings.js';
import { perform, Problem, type Check, type Finding } from './check.js';

/** Temporal: reached, remembering long enough, with our attributes, a worker on every queue, and the schedule as it should be. */

const RETENTION_DAYS = 45;
const DAY_SECONDS = 86_400;
const WORKER = 'worker';
const WORKER_SETTINGS = 'worker settings';

/** One connection for all of them: a server that is not there is said once. */
export async function checkTemporal(context: Context, config: Config | null = null): Promise<Finding[]> {
  const base = loadBaseConfig(context.environment);
  const checks = (temporal: Temporal): Check[] => [
    { name: 'Temporal', look: () => namespace(temporal) },
    { name: 'retention', look: () => retention(temporal) },
    { name: 'search attributes', look: () => searchAttributes(temporal, base) },
    { name: 'encryption', look: () => Promise.resolve(encryption(temporal, base)) },
    { name: WORKER, look: () => workerOf(temporal, base.broker) },
    ...(config === null ? [] : [{ name: WORKER_SETTINGS, look: () => settingsOf(temporal, config) }]),
    { name: 'schedule', look: () => schedule(temporal, base) },
  ];
  try {
    return await withTemporal(context.environment, async (temporal) => {
      const findings: Finding[] = [];
      for (const check of checks(temporal)) {
        // Where nobody runs, nobody can tell.
        if (check.name === WORKER_SETTINGS && findings.some(({ check: name, isGood }) => name === WORKER && !isGood)) continue;
        findings.push(await perform(check));
      }
      return findings;
    });
  } catch (error) {
    const [text = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('\n');
    return [
      {
        check: 'Temporal',
        isGood: false,
        text,
        fix: rest.join(' ') || 'Check TEMPORAL_ADDRESS and TEMPORAL_API_KEY or TEMPORAL_TLS_….',
      },
    ];
  }
}

async function namespace({ client, address, namespace: name }: Temporal): Promise<string | Problem> {
  try {
    await client.workflowService.describeNamespace({ namespace: name });
    return `reached at ${address}, namespace ${name}`;
  } catch (error) {
    if (grpcStateOf(error) !== GRPC.notFound) throw error;
    return new Problem(`there is no namespace "${name}" at ${address}`, [
      advised('Name yours in TEMPORAL_NAMESPACE, or create it:', namespaceMadeBy(name)),
    ]);
  }
}

async function retention({ client, namespace: name }: Temporal): Promise<string | Problem> {
  const { config } = await client.workflowService.describeNamespace({ namespace: name });
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / DAY_SECONDS;
  if (days >= RETENTION_DAYS) return `${days} days`;
  return new Problem(`closed workflows are forgotten after ${days} days`, [
    advised('', operator('namespace', 'update', '-n', name, '--retention', RECOMMENDED_RETENTION)),
  ]);
}

const HERE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]):/i;

/** Histories and evidence hold names and amounts: anyone who runs Temporal, or gets at its database, can read them where no key is set. */
function encryption({ address }: Temporal, { keys }: BaseConfig): string | Problem {
  const current = currentOf(readKeys(keys));
  if (current !== null) return `with key ${current.id} since ${current.usedSince!.slice(0, 10)}`;
  if (HERE.test(address)) return `none, and Temporal is on this machine (${us()} keys add)`;
  return new Problem(`what ${address} keeps can be read there: no key is set`, [
    advised('Make one, give its file to every process, and restart the worker:', command('keys', 'add')),
  ]);
}

/** Never encrypted: names are in them only where somebody chose so. */
async function searchAttributes(temporal: Temporal, config: BaseConfig): Promise<string | Problem> {
  const { namespace: name } = temporal;
  const needed = searchAttributesOf(config);
  const { types, isDenied } = await attributesOf(temporal, needed);
  const missing = needed.filter((attribute) => !types.has(attribute));
  if (missing.length > 0) return new Problem(`missing: ${missing.join(', ')}`, howToMake(name, missing, isDenied));
  const wrong = needed.filter((attribute) => ![KEYWORD, null].includes(types.get(attribute) ?? null));
  if (wrong.length === 0)
    return config.namesInSearch
      ? `${needed.join(', ')}: they hold customers' names and sizes of amounts in plain text (BILLING_NAMES_IN_SEARCH)`
      : `${needed.join(', ')}; no name and no amount is in them`;
  return new Problem(`not of type Keyword: ${wrong.join(', ')}`, [
    advised(
      'Remove them and create them again:',
      operator('search-attribute', 'remove', '-n', name, ...wrong.flatMap((attribute) => ['--name', attribute])),
    ),
  ]);
}

/** What is known of the broker's worker: the queues that somebody serves, or which nobody does. */
export async function workerOf(temporal: Temporal, broker: string): Promise<string | Problem> {
  const queues = [
    [billingQueue(broker), WORKFLOW_TASKS],
    [cloudmoreQueue(broker), ACTIVITY_TASKS],
    [autotaskQueue(broker), ACTIVITY_TASKS],
  ] as const;
  const idle: string[] = [];
  for (const [queue, taskQueueType] of queues) {
    if (!(await isServed(temporal, queue, taskQueueType))) idle.push(queue);
  }
  if (idle.length === 0) return `serves ${queues.map(([queue]) => queue).join(', ')}`;
  return new Problem(`nobody serves ${idle.join(', ')}`, [
    advised('Start one, with the same BILLING_BROKER and TEMPORAL_NAMESPACE:', command('worker')),
    advised('In containers:', shellCommand('docker', 'compose', 'up', '-d', 'worker')),
  ]);
}

/** Whether the worker bills by the settings that are looked at here. */
async function settingsOf(temporal: Temporal, config: Config): Promise<string | Problem> {
  const compared = await compareWithWorker(temporal, config);
  if ('unknown' in compared)
    return new Problem('the worker does not report them: it is an earlier version, or unhealthy', [
      advised('Start it again:', command('worker')),
    ]);
  if (compared.differing.length === 0) return 'the worker has the same';
  return new Problem(
    `the worker has different ones: ${compared.differing.join(', ')}`,
    'Give both the same settings and restart the worker; a run that you ask for is refused until then.',
  );
}

async function schedule({ client }: Temporal, { broker, mode, schedule: wanted }: BaseConfig): Promise<string | Problem> {
  try {
    const { state, info, spec, action } = await client.schedule.getHandle(scheduleId(broker)).describe();
    if (state.paused)
      return new Problem(`paused${state.note ? `: ${state.note}` : ''}`, [advised('', command('schedule', 'resume'))]);
    const queue = action.type === 'startWorkflow' ? action.taskQueue : '';
    if (queue !== billingQueue(broker))
      return new Problem(`starts runs on the queue ${queue} of an earlier release`, `${us()} schedule apply`);
    if ((spec.timezone ?? 'UTC') !== wanted.timeZone)
      return new Problem(`runs by the clock of ${spec.timezone ?? 'UTC'}, BILLING_TIMEZONE says ${wanted.timeZone}`, [
        advised('', command('schedule', 'apply')),
      ]);
    return `next run ${info.nextActionTimes[0]?.toISOString() ?? 'never'}`;
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    if (mode !== 'auto') return `none yet; runs in mode ${mode} are started manually`;
    return new Problem('mode auto, but nothing runs automatically: there is no schedule', [
      advised('', command('schedule', 'apply')),
    ]);
  }
}
