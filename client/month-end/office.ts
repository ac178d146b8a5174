import { withEvidence } from '../evidence.js';
import type { Office } from '../../activities/finish/office.js';
import type { Config } from '../../shared/config.js';
import type { MonthEndDone, MonthEndRequest } from '../../shared/messages/month-end.js';
import { evidenceOver } from '../../shared/evidence/index.js';
import { isNothing } from '../../shared/close/exact.js';
import { keepInvoiced } from '../../shared/evidence/invoiced.js';
import { readMonth } from '../../shared/evidence/months.js';
import { readReportDocument } from '../../shared/report/read.js';
import type { Vendors } from '../../shared/vendors.js';
import { isSettled, readCharged, recordOf } from './charged.js';
import { closeMonth, NotClosed } from './closing.js';
import type { InvoicedReading } from './invoiced.js';
import { today } from '../context.js';
import { CommandError } from '../terminal/exit.js';
import { previewWayBack } from './way-back.js';

/** What the page asks the worker for, by the code of the commands `close`, `invoiced` and `undo`. */
export const officeOf = (config: Config): Office => ({
  endMonth: async (request, vendors, onProgress) => {
    const at = (): string => new Date().toISOString();
    try {
      return { ...(await DONE[request.what](config, request as never, { vendors, onProgress })), at: at() };
    } catch (error) {
      if (error instanceof NotClosed) return { isGood: false, text: error.head, lines: error.lines, at: at() };
      if (error instanceof CommandError) return { isGood: false, text: error.message, lines: [], at: at() };
      throw error;
    }
  },
  report: (month, format) =>
    withEvidence(config, async (evidence) => {
      const read = await readMonth(evidence, config.broker, month);
      if (read === null) return null;
      const document = await readReportDocument(evidence, read, config.callsPerHour);
      const { renderReport } = await import('../report/render.js');
      const content = await renderReport(format, read.result, document, { isFull: true, csvSeparator: config.csvSeparator });
      return { name: `billing-${config.broker}-${month}.${format}`, content };
    }),
});

interface Means {
  vendors: Vendors;
  onProgress: (what: string) => void;
}
type Done = Omit<MonthEndDone, 'at'>;
type Of<What> = Extract<MonthEndRequest, { what: What }>;

const DONE: { [What in MonthEndRequest['what']]: (config: Config, request: Of<What>, means: Means) => Promise<Done> } = {
  close: closed,
  invoiced: charged,
  undo: wayBack,
};

async function closed(config: Config, { month, digest, actor, reason }: Of<'close'>, means: Means): Promise<Done> {
  const lines: string[] = [];
  const { certificate, isNew } = await closeMonth(config, {
    ...means,
    ...{ month, asOf: today(config.schedule.timeZone), shown: digest, from: { actor, via: 'page', reason } },
    say: (text) => void lines.push(text),
  });
  const { number, digest: sealedAs, corrects } = certificate;
  const text = isNew
    ? `${month} is closed: both sides agree to the cent. Certificate no. ${number}, digest ${sealedAs}.`
    : `${month} is closed already, and nothing has changed since: it stays certificate no. ${number}.`;
  return { isGood: true, text, lines: [...lines, ...(isNew ? (corrects?.changes ?? []) : [])] };
}

/** Differences that an answer lists; all of them are in the sums. */
const DIFFERENCES_SHOWN = 200;

async function charged(config: Config, { month }: Of<'invoiced'>, means: Means): Promise<Done> {
  const reading = await readCharged(config, { ...means, month, asOf: today(config.schedule.timeZone) });
  await withEvidence(config, (evidence) => keepInvoiced(evidence, config.broker, recordOf(reading)));
  const { customers, totals, differences, unread } = reading;
  return {
    isGood: isSettled(reading),
    text: chargedSoFar(reading),
    lines: unread,
    charged: { customers, totals, differences: differences.slice(0, DIFFERENCES_SHOWN) },
  };
}

function chargedSoFar(reading: InvoicedReading): string {
  const { month, totals } = reading;
  if (!isSettled(reading)) return `Not everything of ${month} was charged as reported yet.`;
  return totals.every(({ posted }) => isNothing(posted))
    ? `Everything of ${month} was charged as reported.`
    : `Everything of ${month} was posted as reported; not all of it is on an invoice yet.`;
}

async function wayBack(config: Config, { month, organizationId }: Of<'undo'>, { vendors, onProgress }: Means): Promise<Done> {
  const { organizations } = await withEvidence(config, (evidence) =>
    previewWayBack(
      config,
      evidenceOver(evidence),
      { month, organizations: [organizationId] },
      { heartbeat: onProgress, vendors },
    ),
  );
  const [undo] = organizations;
  if (undo === undefined || (undo.held === null && undo.lines.length === 0))
    return { isGood: true, text: `Nothing was written for this customer in ${month}: nothing to take back.`, lines: [] };
  const isPossible = undo.held === null && undo.steps.length > 0;
  return {
    isGood: isPossible,
    text: undo.held ?? (isPossible ? 'This would go back.' : 'None of it can be taken back here.'),
    lines: [],
    undo,
  };
}
