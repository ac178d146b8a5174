import { withEvidence } from '../evidence.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { isNothing } from '../../shared/close/exact.js';
import type { Invoiced } from '../../shared/close/invoiced.js';
import type { Config } from '../../shared/config.js';
import type { InvoicedRecord } from '../../shared/evidence/invoiced.js';
import type { Vendors } from '../../shared/vendors.js';
import { claimsOf, dismissedOf, namedIn } from './closing.js';
import { readInvoiced, type InvoicedReading } from './invoiced.js';
import { requireMonth } from '../months.js';
import { reachable } from '../reachable.js';

/** What customers were charged, however a person asks for it. */

interface Asked {
  month: Month;
  asOf: Day;
  vendors: Vendors;
  onProgress: (what: string) => void;
}

export async function readCharged(config: Config, { month, asOf, vendors, onProgress }: Asked): Promise<InvoicedReading> {
  const { outcomes } = await requireMonth(config, month);
  const named = await withEvidence(config, (evidence) => namedIn(evidence, config.broker, month));
  const request = {
    ...{ month, asOf, named, onProgress },
    claims: claimsOf(outcomes, 'excluded'),
    held: claimsOf(outcomes, 'held'),
    dismissed: dismissedOf(outcomes),
  };
  return reachable(() => readInvoiced(config, vendors, request));
}

export const recordOf = ({ month, totals, differences }: Invoiced): InvoicedRecord => ({
  ...{ month, totals },
  differences: differences.length,
  readAt: new Date().toISOString(),
});

/** Whether every amount of the report was charged, and nothing else. */
export const isSettled = ({ totals, differences, unread }: InvoicedReading): boolean =>
  unread.length === 0 && differences.length === 0 && totals.every(({ open, held }) => isNothing(open) && isNothing(held));
