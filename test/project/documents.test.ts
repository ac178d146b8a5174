import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Pages stay short enough to be read: the front page on a few screens, and no table with a page in one cell. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const README_LINES = 120;
/** Two lines of the pages' own width. */
const CELL_LENGTH = 2 * 160;

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'UPGRADING.md',
  'SECURITY.md',
  'shared/billing/README.md',
  'sandbox/README.md',
].concat(
  readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
);

const longCells = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .flatMap((line) => line.split(/(?<!\\)\|/))
    .map((cell) => cell.trim())
    .filter((cell) => cell.length > CELL_LENGTH && !/^-+$/.test(cell));

test('the front page has three doors and at most 120 lines', () => {
  const lines = readFileSync(`${ROOT}README.md`, 'utf8').trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(README_LINES);
  expect(lines.filter((line) => /^\| (in finance|an engineer|a contributor) /.test(line))).toHaveLength(3);
});

test.each(pages)('no cell of %s is longer than two lines', (page) => {
  expect(longCells(readFileSync(`${ROOT}${page}`, 'utf8'))).toEqual([]);
});

test('a cell with a page in it is found', () => {
  expect(longCells(`| a | ${'word '.repeat(80)}|\n| --- | --- |`)).toHaveLength(1);
});
