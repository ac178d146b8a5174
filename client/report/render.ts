import type { MonthResult } from '../../shared/billing/results/results.js';
import type { BaseConfig } from '../../shared/config.js';
import type { ReportDocument } from '../../shared/report/document.js';
import type { Format } from '../terminal/formats.js';
import type { Paper } from '../terminal/paper.js';
import { csvReport } from './csv.js';
import { htmlReport } from './html.js';
import { textReport } from './text.js';
import { jsonText } from '../terminal/printable.js';

export interface RenderOptions extends Pick<BaseConfig, 'csvSeparator'> {
  paper?: Paper | undefined;
  isFull: boolean;
}

/** One report document, five renderings: the month in one of the formats. JSON is the month's result (`shared/billing/results/results.ts`), with the report's further parts as `details`. */
export async function renderReport(
  format: Format,
  month: MonthResult,
  report: ReportDocument,
  { paper, isFull, csvSeparator }: RenderOptions,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'text':
      return textReport({ report, isFull }, paper);
    case 'json':
      return jsonText({ ...month, details: detailsOf(report) });
    case 'csv':
      return csvReport(report, csvSeparator);
    case 'xlsx':
      // Loaded when it is asked for: the library takes longer to load than any other command to run.
      return (await import('./xlsx.js')).xlsxReport(report);
    case 'html':
      return htmlReport(report);
  }
}

/** The report's parts that the month's result does not have, in the order in which they are read. */
const DETAILS = [
  'heldMonth',
  'reconciliation',
  'customers',
  'recordTypes',
  'belowCost',
  'leaks',
  'ghosts',
  'outlook',
  'notes',
  'effort',
  'certificates',
  'decisions',
] as const satisfies readonly (keyof ReportDocument)[];

const detailsOf = (report: ReportDocument): object => Object.fromEntries(DETAILS.map((name) => [name, report[name]]));
