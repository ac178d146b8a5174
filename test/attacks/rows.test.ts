import { expect, test } from '@jest/globals';
import { missing, ROWS } from './rows.js';

test('a test shows everything that did harm once', () => {
  expect(missing(ROWS)).toEqual([]);
  expect(ROWS.length).toBeGreaterThanOrEqual(37);
});

test('names a row without a test and a title without test', () => {
  expect(missing([{ attack: 'A', shown: {} }])).toEqual(['A: no test']);
  expect(missing([{ attack: 'B', shown: { 'config.test.ts': ['that nobody wrote'] } }])).toEqual([
    'B: test/config.test.ts has no "that nobody wrote"',
  ]);
});
