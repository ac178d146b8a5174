import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { hasPgBouncer, startPgBouncer, type Pooler } from '../../evidence/pgbouncer.js';
import { STORE_URL } from '../network.js';
import { byItself, disturbed, rowOf, type Drill } from '../drill.js';
import { DrillSystem } from '../system.js';

/** The evidence store: restarted, killed, full, behind a pooler, with a wrong password. */

const run = promisify(execFile);
const ON_POSTGRES = { BILLING_EVIDENCE: STORE_URL };
const WITHIN_MS = 90_000;

const RESTARTED = disturbed({
  name: 'restart-store',
  what: 'the store’s PostgreSQL restarted',
  settings: ON_POSTGRES,
  disturb: async ({ stack }, month) => {
    await stack.service('store').stop();
    stack.service('store').start();
    return byItself(month);
  },
});

const KILLED = disturbed({
  name: 'kill-store',
  what: 'SIGKILL of the store’s PostgreSQL, 20 s away',
  settings: ON_POSTGRES,
  disturb: async ({ stack }, month) => {
    await stack.service('store').stop('SIGKILL');
    await sleep(20_000);
    stack.service('store').start();
    const outcome = await byItself(month);
    const { exits } = stack.service('worker');
    return { ...outcome, problems: exits.length === 0 ? [] : [`the worker ended with ${exits.join(', ')}`] };
  },
});

const FULL_TABLE = `
create function full_disk() returns trigger language plpgsql as $$ begin raise exception 'no space left on device' using errcode = '53100'; end $$;
create trigger full_disk before insert or update on billing_evidence_name for each row execute function full_disk();`;

const FULL_DATABASE = disturbed({
  name: 'full-database',
  what: 'the store’s PostgreSQL has no space for 20 s',
  settings: ON_POSTGRES,
  disturb: async ({ stack }, month) => {
    const from = stack.service('worker').said().length;
    await stack.storeSql('billing', FULL_TABLE);
    const { seconds, line } = await stack.service('worker').says(/no space left|Unavailable/, WITHIN_MS, from);
    await sleep(20_000);
    await stack.storeSql('billing', 'drop trigger full_disk on billing_evidence_name');
    const { code } = await month;
    return { code, message: sentenceOf(line), seconds };
  },
});

const mayMount = async (): Promise<string | null> =>
  process.getuid?.() === 0 && process.platform === 'linux' ? null : 'a file system of its own can be mounted by root alone';

const FULL_DISK = disturbed({
  name: 'full-disk',
  what: 'the disk of the file store is full for 20 s',
  cannot: mayMount,
  prepare: async ({ stack }) => {
    await mkdir(stack.volume, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'billing-drill', stack.volume]);
  },
  disturb: async ({ stack }, month) => {
    const filler = join(stack.volume, 'filler');
    const from = stack.service('worker').said().length;
    await writeFile(filler, Buffer.alloc(40 * 1024 * 1024)).catch(() => undefined); // as much as fits
    const { seconds, line } = await stack.service('worker').says(/disk is full|ENOSPC|Unavailable/, WITHIN_MS, from);
    await sleep(20_000);
    await rm(filler);
    const { code } = await month;
    const { stdout: left } = await run('find', [stack.volume, '-name', '*.tmp']);
    return { code, message: sentenceOf(line), seconds, problems: left === '' ? [] : [`temporary files stayed: ${left}`] };
  },
  cleanUp: async ({ stack }) => {
    for (const { name } of stack.services.values()) if (name.startsWith('worker')) await stack.service(name).stop('SIGKILL');
    await run('umount', [stack.volume]);
  },
});

let pooler: Pooler | null = null;
const POOLED = disturbed({
  name: 'pgbouncer',
  what: 'PgBouncer in transaction mode before the store, two workers, the holder killed',
  settings: ON_POSTGRES,
  workers: 2,
  cannot: async () => ((await hasPgBouncer()) ? null : 'PgBouncer is not installed'),
  prepare: async ({ stack }) => void (pooler = await startPgBouncer(stack.storeUrl)),
  workerSettings: () => ({ BILLING_EVIDENCE: pooler!.url }),
  disturb: async (system, month) => {
    const { holder, others } = system.workers();
    const both = others.filter((other) => other.said().includes('serving autotask-'));
    const startedAt = Date.now();
    await holder.stop('SIGKILL');
    const { line } = await others[0]!.says(/serving autotask-/, 15_000);
    const seconds = (Date.now() - startedAt) / 1000;
    const { code } = await month;
    return { code, message: `the next one: ${line}`, seconds, problems: both.map(({ name }) => `${name} served as well`) };
  },
  cleanUp: async () => {
    await pooler?.stop();
    pooler = null;
  },
});

const WRONG_PASSWORD: Drill = {
  name: 'wrong-store-password',
  what: 'a worker with a wrong password of the store; then the right one',
  play: async ({ image, say }) => {
    const system = await DrillSystem.open(image, say, ON_POSTGRES);
    try {
      const from = await system.hasServed();
      const startedAt = Date.now();
      const worker = await system.stack.startWorker('worker', { BILLING_EVIDENCE: STORE_URL.replace(':a-password', ':wrong') });
      const { line } = await worker.says(/password|BILLING_EVIDENCE/i, WITHIN_MS, from);
      const seconds = (Date.now() - startedAt) / 1000;
      for (let looks = 0; worker.exits.length === 0 && looks < 300; looks += 1) await sleep(100);
      await worker.stop();
      const [code = -1] = worker.exits;
      const problems = [
        ...(code === 78 ? [] : [`the worker ended with ${code}, not 78`]),
        ...(worker.said().slice(from).includes('    at ') ? ['a stack trace'] : []),
        ...(worker.said().includes('wrong-of-our-own') ? ['the password is shown'] : []),
      ];
      await system.stack.startWorker('worker');
      return [
        await rowOf(system, WRONG_PASSWORD.name, WRONG_PASSWORD.what, { code: Number(code), message: line, seconds, problems }),
      ];
    } finally {
      await system.close();
    }
  },
};

/** What a line of the log says, without what is around it. */
function sentenceOf(line: string): string {
  if (!line.startsWith('{')) return line;
  const { message = '', error } = JSON.parse(line) as { message?: string; error?: { type?: string; message?: string } };
  return [message, error?.type, error?.message].filter(Boolean).join(': ');
}

export const STORES: Drill[] = [RESTARTED, KILLED, FULL_DATABASE, FULL_DISK, POOLED, WRONG_PASSWORD];
