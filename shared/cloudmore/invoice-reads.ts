import type { Month } from '../billing/types.js';
import type { Findings } from './findings.js';
import { membersOf } from './findings.js';
import { INVOICE_PATH, invoiceOf } from './invoices.js';
import type { Ask, ReadOptions, Transport } from './transport.js';

/** How invoices are asked for (`docs/vendors/cloudmore.md` 3.7): a list, and a report task for each. */

const FOLDER = `billing/azurereports/${INVOICE_PATH}`;

export interface ReadInvoice<Line> {
  number: string;
  date: string;
  currency: string | null;
  lines: Line[];
}

/** The month's invoices, one after the other. Their lines are reported as they come; those for which `take` answers null are not kept. */
export async function readInvoices<Line>(
  transport: Transport,
  month: Month,
  { options, findings, take }: { options: ReadOptions; findings: Findings; take: (number: string, raw: unknown) => Line | null },
): Promise<ReadInvoice<Line>[]> {
  const listed = (await transport.list(`${FOLDER}List`, options)).flatMap(
    (record, index) => invoiceOf(record, index, month, findings) ?? [],
  );
  const found: ReadInvoice<Line>[] = [];
  for (const { number, date } of listed) {
    // By the report they stand in: a poll of a task that still runs may show some of it already.
    const takenOf = new Map<unknown, Line[]>();
    const keep = (item: unknown, holder: unknown): void => {
      const line = take(number, item);
      const lines = takenOf.get(holder) ?? [];
      if (line !== null) lines.push(line);
      takenOf.set(holder, lines);
    };
    const report = await readInvoice(transport, number, options, keep);
    const whole = membersOf(report, INVOICE_PATH, `invoice ${number}`);
    const rest = (whole.list('items') ?? []).flatMap((item) => take(number, item) ?? []);
    found.push({ number, date, currency: whole.text('currencyCode'), lines: [...(takenOf.get(report) ?? []), ...rest] });
    findings.of(whole);
  }
  return found;
}

/** One invoice's report; `take` gets its lines as they come. */
export const readInvoice = (
  transport: Transport,
  number: string,
  options: ReadOptions,
  take: (item: unknown, holder: unknown) => void,
): Promise<unknown> =>
  transport.task(FOLDER, startOf(number), `invoice ${number}`, { ...options, taking: { paths: ITEMS, take } });

const startOf = (number: string): Ask => ({
  method: 'POST',
  path: `${FOLDER}/generateReport?invoiceNumber=${encodeURIComponent(number)}&storeToBlob=false`,
});
/** Where an invoice's lines stand in what its task answers. */
const ITEMS = ['$.items.*', ...['report', 'result', 'data'].map((name) => `$.${name}.items.*`)];
