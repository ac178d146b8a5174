import { us } from '../terminal/called.js';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { readFile, rm } from 'node:fs/promises';
import { loadConfig } from '../../shared/config.js';
import { send } from '../../shared/http/request.js';
import type { Environment } from '../../shared/environment.js';
import { startSandbox } from '../../sandbox/index.js';
import { startWorker } from '../../worker/main.js';
import type { Context } from '../context.js';
import { ended } from '../ended.js';
import { EXIT, type ExitCode } from '../terminal/exit.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { connectionSettings, withTemporal } from '../temporal/connection.js';
import { findTemporalServer, startDevServer, type DevServer } from '../temporal-server/index.js';
import { webUiUrl } from '../../shared/web-ui.js';
import { DEFAULT_WORLD } from '../default-world.js';

export const MONTH = '2025-10';
export const AS_OF = '2025-10-17';
const EVIDENCE = '.billing/demo';

/** The command `run`, waiting for its end. */
type Bill = (context: Context, month: string, asOf: string) => Promise<unknown>;

/** The whole product on this machine: both vendors' stand-ins, Temporal, a worker; a month is billed, and billed again to show that nothing is left to do. */
export async function demo(context: Context, { exit, bill }: { exit: boolean; bill: Bill }): Promise<ExitCode> {
  await withDemo(context, {}, (own, sandboxUrl) => play(own, { sandboxUrl, exit, bill }));
  return EXIT.done;
}

/** Runs `use` on the demo's system, with the demo's settings and what `settings` adds to them. */
export async function withDemo(
  context: Context,
  settings: Environment,
  use: (context: Context, sandboxUrl: string) => Promise<void>,
): Promise<void> {
  context.say('1/4  Temporal server');
  // The sandbox begins again, so what an earlier demo proved is of another world.
  await rm(EVIDENCE, { recursive: true, force: true });
  const server = await temporalServer();
  const sandbox = await startSandbox({ world: JSON.parse(await readFile(DEFAULT_WORLD, 'utf8')) });
  const environment = { ...demoEnvironment(context.environment, sandbox.env(), server), ...settings };
  try {
    context.say(`2/4  Sandbox of Cloudmore and Autotask at ${sandbox.url}, worker`);
    await control(sandbox.url, 'POST', 'clock', { now: `${AS_OF}T03:00:00Z` });
    await withWorker(environment, () => use({ ...context, environment }, sandbox.url));
  } finally {
    await sandbox.close();
    await server?.stop();
  }
}

async function temporalServer(): Promise<DevServer | null> {
  const found = await findTemporalServer();
  return found.kind === 'address' ? null : startDevServer({ path: found.path, ui: true });
}

/** The demo has its own settings; of the user's only those of Temporal count, and only when they name a server. */
function demoEnvironment(own: Environment, sandbox: Record<string, string>, server: DevServer | null): Environment {
  const temporal = server
    ? { TEMPORAL_ADDRESS: server.address, ...(server.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: server.uiUrl }) }
    : Object.fromEntries(Object.entries(own).filter(([name]) => name.startsWith('TEMPORAL_')));
  return { ...sandbox, ...temporal, BILLING_BROKER: 'demo', BILLING_MODE: 'auto', BILLING_EVIDENCE: `file:${EVIDENCE}` };
}

async function withWorker(environment: Environment, work: () => Promise<void>): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  await withTemporal(environment, ensureSearchAttributes);
  const { connection, namespace } = connectionSettings(environment);
  const worker = await startWorker(loadConfig(environment), { connection, namespace });
  const running = worker.run();
  try {
    await work();
  } finally {
    worker.shutdown();
    await running;
  }
}

async function play(
  context: Context,
  { sandboxUrl, exit, bill }: { sandboxUrl: string; exit: boolean; bill: Bill },
): Promise<void> {
  context.say(`3/4  Billing ${MONTH} as of ${AS_OF}`);
  await bill(context, MONTH, AS_OF);
  const first = await writesSince(sandboxUrl);
  context.say('4/4  The same month again');
  await bill({ ...context, out: () => undefined }, MONTH, AS_OF);
  const second = await writesSince(sandboxUrl);
  const { address } = connectionSettings(context.environment);
  context.out(
    [
      '',
      `Autotask received ${first} writes in the first run and ${second} in the second.`,
      `Report      ${us()} report ${MONTH}   (with BILLING_EVIDENCE=file:${EVIDENCE} BILLING_BROKER=demo)`,
      `Evidence    ${EVIDENCE}`,
      `Web UI      ${webUiUrl(context.environment, address)}`,
    ].join('\n'),
  );
  if (exit || !context.isTerminal) return;
  context.say('\nHave a look around; Ctrl-C ends the demo.');
  await ended();
}

/** Requests that could change something at Autotask since the last check, from the sandbox's journal. */
async function writesSince(sandboxUrl: string): Promise<number> {
  const journal = (await control(sandboxUrl, 'GET', 'requests')) as { method: string; path: string }[];
  await control(sandboxUrl, 'DELETE', 'requests');
  return journal.filter(({ method, path }) => /atservicesrest/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path))
    .length;
}

async function control(sandboxUrl: string, method: 'GET' | 'POST' | 'DELETE', path: string, value?: object): Promise<unknown> {
  const url = new URL(`_sandbox/${path}`, sandboxUrl);
  const body = value === undefined ? {} : { body: JSON.stringify(value) };
  return (await send({ method, url, headers: {}, ...body, isRead: true })).json;
}
