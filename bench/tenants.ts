import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Many brokers' vendors: a sandbox each, in a few processes, so that hundreds fit a machine. */

/** Which broker begins with which billed world. */
export interface Tenant {
  broker: string;
  path: string;
  /** Of its first customer, in place of the world's. */
  customerName?: string;
}

export interface TenantStarted {
  broker: string;
  url: string;
  env: Record<string, string>;
}

/** Calls to Autotask since it was last asked, by broker; and the most memory of the process, in MB. */
export interface TenantsSeen {
  calls: Record<string, number>;
  peak: number;
}

export interface Tenants {
  all: TenantStarted[];
  seen(): Promise<TenantsSeen>;
  control(broker: string, method: string, path: string, body: unknown): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./tenants-program.ts', import.meta.url));

/** Runs `work` while they answer, in so many processes. */
export async function withTenants<T>(tenants: Tenant[], processes: number, work: (tenants: Tenants) => Promise<T>): Promise<T> {
  const children: ChildProcess[] = [];
  try {
    for (let at = 0; at < processes; at += 1) children.push(start(tenants.filter((_, index) => index % processes === at)));
    const all = (await Promise.all(children.map((child) => answerOf(child)))).flat() as TenantStarted[];
    return await work({ all, seen: () => seenOf(children), control: controlOf(all) });
  } finally {
    for (const child of children) await ended(child);
  }
}

function start(tenants: Tenant[]): ChildProcess {
  const child = fork(PROGRAM, {
    execArgv: ['--import', 'tsx', '--max-old-space-size=6144'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // Not as an argument: names may be longer than a command line.
  child.send(tenants);
  return child;
}

async function seenOf(children: ChildProcess[]): Promise<TenantsSeen> {
  const answers = (await Promise.all(
    children.map((child) => {
      child.send('seen');
      return answerOf(child);
    }),
  )) as TenantsSeen[];
  return {
    calls: Object.assign({}, ...answers.map(({ calls }) => calls)) as Record<string, number>,
    peak: answers.reduce((sum, { peak }) => sum + peak, 0),
  };
}

const controlOf =
  (all: TenantStarted[]): Tenants['control'] =>
  async (broker, method, path, body) => {
    const { url } = all.find((tenant) => tenant.broker === broker)!;
    const answer = await fetch(`${url}/_sandbox/${path}`, { method, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${broker}: ${method} ${path}: ${answer.status} ${await answer.text()}`);
  };

async function answerOf(child: ChildProcess): Promise<unknown> {
  const over = once(child, 'exit').then(([code]) => {
    throw new Error(`A process with tenants ended with ${String(code)}.`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), over])) as [unknown];
  over.catch(() => undefined);
  return answer;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const over = once(child, 'exit');
  child.kill();
  await over;
}
