import { describe, expect, test } from '@jest/globals';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { main } from '../../client/cli.js';
import { eventually } from '../eventually.js';

/** `billing sandbox` as a person uses it, and `billing sandbox coverage`. */
const BIN = fileURLToPath(new URL('../../client/bin.js', import.meta.url));

const WORLD = {
  now: '2025-10-17T03:00:00Z',
  cloudmore: { resellerId: 'r', organizations: [], services: [], priceLists: {}, subscriptions: {}, monthlyBilling: [] },
  autotask: {
    companies: [{ id: 7 }],
    billingCodes: [
      { id: 1, useType: 5 },
      { id: 2, useType: 4 },
    ],
  },
};

async function withFiles<T>(files: Record<string, unknown>, work: (path: (name: string) => string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const path = (name: string): string => join(folder, name);
  try {
    for (const [name, content] of Object.entries(files))
      await writeFile(path(name), typeof content === 'string' ? content : JSON.stringify(content));
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A sandbox in a process of its own, with what it has said so far. */
async function withProcess(argv: string[], work: (said: { out: string; err: string }) => Promise<void>): Promise<number | null> {
  const child = spawn(process.execPath, [BIN, 'sandbox', '--port', '0', ...argv]);
  const said = { out: '', err: '' };
  child.stdout.on('data', (chunk) => (said.out += String(chunk)));
  child.stderr.on('data', (chunk) => (said.err += String(chunk)));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    await sees(said, /Ctrl-C to stop/);
    await work(said);
  } finally {
    child.kill('SIGINT');
  }
  return ended;
}

const sees = (said: { err: string }, what: RegExp): Promise<string> =>
  eventually(
    async () => said.err,
    (err) => what.test(err),
    180_000,
  );

const urlIn = (env: string): string => /^CLOUDMORE_URL=(.*)$/m.exec(env)?.[1] ?? '';

describe('billing sandbox', () => {
  const faults = [{ match: { path: '*/Companies/7' }, fault: { kind: 'status', status: 503, when: 'before' }, times: 1 }];

  test('says what it serves, logs each request, and ends with 0', async () => {
    const code = await withFiles({ 'w.json': WORLD, 'f.json': faults }, (path) =>
      withProcess(['--world', path('w.json'), '--faults', path('f.json')], async (said) => {
        const url = urlIn(said.out);
        expect(said.out).toMatch(/^AUTOTASK_SERVICE_BILLING_CODE_ID=1$/m);
        for (const sees of [
          path('w.json'),
          path('f.json'),
          `${url}/ATServicesRest/V1.0/`,
          `${url}/_sandbox`,
          '2025-10-17',
          'Requests are logged',
        ])
          expect(said.err).toContain(sees);
        await fetch(`${url}/ATServicesRest/V1.0/Companies/7`);
        await fetch(`${url}/ATServicesRest/V1.0/ZoneInformation?user=sandbox`);
        await sees(said, /^GET {4}503 +\d+ ms {2}\/ATServicesRest\/V1\.0\/Companies\/7 {2}\(status 503 before\)$/m);
        await sees(said, /^GET {4}200 +\d+ ms {2}\/ATServicesRest\/V1\.0\/ZoneInformation\?user=sandbox$/m);
      }),
    );
    expect(code).toBe(0);
  });

  test('--quiet logs no request, and does not say that it does', async () => {
    await withFiles({ 'w.json': WORLD }, (path) =>
      withProcess(['--world', path('w.json'), '--quiet'], async (said) => {
        expect(said.err).not.toContain('Requests are logged');
        const before = said.err;
        await fetch(`${urlIn(said.out)}/ATServicesRest/V1.0/ZoneInformation?user=sandbox`);
        expect(said.err).toBe(before);
      }),
    );
  });

  const wrong: [what: string, files: Record<string, unknown>, argv: string[], says: RegExp][] = [
    ['a world with a misspelt key', { w: { ...WORLD, clock: 1 } }, ['--world', 'w'], /\/w: [^]*Unrecognized key: "clock"/],
    [
      'a fault of an unknown kind',
      { w: WORLD, f: [{ match: {}, fault: { kind: 'slow' } }] },
      ['--world', 'w', '--faults', 'f'],
      /\/f: [^]*\[0\]\.fault\.kind/,
    ],
    [
      'an edit of an unknown table',
      { w: WORLD, f: [{ match: {}, fault: { kind: 'edit', table: 'tickets', where: {}, set: {} } }] },
      ['--world', 'w', '--faults', 'f'],
      /\/f: There is no table "tickets"/,
    ],
  ];
  test.each(wrong)('names the file: %s', async (_what, files, argv, says) => {
    await withFiles(files, async (path) => {
      const given = argv.map((word) => (word.startsWith('--') ? word : path(word)));
      const ended = await billing(['sandbox', '--port', '0', ...given]);
      expect({ code: ended.code, out: ended.out }).toEqual({ code: 64, out: '' });
      expect(ended.said).toMatch(says);
      expect(ended.said).not.toMatch(/This is a bug/);
    });
  });

  test('a port that is taken is named, with the way out', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = other.address() as AddressInfo;
      const { code, said } = await billing(['sandbox', '--port', String(port)]);
      expect([code, said]).toEqual([64, expect.stringMatching(`Port ${port} of 127.0.0.1 is taken. .*--port 0`)]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

describe('billing sandbox coverage', () => {
  test('is a table for people, with a sum', async () => {
    const { code, out } = await billing(['sandbox', 'coverage']);
    expect(code).toBe(0);
    expect(out).toMatch(/^autotask +Contracts: PUT, POST, PATCH, query, get, metadata +supported +documented +2\.6 /m);
    expect(out).toMatch(/^cloudmore +GET R\/billing\/azurereports\/OngoingPeriod +not +documented /m);
    expect(out).toMatch(/^\d+ facts: \d+ supported, \d+ partly, \d+ not \(answered 501\)\.$/m);
  });

  test('is JSON for programs, with the file and title of every test', async () => {
    const facts = JSON.parse((await billing(['sandbox', 'coverage', '--json'])).out) as Record<string, unknown>[];
    expect(facts).toContainEqual({
      side: 'autotask',
      what: 'text duplicate',
      support: 'supported',
      members: null,
      mark: 'observed',
      section: '3.1',
      endpoints: [],
      tests: [{ file: 'test/sandbox/autotask-rows.test.ts', title: 'on a day that has one already is a duplicate' }],
      note: null,
    });
  });

  test('ends quietly when its reader stops, as head does', async () => {
    const read = `"${process.execPath}" "${BIN}" sandbox coverage --json | head -1`;
    const said = await new Promise((resolve) => execFile('sh', ['-c', read], (_error, out, err) => resolve([out, err])));
    expect(said).toEqual(['[\n', '']);
  });
});

async function billing(argv: string[]): Promise<{ code: number; out: string; said: string }> {
  const ended = { code: -1, out: '', said: '' };
  ended.code = await main(argv, {
    environment: {},
    out: (text) => (ended.out += `${text}\n`),
    say: (text) => (ended.said += `${text}\n`),
    isTerminal: false,
  });
  return ended;
}
