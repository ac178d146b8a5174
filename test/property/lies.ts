import { withRemembered } from '../../activities/gather/remembered.js';
import type { Dependencies } from '../../activities/dependencies.js';
import { SearchBlind } from '../../shared/autotask/index.js';
import type { AcceptedPart } from '../../shared/billing/report/accepted.js';
import { compareWithAccepted } from '../../shared/billing/report/comparison.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { indexNames, joinNames, namesOf, namesOfItems, NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import { planOrganization, type PlanInput } from '../../shared/billing/plan/plan.js';
import { isUnlinked, planStrays, strayContracts, type StrayInput } from '../../shared/billing/ghosts/strays.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Report } from '../../shared/billing/types.js';
import { memoryEvidence } from '../../shared/evidence/memory.js';
import { noteRecord } from '../../shared/evidence/remembered.js';
import { books, company, settings as usualSettings } from '../billing/builders.js';
import { AutotaskInMemory } from '../billing/memory.js';
import { ofItems } from './month.js';
import { SHARED_SERVICES } from '../../shared/billing/basics/record-types.js';
import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';

import { COMPANIES, MONTH, type Hidden, type LyingDay, type LyingStory } from './lies-story.js';
import { happen, reportOf, type Sold } from './lies-vendor.js';

type StrayFacts = Pick<StrayInput, 'facts' | 'gone'>;

/**
 * A month of two customers whose vendors do not tell everything: reports lose organizations, services, record types, subscriptions and lists from one day to
 * the next, days are played in any order, and Autotask's search hides records, which may answer by their ids. What must hold is in `lies-checks.ts`.
 */

const BROKER = 'default';

/** A day's run: what was so, what was reported, and what came of it. */
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
    const report = reportOf([...this.sold.values()], day, this.companies);
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
    const { facts, organizations, gone } = compareWithAccepted(cutReport(report, asOf, this.named), accepted, settings);
    const inputs = organizations.map((slice) => ({ facts, slice, books: survey, settings }));
    const first = inputs.map((input) => planOrganization(input));
    const plans = inputs.map((input, index) => {
      const moved = movedFrom(input, first);
      return moved.length === 0 ? first[index]! : planOrganization({ ...input, moved });
    });
    const strays = this.strays({ facts, gone }, inputs, plans, survey);
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

  private strays({ facts, gone }: StrayFacts, inputs: PlanInput[], plans: Plan[], survey: Books): Plan[] {
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
      gone,
      unlinked: plans.flatMap((plan, index) => (isUnlinked(plan) ? (inputs[index]!.slice.accepted?.items ?? []) : [])),
      mentioned: new Set(
        plans.flatMap((plan) =>
          [...(isUnlinked(plan) ? [] : plan.items), ...plan.ghosts].map(({ contractKey }) => fold(contractKey)),
        ),
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

/** What `activities/decide/moved.ts` answers: the subscriptions that are planned for whom they moved to. */
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
    showsService: (id: number) => Promise.resolve(!hiddenIds.has(`service ${id}`)),
    showsProduct: (id: number) => Promise.resolve(!hiddenIds.has(`product ${id}`)),
    refreshShared: () => Promise.resolve(),
  };
}
