import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { rules } from './row-and-charge.js';

/** The README of the rules shows the cases that the tests run, with the same words and amounts. */

const cells = (row: string): string[] =>
  row
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);
const shown = readFileSync(new URL('../../shared/billing/README.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((row) => /^\| 7\.\d /.test(row))
  .map(cells);

test('every case of row + charge stands in the README as it is run', () => {
  expect(shown).toEqual(rules.map(([rule, , writes, outcome]) => [rule, writes.join('; ') || 'nothing', outcome]));
});
