import { expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asCalled, calledAs, programOf } from '../../client/terminal/called.js';
import { main } from '../../client/cli.js';
import { command } from '../../shared/billing/basics/command.js';

const folder = mkdtempSync(join(tmpdir(), 'billing-called-'));
writeFileSync(join(folder, 'north.env'), '', { mode: 0o600 });

/** What a command line says to a person who called the program that way. */
async function said(program: string, ...argv: string[]): Promise<string> {
  const lines: string[] = [];
  const keep = (text: string): void => void lines.push(text);
  const environment = { BILLING_EVIDENCE: `file:${folder}/evidence`, BILLING_KEYS: `${folder}/keys`, BILLING_BROKERS: folder };
  await calledAs(program, () => main(argv, { environment, out: keep, say: keep, isTerminal: false }));
  return lines.join('\n');
}

test('the program names itself the way it was called', () => {
  expect([
    programOf({ npm_lifecycle_event: 'npx', npm_command: 'exec' }),
    programOf({ npm_lifecycle_event: 'billing', npm_command: 'run-script' }),
    programOf({ npm_lifecycle_event: 'demo' }),
    programOf({ CALLED_AS: './billing' }),
    programOf({ CALLED_AS: './billing; rm -r x' }),
    programOf({}),
  ]).toEqual(['npx billing', 'npm run billing --', 'npx billing', './billing', 'billing', 'billing']);
});

// Also in usage errors and refusals.
test('every advised command is printed the way it was called', async () => {
  const calls: [argv: string[], advised: string][] = [
    [['report', '2025-10'], 'npx billing run 2025-10 --wait'],
    [['plan', '2025-10'], 'npx billing doctor'],
    [['plann'], 'npx billing help'],
    [['plan'], 'npx billing plan --help'],
    [['close', '--json'], 'npx billing close --verify FILE'],
    [['keys', 'list'], 'npx billing keys add'],
    [['--broker', 'south', 'report', '2025-10'], 'npx billing brokers add south'],
    [['--broker', 'north', 'report', '2025-10'], 'npx billing --broker north run 2025-10 --wait'],
    [['--broker', 'north', 'plan', '2025-10'], 'npx billing --broker north doctor'],
    [['report', '2025-10', '--broker', 'north'], 'npx billing --broker north run 2025-10 --wait'],
  ];
  for (const [argv, advised] of calls) {
    const text = await said('npx billing', ...argv);
    expect({ argv, text }).toEqual({ argv, text: expect.stringContaining(advised) });
    expect({ argv, bare: text.match(/(?<!npx )billing (?=--broker|run|doctor|help|plan|close|keys|brokers)\S+/g) }).toEqual({
      argv,
      bare: null,
    });
  }
  expect(await said('npm run billing --', 'report', '2025-10')).toContain('npm run billing -- run 2025-10 --wait');
  expect(await said('billing', 'report', '2025-10')).toContain(': billing run 2025-10 --wait');
});

test('two command lines at once name themselves each in its own way', async () => {
  const [one, other] = await Promise.all([
    said('npx billing', '--broker', 'north', 'report', '2025-10'),
    said('billing', 'report', '2025-10'),
  ]);
  expect([one.includes('npx billing --broker north run'), other.includes(': billing run')]).toEqual([true, true]);
});

test('a command for one of several brokers names that broker', () => {
  calledAs('npx billing', () => {
    expect(asCalled(command('--broker', 'north', 'doctor'))).toBe('npx billing --broker north doctor');
    expect(asCalled('temporal operator namespace create')).toBe('temporal operator namespace create');
  });
});

test('no sentence of the command line names the program itself', () => {
  const root = new URL('../../', import.meta.url).pathname;
  const named = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/^(called|cli-[\w-]+)\.ts$/.test(file))
    .flatMap((file) => readFileSync(join(root, 'client', file), 'utf8').split('\n'))
    .filter((text) => /(?<![\w`])billing (run|plan|report|status|approve|close|doctor|keys|worker|schedule)\b/.test(text))
    .filter((text) => !/^\s*(\/\/|\*|\/\*\*)|(paused|resumed|ended|Made) by /.test(text));
  expect(named).toEqual([]);
});
