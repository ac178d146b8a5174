import { strFromU8, unzipSync } from 'fflate';
import readExcelFile from 'read-excel-file/node';

/** A workbook as a program of its own reads it: the cells of each sheet, and the files it is made of. */
export interface Workbook {
  sheets: Map<string, unknown[][]>;
  /** By their path, "xl/styles.xml". */
  files: Map<string, string>;
}

export async function readWorkbook(bytes: Uint8Array): Promise<Workbook> {
  const sheets = await readExcelFile(Buffer.from(bytes));
  return {
    sheets: new Map(sheets.map(({ sheet, data }) => [sheet, data])),
    files: new Map(Object.entries(unzipSync(bytes)).map(([path, content]) => [path, strFromU8(content)])),
  };
}
