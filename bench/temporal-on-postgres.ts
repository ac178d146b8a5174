import { Client, Connection } from '@temporalio/client';
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { signalGroup, spawnGuarded } from '../client/temporal-server/guarded.js';
import { findPostgres, startPostgres } from './postgres-server.js';
import { findTemporalPrograms } from './temporal-programs.js';
import { withFolder } from './worlds.js';

/** The server that an installation has: Temporal on PostgreSQL, made by the stack's own scripts (`deploy`), with the evidence next to it. */
export interface ServerOnPostgres {
  address: string;
  client: Client;
  pid: number;
  /** Where the evidence is kept, and the superuser's way to the same server. */
  evidence: string;
  postgres: string;
}

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Of the benchmark alone, so that it meets no other server's ports. */
const HOST = '127.45.0.1';
const UP_WITHIN_MS = 60_000;

/** Runs `work` with Temporal's server and PostgreSQL, each in processes of its own. */
export async function withTemporalOnPostgres<T>(work: (server: ServerOnPostgres) => Promise<T>): Promise<T> {
  const programs = await findPostgres();
  if (programs === null) throw new Error('PostgreSQL’s server programs are not installed: scripts/system-packages.sh does it.');
  return withFolder(async (folder) => {
    const postgres = await startPostgres(programs, 'postgres');
    try {
      const { env, evidence } = await prepared(folder, programs, postgres.url);
      return await withServer({ folder, env }, async (server) => {
        await script('temporal/create-namespace.sh', env, folder);
        return work({ ...server, evidence, postgres: postgres.url });
      });
    } finally {
      await postgres.stop();
    }
  });
}

/** Roles, databases and tables, as the stack makes them; and what its server is started with. */
async function prepared(
  folder: string,
  programs: string,
  url: string,
): Promise<{ env: Record<string, string>; evidence: string }> {
  const { port, password } = new URL(url);
  const secrets = join(folder, 'secrets');
  const bin = await temporalPrograms(folder);
  const path = { PATH: `${bin}:${programs}:${process.env['PATH'] ?? ''}`, HOME: folder };
  await script('postgresql/make-secrets.sh', path, folder, secrets);
  await writeFile(join(secrets, 'postgres_password'), password);
  const evidenceFile = join(secrets, 'evidence_url');
  const evidence = (await readFile(evidenceFile, 'utf8')).replace('@postgresql:5432', `@127.0.0.1:${port}`);
  await writeFile(evidenceFile, evidence);
  const env = {
    ...path,
    ...databaseSettings(secrets, port),
    BIND_ON_IP: HOST,
    NUM_HISTORY_SHARDS: '32',
    DYNAMIC_CONFIG_FILE_PATH: 'config/dynamicconfig/production.yaml',
    LOG_LEVEL: 'warn',
    TEMPORAL_ADDRESS: `${HOST}:7233`,
    TEMPORAL_NAMESPACE: 'default',
    RETENTION: '90d',
  };
  await script('postgresql/create-roles.sh', env, folder);
  await script('temporal/create-schema.sh', env, folder);
  return { env, evidence };
}

/** As the compose file has them, of each of its services. */
const databaseSettings = (secrets: string, port: string): Record<string, string> => ({
  PGHOST: '127.0.0.1',
  PGPORT: port,
  PGUSER: 'postgres',
  PGPASSWORD_FILE: join(secrets, 'postgres_password'),
  TEMPORAL_PASSWORD_FILE: join(secrets, 'temporal_password'),
  TEMPORAL_VISIBILITY_PASSWORD_FILE: join(secrets, 'temporal_visibility_password'),
  EVIDENCE_URL_FILE: join(secrets, 'evidence_url'),
  SQL_PLUGIN: 'postgres12',
  SQL_HOST: '127.0.0.1',
  SQL_PORT: port,
  DB: 'postgres12',
  DB_PORT: port,
  POSTGRES_SEEDS: '127.0.0.1',
  POSTGRES_USER: 'temporal',
  POSTGRES_PWD_FILE: join(secrets, 'temporal_password'),
  VISIBILITY_POSTGRES_USER: 'temporal_visibility',
  VISIBILITY_POSTGRES_PWD_FILE: join(secrets, 'temporal_visibility_password'),
});

/** A folder with the programs of the version that the stack has. */
async function temporalPrograms(folder: string): Promise<string> {
  const [, version = ''] = /temporalio\/server:([\d.]+)/.exec(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8')) ?? [];
  const found = await findTemporalPrograms(version, (line) => void process.stderr.write(`${line}\n`));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const name of ['temporal-server', 'temporal-sql-tool', 'temporal'] as const) await symlink(found[name], join(bin, name));
  return bin;
}

const script = (name: string, env: Record<string, string>, cwd: string, ...args: string[]): Promise<unknown> =>
  run('sh', [join(ROOT, 'deploy', name), ...args], { env, cwd });

async function withServer<T>(
  { folder, env }: { folder: string; env: Record<string, string> },
  work: (server: Pick<ServerOnPostgres, 'address' | 'client' | 'pid'>) => Promise<T>,
): Promise<T> {
  await cp(join(ROOT, 'deploy/temporal/dynamicconfig'), join(folder, 'config/dynamicconfig'), { recursive: true });
  const server = spawnGuarded('sh', [join(ROOT, 'deploy/temporal/start-server.sh')], { env, cwd: folder });
  let said = '';
  for (const stream of [server.stdout, server.stderr])
    stream.on('data', (text) => (said = `${said}${String(text)}`.slice(-2_000)));
  const address = `${HOST}:7233`;
  try {
    const connection = await connected(address, () => (server.exitCode === null ? null : said));
    try {
      return await work({ address, client: new Client({ connection }), pid: server.pid! });
    } catch (error) {
      // Calls that are still tried again end the process when their connection is closed, and would hide it.
      process.stderr.write(`${String(error)}\n`);
      throw error;
    } finally {
      await connection.close();
    }
  } finally {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      signalGroup(server.pid!, 'SIGTERM');
      await ended;
    }
  }
}

async function connected(address: string, failed: () => string | null): Promise<Connection> {
  const until = Date.now() + UP_WITHIN_MS;
  for (;;) {
    const why = failed();
    if (why !== null) throw new Error(`Temporal’s server ended: ${why}`);
    try {
      return await Connection.connect({ address, connectTimeout: '2s' });
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(500);
    }
  }
}
