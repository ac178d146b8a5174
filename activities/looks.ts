import { isLookedAt, ROWS_A_LOOK, type Autotask } from '../shared/autotask/index.js';
import type { Step } from '../shared/billing/plan-types.js';
import type { Day, Row } from '../shared/billing/types.js';
import type { PlanRequest } from '../shared/contract.js';
import type { Clock } from './dependencies.js';

/**
 * The last look at rows before they are adjusted, taken for as many as come next in the organization's plan: a look for each row would double the calls of
 * a month. It serves each of them once and only for moments, so that what a person does meanwhile is still seen.
 */

/** How long a look counts. What a person changes after it is noticed at the read-back. */
export const LOOK_COUNTS_MS = 15_000;
/** Plans that are carried out at the same time are fewer; what was never finished is forgotten. */
const PLANS_REMEMBERED = 100;

interface Place {
  contractId: number;
  serviceId: number;
  day: Day;
}

interface Ahead {
  /** In the plan's order. */
  places: Place[];
  look: { at: number; places: Place[]; rows: Row[] } | null;
}

type Organization = Pick<PlanRequest, 'broker' | 'month' | 'organizationId'>;

export class Looks {
  private readonly plans = new Map<string, Ahead>();

  constructor(private readonly dependencies: { autotask: Pick<Autotask, 'findRowsFrom'>; clock: Clock }) {}

  /** Tells which steps come next for an organization, in order; what was told before counts no more. */
  expect(organization: Organization, steps: Step[]): void {
    const key = keyOf(organization);
    this.plans.delete(key);
    const places = steps.flatMap((step) => placeOf(step) ?? []);
    if (places.length === 0) return;
    this.plans.set(key, { places, look: null });
    const [oldest] = this.plans.keys();
    if (this.plans.size > PLANS_REMEMBERED && oldest !== undefined) this.plans.delete(oldest);
  }

  /** The service's rows on the contract from the day on, as they are now or were moments ago. Asked a second time, it looks again. */
  async rowsFrom(organization: Organization, place: Place): Promise<Row[]> {
    const { autotask, clock } = this.dependencies;
    // Nothing is known of a plan that another process made: the row is looked at by itself.
    const ahead: Ahead = this.plans.get(keyOf(organization)) ?? { places: [place], look: null };
    const { look } = ahead;
    const isCounting = look !== null && clock.now().getTime() - look.at <= LOOK_COUNTS_MS && find(look.places, place) >= 0;
    if (!isCounting) {
      const places = nextOf(ahead.places, place);
      const at = clock.now().getTime();
      const day = places.map((each) => each.day).reduce((first, each) => (each < first ? each : first));
      const rows = await autotask.findRowsFrom([...new Set(places.map(({ contractId }) => contractId))], day);
      ahead.look = { at, places, rows };
    }
    const { places, rows } = ahead.look!;
    places.splice(find(places, place), 1);
    return rows.filter(
      ({ contractId, serviceId, startDay }) =>
        contractId === place.contractId && serviceId === place.serviceId && startDay >= place.day,
    );
  }
}

const keyOf = ({ broker, month, organizationId }: Organization): string => `${broker}/${month}/${organizationId.toLowerCase()}`;

const placeOf = (step: Step): Place | null =>
  step.kind === 'postAdjustment' && isLookedAt(step) && step.contractId !== null && step.serviceId !== null
    ? { contractId: step.contractId, serviceId: step.serviceId, day: step.day }
    : null;

const find = (places: Place[], wanted: Place): number =>
  places.findIndex(
    ({ contractId, serviceId, day }) => contractId === wanted.contractId && serviceId === wanted.serviceId && day === wanted.day,
  );

/** The place and those that come after it. */
function nextOf(places: Place[], place: Place): Place[] {
  const index = find(places, place);
  return index < 0 ? [place] : places.slice(index, index + ROWS_A_LOOK);
}
