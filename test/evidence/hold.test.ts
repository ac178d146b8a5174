import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openEvidence } from '../../shared/evidence/index.js';
import { holdLease, LEASE_MS, LOOK_EVERY_MS, Pulse, type LeaseStore } from '../../shared/evidence/hold.js';
import { eventually } from '../eventually.js';
import { cableTo, type Cable } from './cut.js';
import { hasPgBouncer, startPgBouncer, type Pooler } from './pgbouncer.js';
import { findPostgres, startPostgres, type PostgresServer } from '../../bench/postgres-server.js';

/** Being the only one, between real processes: what a broker's gate rests on. */

const programs = await findPostgres();
const isPooled = programs !== null && (await hasPgBouncer());
const children: ChildProcess[] = [];
let folder: string;
let server: PostgresServer | null = null;
let pooler: Pooler | null = null;
let cable: Cable | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-hold-'));
  if (programs !== null) {
    server = await startPostgres(programs);
    cable = await cableTo(server.url);
  }
  if (isPooled) pooler = await startPgBouncer(server!.url);
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  cable?.close();
  await pooler?.stop();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const PROGRAM = `
  const [location, name, offBy] = process.argv.slice(1);
  const real = Date.now;
  Date.now = () => real() + Number(offBy);
  const { openEvidence } = await import('${new URL('../../shared/evidence/index.ts', import.meta.url).href}');
  const store = openEvidence(location);
  const onTrouble = (why) => console.log('trouble: ' + why);
  let renewals = 0;
  const note = () => {
    if (++renewals === 2) console.log('noted'); // the first one has come to its end
    return 'calls of ' + process.pid;
  };
  const hold = await store.hold(name, { signal: new AbortController().signal, onWait: () => console.log('waits'), onTrouble, note });
  console.log('holds no. ' + hold.lease.fence + ' after ' + (hold.left ?? 'nobody'));
  hold.lost.then(() => console.log(hold.isHeld() ? 'confused' : 'lost'));
  process.on('SIGUSR2', async () => {
    const ref = await store.put(process.pid);
    console.log('claim: ' + await store.claim('intents/default/' + name, null, ref, hold.lease).catch((error) => error.name));
  });
  process.on('SIGTERM', () => void hold.release().then(() => process.exit(0)));
  setInterval(() => undefined, 1000);
`;

interface Holder {
  pid: number;
  says(word: string, withinMs?: number): Promise<unknown>;
  said(): string;
  signal(signal: NodeJS.Signals): void;
}

function holder(location: string, name: string, offBySeconds = 0): Holder {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM, location, name, String(offBySeconds * 1000)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  return {
    pid: child.pid!,
    says: (word, withinMs = 30_000) =>
      eventually(
        () => Promise.resolve(said),
        (all) => all.includes(word),
        withinMs,
      ),
    said: () => said,
    signal: (signal) => void child.kill(signal),
  };
}

if (!isPooled) test.skip('over PostgreSQL behind a pooler: PostgreSQL or PgBouncer is not installed here', () => undefined);
const kinds = ['files', ...(programs === null ? [] : ['PostgreSQL']), ...(isPooled ? ['PostgreSQL behind a pooler'] : [])];
const placeOf = (kind: string): string =>
  kind === 'files' ? `file:${folder}` : kind === 'PostgreSQL' ? server!.url : pooler!.url;
/** Promised is a quarter of this, which a busy machine may need for the processes themselves. */
const TAKEN_OVER_MS = 60_000;

// What the pages promise. The processes below may take longer on a busy machine; `npm run drill -- freeze` plays it in the stack.
test('a lease that is not renewed is taken within 15 seconds', () => {
  expect(LEASE_MS + 2 * LOOK_EVERY_MS).toBeLessThanOrEqual(15_000);
});

describe('of processes', () => {
  // By one that knows its calls; it has lost the name when it continues.
  test.concurrent.each(kinds)(
    'over %s a frozen holder is replaced',
    async (kind) => {
      const first = holder(placeOf(kind), `gates/frozen/${kind}`);
      await first.says('holds no. 1 after nobody');
      const second = holder(placeOf(kind), `gates/frozen/${kind}`);
      await Promise.all([second.says('waits'), first.says('noted')]);
      first.signal('SIGSTOP');
      await second.says(`holds no. 2 after calls of ${first.pid}`, TAKEN_OVER_MS);
      first.signal('SIGCONT');
      await first.says('lost');
      first.signal('SIGUSR2');
      await first.says('claim: LeaseLost');
      second.signal('SIGUSR2');
      await second.says('claim: true');
    },
    180_000,
  );

  // And at once when it gives the name back.
  test.concurrent.each(kinds)(
    'over %s a killed holder is replaced',
    async (kind) => {
      const first = holder(placeOf(kind), `gates/killed/${kind}`);
      await first.says('holds');
      const second = holder(placeOf(kind), `gates/killed/${kind}`);
      const third = holder(placeOf(kind), `gates/killed/${kind}`);
      await Promise.all([second.says('waits'), third.says('waits')]);
      first.signal('SIGKILL');
      const next = await Promise.race([
        second.says('holds', TAKEN_OVER_MS).then(() => second),
        third.says('holds', TAKEN_OVER_MS).then(() => third),
      ]);
      const last = next === second ? third : second;
      expect(last.said()).not.toContain('holds no.');
      next.signal('SIGTERM');
      await last.says('holds');
    },
    180_000,
  );

  // And says what to do.
  test.concurrent.each(kinds.flatMap((kind) => [[kind, 600] as const, [kind, -600] as const]))(
    'over %s a clock %i seconds off takes no name',
    async (kind, offBy) => {
      const off = holder(placeOf(kind), `gates/off${offBy}/${kind}`, offBy);
      await off.says(`clock is 600 seconds ${offBy > 0 ? 'ahead of' : 'behind'}`);
      expect(off.said()).toContain('timedatectl set-ntp true');
      const right = holder(placeOf(kind), `gates/off${offBy}/${kind}`);
      await right.says('holds');
      expect(off.said()).not.toContain('holds no.');
    },
    180_000,
  );
});

describe('a clock', () => {
  /** A harness of which the store's clock is known to the millisecond. */
  const wanted = async (offMs: number): Promise<string> => {
    const asked = new AbortController();
    let trouble = '';
    const harness: LeaseStore = {
      now: () => Promise.resolve(new Date(Date.now() - offMs)),
      take: () => Promise.resolve({ fence: 1, left: null }),
      renew: (renewals) => Promise.resolve(renewals.map(() => 'renewed')),
      giveBack: () => Promise.resolve(),
    };
    const onTrouble = (why: string): void => {
      trouble = why;
      asked.abort();
    };
    const options = { signal: asked.signal, onWait: () => undefined, onTrouble };
    const hold = await holdLease(new Pulse(harness), 'gates/clock', options).catch(() => null);
    await hold?.release();
    return hold === null ? trouble : 'taken';
  };

  test.each([
    [4_900, /^taken$/],
    [-4_900, /^taken$/],
    [5_100, /^this machine's clock is 5 seconds ahead of/],
    [-5_100, /^this machine's clock is 5 seconds behind/],
  ])('takes a lease at %i ms off, up to 5 seconds', async (offMs, comesTo) => {
    expect(await wanted(offMs)).toMatch(comesTo);
  });
});

// A process that stands by for a hundred brokers asked the store for its time a hundred times a second.
test('those that wait in one process ask for the clock once', async () => {
  const asked = new AbortController();
  let [clocks, takes] = [0, 0];
  const harness: LeaseStore = {
    now: () => {
      clocks += 1;
      return Promise.resolve(new Date());
    },
    take: () => {
      takes += 1;
      return Promise.resolve(null);
    },
    renew: () => Promise.resolve([]),
    giveBack: () => Promise.resolve(),
  };
  const pulse = new Pulse(harness);
  const onWait = (): void => (takes === 20 ? asked.abort() : undefined);
  const options = { signal: asked.signal, onWait };
  await Promise.allSettled(Array.from({ length: 20 }, (_, at) => holdLease(pulse, `gates/${at}`, options)));
  expect({ clocks, takes }).toEqual({ clocks: 1, takes: 20 });
});

describe('a store that was set back', () => {
  // What came after the backup is not known to it.
  test('a restored store takes the lease from its holder', async () => {
    const location = join(folder, 'restored');
    const store = openEvidence(`file:${location}`);
    const hold = await store.hold('gates/default', { signal: new AbortController().signal, onWait: () => undefined });
    const path = join(location, 'holds', `${encodeURIComponent('gates/default')}.1.json`);
    const backup = await readFile(path, 'utf8');
    await eventually(
      () => readFile(path, 'utf8'),
      (text) => text !== backup,
      180_000,
    );
    const { endsAt: _, ...kept } = JSON.parse(backup) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...kept, endsAt: new Date(Date.now() + 60_000).toISOString() }));
    await hold.lost;
    expect(hold.isHeld()).toBe(false);
  });
});

describe('a process that is frozen in the middle of its renewal', () => {
  /** Lock and lease are given up to the others meanwhile: what it does when it continues is the rest of the renewal. */
  // Both processes could have sent.
  test('does not regain the name by writing on', async () => {
    const location = join(folder, 'frozen-inside');
    const waiting = { signal: new AbortController().signal, onWait: () => undefined };
    const [one, other] = [openEvidence(`file:${location}`), openEvidence(`file:${location}`)];
    const first = await one.hold('gates/default', waiting);
    const lease = join(location, 'holds');
    const written = new Map(
      await Promise.all((await readdir(lease)).filter((file) => file.endsWith('.json')).map(contentOf(lease))),
    );
    await first.release();
    const second = await other.hold('gates/default', waiting);
    for (const [file, text] of written) {
      const { endsAt: _, ...kept } = JSON.parse(text) as Record<string, unknown>;
      await writeFile(join(lease, file), JSON.stringify({ ...kept, endsAt: new Date(Date.now() + 60_000).toISOString() }));
    }
    const ref = await one.put('a write');
    await expect(one.claim('intents/default/1', null, ref, first.lease)).rejects.toThrow();
    expect(await other.claim('intents/default/1', null, ref, second.lease)).toBe(true);
    await second.release();
  });

  const contentOf =
    (inFolder: string) =>
    async (file: string): Promise<[string, string]> => [file, await readFile(join(inFolder, file), 'utf8')];
});

(programs === null ? describe.skip : describe)('with PostgreSQL', () => {
  test('a holder cut off loses the name before another takes it', async () => {
    const cutOff = holder(cable!.url, 'gates/cut');
    await cutOff.says('holds');
    const other = holder(server!.url, 'gates/cut');
    await other.says('waits');
    cable!.cut();
    await other.says('holds', TAKEN_OVER_MS);
    expect(cutOff.said()).toContain('lost');
  });

  test('survives cut connections and a restart, and keeps the name', async () => {
    const own = await cableTo(server!.url);
    const first = holder(own.url, 'gates/idle');
    await first.says('holds');
    own.drop();
    const admin = new pg.Client({ connectionString: server!.url });
    await admin.connect();
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
    );
    await admin.end();
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    first.signal('SIGUSR2');
    await first.says('claim: true');
    expect(first.said()).not.toContain('lost');
    own.close();
  });
});
