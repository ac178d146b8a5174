import type { Amounts } from './results.js';

/** The four sums as a Markdown table, for the Web UI's current details. */
export function amountsTable(sums: Record<'report' | 'posted' | 'held' | 'excluded', Amounts>): string {
  const rows = (['report', 'posted', 'held', 'excluded'] as const).map(
    (name) => `| ${name} | ${sums[name].lines} | ${sums[name].cost} | ${sums[name].sales} |`,
  );
  return ['| | lines | cost | sales |', '|---|--:|--:|--:|', ...rows].join('\n');
}
