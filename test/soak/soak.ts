import { Random } from '../simulation/random.js';
import { playRound, type Disturbances, type Judged } from './round.js';
import { openSystem } from './system.js';

/**
 * The soak: real processes under real signals. Two workers, a Temporal server on a file, and the way to both vendors are killed, frozen and replaced at
 * random while months are billed; the vendors answer late, wrongly, or not at all; people interfere. Each month ends quietly and is judged.
 */

export interface SoakOptions {
  minutes: number;
  seed: number;
  disturbances?: Disturbances;
  /** The program of an earlier Temporal server, to begin with. */
  earlier?: string | undefined;
  say?: (line: string) => void;
}

export interface Soaked {
  verdict: Judged['verdict'];
  rounds: Judged[];
  figures: Record<string, number>;
}

const DISTURBANCES_PER_RUN = 4;

export async function soak({
  minutes,
  seed,
  disturbances = DISTURBANCES_PER_RUN,
  earlier,
  say: log,
}: SoakOptions): Promise<Soaked> {
  const startedAt = Date.now();
  const figures: Record<string, number> = {};
  const judged: Judged[] = [];
  const say = (line: string): void => log?.(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const count = (what: string, by = 1): void => void (figures[what] = (figures[what] ?? 0) + by);
  const system = await openSystem({ count, say, earlier });
  try {
    // At least one month: a soak that saw none would be ok for nothing.
    for (let number = seed; judged.length === 0 || Date.now() < startedAt + minutes * 60_000; number += 1) {
      say(`month of world ${number}`);
      const round = await playRound(system, number, new Random(number), disturbances);
      say(`world ${number}: ${round.verdict}`);
      judged.push(round);
    }
  } finally {
    await system.close();
  }
  figures['seconds'] = Math.round((Date.now() - startedAt) / 1000);
  const has = (verdict: Judged['verdict']): boolean => judged.some((round) => round.verdict === verdict);
  return { verdict: has('violated') ? 'violated' : has('unknown') ? 'unknown' : 'ok', rounds: judged, figures };
}
