import type { Day, Month } from '../../shared/billing/types.js';
import { isNothing } from '../../shared/close/exact.js';
import type { Invoiced } from '../../shared/close/invoiced.js';
import { loadConfig, type Config } from '../../shared/config.js';
import { keepInvoiced, type InvoicedRecord } from '../../shared/evidence/invoiced.js';
import { today, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { readInvoiced, type InvoicedReading } from '../invoiced.js';
import { requireMonth } from '../months.js';
import { jsonText } from '../render/printable.js';
import { PLAIN } from '../render/paper.js';
import { renderInvoiced } from '../render/invoiced.js';
import { claimsOf, dismissedOf, namedIn, withEvidence } from './close.js';
import { reachable } from './plan.js';

export interface InvoicedOptions {
  month: Month;
  asOf?: Day | undefined;
  json: boolean;
}

/** What customers were charged for the month, against the report. Reads both sides, writes to neither. */
export async function invoiced(context: Context, { month, asOf, json }: InvoicedOptions): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  const reading = await readCharged(context, config, month, asOf ?? today(config.schedule.timeZone));
  await withEvidence(config, (evidence) => keepInvoiced(evidence, config.broker, recordOf(reading)));
  context.out(json ? jsonText(reading) : renderInvoiced(reading, context.paper ?? PLAIN));
  return isSettled(reading) ? EXIT.done : EXIT.waits;
}

async function readCharged(context: Context, config: Config, month: Month, asOf: Day): Promise<InvoicedReading> {
  const { outcomes } = await requireMonth(config, month);
  const named = await withEvidence(config, (evidence) => namedIn(evidence, config.broker, month));
  return reachable(() =>
    readInvoiced(config, {
      ...{ month, asOf, named },
      claims: claimsOf(outcomes, 'excluded'),
      held: claimsOf(outcomes, 'held'),
      dismissed: dismissedOf(outcomes),
      onProgress: (what) => void (context.isTerminal && context.say(what)),
    }),
  );
}

const recordOf = ({ month, totals, differences }: Invoiced): InvoicedRecord => ({
  ...{ month, totals },
  differences: differences.length,
  readAt: new Date().toISOString(),
});

/** Whether every amount of the report was charged, and nothing else. */
const isSettled = ({ totals, differences, unread }: InvoicedReading): boolean =>
  unread.length === 0 && differences.length === 0 && totals.every(({ open, held }) => isNothing(open) && isNothing(held));
