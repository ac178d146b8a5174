import { isLookedAt, LOOK_COUNTS_MS, ROWS_A_LOOK, type Autotask } from '../../shared/autotask/index.js';
import type { Step } from '../../shared/billing/plan-types.js';
import type { Day, Row } from '../../shared/billing/types.js';
import type { PlanRequest } from '../../shared/messages/messages.js';
import type { Clock } from '../dependencies.js';

/**
 * The last check of rows before they are adjusted, taken for as many as come next in the plans that are carried out: a check for each row would double the
 * calls of a month, and one for each organization would still be a fifth of a day of corrections. It serves each row once and only for moments, so that what
 * a person does meanwhile is still seen.
 */

/** Plans that are carried out at the same time are fewer; what was never finished is forgotten. */
const PLANS_REMEMBERED = 100;

interface Place {
  contractId: number;
  serviceId: number;
  day: Day;
}

interface Look {
  /** Null while it is under way: calls may wait for quota, and later callers wait with them. */
  answeredAt: number | null;
  /** Not served yet. */
  places: Place[];
  rows: Promise<Row[]>;
}

type Organization = Pick<PlanRequest, 'broker' | 'month' | 'organizationId'>;

export class BatchedReads {
  /** What each plan adjusts from here on, in its order; the latest plan last. */
  private readonly plans = new Map<string, Place[]>();
  /** What a run's organizations adjust when their turn comes, in the order of the turns. */
  private coming = new Map<string, Place[]>();
  private looks: Look[] = [];

  constructor(private readonly dependencies: { autotask: Pick<Autotask, 'findRowsToAdjust'>; clock: Clock }) {}

  /** Says what a run is going to do, in place of what the run before it was. Of a place that was looked at before its turn, this is forgotten. */
  announce(coming: { organization: Organization; steps: Step[] }[]): void {
    this.coming = new Map(coming.map(({ organization, steps }) => [keyOf(organization), placesOf(steps)]));
  }

  /** Has a plan made, and notes which steps come next by it. */
  async expecting<P extends { steps: Step[] }>(request: PlanRequest, plan: () => Promise<P>): Promise<P> {
    const made = await plan();
    this.expect(request, made.steps, request.given.survey !== null && request.refused.length === 0);
    return made;
  }

  /**
   * Says which steps come next for an organization, in order; what was said before no longer counts. Nor does what was seen before, unless the organization was
   * planned from a run's survey, which is older than any look of that run.
   */
  expect(organization: Organization, steps: Step[], isOfSurvey = false): void {
    const key = keyOf(organization);
    this.plans.delete(key);
    this.coming.delete(key);
    const places = placesOf(steps);
    if (!isOfSurvey) for (const look of this.looks) look.places = look.places.filter((place) => find(places, place) < 0);
    if (places.length === 0) return;
    this.plans.set(key, places);
    const [oldest] = this.plans.keys();
    if (this.plans.size > PLANS_REMEMBERED && oldest !== undefined) this.plans.delete(oldest);
  }

  /**
   * The service's rows on the contract that begin on the day, and later ones that are frozen, as they are now or were moments ago. Asked a second time, it
   * looks again.
   */
  async rowsToAdjust(organization: Organization, place: Place): Promise<Row[]> {
    const next = this.comeTo(organization, place);
    const look = this.counting().find(({ places }) => find(places, place) >= 0) ?? this.lookAt([place, ...next]);
    look.places.splice(find(look.places, place), 1);
    const { contractId, serviceId } = place;
    return (await look.rows).filter((row) => row.contractId === contractId && row.serviceId === serviceId);
  }

  /** Notes how far an organization's plan has come; answers what comes next in it, then in the plans of others, and then in those whose turn comes. */
  private comeTo(organization: Organization, place: Place): Place[] {
    const key = keyOf(organization);
    const own = this.plans.get(key) ?? [];
    own.splice(0, find(own, place) + 1);
    if (own.length === 0) this.plans.delete(key);
    const others = [...this.plans].filter(([other]) => other !== key).reverse();
    return [...own, ...others.flatMap(([, places]) => places), ...[...this.coming.values()].flat()];
  }

  private counting(): Look[] {
    const now = this.now();
    this.looks = this.looks.filter(({ answeredAt }) => answeredAt === null || now - answeredAt <= LOOK_COUNTS_MS);
    return this.looks;
  }

  private lookAt(wanted: Place[]): Look {
    const known = this.looks.flatMap(({ places }) => places);
    const { day } = wanted[0]!;
    const places = wanted.filter((place) => place.day === day && find(known, place) < 0).slice(0, ROWS_A_LOOK);
    const contracts = [...new Set(places.map(({ contractId }) => contractId))];
    const rows = this.dependencies.autotask.findRowsToAdjust(contracts, day);
    const look: Look = { answeredAt: null, places, rows };
    for (const [key, later] of this.coming)
      this.coming.set(
        key,
        later.filter((place) => find(places, place) < 0),
      );
    this.looks.push(look);
    rows.then(
      () => void (look.answeredAt = this.now()),
      () => void (this.looks = this.looks.filter((other) => other !== look)),
    );
    return look;
  }

  private now(): number {
    return this.dependencies.clock.now().getTime();
  }
}

const keyOf = ({ broker, month, organizationId }: Organization): string => `${broker}/${month}/${organizationId.toLowerCase()}`;

const placesOf = (steps: Step[]): Place[] => steps.flatMap((step) => placeOf(step) ?? []);

const placeOf = (step: Step): Place | null =>
  step.kind === 'postAdjustment' && isLookedAt(step) && step.contractId !== null && step.serviceId !== null
    ? { contractId: step.contractId, serviceId: step.serviceId, day: step.day }
    : null;

const find = (places: Place[], wanted: Place): number =>
  places.findIndex(
    ({ contractId, serviceId, day }) => contractId === wanted.contractId && serviceId === wanted.serviceId && day === wanted.day,
  );
