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

const DIRECTIONS = 'project/import-directions';

describe('refused', () => {
  test.each([
    ['shared/billing/x.ts', `export * from '../autotask/client.js';`, 'the core knows no vendor'],
    ['shared/billing/x.ts', `export { readFile } from 'node:fs/promises';`, 'the core does no input or output'],
    ['shared/billing/plan/x.ts', `export { z } from 'zod';`, 'the core has one library'],
    ['shared/billing/basics/x.ts', `export * from '../report/items.js';`, 'a room knows only those before it'],
    ['shared/billing/contracts/x.ts', `export type { PlanInput } from '../plan/plan.js';`, 'not even types of a later one'],
    ['shared/http/x.ts', `export * from '../billing/plan.js';`, 'http knows nothing of billing'],
    ['shared/close/x.ts', `export { big } from '../billing/decimal.js';`, 'the close has an arithmetic of its own'],
    ['shared/cloudmore/x.ts', `export * from '../config.js';`, 'vendors are given their settings'],
    ['shared/autotask/x.ts', `export * from '../../activities/index.js';`, 'shared imports none of the others'],
    ['shared/messages/x.ts', `export * from '../config.js';`, 'messages are loaded by workflows'],
    ['shared/messages/x.ts', `export { z } from 'zod';`, 'zod is too heavy for workflows'],
    ['shared/evidence/x.ts', `export { Client } from '@temporalio/client';`, 'shared knows no Temporal'],
    ['workflows/x.ts', `export { planOrganization } from '../activities/plan.js';`, 'activities run elsewhere'],
    ['workflows/x.ts', `export { createHash } from 'node:crypto';`, 'no builtins in the workflow sandbox'],
    ['workflows/x.ts', `export { readFile } from 'fs';`, 'no builtins, whatever the spelling'],
    ['workflows/x.ts', `export { z } from 'zod';`, 'zod is too heavy for workflows'],
    ['workflows/x.ts', `export const x = import('../shared/config.js');`, 'not by a dynamic import either'],
    ['activities/x.ts', `export * from '../client/cli.js';`, 'activities serve, they do not ask'],
    ['activities/x.ts', `export { Client } from '@temporalio/client';`, 'activities start no workflows'],
    ['activities/x.ts', `export * from '../sandbox/server.js';`, 'the product does not know its stand-in'],
    ['worker/x.ts', `export * from '../sandbox/server.js';`, 'the product does not know its stand-in'],
    ['worker/x.ts', `export { dailyBilling } from '../workflows/index.js';`, 'the worker names workflows by their path'],
    ['client/x.ts', `export * from '../sandbox/server.js';`, 'only the commands that start it know the sandbox'],
    ['client/commands/run.ts', `export * from '../../sandbox/server.js';`, 'only the commands that start it know the sandbox'],
    ['client/commands/run.ts', `export { dailyBilling } from '../../workflows/index.js';`, 'clients start workflows by type'],
    ['client/commands/run.ts', `export * from '../../test/builders.js';`, 'nobody imports tests'],
    ['client/commands/run.ts', `export * from './plan/index.js';`, 'no command knows another'],
    ['client/commands/plan/x.ts', `export const x = import('../run/index.js');`, 'not by a dynamic import either'],
    ['client/web/x.ts', `export * from '../commands/explain.js';`, 'what commands share lies outside of them'],
    ['sandbox/x.ts', `export * from '../shared/billing/decimal.js';`, 'one mistake must not hide in both'],
    ['sandbox/x.ts', `export type { Line } from '../shared/billing/types.js';`, 'not even types'],
    ['test/sandbox/x.ts', `export * from '../../shared/autotask/days.js';`, 'the sandbox is not held against the product'],
    ['test/sandbox/x.ts', `export * from '../api/vendors.js';`, 'nor by its helpers'],
    [
      'test/api/x.ts',
      `export * from '../../sandbox/autotask/money.js';`,
      'the product is not held against the inside of the sandbox',
    ],
    ['bench/x.ts', `export * from '../test/builders.js';`, 'nobody imports tests'],
  ])('%s with %s: %s', async (file, code) => {
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
  ])('%s', async (_title, file, code, rule) => {
    expect(await problems(file, code)).toEqual([rule]);
  });
});

describe('allowed', () => {
  test.each([
    [
      'shared/billing/plan/x.ts',
      `export { createHash } from 'node:crypto';\nexport { Big } from 'big.js';\nexport * from './plan.js';`,
    ],
    ['shared/billing/x.ts', 'export const day = new Date(0);'],
    ['shared/billing/x.ts', `export const key = 'cloudmore:azure-plan';\nexport const text = 'Correct it in Cloudmore.';`],
    ['shared/cloudmore/x.ts', `export * from '../http/errors.js';\nexport { z } from 'zod';`],
    [
      'workflows/x.ts',
      `export type { Activities } from '../activities/index.js';\nexport * from '../shared/messages/messages.js';`,
    ],
    ['activities/x.ts', `export * from '../shared/autotask/index.js';\nexport { log } from '@temporalio/activity';`],
    ['client/commands/demo.ts', `export * from '../../sandbox/server.js';\nexport * from '../../worker/main.js';`],
    ['client/commands/sandbox/index.ts', `export * from '../../../sandbox/server.js';`],
    ['shared/vendors.ts', 'export const pair = [new Autotask({}), new Cloudmore({})];'],
    ['client/x.ts', `export type { dailyBilling } from '../workflows/index.js';`],
    ['test/x.ts', `export * from '../sandbox/index.js';\nexport * from '../shared/billing/plan.js';`],
    ['test/sandbox/x.ts', `export * from '../../sandbox/autotask/money.js';\nexport { Big } from 'big.js';`],
  ])('%s: %s', async (file, code) => {
    expect(await problems(file, code)).toEqual([]);
  });
  test.each([
    ['a function of the core with 60 lines', functionOfLines(60)],
    ['a file of the core with 400 lines', fileOfLines(400)],
  ])('%s', async (_title, code) => {
    expect(await problems('shared/billing/x.ts', code)).toEqual([]);
  });
});
