import { expect, test } from '@jest/globals';
import { workbook, type Cell } from '../../client/documents/workbook.js';
import { readWorkbook } from './workbook.js';

/** What a program that opens a workbook does not work out by itself is written into it. */

const sheetOf = async (...rows: Cell[][]): Promise<{ sheet: string; styles: string; values: unknown[][] }> => {
  const columns = [12, 20, 20].map((width, index) => ({ title: ['sales', 'customer', 'when'][index]!, width }));
  const { files, sheets } = await readWorkbook(await workbook([{ name: 'One', columns, rows, totals: [rows[0]!] }]));
  return {
    sheet: files.get('xl/worksheets/sheet1.xml')!,
    styles: files.get('xl/styles.xml')!,
    values: sheets.get('One')!,
  };
};

const ROW: Cell[] = [{ amount: '12.00', currency: 'EUR' }, 'Contoso', { moment: '2025-10-17T03:04:00.000Z' }];
const heightOf = (sheet: string, row: number): number =>
  Number(new RegExp(`<row r="${row}"[^>]* ht="([0-9.]+)"`).exec(sheet)?.[1] ?? 15);

test.each<[what: string, text: string, lines: number]>([
  ['a text that fits its column is one line high', 'Contoso', 1],
  // In LibreOffice its words lay over the next rows.
  ['one that does not is as high as its words need', 'word '.repeat(10), 4],
  ['a word longer than the column is broken', 'x'.repeat(40), 3],
])('%s', async (_, text, lines) => {
  const { sheet } = await sheetOf([ROW[0]!, text.trim(), null]);
  expect(heightOf(sheet, 2)).toBe(lines * 15);
});

test('a text next to amounts stands apart, as its title does', async () => {
  const { sheet, styles } = await sheetOf(ROW);
  const indented = [...styles.matchAll(/<xf [^>]*?>.*?<\/xf>/g)].flatMap(([style], index) =>
    style.includes('indent="1"') ? [String(index)] : [],
  );
  const styleOf = (cell: string): string | undefined => new RegExp(`<c r="${cell}" s="(\\d+)"`).exec(sheet)?.[1];
  expect(indented).toEqual(expect.arrayContaining([styleOf('B1'), styleOf('B2')]));
  expect(indented).not.toContain(styleOf('A2'));
});

test('a moment is a date with its time', async () => {
  expect((await sheetOf(ROW)).values[1]![2]).toEqual(new Date('2025-10-17T03:04:00Z'));
});

test('titles and totals have the font of all the others', async () => {
  const { styles } = await sheetOf(ROW);
  const fonts = [...styles.matchAll(/<font>.*?<\/font>/g)].map(([font]) => font);
  expect(fonts.filter((font) => !font.includes('Calibri'))).toEqual([]);
});
