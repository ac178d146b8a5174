import type { MonthFacts } from '../../shared/billing/report/facts.js';
import { mergeNames, namesOfItems, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import { planUndo, type UndoPlan } from '../../shared/billing/plan/undo.js';
import type { Books, Day, Month } from '../../shared/billing/types.js';
import { type Evidence } from '../../shared/evidence/index.js';
import { readNames } from '../../shared/evidence/named.js';
import { monthName, plannedName, readOutcome, type MonthRecord } from '../../shared/evidence/months.js';
import { beforeName } from './before.js';
import type { Dependencies } from '../dependencies.js';
import { withUnfinished } from '../carry-out/extensions.js';
import { ownReads, type KeptPlan } from './plan-organization.js';
import { isNamed, requireNamed, type Slices } from '../gather/report-slices.js';

/** The way back of a month, of all organizations or those that are named. Nothing is written, and Cloudmore is not asked: the report is the month's own. */
export interface UndoMonth {
  broker: string;
  month: Month;
  asOf: Day;
  organizations: UndoPlan[];
  /** Names of organizations for which the evidence knows of no write in the month. */
  untouched: string[];
}

interface UndoRequest {
  broker: string;
  month: Month;
  asOf: Day;
  organizations: string[] | null;
}

/** A way back, with the books that it was made from. */
export interface WayBack {
  undo: UndoPlan;
  books: Books;
}

/** Null where the month was never run, or by a release that kept no report of it. */
export async function previewUndo(dependencies: Dependencies, slices: Slices, request: UndoRequest): Promise<UndoMonth | null> {
  const { broker, month, asOf, organizations } = request;
  const { evidence } = dependencies;
  const report = await reportOf(evidence, broker, month);
  if (report === null) return null;
  const { slices: known } = await slices.manifest(report);
  requireNamed(organizations, known);
  const facts = await factsNow(dependencies, slices, report, request);
  const answer: UndoMonth = { broker, month, asOf, organizations: [], untouched: [] };
  for (const entry of known.filter((one) => isNamed(organizations, one))) {
    dependencies.heartbeat(entry.organizationName);
    const ref = await evidence.pointer(beforeName(broker, month, entry.organizationId));
    if (ref === null) answer.untouched.push(entry.organizationName);
    else {
      const at = { broker, month, report, facts, ref, refused: [] };
      answer.organizations.push((await wayBackOf(dependencies, slices, at, entry.organizationId)).undo);
    }
  }
  return answer;
}

/** The way back of one organization as it is now; null where the evidence knows of no write in the month. */
export async function wayBack(
  dependencies: Dependencies,
  slices: Slices,
  {
    broker,
    month,
    asOf,
    organizationId,
    refused,
  }: Omit<UndoRequest, 'organizations'> & { organizationId: string; refused: string[] },
): Promise<WayBack | null> {
  const { evidence } = dependencies;
  const report = await reportOf(evidence, broker, month);
  const ref = await evidence.pointer(beforeName(broker, month, organizationId));
  if (report === null || ref === null) return null;
  const facts = await factsNow(dependencies, slices, report, { broker, asOf });
  return wayBackOf(dependencies, slices, { broker, month, report, facts, ref, refused }, organizationId);
}

/** The report of the month's latest run. */
async function reportOf(evidence: Evidence, broker: string, month: Month): Promise<string | null> {
  const ref = await evidence.pointer(monthName(broker, month));
  return ref === null ? null : ((await evidence.get<MonthRecord>(ref)).report ?? null);
}

/** With all that was named and billed since the report was taken. */
async function factsNow(
  { evidence }: Dependencies,
  slices: Slices,
  report: string,
  { broker, asOf }: Pick<UndoRequest, 'broker' | 'asOf'>,
): Promise<MonthFacts> {
  return { ...(await slices.facts(report)), named: await readNames(evidence, broker), asOf };
}

interface At {
  broker: string;
  month: Month;
  report: string;
  facts: MonthFacts;
  /** The plan that first wrote something of the month. */
  ref: string;
  refused: string[];
}

async function wayBackOf(
  dependencies: Dependencies,
  slices: Slices,
  { broker, month, report, facts: monthFacts, ref, refused }: At,
  organizationId: string,
): Promise<WayBack> {
  const { evidence, settings } = dependencies;
  // A contract that the month itself made, and that somebody took the ids from, is known by what was billed on it alone (8.6).
  const billed = namesOfItems((await readOutcome(evidence, broker, month, organizationId))?.items ?? []);
  const facts = { ...monthFacts, named: mergeNames(monthFacts.named ?? NOTHING_NAMED, billed) };
  const slice = await slices.organization(report, organizationId);
  const { plan, books: then } = await evidence.get<KeptPlan>(ref);
  const books = await booksNow(dependencies, facts, slice);
  const { unfinished } = await withUnfinished(dependencies, { broker, month }, books);
  const laterBilled = new Set([...(await billedLater(evidence, broker, month, organizationId)), ...unfinished]);
  const before = { books: then, companyId: plan.companyId, billed: plan.items.map(({ contractKey }) => contractKey) };
  return { undo: planUndo({ facts, slice, settings, before, books, laterBilled, refused }), books };
}

/** Autotask as it is, with the rows of the months around. */
async function booksNow(dependencies: Dependencies, facts: MonthFacts, slice: Parameters<typeof ownReads>[2]): Promise<Books> {
  const read = await ownReads(dependencies, facts, slice, 0);
  const options = { onProgress: dependencies.heartbeat, signal: dependencies.signal() };
  const all = read.contracts.map(({ id }) => id);
  return all.length === 0 ? read : dependencies.autotask.readNeighbours(read, facts.month, all, options);
}

/** Contracts on which something of a later month is billed. What was planned there and has no outcome yet counts: it may have been written. */
async function billedLater(evidence: Evidence, broker: string, month: Month, organizationId: string): Promise<number[]> {
  const prefix = monthName(broker, '');
  const later = (await evidence.names(prefix)).map((name) => name.slice(prefix.length)).filter((other) => other > month);
  const contracts: number[] = [];
  for (const other of later) {
    const items = (await settledItems(evidence, broker, other, organizationId)) ?? [];
    contracts.push(
      ...items.flatMap(({ outcome, contractId }) => (outcome === 'posted' && contractId !== null ? [contractId] : [])),
    );
  }
  return contracts;
}

async function settledItems(
  evidence: Evidence,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<KeptPlan['plan']['items'] | null> {
  const outcome = await readOutcome(evidence, broker, month, organizationId);
  if (outcome !== null) return outcome.items;
  const ref = await evidence.pointer(plannedName(broker, month, organizationId));
  return ref === null ? null : (await evidence.get<KeptPlan>(ref)).plan.items;
}
