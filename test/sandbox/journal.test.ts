import { expect, test } from '@jest/globals';
import { Journal, type JournalEntry } from '../../sandbox/journal.js';

const entry = (path: string): JournalEntry => ({
  at: '2025-10-17T03:00:00.000Z',
  method: 'POST',
  path,
  query: {},
  body: null,
  status: 200,
  fault: null,
  slowedMs: 0,
});

test('the journal drops its oldest entries when bodies grow large', () => {
  const journal = new Journal();
  const bodyLength = 1024 * 1024;
  for (let index = 0; index < 100; index += 1) journal.add(entry(`/${index}`), bodyLength);
  const paths = journal.list().map(({ path }) => path);
  expect(paths.length).toBeLessThanOrEqual(32);
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.at(-1)).toBe('/99');
  journal.clear();
  expect(journal.list()).toEqual([]);
});
