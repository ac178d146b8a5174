import { amountText } from '../../shared/billing/basics/decimal.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import type { Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { ruleOf } from '../../shared/billing/derivation/rule-of-reason.js';
import type { Month, Settings } from '../../shared/billing/types.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/index.js';
import { plannedName, type MonthRead } from '../../shared/evidence/months.js';
import { planOrHold } from './plan-or-hold.js';
import type { KeptPlan } from './plan-organization.js';
import { movedFrom } from './moved.js';
import { Slices } from '../gather/report-slices.js';

/**
 * A past month decided once more by today's code, from what the evidence keeps: the report, the books and the settings of that time. No vendor is asked. A plan that
 * reads the same to the byte shows that the rules have not moved; one that differs says where, and by which rule.
 */
export interface Recomputed {
  month: Month;
  organizations: RecomputedOrganization[];
}

export interface RecomputedOrganization {
  organizationId: string;
  organizationName: string;
  /** `unknown` where the evidence no longer keeps what the plan was made of. */
  verdict: 'same' | 'differs' | 'unknown';
  differences: PlanDifference[];
}

export interface PlanDifference {
  /** The rule of today's reason, or of the one that is gone; null for amounts and steps that no reason stops. */
  rule: string | null;
  what: string;
  then: string;
  now: string;
}

export async function recomputeMonth(
  evidence: Evidence,
  { result, record, outcomes }: MonthRead,
  onProgress: (name: string) => void,
): Promise<Recomputed> {
  const slices = new Slices(evidence);
  const organizations: RecomputedOrganization[] = [];
  for (const outcome of outcomes) {
    onProgress(outcome.organizationName);
    const { organizationId, organizationName } = outcome;
    const pair = await plansOf(evidence, slices, { result, record }, outcome);
    const differences = pair === null ? [] : differencesOf(pair.then, pair.now);
    const isSame = pair !== null && JSON.stringify(decided(pair.then)) === JSON.stringify(decided(pair.now));
    const verdict = pair === null ? 'unknown' : isSame ? 'same' : 'differs';
    organizations.push({ organizationId, organizationName, verdict, differences });
  }
  return { month: result.month, organizations };
}

type Decided = Pick<Plan, 'items' | 'ghosts' | 'steps' | 'digest'>;

const decided = ({ items, ghosts, steps, digest }: Decided): Decided => ({ items, ghosts, steps, digest });

/** The plan as it was and as it is now; null where what it was made of is not kept. */
async function plansOf(
  evidence: Evidence,
  slices: Slices,
  month: Pick<MonthRead, 'result' | 'record'>,
  outcome: Outcome,
): Promise<{ then: Decided; now: Decided } | null> {
  try {
    return (await plannedOne(evidence, slices, month, outcome)) ?? (await settledOne(evidence, slices, month, outcome));
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

/** Of an organization that a workflow planned. */
async function plannedOne(
  evidence: Evidence,
  slices: Slices,
  { result: { broker, month } }: Pick<MonthRead, 'result'>,
  { organizationId, planDigest }: Outcome,
): Promise<{ then: Decided; now: Decided } | null> {
  const ref = await evidence.pointer(plannedName(broker, month, organizationId));
  if (ref === null) return null;
  const { plan: then, books, made } = await evidence.get<KeptPlan>(ref);
  if (made === undefined || then.digest !== planDigest) return null;
  const [facts, slice, settings] = await Promise.all([
    slices.facts(made.report),
    slices.organization(made.report, organizationId),
    evidence.get<Settings>(made.settings),
  ]);
  const { approvedDigest, refused, moved } = made;
  return { then, now: planOrHold({ facts, slice, books, settings, approvedDigest, refused, moved }) };
}

/** Of an organization that needed nothing: it was decided from the run's own survey. */
async function settledOne(
  evidence: Evidence,
  slices: Slices,
  { result: { broker, month }, record }: Pick<MonthRead, 'result' | 'record'>,
  outcome: Outcome,
): Promise<{ then: Decided; now: Decided } | null> {
  const { report, survey, settings: settingsRef } = record;
  if (report === undefined || survey === undefined || settingsRef === undefined) return null;
  const settings = await evidence.get<Settings>(settingsRef);
  const [facts, slice, books] = await Promise.all([
    slices.facts(report),
    slices.organization(report, outcome.organizationId),
    slices.books(survey, outcome.organizationId),
  ]);
  if (books === null) return null;
  const moved = await movedFrom({ evidence, settings }, slices, { broker, month, report, survey }, { facts, slice });
  const now = planOrHold({ facts, slice, books, settings, moved });
  if (now.digest !== outcome.planDigest && outcome.answers?.report !== report) return null;
  return { then: { ...outcome, digest: outcome.planDigest }, now };
}

// ---------------------------------------------------------------------------------------------------------------- differences

function differencesOf(then: Decided, now: Decided): PlanDifference[] {
  return [
    ...pairs(then.items, now.items, ({ id }) => id).flatMap(([before, after]) => itemDifference(before, after)),
    ...pairs(then.steps, now.steps, identityOf).flatMap(([before, after]) => stepDifference(before, after)),
  ];
}

/** What a step is about, regardless of what it changes there. */
const identityOf = (step: Step): string =>
  [
    step.kind,
    'contractKey' in step ? step.contractKey : '',
    'serviceKey' in step ? step.serviceKey : '',
    'productKey' in step ? step.productKey : '',
    'chargeKey' in step ? step.chargeKey : '',
  ].join('|');

/** What both lists hold of each key, in the order of the first. */
function pairs<T>(then: T[], now: T[], keyOf: (one: T) => string): [before: T | undefined, after: T | undefined][] {
  const before = new Map(then.map((one) => [keyOf(one), one]));
  const after = new Map(now.map((one) => [keyOf(one), one]));
  return [...new Set([...before.keys(), ...after.keys()])].map((key) => [before.get(key), after.get(key)]);
}

function itemDifference(before: PlannedItem | undefined, after: PlannedItem | undefined): PlanDifference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const { productName, contractKey } = (after ?? before)!;
  const reason = after?.reason ?? before?.reason ?? null;
  return [
    {
      rule: reason === null ? null : ruleOf(reason),
      what: `${productName} (${contractKey})`,
      then: itemText(before),
      now: itemText(after),
    },
  ];
}

const itemText = (item: PlannedItem | undefined): string =>
  item === undefined
    ? 'nothing'
    : `${amountText(item.sales, item.currency)}, ${item.outcome}${item.reason === null ? '' : ` (${item.reason})`}`;

function stepDifference(before: Step | undefined, after: Step | undefined): PlanDifference[] {
  const [then, now] = [before, after].map((step) => (step === undefined ? 'nothing' : JSON.stringify(step)));
  return then === now ? [] : [{ rule: null, what: `step ${(after ?? before)!.kind}`, then: then!, now: now! }];
}
