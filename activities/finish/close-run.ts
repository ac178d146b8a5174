import { areOff } from '../../shared/billing/plan/breakers.js';
import type { Expected } from '../../shared/billing/results/answers.js';
import { Claims } from '../../shared/billing/results/claims.js';
import { big } from '../../shared/billing/basics/decimal.js';
import { fold } from '../../shared/billing/basics/text.js';
import { copiesText } from '../../shared/billing/ghosts/copies.js';
import { isStray, unnamedText } from '../../shared/billing/ghosts/strays.js';
import {
  indexNames,
  joinNames,
  namesOfItems,
  namesOfServices,
  type Named,
  type Names,
} from '../../shared/billing/report/named.js';
import { billedFrom, reportMonthOf } from '../../shared/billing/basics/month.js';
import { monthResult } from '../../shared/billing/results/reconcile.js';
import { type OrganizationResult } from '../../shared/billing/results/results.js';
import { shortUnread, unreadList, unreadOfReport } from '../../shared/billing/results/unread.js';
import { type CloseRequest, type MonthClosed } from '../../shared/messages/messages.js';
import { ITEMS_SHOWN, LIST_BYTES, thatFit } from '../../shared/messages/payload.js';
import {
  monthName,
  outcomeName,
  outcomesPrefix,
  reconcileMonth,
  type ClosedMonth,
  type MonthRecord,
  type ReportManifest,
} from '../../shared/evidence/months.js';
import { rememberNames } from '../../shared/evidence/named.js';
import { mostCautious } from '../../shared/modes.js';
import { forgetOldPlans } from '../decide/releases.js';
import { canaryRemark } from '../decide/canary.js';
import type { Dependencies } from '../dependencies.js';
import { isNamed, type Slices } from '../gather/report-slices.js';
import { isParked, waitsForPerson } from '../../shared/billing/results/status.js';

/**
 * The month's reconciliation: of every organization that was counted in the report, the outcome of this run, or its latest where the run left it out. One
 * without an outcome for its lines is held (1.7).
 */
export async function closeRun(
  dependencies: Pick<Dependencies, 'evidence' | 'mode' | 'clock' | 'settings' | 'canary'>,
  slices: Slices,
  request: CloseRequest,
): Promise<MonthClosed> {
  const { evidence, mode, clock, settings } = dependencies;
  const { broker, month } = request;
  const facts = await slices.facts(request.report);
  const { internalCurrency, services } = await slices.sharedOf(request.survey);
  const { asOf, unassigned } = facts;
  const { unnamed, copies = [], unread = [] } = await slices.survey(request.survey);
  const manifest = await slices.manifest(request.report);
  const known = new Set(await evidence.names(outcomesPrefix(broker, month)));
  const expected = manifest.counted && (await expectedOf(evidence, request, manifest, known));
  const record: MonthRecord = {
    frame: {
      broker,
      mode: mostCautious(mode, request.mode),
      ...(areOff(settings.breakers) ? { breakers: 'off' as const } : {}),
      currency: internalCurrency,
      facts: { month, ...billedFrom(month, reportMonthOf(facts)), asOf, unassigned },
      calls: request.calls,
      remarks: [
        unnamed === undefined ? null : unnamedText(unnamed),
        copiesText(copies),
        await canaryRemark(dependencies, broker),
      ].filter((text) => text !== null),
      ...unreadList([...unreadOfReport(facts), ...unread]),
    },
    organizations: [
      ...manifest.slices.map(({ organizationId }) => organizationId),
      ...[...known].map((name) => name.slice(outcomesPrefix(broker, month).length)).filter(isStray),
    ].filter((organizationId) => known.has(outcomeName(broker, month, organizationId))),
    heldMonth: request.heldMonth,
    report: request.report,
    survey: request.survey,
    settings: await evidence.put(settings),
    closedAt: clock.now().toISOString(),
    ...(expected ? { expected, takenAt: manifest.takenAt } : {}),
  };
  await evidence.point(monthName(broker, month), await evidence.put(record));
  await forgetOldPlans(evidence, request);
  const names = indexNames(facts.named, settings.broker);
  return closed(dependencies, { broker, month, label: settings.broker, names, seen: namesOfServices(services, names) }, record);
}

/** Whom the month answers for: who was to be billed, and besides them everyone who was known of it before. */
async function expectedOf(
  evidence: Dependencies['evidence'],
  { broker, month, organizations = null }: CloseRequest,
  { counted = [], slices }: ReportManifest,
  known: Set<string>,
): Promise<Expected[]> {
  const before = organizations === null ? null : await readRecord(evidence, broker, month);
  const earlier = new Set((before?.expected ?? []).map(({ organizationId }) => fold(organizationId)));
  const planned = new Map(slices.map((slice) => [fold(slice.organizationId), slice]));
  return counted
    .map((one) => {
      // The report may spell an id in other letters than the list, by which outcomes are kept.
      const slice = planned.get(fold(one.organizationId));
      const organizationId = slice?.organizationId ?? one.organizationId;
      return { ...one, organizationId, digest: slice?.digest ?? null, asked: isNamed(organizations, one) };
    })
    .filter(
      ({ organizationId, asked }) =>
        asked || earlier.has(fold(organizationId)) || known.has(outcomeName(broker, month, organizationId)),
    );
}

async function readRecord(evidence: Dependencies['evidence'], broker: string, month: string): Promise<MonthRecord | null> {
  const ref = await evidence.pointer(monthName(broker, month));
  return ref === null ? null : evidence.get<MonthRecord>(ref);
}

interface Closing {
  broker: string;
  month: string;
  label: string;
  names: Names;
  /** What the survey showed that services stand for. */
  seen: Named;
}

/**
 * The reconciliation is kept, with references to the outcomes it was made of; of its organizations the run gets as much as fits a payload. Where a contract
 * does not show what is claimed of it, the month is reconciled once more with that held (7.9).
 */
async function closed({ evidence }: Pick<Dependencies, 'evidence'>, closing: Closing, record: MonthRecord): Promise<MonthClosed> {
  const { broker, month, label, names, seen } = closing;
  const outcomes: ClosedMonth['outcomes'] = [];
  const few: OrganizationResult[] = [];
  let items = 0;
  const billed: Named[] = [seen];
  const claims = new Claims(label, month, (subscriptionId) => names.ownersOf(subscriptionId));
  const read = await reconcileMonth(evidence, broker, month, (result, { ref, outcome }) => {
    claims.add(outcome);
    billed.push(namesOfItems(outcome.items));
    if (ref !== null) outcomes.push({ organizationId: result.organizationId, outcome: ref });
    if ((items += result.items.length) <= ITEMS_SHOWN) few.push(result);
    return withoutItems(result);
  });
  const disagreements = claims.disagreements();
  if (disagreements.length > 0) {
    const held = { ...record, disagreements: [...(record.disagreements ?? []), ...disagreements] };
    await evidence.point(monthName(broker, month), await evidence.put(held));
    return closed({ evidence }, closing, held);
  }
  await rememberNames(evidence, broker, joinNames(billed));
  const result = read?.result ?? monthResult(record.frame, []);
  const isFew = few.length === (read?.result.organizations.length ?? 0) && thatFit(few, LIST_BYTES).length === few.length;
  return {
    result: {
      ...result,
      ...(result.unread === undefined ? {} : { unread: shortUnread(result.unread) }),
      organizations: isFew ? few : waitingFirst(result.organizations),
    },
    ref: await evidence.put({ ...result, outcomes } satisfies ClosedMonth),
    held: result.held.lines,
    waiting: result.organizations.filter(({ status }) => waitsForPerson(status)).length,
  };
}

const withoutItems = (result: OrganizationResult): OrganizationResult => ({ ...result, items: [] });

/** Those in which something waits, the largest amounts first, as many as fit. */
const waitingFirst = (organizations: OrganizationResult[]): OrganizationResult[] =>
  thatFit(
    organizations
      .filter(({ status }) => isParked(status) || waitsForPerson(status))
      .sort((left, right) => big(right.held.sales).abs().cmp(big(left.held.sales).abs())),
    LIST_BYTES,
  );
