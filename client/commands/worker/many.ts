import { NativeConnection } from '@temporalio/worker';
import { fingerprintOf } from '../../../shared/brokers/fingerprint.js';
import {
  brokersFolder,
  conflictOf,
  environmentOf,
  hasBrokersFolder,
  servedProfiles,
  type Profile,
  OF_INSTALLATION,
} from '../../../shared/brokers/profiles.js';
import { loadBaseConfig, loadConfig } from '../../../shared/config.js';
import { ConfigError, type Environment } from '../../../shared/environment.js';
import { startWorker, type RunningWorker } from '../../../worker/main.js';
import { Fleet, type Candidate } from '../../../worker/many/fleet.js';
import { WorkflowThreads } from '../../../worker/many/workflow-threads.js';
import { Watch } from '../../../worker/watch/watch.js';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { askForSearchAttributes, searchAttributesOf } from '../../temporal/search-attributes.js';
import { connectionSettings, withTemporal } from '../../temporal/connection.js';
import { officeOf } from '../../month-end/office.js';
import { parseQueues, setUpProcess } from './process.js';

/** One process that serves every broker of the folder: what is added, changed or removed there is followed without a restart. */
export async function workerOfMany(context: Context, options: { queues?: string | undefined }): Promise<ExitCode> {
  const installation = loadBaseConfig(installationOf(context.environment));
  const queues = parseQueues(options.queues);
  const own = await setUpProcess(context, installation, null);
  const connections = new Connections();
  const threads = new WorkflowThreads();
  const log = (message: string, broker?: string): void => own.say(message, broker === undefined ? {} : { broker });
  const read = (): Candidate[] => {
    // It was there when this process began: a folder that is away is not a folder without brokers.
    if (!hasBrokersFolder(context.environment))
      throw new ConfigError([`there is no folder ${brokersFolder(context.environment)}`]);
    const all = servedProfiles(context.environment);
    return all.map((profile) =>
      candidateOf(profile, all, context.environment, (environment) => start(environment, profile.name)),
    );
  };
  const start = async (environment: Environment, name: string): Promise<RunningWorker> => {
    const config = loadConfig(environment);
    for (const remark of config.remarks) log(remark, name);
    await withTemporal(environment, (temporal) =>
      askForSearchAttributes(temporal, searchAttributesOf(config), (text) => log(text, name)),
    );
    const { namespace } = connectionSettings(environment);
    return startWorker(config, {
      connection: await connections.to(environment),
      namespace,
      queues,
      say: (message) => log(message, name),
      office: officeOf(config),
      traces: own.traces,
      threads,
    });
  };
  const fleet = new Fleet({ read, say: log });
  const port = own.watch === undefined ? null : new Watch(own.watch, fleet, log);
  try {
    await port?.open();
    own.stopping.addEventListener('abort', () => fleet.close());
    log(`worker ready: ${queues.join(', ')} of every broker in ${installation.brokers}`);
    if (!own.stopping.aborted) await fleet.serve();
  } finally {
    await port?.close();
    await connections.close();
    await own.close();
  }
  return EXIT.done;
}

/** Without what is a broker's own, its keys among that: it is checked with the broker it belongs to. */
const installationOf = (environment: Environment): Environment =>
  Object.fromEntries([...OF_INSTALLATION].filter((name) => name !== 'BILLING_KEYS').map((name) => [name, environment[name]]));

function candidateOf(
  profile: Profile,
  all: Profile[],
  around: Environment,
  start: (environment: Environment) => Promise<RunningWorker>,
): Candidate {
  const { name } = profile;
  const problem = conflictOf(profile, all);
  if (problem !== null) return wrong(name, [problem]);
  try {
    const environment = environmentOf(profile, around);
    return {
      name,
      fingerprint: fingerprintOf(environment),
      check: () => void loadConfig(environment),
      start: () => start(environment),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return wrong(name, error.problems);
  }
}

function wrong(name: string, problems: string[]): Candidate {
  const fail = (): never => {
    throw new ConfigError(problems);
  };
  return { name, fingerprint: problems.join('\n'), check: fail, start: fail };
}

/** Connections to Temporal: brokers with the same server and credentials share one. */
class Connections {
  private readonly open = new Map<string, Promise<NativeConnection>>();

  to(environment: Environment): Promise<NativeConnection> {
    const { connection } = connectionSettings(environment);
    const key = JSON.stringify(connection);
    const known = this.open.get(key) ?? NativeConnection.connect(connection);
    this.open.set(key, known);
    known.catch(() => this.open.delete(key));
    return known;
  }

  async close(): Promise<void> {
    for (const connecting of this.open.values()) await connecting.then((connection) => connection.close()).catch(() => undefined); // nothing more is asked of it
  }
}
