import type { Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { readReportDocument } from '../../shared/report/read.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../exit.js';
import { checkOutput, writeOutput } from '../files.js';
import type { Format } from '../formats.js';
import { requireMonth } from '../months.js';
import { renderReport } from '../render/report/index.js';
import { BYTE_ORDER_MARK } from '../render/spreadsheet.js';
import { exitCodeOf } from './run.js';

/** The reconciliation of the latest run, from the evidence alone. */
export async function report(
  context: Context,
  { month, format, out, full: isFull }: { month: Month; format: Format; out?: string | undefined; full: boolean },
): Promise<ExitCode> {
  if (format === 'xlsx' && out === undefined && context.isTerminal)
    throw new CommandError(
      EXIT.usage,
      `A workbook is no text for a terminal. Name a file: billing report ${month} --format xlsx --out FILE`,
    );
  await checkOutput(out);
  const config = loadBaseConfig(context.environment);
  const read = await requireMonth(config, month);
  const evidence = openEvidence(config.evidence);
  try {
    const document = await readReportDocument(evidence, read, config.callsPerHour);
    const content = await renderReport(format, read.result, document, {
      paper: out === undefined ? context.paper : undefined,
      isFull,
    });
    await deliver(context, month, content, format, out);
  } finally {
    await evidence.close();
  }
  return exitCodeOf(read.result, read.record.heldMonth);
}

async function deliver(
  context: Context,
  month: Month,
  content: string | Uint8Array,
  format: Format,
  out: string | undefined,
): Promise<void> {
  if (out === undefined) return typeof content === 'string' ? context.out(content) : void process.stdout.write(content);
  await writeOutput(out, typeof content === 'string' ? `${format === 'csv' ? BYTE_ORDER_MARK : ''}${content}\n` : content);
  context.say(`Report of ${month} written to ${out}.`);
}
