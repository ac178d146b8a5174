import { Client, Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalServer } from '../../client/temporal-server/index.js';
import { freePort } from '../../client/temporal-server/free-port.js';
import { startSandbox } from '../../sandbox/index.js';
import { Random } from '../simulation/random.js';
import { drawWorld } from '../simulation/world.js';
import { Program, TemporalServer } from './processes.js';
import { playRound, type Disturbance, type Judged, type Theatre } from './round.js';

/**
 * The soak: real processes under real signals. Two workers, a Temporal server on a file, and the way to both vendors are killed, frozen and replaced at
 * random while months are billed; the vendors answer late, wrongly, or not at all; people interfere. Each month ends quietly and is judged.
 */

export interface SoakOptions {
  minutes: number;
  seed: number;
  disturbance?: Disturbance;
  tell?: (line: string) => void;
}

export interface Soaked {
  verdict: Judged['verdict'];
  rounds: Judged[];
  figures: Record<string, number>;
}

const MISHAPS_PER_RUN = 4;

export async function soak({ minutes, seed, disturbance = MISHAPS_PER_RUN, tell }: SoakOptions): Promise<Soaked> {
  const startedAt = Date.now();
  const figures: Record<string, number> = {};
  const judged: Judged[] = [];
  const say = (line: string): void => tell?.(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}`);
  const theatre = await open(figures, say);
  try {
    // At least one month: a soak that saw none would be ok for nothing.
    for (let number = seed; judged.length === 0 || Date.now() < startedAt + minutes * 60_000; number += 1) {
      say(`month of world ${number}`);
      const round = await playRound(theatre, number, new Random(number), disturbance);
      say(`world ${number}: ${round.verdict}`);
      judged.push(round);
    }
  } finally {
    await theatre.close();
  }
  figures['seconds'] = Math.round((Date.now() - startedAt) / 1000);
  const has = (verdict: Judged['verdict']): boolean => judged.some((round) => round.verdict === verdict);
  return { verdict: has('violated') ? 'violated' : has('unknown') ? 'unknown' : 'ok', rounds: judged, figures };
}

async function open(
  figures: Record<string, number>,
  tell: (line: string) => void,
): Promise<Theatre & { close(): Promise<void> }> {
  const found = await findTemporalServer();
  if (found.kind !== 'executable')
    throw new Error('The soak kills its Temporal server, so it needs one of its own; unset TEMPORAL_ADDRESS.');
  const folder = await mkdtemp(join(tmpdir(), 'billing-soak-'));
  const sandbox = await startSandbox({ world: drawWorld(new Random(0)) });
  const gatewayPort = await freePort();
  const gateway = Program.gateway(gatewayPort, Number(new URL(sandbox.url).port));
  const temporal = await TemporalServer.start({
    path: found.path,
    dbFilename: join(folder, 'temporal.db'),
    port: await freePort(),
  });
  const connection = await Connection.connect({ address: temporal.address });
  const own = sandbox.env();
  const throughGateway = Object.entries(own).map(([name, value]) => [
    name,
    value.replace(sandbox.url, `http://127.0.0.1:${gatewayPort}`),
  ]);
  return {
    client: new Client({ connection }),
    temporal,
    sandbox,
    gateway,
    env: {
      ...(Object.fromEntries(throughGateway) as Record<string, string>),
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      TZ: 'UTC',
      TEMPORAL_ADDRESS: temporal.address,
      BILLING_MODE: 'auto',
      AUTOTASK_CALLS_PER_HOUR: '10000',
      ...NO_BREAKERS,
    },
    folder,
    count: (what, by = 1) => void (figures[what] = (figures[what] ?? 0) + by),
    tell,
    close: async () => {
      await connection.close();
      await gateway.stop();
      await temporal.stop();
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Worlds are drawn without a story of last month's sizes. */
const NO_BREAKERS = {
  BREAKER_MONTH_DROP_PERCENT: '0',
  BREAKER_ORGANIZATION_PERCENT: '0',
  BREAKER_ITEM_FACTOR: '0',
  BREAKER_NEW_CONTRACTS: '0',
};
