import { drawWindows, type FaultKind } from './faults.js';
import { drawLies, MOVES } from './lies.js';
import type { Random } from './random.js';
import { drawDays, drawActions, drawEdits, drawStory, instantOf, type Action, type Disturbance, type Story } from './story.js';
import { LAST_DAY, MONTH } from './world.js';

/**
 * Kinds of months, as Jepsen's analyses tell kinds of writes apart: in each, one thing alone is hard, and comes with every month. A product that is wrong
 * in just that is seen sooner than where chance mixes everything.
 */
export const WORKLOADS = {
  /** Everything that chance has, the others' together. */
  mixed: drawStory,
  /** Every write is answered, and sent once: Autotask refuses, makes wait and shows late, while people approve, edit and delete. */
  normal: (random: Random): Story =>
    draw(random, {
      faults: ANSWERED,
      disturbances: () => [],
      actions: [
        [1, 2, 3],
        ['freeze', 'freeze-all', 'edit-row', 'delete-charge', 'end-earlier'],
      ],
    }),
  /** Every write is answered, and asked for again: attempts of which Temporal hears nothing, two workers, second runs and reruns at the same time. */
  repeated: (random: Random): Story =>
    draw(random, {
      faults: ANSWERED,
      disturbances: drawRepetition,
      actions: [
        [2, 3, 4],
        ['second-run', 'rerun'],
      ],
    }),
  /** Answers are lost, effects come late, workers die between the two: nobody knows of a write whether and when it takes effect. */
  indefinite: (random: Random): Story => draw(random, { faults: UNANSWERED, disturbances: drawDeath, actions: [[0], ['rerun']] }),
  /** Everything is answered, and not everything that is said is so; and somebody may end a customer's workflow in mid-run. */
  lying: drawLying,
  /** What was billed is moved, renamed or copied between two runs, by a person in Autotask or by Cloudmore; and two organizations may be one company's. */
  edited: drawEdited,
  /** A vendor, or both, is away for more than five minutes and up to an hour: before a run's first read, or amidst its writes. */
  away: (random: Random): Story => ({
    ...draw(random, { faults: ANSWERED, disturbances: () => [], actions: [[0], ['rerun']] }),
    ...drawAbsences(random),
    losesNoRun: true,
  }),
  /** Temporal, the evidence, or both are put back to an earlier moment of the month, or lost, while the vendors keep what they have taken. */
  restore: (random: Random): Story => ({
    ...draw(random, {
      faults: ANSWERED,
      disturbances: drawRestore,
      actions: [
        [0, 0, 1],
        ['rerun', 'second-run', 'edit-row'],
      ],
    }),
    hasLeases: true,
  }),
  /** Two brokers in one namespace and one store, with tenants of their own and settings that contradict each other. */
  brokers: (random: Random): Story => ({
    ...draw(random, {
      faults: ANSWERED,
      disturbances: drawDeath,
      actions: [
        [0, 1],
        ['rerun', 'second-run'],
      ],
    }),
    otherBroker: {
      ...draw(random.fork(), {
        faults: ANSWERED,
        disturbances: drawDeath,
        actions: [
          [0, 1],
          ['rerun', 'second-run'],
        ],
      }),
      recordTypes: ['Csp365Nce', 'Csp365Legacy'],
    },
  }),
  /** No worker's clock is right, and each that takes over for one that died is off in another way, while answers are lost and effects come late. */
  skew: (random: Random): Story => ({
    ...draw(random, { faults: UNANSWERED, disturbances: drawHandover, actions: [[0], ['rerun']] }),
    clocksOff: Array.from({ length: 8 }, () => random.whole(-600, 600) * 1000),
  }),
  /** The same while answers are lost and workers die: what is not so, and what nobody knows, in one month. */
  confused: drawConfused,
} as const satisfies Record<string, (random: Random) => Story>;

export type Workload = keyof typeof WORKLOADS;

const ANSWERED: FaultKind[] = ['refused', 'busy', 'busy-until', 'threads', 'unauthorized', 'repeated-row', 'stale'];
const UNANSWERED: FaultKind[] = [
  ...(['failed-before', 'failed-after', 'cut-before', 'cut-after', 'late', 'very-late'] as const),
  ...(['slow', 'slow-late', 'page', 'truncated', 'empty'] as const),
];

interface Hardship {
  faults: FaultKind[];
  disturbances: (random: Random, at: number) => Disturbance[];
  actions: [counts: number[], kinds: Action['kind'][]];
}

function draw(random: Random, { faults, disturbances, actions }: Hardship): Story {
  const days = drawDays(random);
  const runsAt = days.map(instantOf);
  return {
    runDays: [...days, LAST_DAY],
    windows: drawWindows(random.fork(), runsAt, faults),
    disturbances: runsAt.flatMap((at) => disturbances(random, at)),
    actions: drawActions(random.fork(), runsAt, ...actions),
    afterFreeze: random.chance(0.3) ? 'charge' : 'hold',
    discoversZone: false,
    continueAsNewChance: 0,
  };
}

function drawAbsences(random: Random): Pick<Story, 'runDays' | 'windows'> {
  const days = drawDays(random);
  const windows = days.map((day) => {
    const from = instantOf(day) + random.pick([-1_000, random.whole(300, 3_000)]);
    const site = random.pick([null, /^autotask/, /^cloudmore/]);
    const kind = random.pick(['failed-before', 'cut-before'] as const);
    return { from, until: from + random.whole(301, 3_600) * 1000, kind, site, share: 1, times: Number.POSITIVE_INFINITY };
  });
  return { runDays: [...days, LAST_DAY], windows };
}

/** Temporal hears nothing of a worker that works on, in the seconds in which a run writes, and gives its work to another. */
const drawRepetition = (random: Random, runAt: number): Disturbance[] => [
  { at: runAt, kind: 'second', ms: 300_000 },
  { at: runAt + random.whole(700, 2_500), kind: 'unheard', ms: random.whole(45, 200) * 1000 },
];

const drawDeath = (random: Random, at: number): Disturbance[] => [
  { at, kind: 'kill-at', touches: random.whole(1, 300), restartAfter: random.whole(0, 90) * 1000 },
];

/** A worker dies, or is not heard, and another one with another clock continues at once. */
const drawHandover = (random: Random, at: number): Disturbance[] => [
  { at, kind: 'kill-at', touches: random.whole(1, 300), restartAfter: random.whole(0, 10) * 1000 },
  ...(random.chance(0.5) ? [{ at: at + random.whole(700, 2_500), kind: 'second', ms: 300_000 } satisfies Disturbance] : []),
];

/** Which moment is put back: the same one of both stores, each another one, one store's alone, or nothing at all. */
function drawRestore(random: Random, runAt: number): Disturbance[] {
  if (random.chance(0.3)) return [];
  const backup = runAt + random.whole(100, 6_000);
  const other = Math.max(runAt, backup + random.whole(-2_000, 2_000));
  const at = Math.max(backup, other) + (random.chance(0.6) ? random.whole(50, 8_000) : random.whole(1, 20) * 3_600_000);
  const [histories, evidence] = random.pick([
    [backup, backup],
    [backup, backup],
    [backup, other],
    [backup, null],
    [null, backup],
    [backup, -Infinity],
    [-Infinity, backup],
  ] as const);
  // Anyone who restores takes longer than anything that was sent last may take to show.
  return [{ at, kind: 'restore', histories, evidence, restartAfter: random.whole(90, 900) * 1000 }];
}

/** The first run is told the truth, and so is the last. */
function drawLying(random: Random): Story {
  const days = [...new Set([`${MONTH}-09`, ...drawDays(random), `${MONTH}-25`])].sort();
  const runsAt = days.map(instantOf);
  const ending: Disturbance = {
    at: random.pick(runsAt) + random.whole(300, 3_000),
    kind: 'terminate',
    choice: random.whole(0, 9),
  };
  return {
    runDays: [...days, LAST_DAY],
    windows: [],
    lies: drawLies(random.fork(), runsAt),
    disturbances: random.chance(0.3) ? [ending] : [],
    actions: [],
    afterFreeze: 'hold',
    discoversZone: false,
    continueAsNewChance: 0,
  };
}

function drawEdited(random: Random): Story {
  const story = drawLying(random);
  const runsAt = story.runDays.slice(0, -1).map(instantOf);
  const drawn = random.chance(0.6) ? drawLies(random.fork(), runsAt, MOVES) : [];
  // Nothing but its amounts would tell a subscription that goes elsewhere and gets another id, and a correction by hand changes them.
  const isMoving = drawn.some(({ kind }) => kind === 'other-organization');
  const lies = drawn.filter(({ kind }) => !isMoving || kind !== 'subscription-renamed');
  // Nobody can tell a contract without its ids to an organization that the subscription came to at the same time.
  const isOdd = ({ kind }: Action): boolean => kind === 'renumber' && isMoving;
  const actions = drawEdits(random.fork(), runsAt).filter((action) => !isOdd(action));
  return { ...story, lies, disturbances: [], actions, links: random.chance(0.4) ? 'shared' : 'own' };
}

function drawConfused(random: Random): Story {
  const story = drawLying(random);
  const runsAt = story.runDays.slice(0, -1).map(instantOf);
  return {
    ...story,
    windows: drawWindows(random.fork(), runsAt, UNANSWERED),
    disturbances: [...story.disturbances, ...runsAt.flatMap((at) => (random.chance(0.5) ? drawDeath(random, at) : []))],
  };
}
