import fc from 'fast-check';
import { withRemembered } from '../../activities/remembered.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { SearchBlind } from '../../shared/autotask/index.js';
import type { AcceptedPart } from '../../shared/billing/accepted.js';
import { besideAccepted } from '../../shared/billing/comparison.js';
import { cutReport, type MonthFacts } from '../../shared/billing/facts.js';
import { indexNames, joinNames, namesOf, namesOfItems, NOTHING_NAMED, type Named } from '../../shared/billing/named.js';
import { planOrganization, type PlanInput } from '../../shared/billing/plan.js';
import { planStrays, strayContracts } from '../../shared/billing/strays.js';
import { fold } from '../../shared/billing/text.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Line, Report } from '../../shared/billing/types.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { noteRecord } from '../../shared/evidence/remembered.js';
import {
  books,
  CODE,
  company,
  line,
  manualLine,
  organization,
  price,
  report as wholeReport,
  settings as usualSettings,
  subscription,
} from '../billing/builders.js';
import { AutotaskInMemory } from '../billing/memory.js';
import { ofItems } from './month.js';
import { SHARED_SERVICES } from '../../shared/billing/record-types.js';
import { BREAKERS_OFF } from '../../shared/billing/breaker-limits.js';

/**
 * A month of two customers whose vendors do not tell everything: reports lose organizations, services, record types, subscriptions and lists from one day to
 * the next, days are played in any order, and Autotask's search hides records, which may answer by their ids. What must hold is in `lies-checks.ts`.
 */

export const MONTH = '2025-10';
const BROKER = 'default';
const OTHER_CODE = 'CFQ7TTC0OFFLIST';
const CONVERTED = 'CFQ7TTC0CONVERTED';
const COMPANIES = [7, 8] as const;

/** What is sold to each customer. Each is billed on a day of its own, so that a run for an earlier day knows less. */
const PLACES = [
  { type: 'Csp365Nce', service: 'svc-365', code: CODE },
  { type: 'Csp365Nce', service: 'svc-365', code: OTHER_CODE },
  { type: 'AzurePlan', service: 'svc-azure', code: null },
  { type: 'Marketplace', service: 'svc-azure', code: null },
  { type: 'Perpetual', service: 'svc-software', code: 'DG7PERPETUAL' },
] as const;

export interface LyingStory {
  /** Whether both customers are billed to one company. */
  isShared?: boolean;
  days: LyingDay[];
}

export interface LyingDay {
  /** Of the month, in any order. */
  day: number;
  changes: Change[];
  lost: Lost[];
  hidden: Hidden[];
}

/** What happens at Cloudmore before the day: to the place of an organization, by number. */
export interface Change {
  kind: 'more' | 'less' | 'credit' | 'ended' | 'converted' | 'withdrawn' | 'moved';
  organization: number;
  place: number;
  quantity: number;
  cents: number;
}

/** What the day's report leaves out. A customer is left out of the list of organizations, an organization only of the lines. */
export interface Lost {
  what:
    | 'customer'
    | 'organization'
    | 'listed organization'
    | 'service'
    | 'record type'
    | 'subscription'
    | 'corrections'
    | 'subscription list'
    | 'price list';
  organization: number;
  place: number;
}

/** A record that the search does not show on the day. */
export interface Hidden {
  kind: 'contract' | 'service' | 'charge';
  which: number;
  answersById: boolean;
}

const place = { organization: fc.nat(COMPANIES.length - 1), place: fc.nat(PLACES.length - 1) };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('more', 'more', 'more', 'more', 'less', 'credit', 'ended', 'converted', 'withdrawn', 'moved'),
  ...place,
  quantity: fc.integer({ min: 1, max: 60 }),
  cents: fc.integer({ min: 1, max: 9_000 }),
});

const lost: fc.Arbitrary<Lost> = fc.record({
  what: fc.constantFrom(
    'customer',
    'organization',
    'listed organization',
    'service',
    'record type',
    'subscription',
    'corrections',
    'subscription list',
    'price list',
  ),
  ...place,
});

/** A charge that was seen and does not answer by its id either was deleted by a person, and is made again (7.7). */
const hidden: fc.Arbitrary<Hidden> = fc
  .record({
    kind: fc.constantFrom('contract' as const, 'contract' as const, 'service' as const, 'charge' as const),
    which: fc.nat(20),
    answersById: fc.boolean(),
  })
  .map((one) => ({ ...one, answersById: one.answersById || one.kind === 'charge' }));

/** None on most days, or one or two. */
const now = <Value>(one: fc.Arbitrary<Value>, none: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    { weight: none, arbitrary: fc.array(one, { maxLength: 0 }) },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
  );

export const lyingStory: fc.Arbitrary<LyingStory> = fc.record({
  isShared: fc.boolean(),
  days: fc.array(
    fc.record({
      day: fc.oneof({ weight: 4, arbitrary: fc.constant(20) }, { weight: 1, arbitrary: fc.integer({ min: 3, max: 28 }) }),
      changes: fc.array(change, { maxLength: 5 }),
      lost: now(lost, 1),
      hidden: now(hidden, 3),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

// ---------------------------------------------------------------------------------------------------------------- what is so

/** What Cloudmore knows of a place. Whole cents, for a line's amounts. */
export interface Sold {
  organization: number;
  place: number;
  quantity: number;
  sales: number;
  cost: number;
  credit: number;
  isConverted: boolean;
  /** Its lines are the other customer's now. */
  isMoved: boolean;
  isEnded: boolean;
  /** Its lines are gone, and no list says why. */
  isWithdrawn: boolean;
}

export const keyOf = ({ organization: number, place: index }: Pick<Sold, 'organization' | 'place'>): string =>
  `${number} ${index}`;

function happen(sold: Map<string, Sold>, { kind, quantity, cents, ...where }: Change): void {
  const key = keyOf(where);
  const known = sold.get(key);
  if (kind === 'more') {
    const fresh = {
      quantity: 0,
      sales: 0,
      cost: 0,
      credit: 0,
      isConverted: false,
      isMoved: false,
      isEnded: false,
      isWithdrawn: false,
    };
    const before = known ?? { ...where, ...fresh };
    if (before.isEnded) return;
    const amount = before.isWithdrawn ? 0 : cents;
    sold.set(key, {
      ...before,
      isWithdrawn: false,
      quantity: before.quantity + (before.isWithdrawn ? 0 : quantity),
      sales: before.sales + amount * quantity,
      cost: before.cost + Math.floor(amount / 2) * quantity,
    });
    return;
  }
  if (known === undefined || known.isEnded || known.isWithdrawn) return;
  if (kind === 'less' && known.quantity > 1)
    Object.assign(known, {
      quantity: known.quantity - 1,
      sales: Math.floor((known.sales * (known.quantity - 1)) / known.quantity),
      cost: Math.floor((known.cost * (known.quantity - 1)) / known.quantity),
    });
  if (kind === 'credit') known.credit += Math.min(cents, Math.floor(known.sales / 2));
  if (kind === 'ended' && PLACES[where.place]!.type !== 'Perpetual') known.isEnded = true;
  if (kind === 'converted' && PLACES[where.place]!.type === 'Csp365Nce') known.isConverted = true;
  if (kind === 'moved' && PLACES[where.place]!.type !== 'Perpetual') known.isMoved = !known.isMoved;
  if (kind === 'withdrawn') known.isWithdrawn = true;
}

export const organizationId = (number: number): string => `org-${number + 1}`;
export const subscriptionOf = ({ organization: number, place: index }: Pick<Sold, 'organization' | 'place'>): string | null =>
  PLACES[index]!.type === 'Perpetual' ? null : `s-${number}-${index}`;

/** The customer that it is sold to now. */
const ownerOf = ({ organization: number, isMoved }: Sold): number => (isMoved ? COMPANIES.length - 1 - number : number);

const codeOf = ({ place: index, isConverted }: Sold): string | null => (isConverted ? CONVERTED : PLACES[index]!.code);
const amountOf = (cents: number): string => (cents / 100).toFixed(2);
const billingDay = (index: number): string => `${MONTH}-${String(4 + index * 3).padStart(2, '0')}`;

function linesOf(sold: Sold): Line[] {
  if (sold.isEnded || sold.isWithdrawn) return [];
  const { type, service } = PLACES[sold.place]!;
  const common = {
    organizationId: organizationId(ownerOf(sold)),
    organizationName: `Customer ${ownerOf(sold)}`,
    subscriptionId: subscriptionOf(sold),
    serviceId: service,
    serviceName: service,
    billingDate: billingDay(sold.place),
    startDay: `${MONTH}-01`,
    endDay: `${MONTH}-31`,
  };
  const main = line({
    ...common,
    recordType: type,
    itemCode: codeOf(sold),
    productName: `Product ${sold.place}`,
    quantity: String(sold.quantity),
    subscriptionQuantity: '1',
    sales: amountOf(sold.sales),
    cost: amountOf(sold.cost),
  });
  // What has no subscription id has no corrections of its own (2.3).
  if (sold.credit === 0 || common.subscriptionId === null) return [main];
  return [main, manualLine({ ...common, sales: amountOf(-sold.credit), cost: '0' })];
}

// ---------------------------------------------------------------------------------------------------------------- what is told

/** The report as it comes, with what it has lost. */
function told(sold: Sold[], { lost: losses }: LyingDay, companies: readonly number[]): Report {
  const isLost = (one: Line): boolean =>
    losses.some(({ what, organization: number, place: index }) => {
      const isOf = one.organizationId === organizationId(number);
      if (what === 'customer' || what === 'organization') return isOf;
      if (what === 'service') return one.serviceId === PLACES[index]!.service;
      if (what === 'record type') return one.recordType === PLACES[index]!.type;
      if (what === 'corrections') return one.recordType === 'ManualBillingLine';
      return what === 'subscription' && isOf && one.subscriptionId === subscriptionOf({ organization: number, place: index });
    });
  const isUnlisted = (number: number): boolean =>
    losses.some((loss) => (loss.what === 'customer' || loss.what === 'listed organization') && loss.organization === number);
  const lists = (what: Lost['what']): boolean => !losses.some((loss) => loss.what === what);
  const licences = sold.filter((one) => subscriptionOf(one) !== null && PLACES[one.place]!.type !== 'Marketplace');
  return wholeReport({
    lines: sold.flatMap(linesOf).filter((one) => !isLost(one)),
    organizations: companies.flatMap((id, number) =>
      isUnlisted(number)
        ? []
        : [organization({ id: organizationId(number), name: `Customer ${number}`, companyIdText: String(id) })],
    ),
    subscriptions: lists('subscription list')
      ? licences.map((one) =>
          subscription({
            id: subscriptionOf(one)!,
            organizationId: organizationId(ownerOf(one)),
            recordType: PLACES[one.place]!.type === 'AzurePlan' ? 'AzurePlan' : 'Csp365Nce',
            itemCode: codeOf(one),
            status: one.isEnded ? 'Cancelled' : 'Active',
          }),
        )
      : [],
    prices: lists('price list') ? [price(), price({ itemCode: CONVERTED })] : [],
  });
}

// ---------------------------------------------------------------------------------------------------------------- playing

/** A day's run: what was so, what was told, and what came of it. */
export interface LyingRan {
  day: LyingDay;
  asOf: string;
  /** What Cloudmore knows, for the checks to compare with. */
  sold: Sold[];
  report: Report;
  /** Why the run stopped; null where it did not. */
  stopped: string | null;
  plans: Plan[];
  before: Books;
  after: Books;
}

export async function playLies(
  { days, isShared = false }: LyingStory,
  look: (ran: LyingRan, earlier: LyingRan[]) => void,
): Promise<void> {
  const broker = new LyingBroker(isShared);
  const earlier: LyingRan[] = [];
  for (const day of days) {
    const ran = await broker.run(day);
    look(ran, earlier);
    earlier.push(ran);
  }
}

const settings = usualSettings({ breakers: BREAKERS_OFF, ghostAfterDay: 1, allowSharedCompanies: [COMPANIES[0]] });

class LyingBroker {
  private readonly autotask = new AutotaskInMemory(
    structuredClone(books({ companies: COMPANIES.map((id) => company({ id, name: `Company ${id}` })) })),
  );
  private readonly evidence = memoryEvidence();
  private readonly sold = new Map<string, Sold>();
  private readonly accepted = new Map<string, AcceptedPart>();
  private named: Named = NOTHING_NAMED;
  /** The newest service or product before the run. */
  private newestId = 0;
  private readonly companies: readonly number[];

  constructor(isShared: boolean) {
    this.companies = isShared ? COMPANIES.map(() => COMPANIES[0]) : COMPANIES;
  }

  async run(day: LyingDay): Promise<LyingRan> {
    for (const change of day.changes) happen(this.sold, change);
    const asOf = `${MONTH}-${String(day.day).padStart(2, '0')}`;
    const report = told([...this.sold.values()], day, this.companies);
    this.named = joinNames([this.named, namesOf(report)]);
    const before = structuredClone(this.autotask.books);
    let plans: Plan[] = [];
    let stopped: string | null = null;
    try {
      plans = this.bill(report, asOf, await this.survey(day, report));
    } catch (error) {
      if (!(error instanceof SearchBlind)) throw error;
      stopped = error.message;
    }
    await this.remember(before);
    const sold = structuredClone([...this.sold.values()]);
    return { day, asOf, sold, report, stopped, plans, before, after: structuredClone(this.autotask.books) };
  }

  /** What the search shows, and what of our own it does not (6.6). */
  private async survey({ hidden: hiding }: LyingDay, { lines, subscriptions }: Report): Promise<Books> {
    const all = this.autotask.books;
    const hiddenIds = new Map(
      hiding.flatMap((one): [string, Hidden][] => {
        const records = all[LISTS[one.kind]];
        const record = records[one.which % Math.max(records.length, 1)];
        return record === undefined ? [] : [[`${one.kind} ${record.id}`, one]];
      }),
    );
    const isShown =
      (kind: Hidden['kind']) =>
      ({ id }: { id: number }): boolean =>
        !hiddenIds.has(`${kind} ${id}`);
    const searched = structuredClone({
      ...all,
      contracts: all.contracts.filter(isShown('contract')),
      services: all.services.filter(isShown('service')),
      charges: all.charges.filter(isShown('charge')),
    });
    const named = {
      contracts: new Set([...lines.map((one) => fold(one.subscriptionId)), ...subscriptions.map(({ id }) => fold(id))]),
      services: new Set([
        ...lines.map(({ itemCode }) => fold(itemCode)),
        ...Object.values(SHARED_SERVICES).map(({ key }) => fold(key)),
      ]),
    };
    const dependencies = { evidence: this.evidence, heartbeat: () => undefined, autotask: answeringById(all, hiddenIds) };
    return withRemembered(
      dependencies as unknown as Dependencies,
      { broker: BROKER, month: MONTH, mode: 'auto' },
      named,
      searched,
    );
  }

  private bill(report: Report, asOf: string, survey: Books): Plan[] {
    const accepted = [...this.accepted].map(([id, part]) => ({ organizationId: id, organizationName: id, part }));
    const { facts, organizations } = besideAccepted(cutReport(report, asOf, this.named), accepted, settings);
    const inputs = organizations.map((slice) => ({ facts, slice, books: survey, settings }));
    const first = inputs.map((input) => planOrganization(input));
    const plans = inputs.map((input, index) => {
      const moved = movedFrom(input, first);
      return moved.length === 0 ? first[index]! : planOrganization({ ...input, moved });
    });
    const strays = this.strays(facts, inputs, plans, survey);
    this.newestId = Math.max(0, ...[...this.autotask.books.services, ...this.autotask.books.products].map(({ id }) => id));
    plans.forEach((plan, index) => this.carryOut(inputs[index]!, plan));
    return [...plans, ...strays];
  }

  /** The plan, and what another one makes of the items whose adjustment was refused (7.0). */
  private carryOut(input: PlanInput, plan: Plan): void {
    // Services and products are everybody's: what another organization's plan has made in this run is there.
    const made = (list: 'services' | 'products', key: string): boolean =>
      this.autotask.books[list].some((one) => fold(one.key) === fold(key) && one.id > this.newestId);
    const refused = this.autotask.apply(
      plan.steps.filter(
        (step) =>
          !(step.kind === 'ensureService' && step.serviceId === null && made('services', step.serviceKey)) &&
          !(step.kind === 'ensureProduct' && made('products', step.productKey)),
      ),
    );
    if (refused.length > 0) {
      const second = planOrganization({ ...input, books: structuredClone(this.autotask.books), refused });
      this.autotask.apply(ofItems(second, refused));
    }
    this.accepted.set(plan.organizationId, plan.accepted!);
    this.named = joinNames([this.named, namesOfItems(plan.items)]);
  }

  private strays(facts: MonthFacts, inputs: PlanInput[], plans: Plan[], survey: Books): Plan[] {
    const served = new Set(plans.flatMap(({ companyId }) => companyId ?? []));
    const names = indexNames(this.named, BROKER);
    const contracts = strayContracts(survey, served, names, MONTH);
    return planStrays({
      facts: { ...facts, named: this.named },
      organizations: inputs.map(({ slice }) => slice.organization),
      books: { ...survey, contracts },
      settings,
      stopped: plans.flatMap(({ items, companyId }) =>
        items.flatMap(({ outcome, contractKey }) => (outcome === 'held' ? [{ contractKey, companyId }] : [])),
      ),
    });
  }

  /** What was made is noted as soon as its id is known. */
  private async remember(before: Books): Promise<void> {
    const isNew = (list: 'contracts' | 'services' | 'charges', id: number): boolean => !before[list].some((one) => one.id === id);
    const { contracts, services, charges } = this.autotask.books;
    const made = [
      ...contracts
        .filter(({ id }) => isNew('contracts', id))
        .map(({ id, subscriptionId }) => ({ kind: 'contract' as const, id, key: fold(subscriptionId) })),
      ...services
        .filter(({ id }) => isNew('services', id))
        .map(({ id, key }) => ({ kind: 'service' as const, id, key: fold(key) })),
      ...charges.filter(({ id }) => isNew('charges', id)).map(({ id, key }) => ({ kind: 'charge' as const, id, key: fold(key) })),
    ];
    for (const record of made) await noteRecord(this.evidence, BROKER, { ...record, isSeen: true });
  }
}

/** What `activities/moved.ts` answers: the subscriptions that are planned for whom they moved to. */
const movedFrom = ({ slice }: PlanInput, plans: Plan[]): string[] =>
  (slice.movedTo ?? []).flatMap(({ contractKey, organizationId: where }) =>
    plans
      .filter((plan) => plan.organizationId === where)
      .flatMap(({ items }) => items.filter((item) => item.outcome === 'posted' && fold(item.contractKey) === contractKey))
      .map(() => contractKey),
  );

const LISTS = { contract: 'contracts', service: 'services', charge: 'charges' } as const;

/** Autotask asked by id: what is hidden answers, or does not. */
function answeringById(all: Books, hiddenIds: Map<string, Hidden>): object {
  const recordOf = (kind: Hidden['kind'], id: number): { id: number } | undefined => {
    const isSilent = hiddenIds.get(`${kind} ${id}`)?.answersById === false;
    return isSilent ? undefined : all[LISTS[kind]]?.find((one) => one.id === id);
  };
  const keysOf = (record: object): string[] => {
    const { subscriptionId, number, key } = record as Record<string, string | null | undefined>;
    return [subscriptionId, number, key].flatMap((text) => text ?? []);
  };
  return {
    readByIds: (kind: Hidden['kind'], ids: number[]) =>
      Promise.resolve(
        new Map(
          ids.flatMap((id) => {
            const record = recordOf(kind, id);
            return record === undefined ? [] : [[id, { keys: keysOf(record) }] as const];
          }),
        ),
      ),
    isThere: (kind: Hidden['kind'], id: number) => Promise.resolve(recordOf(kind, id) !== undefined),
    isSurveyed: (id: number) => Promise.resolve(!hiddenIds.has(`contract ${id}`)),
  };
}
