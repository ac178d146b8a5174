import { cutTo, PLAIN, type Paper } from './paper.js';

/** Plain tables for people. Numbers are aligned to the right, texts to the left. */

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** A text is not cut below this. */
const NARROWEST_TEXT = 12;
const GAP = '  ';

/** Where the paper is too narrow the longest texts are cut, visibly; numbers never. */
export function table(columns: Column[], rows: string[][], paper: Paper = PLAIN): string {
  const longest = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => (row[index] ?? '').length)));
  const widths = fitting(columns, longest, paper.columns - GAP.length * (columns.length - 1));
  const line = (cells: string[]): string =>
    columns
      .map(({ align }, index) => {
        const [cell, width] = [cells[index] ?? '', widths[index]!];
        return align === 'right' ? cell.padStart(width) : cutTo(cell, width).padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}

/** The widths with the widest columns of text made narrower, until all of them fit or none can give any more. */
function fitting(columns: Column[], widths: number[], room: number): number[] {
  const fitted = [...widths];
  for (let excess = sumOf(fitted) - room; excess > 0; excess -= 1) {
    const widest = columns.reduce(
      (best, { align }, index) => (align !== 'right' && fitted[index]! > (fitted[best] ?? NARROWEST_TEXT) ? index : best),
      -1,
    );
    if (widest === -1) break;
    fitted[widest]! -= 1;
  }
  return fitted;
}

const sumOf = (numbers: number[]): number => numbers.reduce((sum, number) => sum + number, 0);
