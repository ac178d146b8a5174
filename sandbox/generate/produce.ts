import { Big } from 'big.js';
import { blocksOf, chargesIn, createCorrection, type Block } from './blocks.js';
import { lineBudgets } from './budgets.js';
import type { Charge } from './charge.js';
import { invoiceNumberOf } from './frame.js';
import { invoiceLines } from './invoice.js';
import type { Wanted } from './options.js';
import { generateOrganization, type GeneratedOrganization } from './organization.js';
import { Random } from './random.js';
import { addTotals, NO_TOTALS, reportOrganization, totalsOf, type Totals } from './report.js';
import { quietSeats } from './seats.js';

/** Where the parts of a world go: lists by their key, one value at a time. */
export type Sink = (key: string, value: object) => void;

/** Makes a world, organization by organization, so that no more than one is held. Answers the totals of the blocks and of the invoice. */
export function produce(wanted: Wanted, sink: Sink): Map<string, Totals> {
  const totals = new Map<string, Totals>();
  const count = (key: string, charges: Charge[]): void =>
    void totals.set(key, addTotals(totals.get(key) ?? NO_TOTALS, totalsOf(charges)));
  const blocks = blocksOf(wanted);
  const correct = createCorrection(wanted.changed);
  const { seed, month } = wanted;
  lineBudgets(wanted).forEach((lines, index) => {
    const organization = generateOrganization({ seed, index, month, lines });
    putRecords(organization, sink);
    for (const block of blocks) putBlock(block, chargesIn(block, organization, correct), organization, { sink, count });
    putInvoice(invoicedIn(organization, month), organization, month, { sink, count });
  });
  for (const charges of unlinkedCharges(wanted)) putInvoice(charges, null, month, { sink, count });
  return totals;
}

type Count = (key: string, charges: Charge[]) => void;

function putRecords({ detail, company, sources }: GeneratedOrganization, sink: Sink): void {
  sink('organizations', detail);
  if (company) sink('companies', company);
  for (const { listing } of sources) if (listing) sink(listing.kind, listing.record);
}

function putBlock(
  block: Block,
  charges: Charge[],
  { detail }: GeneratedOrganization,
  { sink, count }: { sink: Sink; count: Count },
): void {
  if (charges.length === 0) return;
  count(block.key, charges);
  sink(block.key, reportOrganization(detail, charges, block.currencyCode));
}

/** Manual lines and everything that is not NCE are not on Microsoft's invoice. */
const invoicedIn = ({ sources }: GeneratedOrganization, month: string): Charge[] =>
  sources.filter(({ block }) => block === 'nce').flatMap((source) => source.charges(month));

function putInvoice(
  charges: Charge[],
  organization: GeneratedOrganization | null,
  month: string,
  { sink, count }: { sink: Sink; count: Count },
): void {
  count('invoice', charges);
  for (const line of invoiceLines(charges, organization?.detail ?? null, invoiceNumberOf(month))) sink('invoice', line);
}

/** No organization has the index of this stream. */
const STREAM = -2;
/** One line in so many belongs to a tenant that is linked to no organization (`docs/vendors/cloudmore.md` 5.4). */
const LINES_PER_UNLINKED = 1000;

function unlinkedCharges({ seed, month, lines }: Wanted): Charge[][] {
  const random = new Random(seed, STREAM);
  const buyer = { random, month, priceFactor: new Big(1), organization: { id: '', name: '' } };
  return Array.from({ length: Math.ceil(lines / LINES_PER_UNLINKED) }, () =>
    quietSeats(buyer).flatMap((source) => source.charges(month)),
  );
}
