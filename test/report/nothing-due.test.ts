import { describe, expect, test } from '@jest/globals';
import { findMonth } from '../../client/months.js';
import { renderMonth } from '../../client/commands/run/text.js';
import { loadBaseConfig } from '../../shared/config.js';
import { useHarness, type Harness } from './harness.js';

/** Every command explains a month in which nothing is due. */

const MONTH = '2026-04';
const AS_OF = '2026-04-05';
const WHY = [
  "Nothing in 2026-04 is due on 2026-04-05: Cloudmore's report has no line of it",
  'billed before that day. It is compared with 2026-03 before 2026-03-02, which had',
  'none either.',
].join('\n');
const WHEN = "Microsoft's licences fall due about 2026-04-09, legacy ones about 2026-04-17.";

describe('a month without a line', () => {
  let harness: Harness;
  useHarness(async (opened) => {
    harness = opened;
    await harness.bill(MONTH, AS_OF);
  });

  test.each([
    ['plan', ['plan', MONTH, '--as-of', AS_OF]],
    ['report', ['report', MONTH]],
  ])('%s names the days, the next due date and the command', async (_, argv) => {
    const { code, out } = await harness.cliOn(80, ...argv);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(`${WHY}\n\n${WHEN}\n\n`) });
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('run says it too', async () => {
    const { result, record, nothingDue } = (await findMonth(loadBaseConfig(harness.env), MONTH))!;
    const text = renderMonth({ month: result, heldMonth: record.heldMonth, nothingDue }, { columns: 80, hasColour: false });
    expect(text).toContain(`${WHY}\n\n${WHEN}\n\n`);
  });

  test('as a page it reads the same', async () => {
    expect((await harness.cli('report', MONTH, '--format', 'html')).out).toContain('Nothing in 2026-04 is due on 2026-04-05');
  });

  // It once said that nothing was due.
  test('a month held as a whole says so', async () => {
    await harness.bill('2025-11', '2025-11-30');
    const { result, record, nothingDue } = (await findMonth(loadBaseConfig(harness.env), '2025-11'))!;
    expect({ organizations: result.organizations.length, nothingDue }).toEqual({ organizations: 0, nothingDue: [] });
    const text = renderMonth({ month: result, heldMonth: record.heldMonth, nothingDue });
    expect(text).toMatch(/The report has sales of 0.00 EUR, and the same part of last month had 7,186\.32/);
    expect((await harness.cli('plan', '2025-11', '--as-of', '2025-11-30')).out).toContain('The report has sales of 0.00 EUR');
  });
});
