import { copiesOf, servicesInUse } from '../../shared/billing/ghosts/copies.js';
import { companyIdOf, type MonthFacts, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { decideCompany } from '../../shared/billing/contracts/company.js';
import { parseChargeKey } from '../../shared/billing/basics/keys.js';
import { indexNames, type Names } from '../../shared/billing/report/named.js';
import { standsFor } from '../../shared/billing/contracts/ours.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { paidOnceKeys } from '../../shared/billing/plan/plan.js';
import { strayContracts, unnamedContracts } from '../../shared/billing/ghosts/strays.js';
import { fold, present } from '../../shared/billing/basics/text.js';
import { unreadOfBooks } from '../../shared/billing/results/unread.js';
import type { Books, Contract, Month, Organization } from '../../shared/billing/types.js';
import { SearchBlind, type ReadOptions } from '../../shared/autotask/index.js';
import type { SurveyRequest, SurveyTaken } from '../../shared/messages/messages.js';
import type { OwnBooks, SurveyManifest } from '../../shared/evidence/months.js';
import { booksOf, indexBooks, ownBooks, paidOnceOn, sharedBooks, subscriptionKeys, type BooksIndex } from './books.js';
import { demandProbe } from './probe.js';
import { settleCanary } from '../decide/canary.js';
import { canaryCustomer } from '../../shared/known-names.js';
import { withTenant } from './behaviour.js';
import { keeping, type Dependencies } from '../dependencies.js';
import { asBeforeExtension } from '../carry-out/extensions.js';
import { withElsewhere } from './elsewhere.js';
import { planOrHold } from '../decide/plan-or-hold.js';
import { VISIBLE_WITHIN_MS } from './wait-until-visible.js';
import { withRemembered, type NamedKeys } from './remembered.js';
import { isNamed, requireNamed, type Slices } from './report-slices.js';
import { SHARED_SERVICES } from '../../shared/billing/basics/record-types.js';

/**
 * Autotask's side of a month, in bulk: an organization in balance costs no extra call. A first pass reads the month's rows of all our contracts; the
 * planner then names the contracts whose neighbouring rows decide (rule 7.0), and only those are read, again in bulk.
 */
export async function surveyAutotask(dependencies: Dependencies, slices: Slices, request: SurveyRequest): Promise<SurveyTaken> {
  // Each run finds out once whether a log-in that was refused is taken by now.
  dependencies.autotask.askAgain();
  await demandProbe(dependencies, request);
  const canary = canaryCustomer(request.canary);
  requireNamed(
    [...(request.organizations ?? []), ...(canary === null ? [] : [canary])],
    (await slices.manifest(request.report)).slices,
  );
  await settleCanary(dependencies, request);
  return takeSurvey(dependencies, slices, request);
}

/** The reading itself, without what a run asks before it; throws what the reads throw, and `SearchBlind`. */
export async function takeSurvey(dependencies: Dependencies, slices: Slices, request: SurveyRequest): Promise<SurveyTaken> {
  const { autotask, evidence, heartbeat, settings } = dependencies;
  const lease = dependencies.lease();
  const monthFacts = await slices.facts(request.report);
  const names = indexNames(monthFacts.named, settings.broker);
  const surveyedAt = (await evidence.now()).toISOString();
  const { result, calls } = await autotask.countCalls(async () => {
    const read = await readMonthBooks(dependencies, slices, request, names);
    return { ...read, copies: await readCopies(dependencies, read.books, monthFacts) };
  });
  const { books, served, copies } = result;
  const { broker, month } = request;
  const manifest: SurveyManifest = {
    of: { broker, month },
    takenAt: surveyedAt,
    ...(lease === null ? {} : { lease: lease.id }),
    shared: await evidence.put(sharedBooks(books)),
    slices: [],
    unnamed: unnamedContracts(books, names),
    ...copies,
    ...unreadOf(books, names, request.month),
  };
  const index = indexBooks(books);
  for await (const facts of organizationsOf(slices, request)) {
    heartbeat(keeping(facts.organization.id));
    const own = ownBooks(index, monthFacts, facts, settings);
    manifest.slices.push({ organizationId: facts.organization.id, slice: await evidence.put(own, facts.organization.id) });
  }
  if (served !== null) {
    const contracts = strayContracts(books, served, names, request.month);
    const strays: OwnBooks = { companies: books.companies, ...booksOf(index, contracts) };
    manifest.strays = await evidence.put(strays);
  }
  return { survey: await evidence.put(manifest), surveyedAt, calls: { autotask: calls, cloudmore: 0 } };
}

/** What others' contracts bill alongside ours on services of ours (8.6). */
async function readCopies(
  { autotask, settings, heartbeat, signal }: Dependencies,
  books: Books,
  facts: MonthFacts,
): Promise<Pick<SurveyManifest, 'copies'>> {
  const serviceIds = servicesInUse(books, facts, settings);
  if (serviceIds.length === 0) return {};
  const known = new Set(books.contracts.map(({ id }) => id));
  const others = await autotask.readRowsElsewhere({
    ...{ month: facts.month, serviceIds, known },
    ...{ onProgress: heartbeat, signal: signal() },
  });
  const copies = copiesOf(books, others, facts, settings);
  return copies.length === 0 ? {} : { copies };
}

const unreadOf = (books: Books, names: Names, month: Month): Pick<SurveyManifest, 'unread'> => {
  const unread = unreadOfBooks(books, names, month);
  return unread.length === 0 ? {} : { unread };
};

/** What the report says of Autotask, organization by organization. */
interface Reported {
  organizations: Organization[];
  companyIds: Set<number>;
  paidOnce: Set<string>;
  /** For telling whether what is gone matters. */
  named: NamedKeys;
}

async function reportedOf(
  slices: Slices,
  request: SurveyRequest,
  facts: MonthFacts,
  settings: Dependencies['settings'],
): Promise<Reported> {
  const named: NamedKeys = {
    contracts: new Set(),
    services: new Set(Object.values(SHARED_SERVICES).map(({ key }) => fold(key))),
  };
  const reported: Reported = { organizations: [], companyIds: new Set(), paidOnce: new Set(), named };
  for await (const slice of organizationsOf(slices, request)) {
    const id = companyIdOf(slice.organization.companyIdText ?? '');
    if (id !== undefined) reported.companyIds.add(id);
    for (const key of paidOnceKeys({ facts, slice, settings })) reported.paidOnce.add(key);
    reported.organizations.push(slice.organization);
    for (const key of subscriptionKeys(slice)) named.contracts.add(key);
    // A code of the subscription list will be a line's: its service is known before anything is billed on it.
    for (const { itemCode } of [...slice.lines, ...slice.subscriptions])
      if (present(itemCode) !== null) named.services.add(fold(itemCode));
  }
  return reported;
}

/** The books, and the companies at which an organization looks for ghosts; null where only some organizations were asked for. */
async function readMonthBooks(
  dependencies: Dependencies,
  slices: Slices,
  request: SurveyRequest,
  names: Names,
): Promise<{ books: Books; served: Set<number> | null }> {
  const { autotask, settings, heartbeat, signal } = dependencies;
  const facts = await slices.facts(request.report);
  const { broker, month } = request;
  const { organizations, companyIds, paidOnce, named } = await reportedOf(slices, request, facts, settings);
  const options = { onProgress: heartbeat, signal: signal() };
  const isPaidOnce = paidOnceOn(paidOnce, month);
  const mode = request.mode ?? dependencies.mode;
  const read = await seenInTime(dependencies, async () => {
    const searched = await autotask.readBooks({ month, companyIds: [...companyIds], isPaidOnce, ...options });
    // What the search shows is judged before anything is added to it by id.
    return withRemembered(dependencies, { broker, month, mode }, named, searched);
  });
  const priced = await withTenant(dependencies, request, read, options);
  const ours = asBeforeExtension(await withOurs(autotask, { read: priced, names, month }, options));
  const { needed, asking } = await inQuestion(slices, { request, facts, index: indexBooks(ours), settings });
  const books = await withElsewhere(dependencies, { request, books: ours, asking }, options);
  const decided = organizations.map((organization) => decideCompany(organization, facts, books, settings).company);
  return {
    books: needed.length === 0 ? books : await autotask.readNeighbours(books, month, needed, options),
    served: request.organizations === null ? new Set(decided.flatMap((company) => company?.id ?? [])) : null,
  };
}

/** What was written a moment ago shows to one question and not yet to another; a search that is blind still contradicts itself when every write is visible. */
async function seenInTime({ clock, heartbeat }: Dependencies, search: () => Promise<Books>): Promise<Books> {
  try {
    return await search();
  } catch (error) {
    if (!(error instanceof SearchBlind)) throw error;
    heartbeat('waiting until what was written last is visible');
    await clock.sleep(VISIBLE_WITHIN_MS);
    return search();
  }
}

/** Rule 8.6: contracts of ours that no longer carry an id are asked for by theirs; and companies that no organization names, where money of ours stands. */
async function withOurs(
  autotask: Dependencies['autotask'],
  { read, names, month }: { read: Books; names: Names; month: Month },
  options: ReadOptions,
): Promise<Books> {
  const seen = new Set(read.contracts.map(({ id }) => id));
  const charged = read.charges.filter(({ key }) => parseChargeKey(key)?.month === month).map(({ contractId }) => contractId);
  const unseen = [...new Set([...charged, ...names.contracts()])].filter((id) => !seen.has(id)).sort((a, b) => a - b);
  const books = unseen.length === 0 ? read : await autotask.readAlso(read, month, unseen, options);
  const known = new Set(books.companies.map(({ id }) => id));
  const companies = [...new Set(books.contracts.filter(isOfField(names)).map(({ companyId }) => companyId))];
  const more = companies.filter((id) => !known.has(id)).sort((a, b) => a - b);
  return more.length === 0
    ? books
    : { ...books, companies: [...books.companies, ...(await autotask.readCompanies(more, options))] };
}

const isOfField =
  (names: Names) =>
  (contract: Contract): boolean =>
    present(contract.subscriptionId) !== null || standsFor(contract, { names, knownSubscriptions: new Set() }) !== null;

interface InQuestionInput {
  request: SurveyRequest;
  facts: MonthFacts;
  index: BooksIndex;
  settings: Dependencies['settings'];
}

/** Contracts whose neighbouring rows decide, and plans that would make a contract. */
async function inQuestion(
  slices: Slices,
  { request, facts, index, settings }: InQuestionInput,
): Promise<{ needed: number[]; asking: Pick<Plan, 'companyId' | 'items'>[] }> {
  const needed: number[] = [];
  const asking: Pick<Plan, 'companyId' | 'items'>[] = [];
  for await (const slice of organizationsOf(slices, request)) {
    const books = { ...sharedBooks(index.books), ...ownBooks(index, facts, slice, settings) };
    const { needs, needsElsewhere, companyId, items } = planOrHold({ facts, slice, books, settings });
    needed.push(...needs);
    if (needsElsewhere) asking.push({ companyId, items });
  }
  return { needed: [...new Set(needed)].sort((left, right) => left - right), asking };
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
