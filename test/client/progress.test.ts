import { describe, expect, test } from '@jest/globals';
import type { MonthShown, RunProgress } from '../../shared/messages/messages.js';
import { progressText } from '../../shared/run-progress.js';
import { blankMonth } from '../../workflows/empty-month.js';

/** How far a run is, in the words that `run --wait` and the page show. */

const shown = (settled: number, progress?: RunProgress): MonthShown => ({
  ...blankMonth('default', '2025-10', '2025-10-17', 'auto'),
  posted: { lines: 3, cost: '20.00', sales: '1234.50' },
  settled,
  ...(progress === undefined ? {} : { progress }),
});

describe('the progress of a run', () => {
  test.each<[text: string, settled: number, progress: RunProgress | undefined]>([
    ['reading the report', 0, { doing: 'reading the report', of: null, minutes: null }],
    ['0 of 300, about 45 minutes left, 1,234.50 posted', 0, { doing: '', of: 300, minutes: 45 }],
    ['17 of 300, about 43 minutes left, 1,234.50 posted', 17, { doing: '', of: 300, minutes: 45 }],
    ['299 of 300, about a minute left, 1,234.50 posted', 299, { doing: '', of: 300, minutes: 45 }],
    ['300 of 300, 1,234.50 posted', 300, { doing: '', of: 300, minutes: 45 }],
    ['17 of 300, 1,234.50 posted', 17, { doing: '', of: 300, minutes: null }],
    ['nothing to do for any customer, 1,234.50 posted', 0, { doing: 'closing', of: 0, minutes: 3 }],
    ['17 customers done', 17, undefined],
  ])('reads "%s"', (text, settled, progress) => {
    expect(progressText(shown(settled, progress))).toBe(text);
  });
});
