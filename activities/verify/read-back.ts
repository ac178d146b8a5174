import { isBreaker } from '../../shared/billing/plan/breakers.js';
import { big } from '../../shared/billing/basics/decimal.js';
import { planOrganization } from '../../shared/billing/plan/plan.js';
import { fold, groupBy, same } from '../../shared/billing/basics/text.js';
import { monthOf } from '../../shared/billing/basics/month.js';
import type { Plan, PostAdjustmentStep, Step } from '../../shared/billing/plan-types.js';
import type { Books, Charge } from '../../shared/billing/types.js';
import type { VerifyRequest } from '../../shared/messages/messages.js';
import type { ReadBack, Written } from '../../shared/autotask/index.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Catalogue } from '../carry-out/catalogue.js';
import type { Dependencies } from '../dependencies.js';
import { describeServices } from '../carry-out/descriptions.js';
import { LOOK_AFTER_MS } from '../gather/wait-until-visible.js';
import { endsActivity } from '../failures.js';
import type { KeptPlan } from '../decide/plan-organization.js';
import { movedFrom } from '../decide/moved.js';
import type { Slices } from '../gather/report-slices.js';
import { BREAKERS_OFF } from '../../shared/billing/plan/breaker-limits.js';
import { changes } from '../../shared/billing/basics/step-kinds.js';

/**
 * Rule 7.9: everything written is read back, one query per kind of record, and compared. The comparison is the planner itself: what it would still write
 * is what does not agree.
 */

interface Sources {
  dependencies: Dependencies;
  slices: Slices;
  catalogue: Catalogue;
}

/** The plan that would still be needed after everything was written, with the books it is made from; `unreadable` when Autotask cannot be read. */
export async function readBack(sources: Sources, request: VerifyRequest, kept: KeptPlan): Promise<KeptPlan | 'unreadable'> {
  const { dependencies } = sources;
  return whileReadable(dependencies, async () => {
    let check: KeptPlan | null = null;
    for (const delay of LOOK_AFTER_MS) {
      await dependencies.clock.sleep(delay);
      dependencies.heartbeat('reading back');
      check = await planAgain(sources, request, kept);
      if (check.plan.steps.length === 0 && isSeen(kept.plan, check.books, request)) break;
    }
    return check!;
  });
}

/** Writes the texts that this run or an earlier one owes on the organization's contracts (5.4). False where it could not be done: no money hangs on it. */
export async function describeOwed(
  { dependencies }: Sources,
  request: VerifyRequest,
  { books }: Pick<KeptPlan, 'books'>,
): Promise<boolean> {
  const contractIds = new Set([...request.contractIds, ...books.contracts.map(({ id }) => id)]);
  const done = await whileReadable(dependencies, () => describeServices(dependencies, request, contractIds));
  return done !== 'unreadable';
}

async function whileReadable<T>({ attempt }: Dependencies, read: () => Promise<T>): Promise<T | 'unreadable'> {
  try {
    return await read();
  } catch (error) {
    const { number, last } = attempt();
    if (error instanceof ApiError && (number >= last || endsActivity(error))) return 'unreadable';
    throw error;
  }
}

/** Whether the charges that were written show: a row may show before the charge next to it, and seem to be enough without it. */
function isSeen(plan: Plan, { charges }: Books, { stops }: VerifyRequest): boolean {
  const stopped = new Set(stops.flatMap(({ items }) => items));
  return plan.steps.every((step) => {
    if (step.kind !== 'postCharge' || step.items.some((id) => stopped.has(id))) return true;
    if (step.action === 'delete') return !charges.some(({ id }) => id === step.chargeId);
    const { unitPrice, unitCost, quantity } = step;
    return charges.some(
      (charge) =>
        same(charge.key, step.chargeKey) &&
        charge.notBillable !== true &&
        big(charge.unitPrice).eq(unitPrice) &&
        big(charge.unitCost).eq(unitCost) &&
        big(charge.quantity).eq(quantity),
    );
  });
}

async function planAgain(
  { dependencies, slices, catalogue }: Sources,
  request: VerifyRequest,
  { plan, books }: KeptPlan,
): Promise<KeptPlan> {
  const { autotask, settings } = dependencies;
  const { month, given, organizationId, refused } = request;
  const known = catalogue.writtenByOthers(plan, organizationId);
  const written = writtenBy(plan, request, known);
  const options = { onProgress: dependencies.heartbeat, signal: dependencies.signal() };
  const fresh = await autotask.readBack({ month, written, ...options });
  // What is gone was decided on before anything was written.
  const after = { ...overlay(books, { fresh, written, month, known }), gone: [] };
  const facts = await slices.facts(given.report);
  const slice = await slices.organization(given.report, organizationId);
  const { report, survey } = given;
  const moved = await movedFrom(dependencies, slices, { broker: request.broker, month, report, survey }, { facts, slice });
  const decide = (now: Books): KeptPlan => ({
    plan: withoutHeld(
      planOrganization({ facts, slice, books: now, settings: { ...settings, breakers: BREAKERS_OFF }, refused, moved }),
      plan,
    ),
    books: now,
  });
  const check = decide(after);
  const { needs } = check.plan;
  const compared = needs.length === 0 ? check : decide(await autotask.readNeighbours(after, month, needs, options));
  const gaps = await standingGaps(dependencies, plan);
  return { ...compared, plan: { ...compared.plan, steps: [...compared.plan.steps, ...gaps] } };
}

/**
 * Steps for months in which a contract had ended (6.4) whose rows still bill. The planner does not miss them: it compares the month, and Autotask no longer shows
 * that the contract had ended.
 */
async function standingGaps({ autotask }: Dependencies, { steps }: Plan): Promise<Step[]> {
  const gaps = steps.filter((step): step is PostAdjustmentStep => step.kind === 'postAdjustment' && step.purpose === 'gap');
  const standing: Step[] = [];
  for (const [day, group] of groupBy(gaps, ({ day }) => day)) {
    const rows = await autotask.findRowsToAdjust([...new Set(group.flatMap(({ contractId }) => contractId ?? []))], day);
    const bills = ({ contractId, serviceId }: PostAdjustmentStep): boolean =>
      rows.some((row) => row.contractId === contractId && row.serviceId === serviceId && row.startDay === day && row.units !== 0);
    standing.push(...group.filter(bills));
  }
  return standing;
}

/** What a breaker held was not written, and is not missed. The digest stays that of the whole, which is what is released now (9). */
function withoutHeld(check: Plan, { items }: Plan): Plan {
  const held = items.filter(({ reason }) => isBreaker(reason));
  const [ids, contractKeys] = [new Set(held.map(({ id }) => id)), new Set(held.map(({ contractKey }) => fold(contractKey)))];
  const isHeld = (step: Step): boolean =>
    step.items.every((id) => ids.has(id) || id.startsWith('ghost-')) &&
    (!('contractKey' in step) || contractKeys.has(fold(step.contractKey)));
  return held.length === 0 ? check : { ...check, steps: check.steps.filter((step) => !isHeld(step)) };
}

/** Services and products, as the books have them. */
type CatalogueBooks = Pick<Books, 'services' | 'products'>;

/** What the plan wrote, by kind of record; after a refusal, when two plans were carried out, everything on the contracts that were touched. */
function writtenBy(plan: Plan, { contractIds, refused }: VerifyRequest, known: CatalogueBooks): Written {
  const touched = new Set(contractIds);
  const named = new Set(
    plan.steps.flatMap((step) => ('contractKey' in step && step.contractId !== null ? [step.contractId] : [])),
  );
  const made = contractIds.filter((id) => !named.has(id));
  const on = (isMeant: (step: Step) => boolean): number[] => {
    const steps = plan.steps.filter((step) => 'contractKey' in step && isMeant(step));
    const ids = steps.flatMap((step) => ('contractKey' in step && step.contractId !== null ? [step.contractId] : []));
    const hasNew = steps.some((step) => 'contractKey' in step && step.contractId === null);
    return [...new Set([...ids.filter((id) => touched.has(id)), ...(hasNew ? made : [])])].sort((left, right) => left - right);
  };
  const isKnown = (records: { key: string | null }[], key: string): boolean => records.some((one) => fold(one.key) === fold(key));
  const all = refused.length > 0 ? contractIds : null;
  return {
    contracts: all ?? on((step) => changes(step, 'contracts')),
    rows: all ?? on((step) => changes(step, 'rows')),
    nextRows: all ?? on((step) => step.kind === 'postAdjustment' && step.purpose === 'one-off'),
    charges: all ?? on((step) => changes(step, 'charges')),
    serviceKeys: plan.steps.flatMap((step) =>
      step.kind === 'ensureService' && !isKnown(known.services, step.serviceKey) ? [step.serviceKey] : [],
    ),
    productKeys: plan.steps.flatMap((step) =>
      step.kind === 'ensureProduct' && !isKnown(known.products, step.productKey) ? [step.productKey] : [],
    ),
  };
}

interface OverlayInput {
  fresh: ReadBack;
  written: Written;
  month: string;
  known: CatalogueBooks;
}

/** The books with what was read back in place of what was known before of the same records. */
function overlay(books: Books, { fresh, written, month, known }: OverlayInput): Books {
  const [contracts, rows, charges] = [new Set(written.contracts), new Set(written.rows), new Set(written.charges)];
  const isOfMonth = ({ key, day }: Charge): boolean => fold(key).startsWith(`cm-${month}-`) || monthOf(day) === month;
  return {
    ...books,
    contracts: [...books.contracts.filter(({ id }) => !contracts.has(id)), ...fresh.contracts],
    rows: [...books.rows.filter(({ contractId }) => !rows.has(contractId)), ...fresh.rows],
    charges: byId([
      ...books.charges.filter((charge) => !(charges.has(charge.contractId) && isOfMonth(charge))),
      ...fresh.charges,
    ]),
    // What was written carries forward: the neighbouring rows are others now.
    detailed: books.detailed.filter((id) => !rows.has(id)),
    services: byId([...books.services, ...known.services, ...fresh.services]),
    products: byId([...books.products, ...known.products, ...fresh.products]),
    ...(fresh.unreadable === undefined ? {} : { unreadable: [...(books.unreadable ?? []), ...fresh.unreadable] }),
  };
}

/** Each once; a later one counts. */
const byId = <T extends { id: number }>(records: T[]): T[] => [...new Map(records.map((record) => [record.id, record])).values()];
