import { expect, test } from '@jest/globals';
import { missing, ROWS } from './rows.js';

test('everything that did harm once is shown by a test, by its title', () => {
  expect(missing(ROWS)).toEqual([]);
  expect(ROWS.length).toBeGreaterThanOrEqual(37);
});

test('a row without a test, and a title that no test has, are named', () => {
  expect(missing([{ attack: 'A', shown: {} }])).toEqual(['A: no test']);
  expect(missing([{ attack: 'B', shown: { 'config.test.ts': ['that nobody wrote'] } }])).toEqual([
    'B: test/config.test.ts has no "that nobody wrote"',
  ]);
});
