import { withEvidence } from '../evidence.js';
import type { Named } from '../../shared/billing/report/named.js';
import { amountText } from '../../shared/billing/basics/decimal.js';
import { addMonths, billedFrom, isOver } from '../../shared/billing/basics/month.js';
import { statusInWords } from '../../shared/billing/results/status.js';
import type { MonthResult, Outcome } from '../../shared/billing/results/results.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { unreadText } from '../../shared/billing/results/unread.js';
import { certificateOf, changesSince, type Certificate } from '../../shared/close/certificate.js';
import type { Claim, Difference } from '../../shared/close/compare.js';
import type { Dismissed } from '../../shared/close/sides.js';
import type { BaseConfig, Config } from '../../shared/config.js';
import type { Sender } from '../../shared/messages/decisions.js';
import { decisionsOf, newestDecision, recordDecision } from '../../shared/decisions/decisions.js';
import { addCertificate } from '../../shared/evidence/closed.js';
import { costRatesOf } from '../../shared/evidence/cost-rates.js';
import { type Evidence } from '../../shared/evidence/index.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import type { Vendors } from '../../shared/vendors.js';
import { us } from '../terminal/called.js';
import { readForClose, type Reading } from './reading.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import { requireMonth } from '../months.js';
import { line } from '../terminal/printable.js';
import { sealed } from './seal.js';
import type { CloseRequest } from './sides.js';
import { reachable } from '../reachable.js';

/** Closing a month, however a person asks for it: what refuses it, and the certificate that is kept and recorded. */

export interface Closing {
  month: Month;
  asOf: Day;
  from: Sender;
  /** Digest of the result that the person saw; another one is not closed. Null where nothing was shown. */
  shown: string | null;
  vendors: Vendors;
  say: (text: string) => void;
  onProgress: (what: string) => void;
}

/** Why a month is not closed, line by line; a person on a terminal is told what helps as well. */
export class NotClosed extends CommandError {
  constructor(
    readonly head: string,
    readonly lines: string[],
    helps: string,
  ) {
    super(EXIT.waits, [head, ...lines.map((text) => `  ${text}`), helps].filter((text) => text !== '').join('\n'));
  }
}

/** Reads both sides again, and certifies what agrees to the cent. A month that nothing has changed in since keeps the certificate it has. */
export async function closeMonth(config: Config, closing: Closing): Promise<{ certificate: Certificate; isNew: boolean }> {
  const { month, asOf, shown } = closing;
  const read = await requireMonth(config, month);
  if (shown !== null && read.result.digest !== shown)
    throw new NotClosed(`${month} has changed since it was shown, and was not closed. Check it again.`, [], '');
  refuseWhileOpen(read);
  const dismissed = dismissedOf(read.outcomes);
  const claims = claimsOf(read.outcomes, 'excluded');
  const reading = await readBothSides(config, { month, asOf, claims, held: [], dismissed }, closing);
  if (reading.unread.length > 0) throw unreadRefusal(month, reading.unread);
  if (reading.differences.length > 0) throw refusal(month, reading.differences);
  const reportMonth = addMonths(month, config.reportMonthOffset);
  const head = {
    broker: config.broker,
    month,
    ...billedFrom(month, reportMonth),
    asOf,
    closedAt: new Date().toISOString(),
    isMonthOver: isOver({ month, reportMonth }, asOf),
    unassigned: reading.unassigned.map(({ invoiceNumber: _, ...line }) => line),
    runDigest: read.result.digest,
    dismissed,
    switchedOff: reading.switchedOff,
    invoiced: reading.invoiced,
  };
  return withEvidence(config, (evidence) =>
    certify(config, evidence, (more) => certificateOf({ ...head, ...more }, reading), closing),
  );
}

export async function readBothSides(
  config: Config,
  request: Pick<CloseRequest, 'month' | 'asOf' | 'claims' | 'held' | 'dismissed'>,
  { vendors, onProgress }: Pick<Closing, 'vendors' | 'onProgress'>,
): Promise<Reading> {
  const { broker, settings } = config;
  const known = await withEvidence(config, async (evidence) => ({
    named: await namedIn(evidence, broker, request.month),
    costRates: settings.foreignCost === 'convert' ? await costRatesOf(evidence, broker, request.month) : {},
  }));
  return reachable(() => readForClose(config, vendors, { ...request, ...known, onProgress }));
}

/** What was ever named and billed on. Without it nobody could tell what stands in Autotask without a line. */
export async function namedIn(evidence: Evidence, broker: string, month: Month): Promise<Named> {
  const ref = await evidence.pointer(`named/${broker}`);
  if (ref !== null) return evidence.get<Named>(ref);
  throw new CommandError(
    EXIT.waits,
    `BILLING_EVIDENCE lacks the list of everything Cloudmore has named, which a run of this version stores. Run the month again, then close it: ${us()} run ${month} --wait`,
  );
}

// ---------------------------------------------------------------------------------------------------------------- refusing

/** Nothing is certified while something is held or unknown. */
function refuseWhileOpen({ result, record }: MonthRead): void {
  const open = openParts(result);
  if (record.heldMonth !== null) open.unshift(record.heldMonth);
  if (open.length === 0) return;
  throw new NotClosed(
    `${result.month} cannot be closed yet:`,
    open,
    `To see how to resolve each one: ${us()} report ${result.month}`,
  );
}

function openParts({ held, awaiting, otherCurrencies, organizations, currency, mode, unread }: MonthResult): string[] {
  const running = organizations.filter(({ status }) => status === 'Running' || status === 'Failed');
  return [
    ...[{ currency, held }, ...otherCurrencies]
      .filter((one) => one.held.lines > 0)
      .map(
        (one) =>
          `${amountText(one.held.sales, one.currency)} held, of ${one.held.lines} lines${mode === 'shadow' ? ' (shadow mode)' : ''}`,
      ),
    ...organizations.flatMap(({ organizationName, items }) =>
      items
        .filter(({ outcome, reason }) => outcome === 'ghost' && reason !== 'dismissed')
        .map(
          (one) =>
            line`${amountText(one.sales, one.currency)} in Autotask without a line in the report: ${organizationName}, contract ${one.contractId}`,
        ),
    ),
    ...(awaiting.lines > 0 ? [`${amountText(awaiting.sales, currency)} of last month stay until the report arrives`] : []),
    ...(unread === undefined ? [] : unread.listed.filter(({ bearsOnMonth }) => bearsOnMonth).map(unreadText)),
    ...running.map(({ organizationName, status }) => line`${organizationName}: ${statusInWords(status)}`),
  ];
}

/** What the run left out, or holds, with the reasons it recorded. */
export const claimsOf = (outcomes: Outcome[], of: 'excluded' | 'held'): Claim[] =>
  outcomes.flatMap(({ organizationId, organizationName, items }) =>
    items
      .filter(({ outcome }) => outcome === of)
      .map(({ contractKey, productName, currency, cost, sales, reason }) => ({
        organizationId,
        organizationName,
        contractKey,
        productName,
        currency,
        cost,
        sales,
        reason: reason ?? of,
      })),
  );

/** What people set aside, as it stood when the run saw it. */
export const dismissedOf = (outcomes: Outcome[]): Dismissed[] =>
  outcomes.flatMap(({ organizationName, ghosts }) =>
    ghosts.flatMap(({ contractId, currency, cost, sales, dismissed: reason }) =>
      reason === undefined ? [] : [{ organizationName, contractId, currency, cost, sales, reason }],
    ),
  );

const DIFFERENCES_SHOWN = 50;

const firstOf = (texts: string[]): string[] => [
  ...texts.slice(0, DIFFERENCES_SHOWN),
  ...(texts.length > DIFFERENCES_SHOWN ? [`… and ${texts.length - DIFFERENCES_SHOWN} more`] : []),
];

const unreadRefusal = (month: Month, unread: string[]): NotClosed =>
  new NotClosed(
    `${month} cannot be closed: ${unread.length === 1 ? 'one record' : `${unread.length} records`} could not be read.`,
    firstOf(unread),
    '',
  );

const refusal = (month: Month, differences: Difference[]): NotClosed =>
  new NotClosed(
    `${month} cannot be closed: ${differences.length === 1 ? 'one amount does' : `${differences.length} amounts do`} not agree.`,
    firstOf(differences.map(({ message }) => message)),
    `Something has changed since the last run. Update the month, then close it again: ${us()} run ${month} --wait`,
  );

// ---------------------------------------------------------------------------------------------------------------- the certificate

export const closesPrefix = (broker: string, month: Month): string => `closes/${broker}/${month}/`;

type More = Pick<Certificate, 'number' | 'corrects' | 'decisions'>;

/**
 * The month's next certificate, with what it says otherwise than the one before; that one, where nothing has changed. Each is kept in the evidence, and none
 * is ever replaced: a paper that was made again after a change is distinguished from the one that was made here.
 */
async function certify(
  config: BaseConfig,
  evidence: Evidence,
  certificateWith: (more: More) => Certificate,
  { from, say }: Pick<Closing, 'from' | 'say'>,
): Promise<{ certificate: Certificate; isNew: boolean }> {
  const { broker } = config;
  const { month } = certificateWith({});
  const decisions = await certifiedDecisions(evidence, broker, month);
  let made: Certificate | undefined;
  const kept = await addCertificate(evidence, broker, month, async (before) => {
    const last = before.at(-1);
    const number = (last?.number ?? 0) + 1;
    const then = last && (await evidence.get<Certificate>(last.ref));
    const changes = then === undefined ? [] : changesSince(then, certificateWith({}));
    if (then !== undefined && changes.length === 0) {
      made = then;
      return null;
    }
    const corrects = last && { number: last.number, digest: last.digest, changes };
    const certificate = certificateWith({ number, decisions, ...(corrects === undefined ? {} : { corrects }) });
    made = await sealed(say, config, evidence, certificate);
    const ref = await evidence.put(made);
    await evidence.point(closesPrefix(broker, month) + made.digest, ref);
    return { number, digest: made.digest, closedAt: made.closedAt, ref };
  });
  if (kept !== null) await recordClose(evidence, made!, from);
  return { certificate: made!, isNew: kept !== null };
}

async function certifiedDecisions(
  evidence: Evidence,
  broker: string,
  month: Month,
): Promise<NonNullable<Certificate['decisions']>> {
  const { entries, problem } = await decisionsOf(evidence, broker, month);
  if (problem !== null) throw new CommandError(EXIT.failed, `${month} cannot be closed: ${problem}`);
  return {
    log: await newestDecision(evidence, broker),
    entries: entries.map(({ number, at, action, actor, via, organizationName, reason, digest, amounts, details }) => ({
      number,
      at,
      action,
      actor,
      via,
      organizationName,
      reason,
      digest,
      amounts,
      details,
    })),
  };
}

async function recordClose(
  evidence: Evidence,
  { broker, month, digest, closedAt, number, totals }: Certificate,
  { actor, via, reason }: Sender,
): Promise<void> {
  const [first] = totals;
  await recordDecision(evidence, broker, `close/${digest}`, {
    at: closedAt,
    action: 'close',
    actor,
    via,
    month,
    organizationId: null,
    organizationName: null,
    reason: reason ?? null,
    digest,
    amounts: first === undefined ? null : { ...first.posted, currency: first.currency },
    details: `certificate no. ${number}`,
  });
}
