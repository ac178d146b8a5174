import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import { companyIdOf, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { fold } from '../../shared/billing/basics/text.js';
import { setAside, type Dismissal } from '../../shared/billing/ghosts/dismissal.js';
import { isStray, isUnlinked, planStrays, type Stopped } from '../../shared/billing/ghosts/strays.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Organization } from '../../shared/billing/types.js';
import type { Ref } from '../../shared/messages/messages.js';
import { outcomesPrefix, type OwnBooks } from '../../shared/evidence/months.js';
import type { Dependencies } from '../dependencies.js';
import { keepOutcome, outcomeOfPlan, statusOf } from '../verify/outcomes.js';
import type { Slices } from '../gather/report-slices.js';

/** Rule 8.7 for a run: who was planned is reported one by one, and what is left at companies where nobody looks is planned at the end. */
export class StrayMoney {
  private readonly organizations: Organization[] = [];
  private readonly stopped: Stopped[] = [];
  private readonly unlinked: AcceptedItem[] = [];
  private readonly mentioned = new Set<string>();

  constructor(
    private readonly slices: Slices,
    private readonly given: { report: Ref; survey: Ref },
  ) {}

  /** Notes an organization, what of it is stopped, and which contracts its plan reports: not of those that it leaves out because they have no company. */
  note({ organization, accepted }: OrganizationFacts, plan: Pick<Plan, 'items' | 'ghosts'>): void {
    const { items, ghosts } = plan;
    this.organizations.push(organization);
    if (isUnlinked(plan)) this.unlinked.push(...(accepted?.items ?? []));
    for (const { contractKey } of isUnlinked(plan) ? ghosts : [...items, ...ghosts]) this.mentioned.add(fold(contractKey));
    const companyId = companyIdOf(organization.companyIdText ?? '') ?? null;
    for (const { outcome, contractKey } of items) if (outcome === 'held') this.stopped.push({ contractKey, companyId });
  }

  /** Null where the survey was of some organizations alone: what it left out may belong to somebody. */
  async plans(settings: Dependencies['settings']): Promise<Plan[] | null> {
    const { strays } = await this.slices.survey(this.given.survey);
    if (strays === undefined) return null;
    const shared = await this.slices.sharedOf(this.given.survey);
    const books: Books = { ...shared, ...(await this.slices.kept<OwnBooks>(strays)) };
    const facts = await this.slices.facts(this.given.report);
    const { organizations, stopped, unlinked, mentioned } = this;
    const gone = await this.slices.gone(this.given.report);
    return planStrays({ facts, organizations, stopped, books, settings, gone, unlinked, mentioned });
  }
}

/** Keeps an outcome for each, and none for what is settled since. */
export async function keepStrays(
  dependencies: Dependencies,
  slices: Slices,
  {
    request: { broker, month, report },
    plans,
    dismissals,
  }: { request: { broker: string; month: string; report: Ref }; plans: Plan[]; dismissals: Dismissal[] },
): Promise<void> {
  const { evidence } = dependencies;
  const found = new Set(plans.map(({ organizationId }) => organizationId));
  for (const name of await evidence.names(outcomesPrefix(broker, month))) {
    const id = name.slice(outcomesPrefix(broker, month).length);
    if (isStray(id) && !found.has(id)) await evidence.unpoint(name);
  }
  for (const plan of plans) {
    const ghosts = setAside(plan.ghosts, dismissals);
    await keepOutcome(
      dependencies,
      slices,
      { broker, report },
      outcomeOfPlan({ ...plan, ghosts }, statusOf(plan.items, ghosts, false)),
    );
  }
}
