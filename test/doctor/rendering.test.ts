import { describe, expect, test } from '@jest/globals';
import { textOfParts, type Finding } from '../../client/checks/check.js';
import { advised, command, shellCommand, type Advised } from '../../shared/billing/basics/command.js';
import { PLAIN, type Paper } from '../../client/terminal/paper.js';
import { renderFindings } from '../../client/commands/doctor/text.js';

/** How findings look on a terminal of 80 columns. */

const NARROW: Paper = { columns: 80, hasColour: false };

const wrong = (text: string, ...parts: Advised[]): Finding => ({
  check: 'company links',
  isGood: false,
  text,
  fix: textOfParts(parts),
  parts,
});
const lines = (finding: Finding, paper = NARROW): string[] => renderFindings([finding], paper).split('\n');

describe('doctor on a terminal', () => {
  test('a long finding wraps under its text, with an arrowed remedy', () => {
    const names = Array.from({ length: 5 }, (_, index) => `Contoso Dental Group ${index}`).join(', ');
    expect(lines(wrong(`no number: ${names}`, advised('Correct the ids in Cloudmore.')))).toEqual([
      '✗ company links: no number: Contoso Dental Group 0, Contoso Dental Group 1,',
      '  Contoso Dental Group 2, Contoso Dental Group 3, Contoso Dental Group 4',
      '    → Correct the ids in Cloudmore.',
    ]);
  });

  const SENTENCE = 'The id is the number of the company in Autotask, not its account';
  const CREATE = shellCommand(
    'temporal',
    ...'operator search-attribute create -n billing'.split(' '),
    ...'--name BillingMonth --type Keyword --name BillingMonth --type Keyword'.split(' '),
  );
  const commands: [what: string, fix: Advised[], shown: string[]][] = [
    ['stays in its sentence where that fits', [advised('Start one:', command('worker'))], ['    → Start one: billing worker']],
    [
      'gets its own line where it does not fit',
      [advised(`${SENTENCE}:`, command('companies', 'match'))],
      [`    → ${SENTENCE}:`, '      billing companies match'],
    ],
    ['is never broken, however long', [advised('', CREATE)], [`    → ${CREATE}`]],
    [
      'ends its paragraph',
      [
        advised('Start one:', command('worker')),
        advised('In containers:', shellCommand('docker', 'compose', 'up', '-d', 'worker')),
      ],
      ['    → Start one: billing worker', '      In containers: docker compose up -d worker'],
    ],
  ];
  test.each(commands)('a command %s', (_, fix, shown) => {
    expect(lines(wrong('x', ...fix)).slice(1)).toEqual(shown);
  });

  test('in a pipe each paragraph stays one line', () => {
    const long = 'word '.repeat(60).trim();
    expect(lines(wrong(long, advised(`${long}:`, command('doctor'))), PLAIN)).toEqual([
      `✗ company links: ${long}`,
      `    → ${long}: billing doctor`,
    ]);
  });

  test('a text that reads like a command gets no own line', () => {
    const said = `${SENTENCE}: billing approve 2025-10 --all`;
    expect(lines(wrong(said, advised('Look.')))).toHaveLength(3);
  });
});
