import type { AcceptedPart } from '../../shared/billing/report/accepted.js';
import { isBreaker } from '../../shared/billing/plan/breakers.js';
import { cutReport, type MonthFacts, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { addDays, firstDay, nextMonth } from '../../shared/billing/basics/month.js';
import { planOrganization } from '../../shared/billing/plan/plan.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Line, Settings } from '../../shared/billing/types.js';
import { books, company, report, settings } from '../billing/builders.js';
import { AutotaskInMemory } from '../billing/memory.js';
import { ordinaryYear, PRICES, type YearMonth } from './world.js';

/** The year in daily runs, by the planner alone: how many customer-months wait for a person although nothing is wrong. Whatever waits is released at once. */

export interface Year {
  customerMonths: number;
  /** Customer-months in which something waited, and those by reason. */
  tripped: number;
  reasons: Record<string, number>;
  plans: number;
  /** What tripped, in words, for anyone who looks for the cause. */
  examples: string[];
}

const EXAMPLES = 40;

export function playYear({
  customers,
  months,
  seed,
  everyDays = 1,
}: {
  customers: number;
  months: number;
  seed: number;
  everyDays?: number;
}): Year {
  const tenants = new Map<string, AutotaskInMemory>();
  const year: Year = { customerMonths: 0, tripped: 0, reasons: {}, plans: 0, examples: [] };
  let previousLines: Line[] = [];
  for (const month of ordinaryYear(customers, months, seed)) {
    playMonth(month, previousLines, { tenants, everyDays, year });
    previousLines = month.lines;
  }
  return year;
}

function playMonth(
  month: YearMonth,
  previousLines: Line[],
  { tenants, everyDays, year }: { tenants: Map<string, AutotaskInMemory>; everyDays: number; year: Year },
): void {
  const whole = report({ ...month, previousLines, prices: PRICES });
  const accepted = new Map<string, AcceptedPart>();
  const reasons = new Map<string, Set<string>>();
  const last = firstDay(nextMonth(month.month));
  for (let asOf = addDays(firstDay(month.month), 1); asOf <= last; asOf = addDays(asOf, everyDays)) {
    const { facts, organizations } = cutReport(whole, asOf);
    if (facts.lines === 0) continue;
    for (const slice of organizations) {
      const plan = billed({ facts, slice: withAccepted(slice, accepted) }, tenantOf(tenants, slice));
      year.plans += 1;
      if (plan.accepted) accepted.set(slice.organization.id, plan.accepted);
      note(plan, reasons, year);
    }
  }
  count(month, reasons, year);
}

const withAccepted = (slice: OrganizationFacts, accepted: Map<string, AcceptedPart>): OrganizationFacts => {
  const part = accepted.get(slice.organization.id);
  return part === undefined ? slice : { ...slice, accepted: part };
};

function tenantOf(tenants: Map<string, AutotaskInMemory>, { organization }: OrganizationFacts): AutotaskInMemory {
  const known = tenants.get(organization.id);
  if (known) return known;
  const made = new AutotaskInMemory(books({ companies: [company({ id: Number(organization.companyIdText) })] }));
  tenants.set(organization.id, made);
  return made;
}

const DEFAULTS: Settings = settings();

/** The plan as it is shown; what it holds is released and written, so that the next day begins in balance. */
function billed(input: { facts: MonthFacts; slice: OrganizationFacts }, tenant: AutotaskInMemory): Plan {
  const shown = planOrganization({ ...input, books: tenant.books, settings: DEFAULTS });
  const holds = isWaiting(shown);
  const plan = holds
    ? planOrganization({ ...input, books: tenant.books, settings: DEFAULTS, approvedDigest: shown.digest })
    : shown;
  tenant.apply(structuredClone(plan.steps));
  return holds ? { ...shown, ...(plan.accepted ? { accepted: plan.accepted } : {}) } : plan;
}

const isWaiting = ({ items, ghosts }: Plan): boolean =>
  items.some(({ reason }) => isBreaker(reason)) || ghosts.some(({ reason }) => isBreaker(reason ?? null));

function note(plan: Plan, reasons: Map<string, Set<string>>, year: Year): void {
  const held = [...plan.items, ...plan.ghosts].flatMap(({ reason, message }) =>
    isBreaker(reason ?? null) ? [{ reason: reason!, message }] : [],
  );
  for (const { reason, message } of held) {
    reasons.set(plan.organizationId, (reasons.get(plan.organizationId) ?? new Set<string>()).add(reason));
    if (year.examples.length < EXAMPLES) year.examples.push(`${plan.organizationId} ${plan.asOf}: ${message}`);
  }
}

function count({ lines }: YearMonth, reasons: Map<string, Set<string>>, year: Year): void {
  year.customerMonths += new Set(lines.map(({ organizationId }) => organizationId)).size;
  year.tripped += reasons.size;
  for (const own of reasons.values()) for (const reason of own) year.reasons[reason] = (year.reasons[reason] ?? 0) + 1;
}
