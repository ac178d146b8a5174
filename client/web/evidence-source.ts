import type { BaseConfig } from '../../shared/config.js';
import type { Month } from '../../shared/billing/types.js';
import { dailyBillingId, organizationBillingId, STATUS_QUERY } from '../../shared/messages/names.js';
import { type MonthShown } from '../../shared/messages/messages.js';
import { readClosed, type KeptCertificate } from '../../shared/evidence/closed.js';
import { readDecisions } from '../../shared/decisions/decisions.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { utcText } from '../../shared/run-ends.js';
import { monthsOf, readMonth, readOutcome } from '../../shared/evidence/months.js';
import { compareMonths } from '../../shared/report/against.js';
import { readReportDocument } from '../../shared/report/read.js';
import { progressText } from '../../shared/run-progress.js';
import { readYear } from '../../shared/report/year.js';
import { webSettings } from '../../shared/web-settings.js';
import { webUiUrl, workflowLink } from '../../shared/web-ui.js';
import type { Environment } from '../../shared/environment.js';
import { findExplanations } from '../explain/find.js';
import { renderReport } from '../report/render.js';
import { BYTE_ORDER_MARK } from '../documents/spreadsheet.js';
import { isNotFound } from '../months.js';
import type { Temporal } from '../temporal/connection.js';
import { act } from './act.js';
import { answering } from './outages.js';
import { askWorker, latestAnswer, takeBack } from './ask.js';
import { readInvoicedRecord } from '../../shared/evidence/invoiced.js';
import { jsonText } from '../terminal/printable.js';
import type { ShownCustomer, ShownMonth, Source } from './source.js';

/** How many other months a customer's page looks back to. */
const HISTORY_MONTHS = 12;
/** An answer is waited for 15 seconds; what is asked of Temporal before and after it takes no longer than the rest. */
const DECIDED_WITHIN_MS = 25_000;

/** What the pages show, from the evidence; whether a run is under way, and what the buttons do, from Temporal. */
export function evidenceSource(config: BaseConfig, evidence: Evidence, temporal: Temporal, environment: Environment): Source {
  const { broker } = config;
  const ui = webUiUrl(environment, temporal.address);
  const { autotaskUrl } = webSettings(environment);
  return {
    broker,
    months: () => monthsOf(evidence, broker),
    month: async (month) => {
      const read = await readMonth(evidence, broker, month);
      return read && shownMonth(read, await progressOf(temporal, broker, month), await readClosed(evidence, broker, month));
    },
    customer: async (month, organizationId) => {
      const customer = await customerOf(evidence, broker, month, organizationId);
      return (
        customer && {
          ...customer,
          autotaskUrl,
          workflow: workflowLink(ui, temporal.namespace, organizationBillingId(broker, month, customer.outcome.organizationId)),
        }
      );
    },
    explain: async (month, subscription) => {
      const read = await readMonth(evidence, broker, month);
      return read === null ? [] : findExplanations(evidence, config, read, subscription.trim());
    },
    decisions: async (month) => {
      const { entries, problem } = await readDecisions(evidence, broker);
      return { entries: entries.filter((entry) => month === null || entry.month === month), problem };
    },
    download: async (month, format) => {
      const read = await readMonth(evidence, broker, month);
      if (read === null) return null;
      const document = await readReportDocument(evidence, read, config.callsPerHour);
      const content = await renderReport(format, read.result, document, { isFull: true, csvSeparator: config.csvSeparator });
      return {
        content: format === 'csv' ? `${BYTE_ORDER_MARK}${String(content)}\n` : content,
        name: `billing-${month}.${format}`,
      };
    },
    against: async (month, other) => {
      const [now, before] = await Promise.all([month, other].map((one) => entriesOf(evidence, config, one)));
      return now && before ? compareMonths(now, before) : null;
    },
    year: (month) => readYear(evidence, broker, month),
    act: (action) => answering(temporal, () => act(temporal, config, action), DECIDED_WITHIN_MS),
    answered: (month, about) => latestAnswer(temporal, broker, month, about),
    ask: (asking) => answering(temporal, () => askWorker(temporal, broker, asking), DECIDED_WITHIN_MS),
    takeBack: (release) => answering(temporal, () => takeBack(temporal, config, evidence, release), DECIDED_WITHIN_MS),
    certificate: async (month, number) => {
      const kept = (await readClosed(evidence, broker, month)).find((one) => one.number === number);
      if (kept === undefined) return null;
      return { content: `${jsonText(await evidence.get(kept.ref))}\n`, name: `close-${broker}-${month}-${number}.json` };
    },
    invoiced: (month) => readInvoicedRecord(evidence, broker, month),
  };
}

async function entriesOf(
  evidence: Evidence,
  { broker, callsPerHour }: BaseConfig,
  month: Month,
): Promise<Parameters<typeof compareMonths>[0] | null> {
  const read = await readMonth(evidence, broker, month);
  return read && { month, entries: (await readReportDocument(evidence, read, callsPerHour)).entries };
}

const shownMonth = (
  { result, record, nothingDue, outcomes }: NonNullable<Awaited<ReturnType<typeof readMonth>>>,
  progress: string | null,
  closed: KeptCertificate[],
): ShownMonth => ({
  result,
  heldMonth: record.heldMonth,
  nothingDue: nothingDue.map(({ text }) => text),
  outcomes,
  progress,
  closed,
});

/** The organization's outcome of the month and of those before it. */
async function customerOf(
  evidence: Evidence,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<Omit<ShownCustomer, 'workflow' | 'autotaskUrl'> | null> {
  const outcome = await readOutcome(evidence, broker, month, organizationId);
  if (outcome === null) return null;
  const history: ShownCustomer['history'] = [];
  for (const other of (await monthsOf(evidence, broker)).filter((one) => one !== month).slice(0, HISTORY_MONTHS)) {
    const past = await readOutcome(evidence, broker, other, organizationId);
    if (past !== null) history.push({ month: other, outcome: past });
  }
  return { outcome, currency: outcome.items[0]?.currency ?? '', history };
}

/** How far the month's run is, or why nobody can tell; null when none is under way. */
async function progressOf(temporal: Temporal, broker: string, month: Month): Promise<string | null> {
  const handle = temporal.client.workflow.getHandle(dailyBillingId(broker, month));
  let since: Date | null = null;
  try {
    return await answering(temporal, async () => {
      const { status, startTime } = await handle.describe();
      if (status.name !== 'RUNNING') return null;
      since = startTime;
      return `A run has been under way since ${utcText(startTime)}: ${progressText(await handle.query<MonthShown>(STATUS_QUERY))}.`;
    });
  } catch (error) {
    if (since !== null) return `A run has been under way since ${utcText(since)}, and no worker says how far it is.`;
    return isNotFound(error) ? null : UNANSWERED;
  }
}

const UNANSWERED =
  'Temporal does not answer, so it is not known whether a run is under way: these figures are from the last one.';
