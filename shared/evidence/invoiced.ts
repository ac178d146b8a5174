import { amountText } from '../billing/basics/decimal.js';
import type { Month } from '../billing/types.js';
import { isNothing } from '../close/exact.js';
import type { Invoiced } from '../close/invoiced.js';
import type { Evidence } from './evidence.js';

/** What customers had been charged for a month when somebody last looked: for anyone who asks later whether it was invoiced. */
export interface InvoicedRecord extends Pick<Invoiced, 'month' | 'totals'> {
  differences: number;
  /** ISO time of the reading. */
  readAt: string;
}

const nameOf = (broker: string, month: Month): string => `invoiced/${broker}/${month}`;

export async function keepInvoiced(evidence: Evidence, broker: string, record: InvoicedRecord): Promise<void> {
  await evidence.point(nameOf(broker, record.month), await evidence.put(record));
}

/** Null where nobody has looked yet. */
export async function readInvoicedRecord(evidence: Evidence, broker: string, month: Month): Promise<InvoicedRecord | null> {
  const ref = await evidence.pointer(nameOf(broker, month));
  return ref === null ? null : evidence.get<InvoicedRecord>(ref);
}

/** What keeps a month that should be invoiced by now from being so, in a sentence; null where nothing does. */
export function openInvoicing(record: InvoicedRecord | null, month: Month): string | null {
  if (record === null) return `Not yet checked whether customers were charged for ${month}: billing invoiced ${month}`;
  const parts = record.totals.flatMap(({ currency, open, posted }) => [
    ...(isNothing(open) ? [] : [`${amountText(open, currency)} not posted`]),
    ...(isNothing(posted) ? [] : [`${amountText(posted, currency)} posted and on no invoice`]),
  ]);
  if (record.differences > 0) parts.push(record.differences === 1 ? 'one difference' : `${record.differences} differences`);
  if (parts.length === 0) return null;
  return `${month} is not fully invoiced: ${parts.join(', ')}, as of ${record.readAt.slice(0, 10)}. To check again: billing invoiced ${month}`;
}
