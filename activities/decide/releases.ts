import type { Plan } from '../../shared/billing/plan-types.js';
import { isCovered, type Releasable } from '../../shared/billing/plan/covered.js';
import type { PlanRequest } from '../../shared/messages/messages.js';
import { addMonths } from '../../shared/billing/basics/month.js';
import { byText } from '../../shared/billing/basics/text.js';
import { EvidenceMissing } from '../../shared/evidence/index.js';
import { nameSegment, plannedPrefix } from '../../shared/evidence/months.js';
import type { Dependencies } from '../dependencies.js';

/**
 * What a person released, over interruptions: a plan that was carried out in part is another plan with another digest. The release covers what is left of it,
 * and nothing beyond.
 */

type Evidence = Dependencies['evidence'];
type Waiting = Pick<PlanRequest, 'broker' | 'month' | 'organizationId'>;
type Asked = Waiting & Pick<PlanRequest, 'approvedDigest'>;

/** Of an organization's month, so many plans at least can be released: a month that is looked at every day comes to another plan now and then. */
export const PLANS_KEPT = 20;
/** After so many months nobody releases a plan any more, or makes it once more. What was billed is kept on. */
export const MONTHS_KEPT = 24;

const prefixOf = ({ broker, month, organizationId }: Waiting): string =>
  `plans/${broker}/${month}/${nameSegment(organizationId)}/`;

/** Names of persons who released a plan are below it. */
export const releasesPrefix = ({ broker, month, organizationId }: Waiting, digest: string): string =>
  `releases/${broker}/${month}/${nameSegment(organizationId)}/${digest}/`;

interface Kept extends Releasable {
  /** ISO time at which it waited last, to the day. */
  at: string;
}

/** Keeps a plan that waits, as it is when all of it is released. */
export async function keepForRelease(evidence: Evidence, request: Asked, { items, steps, digest }: Plan): Promise<void> {
  const name = prefixOf(request) + digest;
  const at = (await evidence.now()).toISOString();
  const before = await keptAt(evidence, name);
  if (before?.slice(0, DAY) === at.slice(0, DAY)) return;
  const kept: Kept = { items, steps, at };
  await evidence.point(name, await evidence.put(kept));
  if (before === null) await forgetOldest(evidence, request, digest);
}

const DAY = 'YYYY-MM-DD'.length;

/** When a plan waited last; null where it is not kept. */
async function keptAt(evidence: Evidence, name: string): Promise<string | null> {
  try {
    const ref = await evidence.pointer(name);
    return ref === null ? null : (await evidence.get<Kept>(ref)).at;
  } catch (error) {
    if (error instanceof EvidenceMissing) return null; // nothing can be compared with it any more
    throw error;
  }
}

/** Forgets the plans that waited longest ago, but none that somebody released: what is left of it may still have to be done. */
async function forgetOldest(evidence: Evidence, request: Asked, digest: string): Promise<void> {
  const prefix = prefixOf(request);
  const names = await evidence.names(prefix);
  if (names.length <= PLANS_KEPT) return;
  const plans = await Promise.all(names.map(async (name) => ({ name, at: (await keptAt(evidence, name)) ?? '' })));
  const oldest = plans.sort((left, right) => byText(right.at, left.at)).slice(PLANS_KEPT);
  for (const { name } of oldest) {
    const other = name.slice(prefix.length);
    if (other === digest || other === request.approvedDigest) continue;
    if ((await evidence.names(releasesPrefix(request, other))).length === 0) await evidence.unpoint(name);
  }
}

/** Forgets the plans of the month that has become too old with this one. */
export async function forgetOldPlans(evidence: Evidence, { broker, month }: Pick<Waiting, 'broker' | 'month'>): Promise<void> {
  const prefix = plannedPrefix(broker, addMonths(month, -MONTHS_KEPT));
  for (const planned of await evidence.names(prefix)) {
    const waited = await evidence.names(`plans/${planned.slice('planned/'.length)}/`);
    // The last to go is the one by which the others are found.
    for (const name of [...waited, planned]) await evidence.unpoint(name);
  }
}

export interface Release {
  plan: Plan;
  /** The digest that counts as released: of the plan as it is now, where the release covers it. */
  digest: string | null;
  /** The plan with all breakers released. */
  whole(): Plan;
}

/** The plan as what was released lets it be. `planWith` plans with a digest released. */
export async function releaseFor(
  evidence: Evidence,
  request: PlanRequest,
  planWith: (digest: string | null) => Plan,
): Promise<Release> {
  const { approvedDigest } = request;
  const plan = planWith(approvedDigest);
  const whole = (): Plan => planWith(plan.digest);
  const asAsked = { plan, digest: approvedDigest, whole };
  if (approvedDigest === null || approvedDigest === plan.digest) return asAsked;
  const released = await readReleased(evidence, request, approvedDigest);
  if (released === null) return asAsked;
  const left = whole();
  return isCovered(left, released) ? { plan: left, digest: left.digest, whole } : asAsked;
}

/** The plan of a digest, as it is when all of it is released; null where it is not kept. */
export async function readReleased(evidence: Evidence, request: Waiting, digest: string): Promise<Releasable | null> {
  try {
    const ref = await evidence.pointer(prefixOf(request) + digest);
    return ref === null ? null : await evidence.get<Releasable>(ref);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null; // it cannot be compared: the plan waits
    throw error;
  }
}
