import { us } from '../terminal/called.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { loadBaseConfig } from '../../shared/config.js';
import { boundTo, planAgainOn, type LeftBehind } from '../../worker/versions/left-behind.js';
import { makeCurrent, readDeployment, type Deployment } from '../../worker/versions/deployment.js';
import { failingOf } from '../../worker/executions/failing.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { jsonText } from '../terminal/printable.js';
import { table } from '../terminal/table.js';
import { withTemporal } from '../temporal/connection.js';

/** Which version of the worker serves: shows it, makes one current, goes back to the one before. */

/** What does not work shows soon: Temporal tries a task again after moments. */
const WATCH_MS = 20_000;
const LOOK_EVERY_MS = 2_000;
/** The first poll of a worker that has just been started is known after moments. */
const KNOWN_WITHIN_MS = 10_000;

/** Shows the versions, with what is bound to them. Ends with 3 where nobody serves the current one. */
export async function deployStatus(context: Context, { json }: { json: boolean }): Promise<ExitCode> {
  const { broker } = loadBaseConfig(context.environment);
  return withTemporal(context.environment, async ({ client }) => {
    const deployment = await demandDeployment(client, broker);
    const bound = await boundTo(client, broker, { ...deployment, current: null });
    const versions = deployment.versions.map((version) => ({
      ...version,
      isCurrent: version.buildId === deployment.current,
      customers: bound.filter(({ buildId }) => buildId === version.buildId).length,
    }));
    context.out(
      json
        ? jsonText({ deployment: deployment.name, current: deployment.current, versions })
        : table(
            [{ title: 'version' }, { title: 'is' }, { title: 'worker' }, { title: 'customers on it', align: 'right' }],
            versions.map(({ buildId, isCurrent, isServed, lastCurrentAt, customers }) => [
              buildId,
              isCurrent ? 'current' : lastCurrentAt === null ? 'new' : `current until ${lastCurrentAt.toISOString()}`,
              isServed ? 'runs' : 'none',
              String(customers),
            ]),
            context.paper,
          ),
    );
    return versions.some(({ isCurrent, isServed }) => isCurrent && isServed) ? EXIT.done : EXIT.waits;
  });
}

/** Makes a version the current one; without a name the newest that a worker runs. */
export function promote(context: Context, { buildId }: { buildId: string | undefined }): Promise<ExitCode> {
  const { broker } = loadBaseConfig(context.environment);
  return withTemporal(context.environment, async ({ client }) => {
    const deployment = await demandDeployment(client, broker);
    const wanted = buildId ?? deployment.versions.find(({ isServed }) => isServed)?.buildId;
    demandServed(deployment, wanted);
    if (wanted === deployment.current) {
      context.out(`${wanted} is the current version already.`);
      return EXIT.done;
    }
    await switchTo(client, broker, wanted!);
    context.out(`${wanted} is the current version now. Waiting customers move to it when they are next called.`);
    context.say(`Watching for ${WATCH_MS / 1000} seconds whether open workflows can continue on it.`);
    const failing = await watch(client, broker);
    if (failing.length === 0) return EXIT.done;
    context.say(
      `${failing.length} workflows cannot continue on ${wanted}: ${failing[0]!.cause}\nGo back to the previous version: ${us()} deploy rollback`,
    );
    return EXIT.failed;
  });
}

/** Makes the version before the current one again, or a named one, and takes along all that the current one has begun. */
export function rollback(context: Context, { buildId }: { buildId: string | undefined }): Promise<ExitCode> {
  const { broker } = loadBaseConfig(context.environment);
  return withTemporal(context.environment, async ({ client }) => {
    const deployment = await demandDeployment(client, broker);
    const wanted = buildId ?? versionBefore(deployment);
    demandServed(deployment, wanted);
    if (wanted !== deployment.current) await switchTo(client, broker, wanted!);
    const moved = await takeAlong(client, broker, { ...deployment, current: wanted! });
    context.out(`${wanted} is the current version again; planned again on it: ${moved} customers.`);
    const failing = await watch(client, broker);
    for (const one of failing) await planAgainOn(client, one, `it cannot continue on ${wanted}`);
    if (failing.length > 0) context.out(`Started again, because they cannot continue on ${wanted}: ${failing.length} workflows.`);
    return EXIT.done;
  });
}

async function demandDeployment(client: Client, broker: string): Promise<Deployment> {
  const deployment = await readDeployment(client, broker);
  if (deployment === null)
    throw new CommandError(
      EXIT.configuration,
      'This Temporal server does not support worker versions, so any deployed version takes the work. Servers support them from 1.31 on.',
    );
  if (deployment.versions.length > 0) return deployment;
  throw new CommandError(
    EXIT.waits,
    `No worker of broker ${broker} has connected to this server yet. Start one with: ${us()} worker`,
  );
}

const namesOf = ({ versions }: Deployment): string =>
  versions.map(({ buildId, isServed }) => `${buildId}${isServed ? '' : ' (no worker)'}`).join(', ');

function demandServed(deployment: Deployment, buildId: string | undefined): void {
  const found = deployment.versions.find((version) => version.buildId === buildId);
  if (found?.isServed) return;
  const known = `Versions of ${deployment.name}: ${namesOf(deployment)}.`;
  if (buildId === undefined) throw new CommandError(EXIT.failed, `There is no other version with a worker. ${known}`);
  throw new CommandError(
    found === undefined ? EXIT.usage : EXIT.failed,
    `${found === undefined ? 'There is no version' : 'No worker runs version'} ${buildId}. ${known} Start its worker first; nothing was changed.`,
  );
}

/** Of those that were current once and still have a worker, the one that was so last. */
export function versionBefore({ current, versions }: Deployment): string | undefined {
  const earlier = versions.filter(
    ({ buildId, lastCurrentAt, isServed }) => buildId !== current && lastCurrentAt !== null && isServed,
  );
  return earlier.sort((left, right) => right.lastCurrentAt!.getTime() - left.lastCurrentAt!.getTime())[0]?.buildId;
}

async function switchTo(client: Client, broker: string, buildId: string): Promise<void> {
  const until = Date.now() + KNOWN_WITHIN_MS;
  while (!(await makeCurrent(client, broker, buildId))) {
    if (Date.now() > until)
      throw new CommandError(
        EXIT.failed,
        `Temporal did not make ${buildId} the current version: its worker does not poll for work.`,
      );
    await sleep(500);
  }
}

/** Plans everything again that is bound to other versions; the list lags behind by moments, so that it is asked until it has none. */
async function takeAlong(client: Client, broker: string, deployment: Deployment): Promise<number> {
  const moved = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const fresh = (await boundTo(client, broker, deployment)).filter(({ runId }) => !moved.has(runId));
    for (const one of fresh) await planAgainOn(client, one, 'the version that it began on was rolled back');
    for (const { runId } of fresh) moved.add(runId);
    if (fresh.length === 0 && round > 0) break;
    await sleep(1_000);
  }
  return moved.size;
}
const ROUNDS = 20;

type Failing = Pick<LeftBehind, 'workflowId' | 'runId'> & { cause: string };

/** Open workflows whose tasks fail, as soon as there is one. */
async function watch(client: Client, broker: string): Promise<Failing[]> {
  const until = Date.now() + WATCH_MS;
  for (;;) {
    const failing = await failingOf(client, broker);
    if (failing.length > 0 || Date.now() > until) return failing;
    await sleep(LOOK_EVERY_MS);
  }
}
