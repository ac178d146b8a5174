import { describe, expect, test } from '@jest/globals';
import { RULES, tables } from './examples/index.js';

/** Every numbered rule of billing by worked examples, which `shared/billing/README.md` shows. */

const rows = tables.flatMap((table) => table.rows);

describe.each([...new Set(tables.map(({ section }) => section))])('rules of section %s', (section) => {
  test.each(tables.filter((table) => table.section === section).flatMap((table) => table.rows))(
    '$says',
    ({ comes, expected }) => {
      expect(comes()).toEqual(expected);
    },
  );
});

test.each(RULES.filter((rule) => rule !== '7.10'))('rule %s has a worked example', (rule) => {
  expect(rows.some(({ says }) => says.startsWith(`${rule} `))).toBe(true);
});

test('no example says the same as another, or belongs to another section', () => {
  expect(rows.map(({ says }) => says)).toEqual([...new Set(rows.map(({ says }) => says))]);
  for (const { section, rows: own } of tables)
    expect(own.filter(({ says }) => !says.startsWith(`${section}.`) || !RULES.includes(says.split(' ')[0]!))).toEqual([]);
});
