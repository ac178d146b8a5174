import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Activities } from '../../activities/index.js';
import { Random } from '../simulation/random.js';
import type { Size } from '../simulation/world.js';
import { Program } from './processes.js';
import { playRound, type Judged } from './round.js';
import { openSystem } from './system.js';

/**
 * Deaths that are placed: for every activity a month of its own, whose worker kills itself (SIGKILL) right before its work, right after it, and, where it
 * writes, when Autotask has taken the write and nobody has read the answer yet. A new process takes its place, Temporal notices that the old one is silent
 * and asks again, and the simulation's checker judges the month.
 */

/** Nobody decides or asks for anything in these months, which `test/decisions` and `test/web` do; and no run asks which settings the worker has. */
type OfMonth = Exclude<keyof Activities, 'recordDecisions' | 'tellSettings' | 'endMonth'>;

const WRITES: Record<OfMonth, boolean> = {
  takeReport: false,
  surveyAutotask: false,
  findWork: false,
  planOrganization: false,
  ensureService: true,
  ensureProduct: true,
  upsertContract: true,
  extendContract: true,
  postAdjustment: true,
  postCharge: true,
  verifyOrganization: true, // the text that customers read
  closeRun: false,
  sendNotice: false,
  findSilent: false,
};

/** "ACTIVITY × POINT". */
export const PLACES: string[] = Object.entries(WRITES).flatMap(([activity, writes]) =>
  ['before', ...(writes ? ['answer'] : []), 'after'].map((point) => `${activity} × ${point}`),
);

export interface Placed extends Judged {
  place: string;
  /** Whether a worker died there. Where none did, the month proves nothing. */
  isReached: boolean;
}

/** A world in which every activity occurs. */
export const WORLD = 4;

export interface PlacedOptions {
  places?: string[];
  /** Months played at the same time: each waits three quarters of a minute for Temporal to notice. */
  atOnce: number;
  seed?: number;
  say?: (line: string) => void;
}

export async function playPlaced({
  places = PLACES,
  atOnce,
  seed = WORLD,
  say = () => undefined,
}: PlacedOptions): Promise<Placed[]> {
  const waiting = [...places];
  const played: Placed[] = [];
  const next = async (): Promise<void> => {
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) {
      const judged = await playOne(place, seed, say);
      say(`${place}: ${judged.isReached ? judged.verdict : 'not reached'}`);
      played.push(judged);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return played.sort((left, right) => places.indexOf(left.place) - places.indexOf(right.place));
}

const SMALL: Size = { organizations: [2, 3], subscriptions: [3, 5] };
const WORKER = fileURLToPath(new URL('placed-worker.js', import.meta.url));

async function playOne(place: string, seed: number, say: (line: string) => void): Promise<Placed> {
  let died = '';
  const system = await openSystem({
    workers: 1,
    size: SMALL,
    startWorker: (env) => new Program([WORKER, 'worker'], { ...env, DIES_AT: place, DIED: died }),
    count: () => undefined,
    say: (line) => say(`  ${place}: ${line}`),
  });
  died = join(system.folder, 'died');
  try {
    const judged = await playRound(system, seed, new Random(seed), 'none');
    return { ...judged, place, isReached: existsSync(died) };
  } finally {
    await system.close();
  }
}
