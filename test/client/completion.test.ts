import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { monthOf } from '../../shared/billing/basics/month.js';
import { today } from '../../client/context.js';
import { folderWith } from '../brokers/folder.js';
import { runCommand } from '../command.js';

/** What a shell is offered when somebody presses the tab key, and the script by which it asks. */

let printed = '';
beforeEach(() => {
  printed = '';
  jest.spyOn(console, 'log').mockImplementation((line: unknown) => void (printed += `${String(line)}\n`));
});
afterEach(() => void jest.restoreAllMocks());

async function offered(typed: string[], environment: Record<string, string> = {}): Promise<string[]> {
  await runCommand(environment, ['complete', '--', ...typed]);
  return printed
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map((line) => line.split('\t')[0]!);
}

const now = monthOf(today('UTC'));
const rows: [what: string, typed: string[], offered: string[]][] = [
  ['commands that begin so', ['re'], ['report', 'recompute', 'rerun', 'restore']],
  ['commands of a command', ['schedule', 'p'], ['pause']],
  ['options that begin so', ['approve', '--b'], ['--breakers', '--broker']],
  ['the choices of an option', ['run', now, '--mode', ''], ['shadow', 'approve', 'auto']],
  ['nothing for a text of one’s own', ['skip', now, '--reason', ''], []],
];

describe('the tab key', () => {
  test.each(rows)('offers %s', async (_, typed, names) => {
    expect((await offered(typed)).toSorted()).toEqual(names.toSorted());
  });

  test('offers thirteen months, this one first', async () => {
    const months = await offered(['plan', '']);
    expect([months.length, months[0]]).toEqual([13, now]);
  });

  test('offers brokers that have a file', async () => {
    const folder = folderWith({ 'north.env': {} });
    expect(await offered(['plan', now, '--broker', ''], { BILLING_BROKERS: folder })).toEqual(['north']);
  });
});

test('the script for bash is one that bash reads', async () => {
  expect((await runCommand({}, ['completion', 'bash'])).code).toBe(0);
  execFileSync('bash', ['-n'], { input: printed });
  expect(printed).toContain('complete -F __billing_complete billing');
});

test('a shell that nobody wrote a script for is refused', async () => {
  expect((await runCommand({}, ['completion', 'tcsh'])).code).toBe(64);
});
