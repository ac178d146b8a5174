import { drawWindows, type FaultWindow } from './faults.js';
import { EDITS, type EditKind } from './hands.js';
import type { Lie } from './lies.js';
import type { Random } from './random.js';
import { LAST_DAY, MONTH } from './world.js';

/** What happens in a broker's month besides billing: when it runs, what breaks, and what people do. */

export interface Story {
  /** Days of the runs, the last one undisturbed. */
  runDays: string[];
  windows: FaultWindow[];
  /** What the vendors say that is not so; none where they only fail. */
  lies?: Lie[];
  disturbances: Disturbance[];
  actions: Action[];
  afterFreeze: 'hold' | 'charge';
  /** Whether the client finds its zone itself, so that the tenant can move. */
  discoversZone: boolean;
  continueAsNewChance: number;
  /** Every organization is linked; the first two to one company, which is allowed, or each to its own. Absent: as chance has it. */
  links?: 'own' | 'shared';
  /** Whether workers take the broker's lease, as in operation. Else several may work at once, which is harder. */
  hasLeases?: boolean;
  /** `EXPORT_RECORD_TYPES`; none: all. */
  recordTypes?: string[];
  /** The month of another broker in the same namespace and store, with a tenant and settings of its own. */
  otherBroker?: Story;
  /** Whether nothing that happens may cost a run: each comes to its end by itself. */
  losesNoRun?: boolean;
  /** Clocks of the workers, one after the other, by how far they are off; none: all are right. */
  clocksOff?: number[];
}

/** What befalls processes and the server, at an instant. */
export type Disturbance = { at: number } & (
  | { kind: 'kill'; restartAfter: number }
  | { kind: 'pause' | 'unheard' | 'server-down' | 'quota'; ms: number }
  | { kind: 'deploy'; overlap: number }
  | { kind: 'second'; ms: number }
  | { kind: 'zone-move' }
  /**
   * Everything stops, and Temporal, the evidence, or both are put back to an earlier instant, while the vendors keep what they have taken; null: kept as it is,
   * minus infinity: empty.
   */
  | { kind: 'restore'; histories: number | null; evidence: number | null; restartAfter: number }
  /** Somebody ends the workflow of an organization in mid-run. */
  | { kind: 'terminate'; choice: number }
  /** The process dies at the n-th point at which it touches the world from now on. */
  | { kind: 'kill-at'; touches: number; restartAfter: number }
  /** It dies the first time an activity comes to a point. */
  | { kind: 'kill-when'; where: string; restartAfter: number }
);

export interface Action {
  at: number;
  kind:
    | 'freeze'
    | 'freeze-all'
    | 'edit-row'
    | 'delete-charge'
    | 'end-earlier'
    | 'skip'
    | 'rerun'
    | 'second-run'
    | 'fix'
    | EditKind
    | 'put-back';
  /** Chooses among what there is. */
  choice: number;
}

const DAYS = [9, 10, 11, 13, 15, 17, 18, 19, 20, 22, 25];
const RUN_TIME = 'T03:00:00Z';

export const instantOf = (day: string): number => Date.parse(`${day}${RUN_TIME}`);

/** Days of so many runs before the last, or fewer. */
export function drawDays(random: Random, [low, high] = [1, 3]): string[] {
  const picked = new Set(Array.from({ length: random.whole(low, high) }, () => random.pick(DAYS)));
  return [...picked].sort((left, right) => left - right).map((day) => `${MONTH}-${String(day).padStart(2, '0')}`);
}

export function drawStory(random: Random): Story {
  const days = drawDays(random);
  const runsAt = days.map(instantOf);
  const discoversZone = random.chance(0.3);
  return {
    runDays: [...days, LAST_DAY],
    windows: drawWindows(random.fork(), runsAt),
    disturbances: drawDisturbances(random.fork(), runsAt, discoversZone),
    actions: drawActions(random.fork(), runsAt),
    afterFreeze: random.chance(0.3) ? 'charge' : 'hold',
    discoversZone,
    continueAsNewChance: random.chance(0.2) ? 0.3 : 0,
  };
}

function drawDisturbances(random: Random, runsAt: number[], canMove: boolean): Disturbance[] {
  const some = random.pick([0, 0, 1, 1, 2, 4]);
  const disturbances = Array.from({ length: some }, (): Disturbance => {
    const at = random.pick(runsAt) + random.whole(0, random.chance(0.6) ? 3_000 : 25_000);
    switch (random.whole(0, 9)) {
      case 0:
        return { at, kind: 'kill', restartAfter: random.whole(0, 90) * 1000 };
      case 1:
        return { at, kind: 'pause', ms: random.whole(1, 200) * 1000 };
      case 2:
        return { at, kind: 'unheard', ms: random.whole(1, 200) * 1000 };
      case 3:
        return { at, kind: 'server-down', ms: random.whole(1, 120) * 1000 };
      case 4:
        return { at, kind: 'deploy', overlap: random.whole(1, 30) * 1000 };
      case 5:
        return { at, kind: 'second', ms: random.whole(10, 300) * 1000 };
      case 6:
        return { at, kind: 'quota', ms: random.pick([60_000, 3_600_000]) };
      default:
        return {
          at: random.pick(runsAt),
          kind: 'kill-at',
          touches: random.whole(1, 300),
          restartAfter: random.whole(0, 90) * 1000,
        };
    }
  });
  return canMove && random.chance(0.4)
    ? [...disturbances, { at: random.pick(runsAt) + random.whole(0, 8000), kind: 'zone-move' }]
    : disturbances;
}

const ACTIONS: Action['kind'][] = [
  'freeze',
  'freeze-all',
  'edit-row',
  'edit-row',
  'delete-charge',
  'end-earlier',
  'skip',
  'rerun',
  'second-run',
];

/** The same in Autotask's own windows, hours after a run: of what was billed something is moved, renamed or copied, and put back before the last run. */
export function drawEdits(random: Random, runsAt: number[]): Action[] {
  const edits = Array.from({ length: random.pick([0, 1, 1, 2]) }, (): Action => {
    const at = random.pick(runsAt.slice(0, -1)) + random.whole(2, 20) * 3_600_000;
    return { at, kind: random.pick(EDITS), choice: random.whole(0, 1000) };
  });
  return [...edits, { at: instantOf(`${MONTH}-27`), kind: 'put-back', choice: 0 }];
}

/** What people do around the runs: so many actions, of these kinds. */
export function drawActions(random: Random, runsAt: number[], counts = [0, 0, 1, 1, 2, 3], kinds = ACTIONS): Action[] {
  const drawn = Array.from({ length: random.pick(counts) }, (): Action => {
    const kind = random.pick(kinds);
    // While a run goes on, or hours later.
    const after = random.chance(0.4) ? random.whole(0, random.chance(0.6) ? 3_000 : 20_000) : random.whole(2, 20) * 3_600_000;
    return { at: random.pick(runsAt) + after, kind, choice: random.whole(0, 1000) };
  });
  // Who was skipped is billed after all, before the month ends.
  const reruns = drawn
    .filter(({ kind }) => kind === 'skip')
    .map((action): Action => ({ ...action, at: instantOf(`${MONTH}-27`), kind: 'rerun' }));
  return [...drawn, ...reruns];
}
