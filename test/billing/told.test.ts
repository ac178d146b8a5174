import { describe, expect, test } from '@jest/globals';
import { readFileSync, writeFileSync } from 'node:fs';
import { plan } from './builders.js';
import { amounts } from './told/amounts.js';
import { beside } from './told/beside.js';
import { ghosts } from './told/ghosts.js';
import { items } from './told/items.js';
import { tell } from './told/tell.js';

/**
 * Whole plans, word for word, as people read them: `told/*.txt`, one file per rule, made from the situations in the files
 * beside them. Where a plan changes on purpose, write them again with `TELL=1 npm test -- test/billing/told` and read the difference before it is committed.
 */
const fileOf = (rule: string): URL => new URL(`./told/${rule}.txt`, import.meta.url);
const heading = (title: string): string => `== ${title}`;

describe.each(Object.entries({ ...items, ...amounts, ...ghosts, ...beside }))('%s', (rule, cases) => {
  if (process.env.TELL)
    writeFileSync(
      fileOf(rule),
      Object.entries(cases)
        .map(([title, situation]) => `${heading(title)}\n${tell(plan(situation()))}\n`)
        .join('\n'),
    );
  const told = readFileSync(fileOf(rule), 'utf8').split(/^(?=== )/m);

  test('tells nothing else', () => {
    expect(told.map((section) => section.split('\n')[0])).toEqual(Object.keys(cases).map(heading));
  });

  test.each(Object.entries(cases))('%s', (title, situation) => {
    const expected = told.find((section) => section.startsWith(`${heading(title)}\n`)) ?? '';
    expect(`${heading(title)}\n${tell(plan(situation()))}`).toBe(expected.trimEnd());
  });
});
