import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { days } from '../api/days-table.js';
import { RULES, tables as pure } from '../billing/examples/index.js';

/** The README of the rules states every one of them, and shows the examples that the tests run, with the same words and amounts. */

/** Days are the wire's; their table closes section 7. */
const tables = [...pure.filter(({ section }) => section <= '7'), days, ...pure.filter(({ section }) => section > '7')];
const text = readFileSync(new URL('../../shared/billing/README.md', import.meta.url), 'utf8');
const shown = text
  .split('\n')
  .filter((row) => /^\| \d\.\d+ /.test(row))
  .map((row) =>
    row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );

describe('the README of the rules', () => {
  test.each(RULES)('states rule %s in words', (rule) => expect(text).toContain(`\n**${rule}** `));

  test('states no rule that is none', () => {
    expect([...text.matchAll(/^\*\*(\d\.\d+)\*\*/gm)].map(([, rule]) => rule)).toEqual(RULES);
  });

  test.each([...new Set(tables.map(({ section }) => section))])('shows the examples of section %s as they are run', (section) => {
    const rows = tables.filter((table) => table.section === section).flatMap((table) => table.rows);
    expect(shown.filter(([says]) => says!.startsWith(`${section}.`))).toEqual(
      rows.map(({ says, expected }) => [says, ...expected]),
    );
  });
});
