import { withEvidence } from '../evidence.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { loadConfig } from '../../shared/config.js';
import { keepInvoiced } from '../../shared/evidence/invoiced.js';
import { connectVendors } from '../../shared/vendors.js';
import { progressOn, today, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../terminal/exit.js';
import { jsonText } from '../terminal/printable.js';
import { PLAIN } from '../terminal/paper.js';
import { renderInvoiced } from '../month-end/invoiced-text.js';
import { isSettled, readCharged, recordOf } from '../month-end/charged.js';

export interface InvoicedOptions {
  month: Month;
  asOf?: Day | undefined;
  json: boolean;
  full: boolean;
}

/** What customers were charged for the month, against the report. Reads both sides, writes to neither. */
export async function invoiced(context: Context, { month, asOf, json, full: isFull }: InvoicedOptions): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  const reading = await readCharged(config, {
    ...{ month, asOf: asOf ?? today(config.schedule.timeZone) },
    vendors: connectVendors(config),
    onProgress: progressOn(context),
  });
  await withEvidence(config, (evidence) => keepInvoiced(evidence, config.broker, recordOf(reading)));
  context.out(json ? jsonText(reading) : renderInvoiced({ ...reading, isFull }, context.paper ?? PLAIN));
  return isSettled(reading) ? EXIT.done : EXIT.waits;
}
