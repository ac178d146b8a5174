import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FROZEN_MS } from '../../shared/evidence/hold.js';
import { eventually } from '../eventually.js';
import { findPostgres, startPostgres, type PostgresServer } from './postgres-server.js';

/** Being the only one, between real processes: what a broker's gate rests on. */

const programs = await findPostgres();
const children: ChildProcess[] = [];
let folder: string;
let server: PostgresServer | null = null;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-hold-'));
  if (programs !== null) server = await startPostgres(programs);
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const PROGRAM = `
  import { openEvidence } from '${new URL('../../shared/evidence/index.ts', import.meta.url).href}';
  const store = openEvidence(process.argv[1]);
  const hold = await store.hold('gates/default', { signal: new AbortController().signal, onWait: () => console.log('waits') });
  console.log('holds');
  hold.lost.then(() => console.log(hold.isHeld() ? 'confused' : 'lost'));
  setInterval(() => undefined, 1000);
`;

interface Holder {
  says(word: string): Promise<unknown>;
  said(): string;
  signal(signal: NodeJS.Signals): void;
}

function holder(location: string): Holder {
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM, location], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  return {
    says: (word) =>
      eventually(
        () => Promise.resolve(said),
        (all) => all.includes(word),
        30_000,
      ),
    said: () => said,
    signal: (signal) => void child.kill(signal),
  };
}

const kinds = ['files', ...(programs === null ? [] : ['PostgreSQL'])];

describe('of processes', () => {
  test.concurrent.each(kinds)(
    'over %s one holds a name; frozen, it has lost it; the next has it',
    async (kind) => {
      const location = kind === 'files' ? `file:${folder}` : server!.url;
      const first = holder(location);
      await first.says('holds');
      const second = holder(location);
      await second.says('waits');
      first.signal('SIGSTOP');
      // A file cannot tell a frozen process from a dead one, and is taken over; PostgreSQL knows that it is still there.
      if (kind === 'files') await second.says('holds');
      else await sleep(FROZEN_MS + 1_000);
      expect(second.said().includes('holds')).toBe(kind === 'files');
      first.signal('SIGCONT');
      await first.says('lost');
      first.signal('SIGKILL');
      await second.says('holds');
    },
    60_000,
  );
});
