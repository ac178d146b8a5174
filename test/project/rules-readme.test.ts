import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { RULES } from '../billing/examples/index.js';

/** The README of the rules states every one of them. Its examples are written from those that the tests run (`pages.ts`). */

const text = readFileSync(new URL('../../shared/billing/README.md', import.meta.url), 'utf8');
describe('the README of the rules', () => {
  test.each(RULES)('states rule %s in words', (rule) => expect(text).toContain(`\n**${rule}** `));

  test('states no rule that is none', () => {
    expect([...text.matchAll(/^\*\*(\d\.\d+)\*\*/gm)].map(([, rule]) => rule)).toEqual(RULES);
  });
});
