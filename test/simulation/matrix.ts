import { FAULTS, fits, type FaultKind } from './faults.js';
import { Random } from './random.js';
import type { Judged, Simulation } from './seed.js';
import { instantOf, type Story } from './story.js';
import { drawWorld, LAST_DAY, MONTH, type SimulatedWorld } from './world.js';

/** Every call site with every fault, and every activity with every point at which its worker can die: one month each, in which just that happens. */

/** Worlds looked at to find every call site and activity. */
const WORLDS = 60;
const DAYS = [`${MONTH}-09`, `${MONTH}-17`, `${MONTH}-22`, LAST_DAY];

export interface Cell {
  name: string;
  world: number;
  fault: { site: string; kind: FaultKind } | null;
  death: string | null;
}

const NOTHING: Story = {
  runDays: DAYS,
  windows: [],
  disturbances: [],
  actions: [],
  afterFreeze: 'hold',
  discoversZone: false,
  continueAsNewChance: 0,
};

/** The cells, each in the first world in which its site or activity occurs. */
export async function findCells(simulation: Simulation): Promise<Cell[]> {
  const sites = new Map<string, number>();
  const deaths = new Map<string, number>();
  for (let world = 1; world <= WORLDS; world += 1) {
    const { played } = await simulation.play({
      seed: world,
      world: worldOf(world),
      story: storyOf(null),
      random: new Random(world),
    });
    for (const site of played?.sites ?? []) if (!sites.has(site)) sites.set(site, world);
    for (const point of played?.points ?? []) if (!deaths.has(point)) deaths.set(point, world);
  }
  const faulty = [...sites].flatMap(([site, world]) =>
    FAULTS.filter((kind) => fits(kind, site)).map((kind): Cell => ({
      name: `${site} × ${kind}`,
      world,
      fault: { site, kind },
      death: null,
    })),
  );
  const deadly = [...deaths].map(([point, world]): Cell => ({ name: point, world, fault: null, death: point }));
  return [...faulty, ...deadly].sort((left, right) => left.name.localeCompare(right.name));
}

/** Plays the month of a cell. It must have happened: a cell that is never reached proves nothing. */
export async function playCell(simulation: Simulation, cell: Cell): Promise<Judged> {
  const judged = await simulation.play({
    seed: cell.world,
    world: worldOf(cell.world),
    story: storyOf(cell),
    random: new Random(cell.world),
  });
  const hits = [...(judged.played?.faults.keys() ?? []), ...(judged.played?.crashes.keys() ?? [])];
  if (hits.includes(cell.name)) return judged;
  return {
    ...judged,
    verdict: 'violated',
    problems: [...judged.problems, { kind: 'coverage', message: `${cell.name} was not reached` }],
  };
}

const worldOf = (seed: number): SimulatedWorld => drawWorld(new Random(seed));

/** Where the client finds its zone itself, discovery is one more site. */
function storyOf(cell: Cell | null): Story {
  const discoversZone = cell === null || /zoneInformation/i.test(cell.name) || cell.death !== null;
  const story = { ...NOTHING, discoversZone };
  if (cell?.fault) {
    const { site, kind } = cell.fault;
    const exact = new RegExp(`^${site.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    return { ...story, windows: [{ from: 0, until: instantOf(LAST_DAY) - 3_600_000, kind, site: exact, share: 1, times: 1 }] };
  }
  if (!cell?.death) return story;
  return {
    ...story,
    disturbances: [{ at: instantOf(DAYS[0]!) - 1000, kind: 'kill-when', where: cell.death, restartAfter: 3000 }],
  };
}
