import { companyIdOf, type MonthFacts, type OrganizationFacts } from '../shared/billing/facts.js';
import { paidOnceKeys } from '../shared/billing/plan.js';
import type { Books } from '../shared/billing/types.js';
import type { SurveyRequest, SurveyTaken } from '../shared/contract.js';
import type { SurveyManifest } from '../shared/evidence/months.js';
import { SHARED_SERVICES } from '../shared/billing/keys.js';
import { fold, present } from '../shared/billing/text.js';
import { indexBooks, ownBooks, paidOnceOn, sharedBooks, subscriptionKeys, type BooksIndex } from './books.js';
import type { Dependencies } from './dependencies.js';
import { planGuarded } from './guard.js';
import { withRemembered, type NamedKeys } from './remembered.js';
import { isNamed, requireNamed, type Slices } from './slices.js';

/**
 * Autotask's side of a month, in bulk: an organization in balance costs no call of its own. A first pass reads the month's rows of all our contracts; the
 * planner then names the contracts whose neighbouring rows decide (rule 7.0), and only those are read, again in bulk.
 */
export async function surveyAutotask(dependencies: Dependencies, slices: Slices, request: SurveyRequest): Promise<SurveyTaken> {
  const { autotask, evidence, heartbeat } = dependencies;
  const lease = dependencies.lease();
  // Each run finds out once whether a log-in that was refused is taken by now.
  autotask.askAgain();
  requireNamed(request.organizations, (await slices.manifest(request.report)).slices);
  const surveyedAt = (await evidence.now()).toISOString();
  const { result, calls } = await autotask.countCalls(() => readKnownBooks(dependencies, slices, request));
  const manifest: SurveyManifest = {
    takenAt: surveyedAt,
    ...(lease === null ? {} : { lease: lease.id }),
    shared: await evidence.put(sharedBooks(result)),
    slices: [],
  };
  const index = indexBooks(result);
  for await (const facts of organizationsOf(slices, request)) {
    heartbeat(`keeping ${facts.organization.name}`);
    manifest.slices.push({ organizationId: facts.organization.id, slice: await evidence.put(ownBooks(index, facts)) });
  }
  return { survey: await evidence.put(manifest), surveyedAt, calls: { autotask: calls, cloudmore: 0 } };
}

/** The month's books, with what is remembered and gone. */
async function readKnownBooks(dependencies: Dependencies, slices: Slices, request: SurveyRequest): Promise<Books> {
  const books = await readMonthBooks(dependencies, slices, request);
  const named: NamedKeys = {
    contracts: new Set(),
    services: new Set(Object.values(SHARED_SERVICES).map(({ key }) => fold(key))),
  };
  for await (const slice of organizationsOf(slices, request)) {
    for (const key of subscriptionKeys(slice)) named.contracts.add(key);
    for (const { itemCode } of slice.lines) if (present(itemCode) !== null) named.services.add(fold(itemCode));
  }
  const { broker, month } = request;
  return withRemembered(dependencies, { broker, month, mode: request.mode ?? dependencies.mode }, named, books);
}

async function readMonthBooks(
  { autotask, settings, heartbeat, signal }: Dependencies,
  slices: Slices,
  request: SurveyRequest,
): Promise<Books> {
  const facts = await slices.facts(request.report);
  const { month } = request;
  const companyIds = new Set<number>();
  const paidOnce = new Set<string>();
  for await (const slice of organizationsOf(slices, request)) {
    const id = companyIdOf(slice.organization.companyIdText ?? '');
    if (id !== undefined) companyIds.add(id);
    for (const key of paidOnceKeys({ facts, slice, settings })) paidOnce.add(key);
  }
  const options = { onProgress: heartbeat, signal: signal() };
  const isPaidOnce = paidOnceOn(paidOnce, month);
  const books = await autotask.readBooks({ month, companyIds: [...companyIds], isPaidOnce, ...options });
  const needed = await contractsInQuestion(slices, request, facts, indexBooks(books), settings);
  return needed.length === 0 ? books : autotask.readNeighbours(books, month, needed, options);
}

async function contractsInQuestion(
  slices: Slices,
  request: SurveyRequest,
  facts: MonthFacts,
  index: BooksIndex,
  settings: Dependencies['settings'],
): Promise<number[]> {
  const needed: number[] = [];
  for await (const slice of organizationsOf(slices, request)) {
    const books = { ...sharedBooks(index.books), ...ownBooks(index, slice) };
    needed.push(...planGuarded({ facts, slice, books, settings }).needs);
  }
  return [...new Set(needed)].sort((left, right) => left - right);
}

/** The organizations a run treats, one slice in memory at a time. */
export async function* organizationsOf(
  slices: Slices,
  { report, organizations }: { report: string; organizations: string[] | null },
): AsyncGenerator<OrganizationFacts> {
  for (const entry of (await slices.manifest(report)).slices) {
    if (isNamed(organizations, entry)) yield slices.organization(report, entry.organizationId);
  }
}
