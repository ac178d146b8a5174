import { describe, expect, test } from '@jest/globals';
import { advisedText } from '../../shared/billing/basics/command.js';
import { nothingDue, type DueFacts } from '../../shared/billing/report/due.js';

/** What a person reads of a month in which nothing is due: where it was looked, when something will be, and what to do. */

const facts = (asOf: string, changes: Partial<DueFacts> = {}): DueFacts => ({
  month: '2025-10',
  asOf,
  lines: 0,
  previousLines: 0,
  ...changes,
});

const CASES: [when: string, facts: DueFacts, told: string[]][] = [
  [
    'the month has not begun',
    facts('2025-09-28'),
    [
      "Nothing in 2025-10 is due on 2025-09-28: a line falls due the day after it is billed, so the first of 2025-10 do on 2025-10-02, Microsoft's licences about 2025-10-09, legacy ones about 2025-10-17.",
      'Run it then: billing run 2025-10 --wait',
      'What is due now: billing run 2025-09 --wait',
    ],
  ],
  [
    'it is its first day, and yesterday was last month',
    facts('2025-10-01'),
    [
      "Nothing in 2025-10 is due on 2025-10-01: a line falls due the day after it is billed, so the first of 2025-10 do on 2025-10-02, Microsoft's licences about 2025-10-09, legacy ones about 2025-10-17.",
      'Run it then: billing run 2025-10 --wait',
      'What is due now: billing run 2025-09 --wait',
    ],
  ],
  [
    'it is early in the month',
    facts('2025-10-05'),
    [
      "Nothing in 2025-10 is due on 2025-10-05: Cloudmore's report has no line of it billed before that day. It is compared with 2025-09 before 2025-09-02, which had none either.",
      "Microsoft's licences fall due about 2025-10-09, legacy ones about 2025-10-17.",
      'The daily run will check again. To check now: billing run 2025-10 --wait',
    ],
  ],
  [
    'the licences are late',
    facts('2025-10-12', { previousLines: 3 }),
    [
      "Nothing in 2025-10 is due on 2025-10-12: Cloudmore's report has no line of it billed before that day. It is compared with 2025-09 before 2025-09-09, which had 3.",
      "Microsoft's licences were expected about 2025-10-09: check Cloudmore's Microsoft consent.",
      'The daily run will check again. To check now: billing run 2025-10 --wait',
    ],
  ],
  [
    'the month is over',
    facts('2025-11-03'),
    [
      "Nothing in 2025-10 is due: the month is over, and Cloudmore's report has no line of it. It is compared with 2025-09 before 2025-10-01, which had none either.",
      "If it should have lines, check Cloudmore's Microsoft consent. To find what is set up wrongly: billing doctor",
    ],
  ],
  [
    'it is billed from the report of the month after',
    facts('2025-10-28', { month: '2025-09', reportMonth: '2025-11' }),
    [
      "Nothing in 2025-09, billed from the report of 2025-11, is due on 2025-10-28: a line falls due the day after it is billed, so the first of 2025-11 do on 2025-11-02, Microsoft's licences about 2025-11-09, legacy ones about 2025-11-17.",
      'Run it then: billing run 2025-09 --wait',
      'What is due now: billing run 2025-08 --wait',
    ],
  ],
  [
    'there are lines, but none of the organization it was run for',
    facts('2025-10-12', { lines: 40 }),
    [
      'None of the 40 lines of 2025-10 billed before 2025-10-12 belong to the selected organizations.',
      'Run it for everybody: billing run 2025-10 --wait',
    ],
  ],
];

describe('a month in which nothing is due says why, when', () => {
  test.each(CASES)('%s', (_, known, told) => {
    expect(nothingDue(known).map(advisedText)).toEqual(told);
  });

  test('the licences are late from the day after they fall due', () => {
    expect(nothingDue(facts('2025-10-09'))[1]?.text).toMatch(/fall due about 2025-10-09/);
    expect(nothingDue(facts('2025-10-10'))[1]?.text).toMatch(/were expected about 2025-10-09/);
  });

  test('the month is over on the first day of the next', () => {
    expect(nothingDue(facts('2025-10-31'))).toHaveLength(3);
    expect(nothingDue(facts('2025-11-01'))).toHaveLength(2);
  });
});
