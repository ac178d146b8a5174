import { describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { sameSum } from '../../client/terminal/confirm.js';
import { hasTerminal, onTerminal, type Terminal } from '../terminal.js';

/** What is asked before something is written. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const QUESTION = 'Mode auto writes everything that no breaker holds. Run 2025-10? (yes or no): ';
const UNREACHABLE = 69;

const run = (mode: string, ...argv: string[]): Terminal =>
  onTerminal(
    [process.execPath, `${ROOT}client/bin.js`, 'run', '2025-10', ...argv],
    { ...process.env, BILLING_MODE: mode, TEMPORAL_ADDRESS: '127.0.0.1:1' },
    ROOT,
  );

((await hasTerminal()) ? describe : describe.skip)('billing run on a terminal', () => {
  test.each([
    ['no', 'no\r', 1, 'Nothing was started.'],
    ['Enter alone', '\r', 1, 'Nothing was started.'],
    ['Ctrl-C', '\u0003', 1, 'nothing was answered.'],
    ['yes', 'yes\r', UNREACHABLE, '127.0.0.1:1'],
  ])('asks once in mode auto, which asks nothing afterwards: %s', async (_, keys, code, said) => {
    const terminal = run('auto');
    await terminal.shows(QUESTION);
    terminal.type(keys);
    const ended = await terminal.ended;
    expect(ended).toMatchObject({ code, screen: expect.stringContaining(said) as unknown });
  });

  test.each([
    ['approve', []],
    ['auto', ['--mode', 'shadow']],
  ])('does not ask in mode %s with %p, which writes nothing unasked', async (mode, argv) => {
    const { code, screen } = await run(mode, ...argv).ended;
    expect({ code, isAsked: screen.includes('(yes or no)') }).toEqual({ code: UNREACHABLE, isAsked: false });
  });
});

test.each([
  ['15,319.93', true],
  ['15319.93 EUR', true],
  ['15,319.39', false],
])('%s is the sum of 15,319.93 EUR: %p', (typed, is) => {
  expect(sameSum(typed, '15,319.93 EUR')).toBe(is);
});
