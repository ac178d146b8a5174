import type { LoggedDecision } from '../../shared/decisions/decisions.js';
import { renderDecisions } from '../../client/terminal/decisions.js';
import { detailsOf } from '../../activities/finish/web-ui-details.js';
import { renderCompanies, renderSuggestions } from '../../client/commands/companies/text.js';
import { renderFindings } from '../../client/commands/doctor/text.js';
import { renderMonth } from '../../client/commands/run/text.js';
import { PLAIN, type Paper } from '../../client/terminal/paper.js';
import { renderPlanHtml } from '../../client/commands/plan/html.js';
import { renderPlans, type ShownPlan } from '../../client/plan/text.js';
import { csvReport } from '../../client/report/csv.js';
import { htmlReport } from '../../client/report/html.js';
import { textReport } from '../../client/report/text.js';
import { xlsxReport } from '../../client/report/xlsx.js';
import { renderStatus } from '../../client/commands/status/text.js';
import { summaryText } from '../../shared/billing/basics/markdown.js';
import { organizationResult, monthResult } from '../../shared/billing/results/reconcile.js';
import { NO_CALLS, type MonthResult, type Outcome } from '../../shared/billing/results/results.js';
import type { Plan, PlannedItem } from '../../shared/billing/plan-types.js';
import { noticeOf } from '../../shared/notices/notice.js';
import { mailOf, payloadFor } from '../../shared/notices/send.js';
import { reportDocument, type ReportDocument } from '../../shared/report/document.js';
import { monthDetails } from '../../workflows/month-details.js';
import { line, plan, running, settings } from '../billing/builders.js';

/** One month in which every text of a vendor is the same text, in every form in which people see it. */

const SUBJECT = 'SUBJECT-OF-THE-TEST';
const FRAME = {
  broker: 'default',
  mode: 'approve' as const,
  currency: 'EUR',
  facts: { month: '2025-10', asOf: '2025-10-25', unassigned: [] },
  calls: NO_CALLS,
};

/** The data with one text in place of all that a vendor may have written. */
function filled<T>(data: T, text: string): T {
  if (typeof data === 'string') return data.replaceAll(SUBJECT, () => text) as T;
  if (Array.isArray(data)) return data.map((value: unknown) => filled(value, text)) as T;
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, filled(value as unknown, text)])) as T;
}

/** A plan with something of every kind: new, changed, held, excluded, a ghost, a note. */
function templatePlan(): Plan {
  const made = plan({
    report: {
      lines: [
        line({ productName: SUBJECT, quantity: '12', sales: '144.00' }),
        line({ subscriptionId: 's-2', productName: SUBJECT }),
      ],
    },
    books: running(),
    settings: settings(),
  });
  const like = made.items[0]!;
  const items: PlannedItem[] = [
    ...made.items,
    { ...like, id: 'held', outcome: 'held', reason: 'breaker-item', message: `Sales of ${SUBJECT} moved.`, standing: null },
    { ...like, id: 'api', outcome: 'held', reason: 'api-error', message: SUBJECT, standing: null },
    { ...like, id: 'excluded', outcome: 'excluded', reason: 'service-off', message: SUBJECT, standing: null },
  ];
  const ghost = {
    contractId: 1,
    contractKey: SUBJECT,
    serviceId: null,
    type: 'Csp365Nce' as const,
    itemCode: SUBJECT,
    currency: 'EUR',
    quantity: '1',
    cost: '1.00',
    sales: '2.00',
    outcome: 'ghost' as const,
    rule: '8.1',
    message: SUBJECT,
  };
  const notes = [{ code: 'foreign-row', itemId: null, message: SUBJECT }];
  return { ...made, organizationName: SUBJECT, items, ghosts: [ghost], notes };
}

const decided = (text: string): LoggedDecision => ({
  number: 1,
  previous: null,
  request: 'r1',
  at: '2025-10-09T08:15:00.000Z',
  action: 'approve',
  actor: text,
  via: 'command',
  month: '2025-10',
  organizationId: 'contoso',
  organizationName: text,
  reason: text,
  digest: 'abc',
  amounts: { sales: '2.00', cost: '1.00', currency: 'EUR' },
  details: text,
});

interface Seen {
  plan: ShownPlan;
  outcome: Outcome;
  month: MonthResult;
  document: ReportDocument;
}

function seen(text: string): Seen {
  const made = filled(templatePlan(), text);
  const outcome: Outcome = {
    organizationId: made.organizationId,
    organizationName: made.organizationName,
    companyId: made.companyId,
    month: made.month,
    asOf: made.asOf,
    status: 'NeedsAttention',
    items: made.items,
    ghosts: made.ghosts,
    notes: made.notes,
    steps: made.steps,
    planDigest: made.digest,
    workflowId: null,
    writes: { services: 0, products: 0, contracts: 0, extensions: 0, adjustments: 0, charges: 0 },
    calls: NO_CALLS,
    message: text,
  };
  const month = monthResult(FRAME, [outcome]);
  const document = reportDocument({
    result: month,
    outcomes: [outcome],
    heldMonth: null,
    nothingDue: [],
    unassigned: [],
    outlook: null,
    callsPerHour: 5_000,
    certificates: [],
    decisions: { entries: [decided(text)], problem: null },
  });
  return { plan: { ...made, previousSales: { EUR: '1.00' } }, outcome, month, document };
}

const COLOURED: Paper = { columns: 100, hasColour: true };

/** What a terminal gets, on paper without end: a line more is a line that the text made. */
export function terminals(text: string, paper: Paper = PLAIN): Record<string, string> {
  const { plan: one, month, document } = seen(text);
  const effort = { calls: 1, minutes: 1 };
  return {
    plan: renderPlans({ plans: [one], result: month, effort, nothingDue: [] }, paper),
    run: renderMonth({ month, heldMonth: text, nothingDue: [] }, paper),
    status: renderStatus(
      {
        month,
        heldMonth: text,
        nothingDue: [],
        run: text,
        callsWait: text,
        lostNotice: text,
        invoicing: text,
        closed: [],
        linkOf: () => 'http://ui/x',
        lists: [],
      },
      paper,
    ),
    report: textReport({ report: document, isFull: true }, paper),
    log: renderDecisions([decided(text)], paper),
    doctor: renderFindings([{ check: 'company links', isGood: false, text, fix: text }], paper),
    companies: renderCompanies([{ id: 1, name: text, linkedTo: [text] }], paper),
    suggestions: renderSuggestions(
      [
        {
          organizationId: '1',
          organizationName: text,
          companyId: 7,
          companyName: text,
          certainty: 90,
          verdict: 'likely',
        } as never,
      ],
      paper,
    ),
  };
}

export const colouredTerminals = (text: string): Record<string, string> => terminals(text, COLOURED);

/** What the Web UI of Temporal gets. */
export function markdowns(text: string): Record<string, string> {
  const { outcome, month } = seen(text);
  return {
    organization: detailsOf(outcome, organizationResult(outcome, 'EUR'), 'EUR'),
    month: monthDetails({ result: month, waiting: 1 } as never, {
      heldMonth: text,
      runIds: new Map([['org-1', 'run']]),
      namespace: 'default',
      at: new Date(0),
    }),
    summary: summaryText(`${text} 2025-10`),
  };
}

export function pages(text: string): Record<string, string> {
  const { plan: one, month, document } = seen(text);
  return {
    report: htmlReport(document),
    plan: renderPlanHtml({ plans: [one], result: month, effort: { calls: 1, minutes: 1 }, nothingDue: [] }),
  };
}

export const csv = (text: string): string => csvReport(seen(text).document, ',');
export const xlsx = (text: string): Promise<Uint8Array> => xlsxReport(seen(text).document);

export function messages(text: string): { chat: string; card: object; mail: string } {
  const notice = noticeOf({
    asOf: '2025-10-25',
    months: [{ result: seen(text).month, heldMonth: text }],
    endedAt: '2025-10-25T03:00:00Z',
    previousEndedAt: null,
    reportDay: 12,
    pageOf: () => 'http://ui.example/2025-10',
  })!;
  return {
    chat: (payloadFor(new URL('https://hooks.slack.com/x'), notice) as { text: string }).text,
    card: payloadFor(new URL('https://x.logic.azure.com/x'), notice),
    mail: mailOf(notice),
  };
}
