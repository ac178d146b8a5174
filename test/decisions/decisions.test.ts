import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import { readDecisions, recordDecision, type Decision } from '../../shared/decisions/decisions.js';
import { openEvidence, type Evidence } from '../../shared/evidence/index.js';

/** Who decided what, on real files. */

let folder: string;
let evidence: Evidence;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decisions-'));
  evidence = openEvidence(`file:${folder}`);
});
afterEach(async () => {
  await evidence.close();
  await rm(folder, { recursive: true });
});

const decision = (given: Partial<Decision> = {}): Decision => ({
  at: '2025-10-09T08:15:00.000Z',
  action: 'approve',
  actor: 'anna',
  via: 'command',
  month: '2025-10',
  organizationId: 'contoso',
  organizationName: 'Contoso',
  reason: 'as agreed with the customer',
  digest: 'abc',
  amounts: { sales: '120.00', cost: '100.00', currency: 'EUR' },
  details: null,
  ...given,
});

async function log(...args: string[]): Promise<{ code: number; out: string; said: string }> {
  const ended = { code: -1, out: '', said: '' };
  ended.code = await main(['log', ...args], {
    environment: { BILLING_EVIDENCE: `file:${folder}` },
    out: (text) => (ended.out += `${text}\n`),
    say: (text) => (ended.said += `${text}\n`),
    isTerminal: false,
  });
  return ended;
}

describe('the decisions log', () => {
  test('says who decided what, when, about how much, and why', async () => {
    await recordDecision(evidence, 'default', 'r1', decision());
    await recordDecision(evidence, 'default', 'r2', decision({ action: 'skip', actor: null, via: 'signal', amounts: null }));
    const { code, out } = await log();
    expect(code).toBe(0);
    expect(out).toMatch(
      /2025-10-09 08:15 +anna +approve +2025-10 +Contoso +120\.00 EUR +100\.00 +abc +as agreed with the customer/,
    );
    expect(out).toMatch(/by signal, not named +skip/);
  });

  test('shows the month that is asked for alone', async () => {
    await recordDecision(evidence, 'default', 'r1', decision());
    await recordDecision(evidence, 'default', 'r2', decision({ month: '2025-11' }));
    const { entries } = JSON.parse((await log('2025-11', '--json')).out) as { entries: Decision[] };
    expect(entries.map(({ month }) => month)).toEqual(['2025-11']);
  });

  test('says so when nothing was decided', async () => {
    expect(await log()).toEqual({ code: 0, out: 'No decision is on record.\n', said: '' });
  });

  test('holds a decision once, however often its activity is repeated', async () => {
    for (const request of ['r1', 'r2', 'r1', 'r1']) await recordDecision(evidence, 'default', request, decision());
    expect((await readDecisions(evidence, 'default')).entries.map(({ request }) => request)).toEqual(['r1', 'r2']);
  });

  test('loses none of many that come in the same moment', async () => {
    await Promise.all(Array.from({ length: 12 }, (_, index) => recordDecision(evidence, 'default', `r${index}`, decision())));
    const { entries, problem } = await readDecisions(evidence, 'default');
    expect(problem).toBeNull();
    expect(entries.map(({ number }) => number)).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
    expect(new Set(entries.map(({ request }) => request)).size).toBe(12);
  });

  test("keeps each broker's decisions apart", async () => {
    await recordDecision(evidence, 'north', 'r1', decision());
    expect((await readDecisions(evidence, 'default')).entries).toEqual([]);
  });

  const tampering: [what: string, change: (path: string) => Promise<void>][] = [
    ['removed', (path) => rm(path)],
    ['altered', async (path) => writeFile(path, (await readFile(path, 'utf8')).replace('"anna"', '"bert"'))],
  ];
  test.each(tampering)('names the place where an entry was %s afterwards', async (_, change) => {
    const refs: string[] = [];
    for (const request of ['r1', 'r2', 'r3']) refs.push(await recordDecision(evidence, 'default', request, decision()));
    await change(await pathOf(refs[1]!));
    const { code, said } = await log();
    expect({ code, said }).toEqual({
      code: 1,
      said: `The log breaks off before entry 3 of 2025-10-09T08:15:00.000Z: entry ${refs[1]} was removed or altered.\n`,
    });
  });

  test('counts the newest entries that an earlier state has lost', async () => {
    await recordDecision(evidence, 'default', 'r1', decision());
    const head = join(folder, 'names', 'decisions', 'default.ref');
    const earlier = await readFile(head, 'utf8');
    await recordDecision(evidence, 'default', 'r2', decision({ actor: 'bert' }));
    await writeFile(head, earlier);
    expect(await log()).toMatchObject({
      code: 1,
      said: 'The log ends with entry 1 of 2025-10-09T08:15:00.000Z: one later entry was removed.\n',
    });
  });

  async function pathOf(ref: string): Promise<string> {
    const all = await readdir(folder, { recursive: true });
    return join(
      folder,
      all.find((path) => path.endsWith(`${ref}.json`))!,
    );
  }
});
