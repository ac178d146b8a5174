/** The sandbox: both vendors behind one HTTP server, as strict as the real ones, with failure on demand. */
import { setMaxListeners } from 'node:events';
import { createAutotask, type AutotaskState, type AutotaskVendor } from './autotask/index.js';
import { createClock, type Clock } from './clock.js';
import { createCloudmore, type CloudmoreVendor } from './cloudmore/index.js';
import { cloudmoreTable, createControl } from './control.js';
import { ControlError } from './control-error.js';
import { Faults, InvalidFaults, type Edit, type FaultRule } from './faults.js';
import { Journal, type JournalEntry } from './journal.js';
import { createRandom } from './random.js';
import { listen, serveRequest, type Reply, type Served } from './server.js';
import type { SandboxRequest } from './router.js';
import { parseWorld } from './world.js';

export { COVERAGE, type Fact } from './coverage/index.js';
export type { AutotaskState } from './autotask/index.js';
export type { Behaviour as AutotaskBehaviour } from './autotask/behaviour.js';
export type { Behaviour as CloudmoreBehaviour } from './cloudmore/behaviour.js';
export { InvalidFaults, parseFaults, type FaultRule } from './faults.js';
export type { JournalEntry } from './journal.js';
export { describeRequest } from './log.js';
export type { Answer, SandboxRequest } from './router.js';
export type { Reply } from './server.js';
export { InvalidWorld } from './invalid-world.js';
export { parseWorld, type World, type WorldInput } from './world.js';

export interface SandboxOptions {
  /** A world as a file holds it; checked here. */
  world: unknown;
  /** Default: any free one. */
  port?: number;
  /** Where to listen. Default 127.0.0.1; inside a container others must reach it. */
  host?: string;
  faults?: FaultRule[];
  /** Of the probabilities of fault rules. Default 1. */
  seed?: number;
  /** Called for every request to a vendor when it is over: its journal entry, and how long it took. */
  onRequest?: (entry: JournalEntry, ms: number) => void;
}

export interface SandboxState {
  now: string;
  cloudmore: unknown;
  autotask: AutotaskState;
}

export interface Sandbox {
  url: string;
  /** The environment variables that point the product at this sandbox. */
  env(): Record<string, string>;
  state(): SandboxState;
  /** The journal of requests to the vendors. */
  requests(): JournalEntry[];
  /** Replaces everything by another world; faults and journal go too. Throws, and changes nothing, where the world cannot be used. */
  reset(world: unknown): void;
  /** Takes a request without a socket, as from a client in this process. */
  take(request: SandboxRequest, reply: Reply): Promise<void>;
  close(): Promise<void>;
}

/** What a reset replaces. */
interface Session {
  clock: Clock;
  cloudmore: CloudmoreVendor;
  autotask: AutotaskVendor;
  faults: Faults;
  journal: Journal;
  resellerId: string;
  credentials: { username: string; password: string; clientSecret: string };
}

export async function startSandbox({
  world,
  port = 0,
  host = '127.0.0.1',
  faults = [],
  seed = 1,
  onRequest,
}: SandboxOptions): Promise<Sandbox> {
  let session = openSession(world, seed);
  const sandbox = {
    env: (origin: string) => environmentOf(session, origin),
    state: (): SandboxState => ({
      now: session.clock.now().toISOString(),
      cloudmore: session.cloudmore.state(),
      autotask: session.autotask.state(),
    }),
    requests: () => session.journal.list(),
    forgetRequests: () => session.journal.clear(),
    reset: (next: unknown) => void (session = openSession(next, seed)),
    setClock: (now: string) => session.clock.set(now),
    setFaults: (rules: FaultRule[]) => setFaults(session, rules, seed),
    autotask: () => session.autotask,
    cloudmore: () => session.cloudmore,
  };
  setFirstFaults(sandbox.setFaults, faults);
  const served: Served = {
    journal: () => session.journal,
    now: () => session.clock.now().toISOString(),
    control: createControl(sandbox),
    pick: (target) => session.faults.pick(target),
    edit: (edit) => applyEdit(session, edit),
    visit: (vendor, request) => session[vendor].visit(request),
    over: onRequest,
  };
  const listening = await listen(served, port, host);
  const url = `http://127.0.0.1:${listening.port}`;
  const { state, requests, reset } = sandbox;
  const closing = new AbortController();
  setMaxListeners(0, closing.signal); // as many as requests that a fault lets hang
  return {
    url,
    env: () => sandbox.env(url),
    state,
    requests,
    reset,
    take: (request, reply) => serveRequest(served, request, reply, closing.signal),
    close: () => {
      closing.abort();
      return listening.close();
    },
  };
}

function openSession(json: unknown, seed: number): Session {
  const world = parseWorld(json);
  const clock = createClock(world.now, world.ticking);
  const { resellerId, username, password, clientSecret } = world.cloudmore;
  return {
    clock,
    cloudmore: createCloudmore(world.cloudmore, clock),
    autotask: createAutotask(world.autotask, clock),
    faults: new Faults([], createRandom(seed)),
    journal: new Journal(),
    resellerId,
    credentials: { username, password, clientSecret },
  };
}

function environmentOf({ autotask, resellerId, credentials }: Session, origin: string): Record<string, string> {
  return {
    CLOUDMORE_URL: origin,
    CLOUDMORE_RESELLER_ID: resellerId,
    CLOUDMORE_USERNAME: credentials.username,
    CLOUDMORE_PASSWORD: credentials.password,
    CLOUDMORE_CLIENT_SECRET: credentials.clientSecret,
    AUTOTASK_URL: `${origin}/ATServicesRest/`,
    ...autotask.environment(),
  };
}

/** Replaces the rules; each starts to count, and the seed to draw, from the beginning. */
function setFaults(session: Session, rules: FaultRule[], seed: number): void {
  for (const { fault } of rules) if (fault.kind === 'edit') checkEdit(session, fault);
  session.faults = new Faults(rules, createRandom(seed));
}

/** The same before there is a control interface to refuse them. */
function setFirstFaults(set: (rules: FaultRule[]) => void, rules: FaultRule[]): void {
  try {
    set(rules);
  } catch (error) {
    throw error instanceof ControlError ? new InvalidFaults(error.message) : error;
  }
}

/** Refuses an edit that could never be carried out, before its rule fires. */
function checkEdit({ autotask }: Session, { table, where, set }: Edit): void {
  if (cloudmoreTable(table) === undefined) autotask.checkEdit(table, where, set);
  else if (typeof where['id'] !== 'string') throw new ControlError(400, `An edit of ${table} needs "where": { "id": "…" }.`);
}

/** Answers how many records were changed. */
function applyEdit({ autotask, cloudmore }: Session, { table, where, set }: Edit): number {
  const known = cloudmoreTable(table);
  return known === undefined ? autotask.editWhere(table, where, set) : Number(cloudmore.patch(known, String(where['id']), set));
}
