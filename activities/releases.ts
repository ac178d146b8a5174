import type { Plan } from '../shared/billing/plan-types.js';
import { isCovered, type Releasable } from '../shared/billing/covered.js';
import type { PlanRequest } from '../shared/contract.js';
import { EvidenceMissing } from '../shared/evidence/index.js';
import type { Dependencies } from './dependencies.js';

/**
 * What a person released, over interruptions: a plan that was carried out in part is another plan with another digest. The release covers what is left of it,
 * and nothing beyond.
 */

type Evidence = Dependencies['evidence'];
type Waiting = Pick<PlanRequest, 'broker' | 'month' | 'organizationId'>;

const nameOf = ({ broker, month, organizationId }: Waiting, digest: string): string =>
  `plans/${broker}/${month}/${encodeURIComponent(organizationId)}/${digest}`;

/** Keeps a plan that waits, as it is when all of it is released. */
export async function keepForRelease(evidence: Evidence, request: Waiting, { items, steps, digest }: Plan): Promise<void> {
  const name = nameOf(request, digest);
  const kept: Releasable = { items, steps };
  const ref = await evidence.put(kept, request.organizationId);
  if ((await evidence.pointer(name)) !== ref) await evidence.point(name, ref);
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
    const ref = await evidence.pointer(nameOf(request, digest));
    return ref === null ? null : await evidence.get<Releasable>(ref);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null; // it cannot be compared: the plan waits
    throw error;
  }
}
