import { afterAll, beforeAll } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../command.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import { startSandbox } from '../../sandbox/index.js';
import { SEARCH_ATTRIBUTES } from '../../shared/messages/names.js';
import type { MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import { controlSandbox } from '../../bench/control-sandbox.js';

/**
 * A whole system of its own for one test file: sandbox, Temporal dev server, worker as a real process, the command line, of a built program in real
 * processes. Nothing is replaced but the two vendors.
 */
export interface TestSystem {
  client: Client;
  server: DevServer;
  env: Record<string, string>;
  cli(...args: string[]): Promise<Run>;
  /** The same with other settings. */
  cliWith(changes: Record<string, string>, ...args: string[]): Promise<Run>;
  /** A command that must end with one of the codes, and print JSON. */
  json<T>(codes: number[], ...args: string[]): Promise<T>;
  /** With other settings, or another program: a version before, or after. */
  startWorker(more?: Record<string, string>, program?: string): Promise<Worker>;
  state(): Promise<SandboxState>;
  /** Requests that could change something at Autotask since the journal was last emptied. */
  writes(): Promise<JournalEntry[]>;
  requests(): Promise<JournalEntry[]>;
  forget(): Promise<void>;
  faults(rules: unknown[]): Promise<void>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  close(): Promise<void>;
}

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Worker {
  pid: number;
  /** What it said so far. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface JournalEntry {
  method: string;
  path: string;
  body: unknown;
  status: number;
  fault: unknown;
}

type Rec = Record<string, unknown>;
export interface SandboxState {
  now: string;
  autotask: Record<
    'contracts' | 'contractServices' | 'unitRows' | 'charges' | 'services' | 'products' | 'companies' | 'adjustments',
    Rec[]
  >;
}

export interface TestSystemOptions {
  /** Name of a file in `sandbox/worlds`, or a world. */
  world: string | Rec;
  env?: Record<string, string>;
  /** With Temporal's Web UI. Default false. */
  ui?: boolean;
  /** Whether a worker is started with it. Default true. */
  worker?: boolean;
  /** The program; default: the sources. */
  bin?: string;
  /** Limits of the Temporal server, by the names of its dynamic configuration. */
  limits?: Record<string, number>;
  /** Search attributes that the server begins with. Default: all of ours. */
  searchAttributes?: readonly string[];
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BIN = join(ROOT, 'client', 'bin.js');
const READY_WITHIN_MS = 60_000;
const COMMAND_WITHIN_MS = 240_000;

/** Opens a system for the tests of the block, and closes it after them. */
export function useSystem(options: TestSystemOptions, opened: (system: TestSystem, worker: Worker | null) => void): void {
  let system: TestSystem | undefined;
  beforeAll(async () => {
    system = await openSystem(options);
    opened(system, options.worker === false ? null : await system.startWorker());
  }, 120_000);
  afterAll(() => system?.close(), 60_000);
}

/**
 * Plays a scenario on a system of its own from the beginning of the file on, alongside the file's other tests; answers the test that waits for its end. For
 * scenarios that do little but wait, until a write is looked for once more, or until Temporal notices a death.
 */
export function playAlongside(options: TestSystemOptions, play: (system: TestSystem) => Promise<void>): () => Promise<void> {
  let played: Promise<void> | undefined;
  beforeAll(() => {
    played = withSystem(options, play);
    played.catch(() => undefined);
  });
  afterAll(() => played?.catch(() => undefined), COMMAND_WITHIN_MS);
  return () => played!;
}

async function withSystem(options: TestSystemOptions, play: (system: TestSystem) => Promise<void>): Promise<void> {
  const system = await openSystem(options);
  try {
    if (options.worker !== false) await system.startWorker();
    await play(system);
  } finally {
    await system.close();
  }
}

/** A system for a block that closes it itself. */
export async function openSystem({
  world,
  env: extra = {},
  bin = BIN,
  ui = false,
  limits = {},
  searchAttributes = SEARCH_ATTRIBUTES,
}: TestSystemOptions): Promise<TestSystem> {
  const sandbox = await startSandbox({ world: await loadWorld(world) });
  const server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI!, ui, dynamicConfig: limits, searchAttributes });
  const folder = await mkdtemp(join(tmpdir(), 'billing-system-'));
  const env: Record<string, string> = {
    ...sandbox.env(),
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '',
    TZ: 'UTC',
    TEMPORAL_ADDRESS: server.address,
    ...(server.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: server.uiUrl }),
    BILLING_EVIDENCE: `file:${join(folder, 'evidence')}`,
    BILLING_MODE: 'auto',
    ...extra,
  };
  const connection = await Connection.connect({ address: server.address });
  const children = new Set<ChildProcess>();
  const command = bin === BIN ? runHere : asProcess(bin, children);
  const cli = (...args: string[]): Promise<Run> => command(args, env);
  const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
    controlSandbox(sandbox.url, method, path, body);
  const requests = async (): Promise<JournalEntry[]> => (await control('GET', 'requests')) as JournalEntry[];
  return {
    client: new Client({ connection }),
    server,
    env,
    cli,
    cliWith: (changes, ...args) => command(args, { ...env, ...changes }),
    control,
    requests,
    json: async <T>(codes: number[], ...args: string[]) => {
      const run = await cli(...args, '--json');
      if (!codes.includes(run.code))
        throw new Error(
          `billing ${args.join(' ')} ended with ${run.code}, not ${codes.join(' or ')}:\n${run.stderr}\n${run.stdout}`,
        );
      return JSON.parse(run.stdout) as T;
    },
    startWorker: (more = {}, program = bin) => startWorker(program, { ...env, ...more }, children),
    state: async () => (await control('GET', 'state')) as SandboxState,
    writes: async () => (await requests()).filter(isWrite),
    forget: async () => void (await control('DELETE', 'requests')),
    faults: async (rules) => void (await control('POST', 'faults', rules)),
    close: async () => {
      for (const child of children) child.kill('SIGKILL');
      await connection.close();
      await server.stop();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function loadWorld(world: string | Rec): Promise<Rec> {
  return typeof world === 'string'
    ? (JSON.parse(await readFile(join(ROOT, 'sandbox', 'worlds', `${world}.json`), 'utf8')) as Rec)
    : world;
}

/** Queries are POSTs too; every other POST, PATCH, PUT and DELETE to Autotask writes. */
const isWrite = ({ method, path }: JournalEntry): boolean =>
  /atservicesrest/i.test(path) && method !== 'GET' && !/\/query(\/|$)/i.test(path);

type Command = (args: string[], env: Record<string, string>) => Promise<Run>;

/** The sources' commands run in this process: a process takes a second to begin, and most tests wait for what several commands say. */
const runHere: Command = async (args, env) => {
  const { code, out, said } = await runCommand(env, args);
  return { code, stdout: out, stderr: said };
};

/** A built program's are processes, as it is shipped. */
const asProcess =
  (bin: string, children: Set<ChildProcess>): Command =>
  (args, env) => {
    const child = spawn(process.execPath, [bin, ...args], { env, cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    const run: Run = { code: -1, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (run.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (run.stderr += data.toString()));
    const timer = setTimeout(() => child.kill('SIGKILL'), COMMAND_WITHIN_MS);
    return new Promise((resolve) => {
      child.once('close', (code) => {
        clearTimeout(timer);
        children.delete(child);
        resolve({ ...run, code: code ?? -1 });
      });
    });
  };

/** A worker process; answers when it polls its queues. */
async function startWorker(bin: string, env: Record<string, string>, children: Set<ChildProcess>): Promise<Worker> {
  const child = spawn(process.execPath, [bin, 'worker'], {
    env,
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let output = '';
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  child.stderr.on('data', (data: Buffer) => (output += data.toString()));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!/worker.*(ready|running)|state changed.*running/i.test(output)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`The worker did not get ready:\n${output}`);
    await sleep(100);
  }
  return {
    pid: child.pid!,
    output: () => output,
    kill: async (signal) => {
      child.kill(signal);
      await ended;
      children.delete(child);
    },
  };
}

export const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
export const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';
export const ADVENTURE_WORKS = '1f7b1efa-2cb8-53a6-b95b-6492a244742c';

export const organizationOf = (month: MonthResult, id: string): OrganizationResult => {
  const found = month.organizations.find(({ organizationId }) => organizationId === id);
  if (!found)
    throw new Error(`${id} is not in ${month.organizations.map(({ organizationName }) => organizationName).join(', ')}`);
  return found;
};
