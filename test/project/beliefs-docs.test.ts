import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { WRITE_QUESTIONS } from '../../shared/probe/writes/questions.js';
import { beliefRows } from '../../shared/probe/table.js';

test('the operations page lists every belief the probe asks about', () => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const section = text.slice(text.indexOf('## Are the vendors as this program believes?'));
  const rows = section.split('\n').filter((line) => /^\| [AC]\d\./.test(line));
  expect(
    rows.map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    ),
  ).toEqual(beliefRows());
});

test('it lists what only a write shows and what follows', () => {
  const text = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const rows = text.slice(text.indexOf('### What only a write can tell')).match(/^\| \w+ +\|.*\|$/gm) ?? [];
  const cells = rows.map((row) =>
    row
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
  expect(cells.slice(1)).toEqual(Object.entries(WRITE_QUESTIONS).map(([id, { what, copes }]) => [id, what, copes]));
});
