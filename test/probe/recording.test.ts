import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaks } from '../../shared/probe/recording/search.js';
import { openHarness, type Harness } from '../report/harness.js';
import type { World } from '../api/vendors.js';
import { plant } from './secrets.js';
import { tenantWorld, type Rec } from './tenant.js';
import { RECORD_TYPES } from '../../shared/billing/basics/record-types.js';

/** A recording names nobody, and is a world in which the month is the same month. */

const MONTH = '2025-10';

describe('a recording of a tenant with 200 planted secrets and names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  const file = join(folder, 'recording.json');
  const world = tenantWorld();
  const planted = plant(world);
  let text = '';
  let original: Billed;
  let replayed: Billed;

  beforeAll(async () => {
    const harness = await openHarness(world as unknown as World);
    try {
      const { code, said } = await harness.cli('doctor', '--probe', '--month', MONTH, '--record', file);
      if (code !== 0 && code !== 3) throw new Error(said);
      text = readFileSync(file, 'utf8');
      original = await billTwice(harness);
    } finally {
      await harness.close();
    }
    const other = await openHarness(JSON.parse(text) as World);
    try {
      replayed = await billTwice(other);
    } finally {
      await other.close();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('contains none of them, nor a part of an address', () => {
    expect(planted.length).toBeGreaterThanOrEqual(200);
    expect(planted.filter((secret) => text.toLowerCase().includes(secret.toLowerCase()))).toEqual([]);
    expect(text).not.toMatch(/planted|contoso|fabrikam|127\.0\.0\.1/i);
  });

  test('names members that nobody knows by their type alone', () => {
    const { recording } = JSON.parse(text) as { recording: { unknownMembers: Record<string, Rec> } };
    expect(recording.unknownMembers['organization']).toMatchObject({ internalNotes: 'string' });
  });

  test('plays as a world that bills and excludes the same', () => {
    expect(replayed.items).toEqual(original.items);
    expect(replayed.items.length).toBeGreaterThan(10);
  });

  test('and a second run over it writes nothing', () => {
    expect(replayed.secondWrites).toBe(0);
  });

  test('amounts are none of the real ones, and keep their proportion', () => {
    const ratio = replayed.sales / original.sales;
    expect(Math.abs(ratio - 1)).toBeGreaterThan(0.0001);
    expect(replayed.cost / original.cost).toBeCloseTo(ratio, 2);
  });
});

interface Billed {
  items: string[];
  sales: number;
  cost: number;
  secondWrites: number;
}

async function billTwice(harness: Harness): Promise<Billed> {
  const { result } = await harness.bill(MONTH, '2025-11-05');
  const writes = async (): Promise<number> =>
    ((await harness.control('GET', 'requests')) as { method: string; path: string }[]).filter(
      ({ method, path }) => method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query'),
    ).length;
  const before = await writes();
  await harness.bill(MONTH, '2025-11-06');
  const items = result.organizations.flatMap((one) =>
    one.items.map(({ recordType, outcome, reason }) => `${recordType} ${outcome} ${reason ?? ''}`),
  );
  return {
    items: items.filter((item) => RECORD_TYPES.some((type) => item.startsWith(type))).sort(),
    sales: Number(result.report.sales),
    cost: Number(result.report.cost),
    secondWrites: (await writes()) - before,
  };
}

describe('the last check', () => {
  const seen = [
    { what: 'a name', value: 'Wide World Importers' },
    { what: 'a short name', value: 'Abe' },
  ];
  test.each([
    ['a name within a text', 'for WIDE world importers, Oslo', ['a name']],
    ['a short name as a word', '"name": "abe"', ['a short name']],
    ['a short name within a word', '"label": "label"', []],
    ['nothing of it', '"name": "Xqzv Plrtw"', []],
    ['an address that anybody could write to', 'anna@gmail.com', ['an e-mail address']],
  ])('finds %s', (_what, text, found) => expect(leaks(text, seen)).toEqual(found));
});
