import type { Amounts } from './results.js';

/** The four sums as a Markdown table, for the Web UI's current details. */
export function amountsTable(sums: Record<'report' | 'posted' | 'held' | 'excluded', Amounts>): string {
  const rows = (['report', 'posted', 'held', 'excluded'] as const).map((name) =>
    tableRow([name, String(sums[name].lines), sums[name].cost, sums[name].sales]),
  );
  return [tableRow(['', 'lines', 'cost', 'sales']), '|---|--:|--:|--:|', ...rows].join('\n');
}

/** Blanks that Markdown keeps. */
const GAP = '\u00a0'.repeat(4);

/** A row of cells that stand apart: the Web UI draws tables without any room between columns. */
export const tableRow = (cells: string[]): string => `| ${cells.join(` | ${GAP}`)} |`;
