import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonthResult, OrganizationResult } from '../../shared/billing/results/results.js';
import type { Certificate } from '../../shared/close/certificate.js';
import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { september } from '../api/vendors.js';
import { organizationOf, useSystem, type Run, type TestSystem } from './system.js';

/** Closed is closed: what comes later is held with its amount, until somebody releases it; and then a certificate of its own says what changed. */

const MONTH = '2025-10';
const CLOSED_ON = '2025-11-02';
/** A line of one cent that Cloudmore shows from this day on. */
const LATE = '2025-11-05';

type Rec = Record<string, unknown>;

function withLateCent(): Rec {
  const world = september() as unknown as { cloudmore: { monthlyBilling: Rec[] } };
  const manual = world.cloudmore.monthlyBilling.find(({ billingDate }) => String(billingDate).startsWith('2025-10-10'))!;
  const cent = JSON.parse(JSON.stringify(manual), (_, value: unknown) => (value === -25 ? 0.01 : value)) as Rec;
  world.cloudmore.monthlyBilling.push({ ...cent, billingDate: '2025-10-20T00:00:00Z', availableFrom: `${LATE}T00:00:00Z` });
  return { ...world };
}

describe('a month that is closed', () => {
  let system: TestSystem;
  let folder: string;
  useSystem({ world: withLateCent() }, (opened) => (system = opened));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'closed-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const run = (asOf: string, ...codes: number[]): Promise<MonthResult> =>
    system.json<MonthResult>(codes, 'run', MONTH, '--as-of', asOf, '--wait');
  const close = (file: string, asOf: string): Promise<Run> =>
    system.cli('close', MONTH, '--as-of', asOf, '--out', join(folder, file), '--actor', 'anna');
  const certificate = async (file: string): Promise<Certificate> =>
    JSON.parse(await readFile(join(folder, file), 'utf8')) as Certificate;
  const at = (day: string): Promise<unknown> => system.control('POST', 'clock', { now: `${day}T03:00:00Z` });
  let held: OrganizationResult;

  test('has a numbered certificate, and closes once while nothing changes', async () => {
    await at(CLOSED_ON);
    await run(CLOSED_ON, 0);
    expect(await close('one.json', CLOSED_ON)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Certificate no\. 1 of 2025-10/),
    });
    const again = await close('again.json', CLOSED_ON);
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('it stays certificate no. 1') });
    expect(await certificate('again.json')).toEqual(await certificate('one.json'));
  }, 240_000);

  // It may be another month’s or another broker’s certificate.
  test('never overwrites a file', async () => {
    await writeFile(join(folder, 'theirs.json'), '{"broker": "other"}');
    expect(await close('theirs.json', CLOSED_ON)).toMatchObject({
      code: 64,
      stderr: expect.stringMatching(/already exists, and a certificate never replaces anything/),
    });
    expect(await readFile(join(folder, 'theirs.json'), 'utf8')).toBe('{"broker": "other"}');
  });

  test('holds what comes late, with the amount, and writes none of it', async () => {
    await at(LATE);
    await system.forget();
    const month = await run(LATE, 3);
    const [one, ...others] = month.organizations.filter(({ status }) => status === 'NeedsAttention');
    held = one!;
    expect(others).toEqual([]);
    expect(held.items.filter(({ outcome }) => outcome === 'held').map(({ reason, message }) => [reason, message])).toEqual([
      [
        'month-closed',
        expect.stringMatching(
          /\+0\.01 \/ .*is closed \(certificate no\. 1 of .*\), and nothing is written for it without a release/,
        ),
      ],
    ]);
    expect(await system.writes()).toEqual([]);
    const { stdout } = await system.cli('status', MONTH);
    expect(stdout).toMatch(/Closed on \d{4}-\d{2}-\d{2} by certificate no\. 1\./);
  }, 240_000);

  test('moves only by a release that names the customer', async () => {
    expect(await system.cli('approve', MONTH, '--all')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(
        new RegExp(
          `1 plan changes a month that is closed\\. .* by name:\\n  ${held.organizationName}: billing approve .*--organization ${held.organizationId}`,
        ),
      ),
    });
    expect((await system.cli('plan', MONTH, '--as-of', LATE)).stdout).toMatch(
      /^Closed on \S+ by certificate no\. 1\. Nothing is written until each customer is released\.$/m,
    );
    expect((await system.cli('report', MONTH)).stdout).toMatch(/^Closed on \S+ by certificate no\. 1\.$/m);
    expect(await system.writes()).toEqual([]);
    const { code, stdout } = await system.cli('approve', MONTH, '--organization', held.organizationId, '--actor', 'bert');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^Released /) });
    const done = await run(LATE, 0);
    expect(organizationOf(done, held.organizationId).held.lines).toBe(0);
    expect((await system.writes()).length).toBeGreaterThan(0);
  }, 240_000);

  test('gets the next certificate, with changes and who decided them', async () => {
    expect(await close('two.json', LATE)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Certificate no\. 2 of 2025-10/),
    });
    const [one, two] = [await certificate('one.json'), await certificate('two.json')];
    expect(two.corrects).toEqual({
      number: 1,
      digest: one.digest,
      changes: expect.arrayContaining([
        expect.stringMatching(new RegExp(`^${held.organizationName}: Cloudmore's report has changed since`)),
        expect.stringMatching(new RegExp(`^${held.organizationName}: Autotask has changed since`)),
      ]),
    });
    expect(two.decisions?.entries.map(({ action, actor }) => [action, actor])).toEqual([
      ['close', 'anna'],
      ['approve', 'bert'],
    ]);
    expect(await system.cli('close', '--verify', join(folder, 'two.json'))).toMatchObject({ code: 0 });
    const { entries } = await system.json<{ entries: LoggedDecision[] }>([0], 'log', MONTH);
    expect(entries.map(({ action, details }) => [action, details])).toEqual([
      ['close', 'certificate no. 1'],
      ['approve', 'of 491.01 EUR held'],
      ['close', 'certificate no. 2'],
    ]);
    const { certificates } = await system.json<{ certificates: { number: number }[] }>([0], 'status', MONTH);
    expect(certificates.map(({ number }) => number)).toEqual([1, 2]);
  }, 240_000);
});
