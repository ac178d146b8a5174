import { expect, test } from '@jest/globals';
import { GENERATED, readPage, record, surplus } from './pages.js';

/**
 * Pages say what the product's tables and the rules' examples say. Where one of those has changed, `RECORD=1 npm test -- test/project/pages` writes the pages
 * again.
 */
if (process.env.RECORD) for (const part of GENERATED) record(part);

test.each(GENERATED)('$page is up to date: $what', ({ page, read, made }) => {
  expect(read(readPage(page))).toEqual(made);
});

test('no page has a table next to them that nothing makes', () => {
  expect(surplus()).toEqual([]);
});
