import { describe, expect, test } from '@jest/globals';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

/** The import directions of CONTRIBUTING.md, held by lint: files that do not exist, linted in memory with the project's own configuration. */
const root = fileURLToPath(new URL('../..', import.meta.url));
// Types play no part in these rules, and files in memory have none.
const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

async function problems(filePath: string, code: string): Promise<(string | null)[]> {
  const results = await eslint.lintText(`${code}\n`, { filePath: `${root}${filePath}` });
  return results.flatMap(({ messages }) => messages.map(({ ruleId, message }) => ruleId ?? message));
}

const functionOfLines = (lines: number): string => `export function long(): void {\n${'  void 0;\n'.repeat(lines - 2)}}`;
const fileOfLines = (lines: number): string =>
  Array.from({ length: lines }, (_, line) => `export const a${line} = 1;`).join('\n');
/** A row of a table in a variable, whose words are the title's with those of its template. */
const titleOfWords = (words: number): string =>
  `const rows = [['${'word '.repeat(words - 2)}', 1]] as const;\ntest.each(rows)('is %s read', () => undefined);`;

const DIRECTIONS = 'project/import-directions';

describe('refused', () => {
  test.each([
    ['shared/billing/x.ts', 'the core knows no vendor', `export * from '../autotask/client.js';`],
    ['shared/billing/x.ts', 'the core does no input or output', `export { readFile } from 'node:fs/promises';`],
    ['shared/billing/plan/x.ts', 'the core has one library', `export { z } from 'zod';`],
    ['shared/billing/basics/x.ts', 'a room knows only those before it', `export * from '../report/items.js';`],
    ['shared/billing/contracts/x.ts', 'not even types of a later one', `export type { PlanInput } from '../plan/plan.js';`],
    ['shared/http/x.ts', 'http knows nothing of billing', `export * from '../billing/plan.js';`],
    ['shared/close/x.ts', 'the close has an arithmetic of its own', `export { big } from '../billing/decimal.js';`],
    ['shared/cloudmore/x.ts', 'vendors are given their settings', `export * from '../config.js';`],
    ['shared/autotask/x.ts', 'shared imports none of the others', `export * from '../../activities/index.js';`],
    ['shared/messages/x.ts', 'messages are loaded by workflows', `export * from '../config.js';`],
    ['shared/messages/x.ts', 'zod is too heavy for workflows', `export { z } from 'zod';`],
    ['shared/evidence/x.ts', 'shared knows no Temporal', `export { Client } from '@temporalio/client';`],
    ['workflows/x.ts', 'activities run elsewhere', `export { planOrganization } from '../activities/plan.js';`],
    ['workflows/x.ts', 'no builtins in the workflow sandbox', `export { createHash } from 'node:crypto';`],
    ['workflows/x.ts', 'no builtins, whatever the spelling', `export { readFile } from 'fs';`],
    ['workflows/x.ts', 'zod is too heavy for workflows', `export { z } from 'zod';`],
    ['workflows/x.ts', 'not by a dynamic import either', `export const x = import('../shared/config.js');`],
    ['activities/x.ts', 'activities serve, they do not ask', `export * from '../client/cli.js';`],
    ['activities/x.ts', 'activities start no workflows', `export { Client } from '@temporalio/client';`],
    ['activities/x.ts', 'the product does not know its stand-in', `export * from '../sandbox/server.js';`],
    ['worker/x.ts', 'the product does not know its stand-in', `export * from '../sandbox/server.js';`],
    ['worker/x.ts', 'the worker names workflows by their path', `export { dailyBilling } from '../workflows/index.js';`],
    ['client/x.ts', 'only the commands that start it know the sandbox', `export * from '../sandbox/server.js';`],
    ['client/commands/run.ts', 'only the commands that start it know the sandbox', `export * from '../../sandbox/server.js';`],
    ['client/commands/run.ts', 'clients start workflows by type', `export { dailyBilling } from '../../workflows/index.js';`],
    ['client/commands/run.ts', 'nobody imports tests', `export * from '../../test/builders.js';`],
    ['client/commands/run.ts', 'no command knows another', `export * from './plan/index.js';`],
    ['client/commands/plan/x.ts', 'not by a dynamic import either', `export const x = import('../run/index.js');`],
    ['client/web/x.ts', 'what commands share lies outside of them', `export * from '../commands/explain.js';`],
    ['sandbox/x.ts', 'one mistake must not hide in both', `export * from '../shared/billing/decimal.js';`],
    ['sandbox/x.ts', 'not even types', `export type { Line } from '../shared/billing/types.js';`],
    ['test/sandbox/x.ts', 'the sandbox is not held against the product', `export * from '../../shared/autotask/days.js';`],
    ['test/sandbox/x.ts', 'nor by its helpers', `export * from '../api/vendors.js';`],
    [
      'test/api/x.ts',
      'the product is not held against the inside of the sandbox',
      `export * from '../../sandbox/autotask/money.js';`,
    ],
    ['bench/x.ts', 'nobody imports tests', `export * from '../test/builders.js';`],
  ])('%s: %s', async (file, _why, code) => {
    expect(await problems(file, code)).toEqual([DIRECTIONS]);
  });

  test.each([
    ['a default export', 'shared/http/x.ts', 'export default 1;', 'no-restricted-syntax'],
    [
      'payloads that are read past the codec',
      'client/x.ts',
      `export { defaultPayloadConverter } from '@temporalio/common';`,
      'no-restricted-imports',
    ],
    ['process in a workflow', 'workflows/x.ts', 'export const key = process.env.KEY;', 'no-restricted-globals'],
    ['Buffer in a workflow', 'workflows/x.ts', `export const bytes = Buffer.from('');`, 'no-restricted-globals'],
    ['fetch in a workflow', 'workflows/x.ts', `export const answer = fetch('x');`, 'no-restricted-globals'],
    ['crypto in a workflow', 'workflows/x.ts', 'export const id = crypto.randomUUID();', 'no-restricted-globals'],
    ['the clock in the core', 'shared/billing/x.ts', 'export const now = new Date();', 'no-restricted-syntax'],
    ['the clock in the core, as a number', 'shared/billing/x.ts', 'export const now = Date.now();', 'no-restricted-syntax'],
    ['chance in the core', 'shared/billing/x.ts', 'export const any = Math.random();', 'no-restricted-syntax'],
    ['a vendor among the names of the core', 'shared/billing/x.ts', 'export const autotaskRow = 1;', 'no-restricted-syntax'],
    ['a vendor among the values of the core', 'shared/billing/x.ts', `export const x = 'Datto';`, 'no-restricted-syntax'],
    [
      'a cache that a module keeps',
      'shared/http/x.ts',
      'export const seen = new WeakMap<object, string>();',
      'no-restricted-syntax',
    ],
    ['a second client of Autotask', 'client/x.ts', 'export const autotask = new Autotask({});', 'no-restricted-syntax'],
    ['one in a benchmark', 'bench/x.ts', 'export const autotask = new ProbingAutotask({});', 'no-restricted-syntax'],
    ['a client of Cloudmore in the worker', 'worker/x.ts', 'export const one = new Cloudmore({});', 'no-restricted-syntax'],
    ['a fifth parameter', 'client/x.ts', 'export const f = (a: 1, b: 2, c: 3, d: 4, e: 5) => [a, b, c, d, e];', 'max-params'],
    ['a function of the core longer than 60 lines', 'shared/billing/x.ts', functionOfLines(61), 'max-lines-per-function'],
    ['a file of the core longer than 400 lines', 'shared/billing/x.ts', fileOfLines(401), 'max-lines'],
    ['a title that its row makes too long', 'test/x.ts', titleOfWords(13), 'titles/short-titles'],
  ])('%s', async (_title, file, code, rule) => {
    expect(await problems(file, code)).toEqual([rule]);
  });
});

describe('allowed', () => {
  test.each([
    [
      'shared/billing/plan/x.ts',
      'hashes, exact decimals and its own folder',
      `export { createHash } from 'node:crypto';\nexport { Big } from 'big.js';\nexport * from './plan.js';`,
    ],
    ['shared/billing/x.ts', 'a date that is given', 'export const day = new Date(0);'],
    [
      'shared/billing/x.ts',
      'a key and a sentence with a vendor’s name',
      `export const key = 'cloudmore:azure-plan';\nexport const text = 'Correct it in Cloudmore.';`,
    ],
    ['shared/cloudmore/x.ts', 'http and zod', `export * from '../http/errors.js';\nexport { z } from 'zod';`],
    [
      'workflows/x.ts',
      'messages, and types of activities',
      `export type { Activities } from '../activities/index.js';\nexport * from '../shared/messages/messages.js';`,
    ],
    [
      'activities/x.ts',
      'vendors and the activity SDK',
      `export * from '../shared/autotask/index.js';\nexport { log } from '@temporalio/activity';`,
    ],
    [
      'client/commands/demo.ts',
      'the parts that it starts',
      `export * from '../../sandbox/server.js';\nexport * from '../../worker/main.js';`,
    ],
    ['client/commands/sandbox/index.ts', 'the sandbox that it starts', `export * from '../../../sandbox/server.js';`],
    ['shared/vendors.ts', 'clients of the vendors', 'export const pair = [new Autotask({}), new Cloudmore({})];'],
    ['client/x.ts', 'types of workflows', `export type { dailyBilling } from '../workflows/index.js';`],
    [
      'test/x.ts',
      'the product and the sandbox’s exports',
      `export * from '../sandbox/index.js';\nexport * from '../shared/billing/plan.js';`,
    ],
    [
      'test/sandbox/x.ts',
      'all of the sandbox',
      `export * from '../../sandbox/autotask/money.js';\nexport { Big } from 'big.js';`,
    ],
    ['test/x.ts', 'twelve words of a title and its row', titleOfWords(12)],
  ])('%s: %s', async (file, _what, code) => {
    expect(await problems(file, code)).toEqual([]);
  });
  test.each([
    ['a function of the core with 60 lines', functionOfLines(60)],
    ['a file of the core with 400 lines', fileOfLines(400)],
  ])('%s', async (_title, code) => {
    expect(await problems('shared/billing/x.ts', code)).toEqual([]);
  });
});
