import { Client, Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTemporalServer } from '../../client/temporal-server/index.js';
import { freePort } from '../../client/temporal-server/free-port.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { Random } from '../simulation/random.js';
import { drawWorld, type Size } from '../simulation/world.js';
import { Program, TemporalServer } from './processes.js';

/** Everything around the months that are played: Temporal on a file, the vendors, the way to them, and how workers are started. */
export interface SoakSystem {
  client: Client;
  temporal: TemporalServer;
  sandbox: Sandbox;
  gateway: Program;
  /** How many workers serve a month, and how one is started. */
  workers: number;
  startWorker: (env: Record<string, string>) => Program;
  /** Of the worlds that are drawn. */
  size: Size;
  /** Settings of a worker but for broker and evidence. */
  env: Record<string, string>;
  folder: string;
  count: (what: string, by?: number) => void;
  say: (what: string) => void;
}

export type SoakSystemOptions = Pick<SoakSystem, 'count' | 'say'> &
  Partial<Pick<SoakSystem, 'workers' | 'startWorker' | 'size'>> & {
    /** The program of an earlier Temporal server, to begin with. */
    earlier?: string | undefined;
  };

const MANY: Size = { organizations: [4, 8], subscriptions: [2, 6] };

export async function openSystem({
  workers = 2,
  startWorker = (env) => Program.worker(env),
  size = MANY,
  earlier,
  ...watching
}: SoakSystemOptions): Promise<SoakSystem & { close(): Promise<void> }> {
  const found = await findTemporalServer();
  if (found.kind !== 'executable')
    throw new Error('The soak kills its Temporal server, so it needs one of its own; unset TEMPORAL_ADDRESS.');
  const folder = await mkdtemp(join(tmpdir(), 'billing-soak-'));
  const sandbox = await startSandbox({ world: drawWorld(new Random(0)) });
  const gatewayPort = await freePort();
  const gateway = Program.gateway(gatewayPort, Number(new URL(sandbox.url).port));
  const temporal = await TemporalServer.start({
    path: found.path,
    earlier,
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
    workers,
    startWorker,
    size,
    ...watching,
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
  BREAKERS: 'off',
};
