import { exitCodeOf } from '../exit-code.js';
import { withEvidence } from '../evidence.js';
import { us } from '../terminal/called.js';
import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { compareMonths } from '../../shared/report/against.js';
import type { ReportDocument } from '../../shared/report/document.js';
import { readReportDocument } from '../../shared/report/read.js';
import { readYear } from '../../shared/report/year.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { checkOutput, writeOutput } from '../files.js';
import { whyNotNamed, type Format } from '../terminal/formats.js';
import { notRunYet, requireMonth } from '../months.js';
import { renderAgainst } from '../report/against.js';
import { renderReport } from '../report/render.js';
import { renderYear } from '../report/year.js';
import { BYTE_ORDER_MARK } from '../documents/spreadsheet.js';

export interface ReportOptions {
  month: Month;
  format: Format;
  out?: string | undefined;
  full: boolean;
  /** The twelve months up to it, side by side. */
  year: boolean;
  /** Another month to compare it with. */
  against?: Month | undefined;
}

/** The reconciliation of the latest run, or two months side by side, from the evidence alone. */
export async function report(
  context: Context,
  { month, format, out, full: isFull, against, year }: ReportOptions,
): Promise<ExitCode> {
  if (format === 'xlsx' && out === undefined && context.isTerminal)
    throw new CommandError(
      EXIT.usage,
      `An .xlsx file cannot be shown in a terminal. Name a file: ${us()} report ${month} --format xlsx --out FILE`,
    );
  if (year && against !== undefined)
    throw new CommandError(EXIT.usage, '--year shows twelve months, and --against two; expected one of them.');
  const misnamed = whyNotNamed(out, format);
  if (misnamed !== null) throw new CommandError(EXIT.usage, misnamed);
  await checkOutput(out);
  const config = loadBaseConfig(context.environment);
  const { csvSeparator } = config;
  const options = { paper: out === undefined ? context.paper : undefined, isFull, csvSeparator };
  if (year) {
    const shown = await withEvidence(config, (evidence) => readYear(evidence, config.broker, month));
    if (shown.rows.length === 0) throw notRunYet(month);
    await deliver(context, { month, content: await renderYear(format, shown, options), format, out });
    return EXIT.done;
  }
  const read = await requireMonth(config, month);
  const earlier = against === undefined ? null : await requireMonth(config, against);
  const content = await withEvidence(config, async (evidence) => {
    const document = await readReportDocument(evidence, read, config.callsPerHour);
    if (earlier === null) return renderReport(format, read.result, document, options);
    const other = await readReportDocument(evidence, earlier, config.callsPerHour);
    return renderAgainst(format, compareMonths(monthOf(document), monthOf(other)), options);
  });
  await deliver(context, { month, content, format, out });
  return earlier === null ? exitCodeOf(read.result, read.record.heldMonth) : EXIT.done;
}

const monthOf = ({ result: { month }, entries }: ReportDocument): Parameters<typeof compareMonths>[0] => ({ month, entries });

interface DeliverInput {
  month: Month;
  content: string | Uint8Array;
  format: Format;
  out: string | undefined;
}

async function deliver(context: Context, { month, content, format, out }: DeliverInput): Promise<void> {
  if (out === undefined) return typeof content === 'string' ? context.out(content) : void process.stdout.write(content);
  await writeOutput(out, typeof content === 'string' ? `${format === 'csv' ? BYTE_ORDER_MARK : ''}${content}\n` : content);
  context.say(`Report of ${month} written to ${out}.`);
}
