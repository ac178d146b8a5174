import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../client/temporal-server/free-port.js';

/** A PostgreSQL server of one's own, from the system's package: of a test, or of a benchmark. */
export interface PostgresServer {
  url: string;
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Folder of PostgreSQL's server programs, or null where they are not installed. */
export async function findPostgres(): Promise<string | null> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  const newest = versions.sort((left, right) => Number(right) - Number(left))[0];
  return newest === undefined ? null : join('/usr/lib/postgresql', newest, 'bin');
}

/** `superuser`: the one that it begins with. */
export async function startPostgres(programs: string, superuser = 'billing'): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-postgres-'));
  const user = await serverUser();
  const as = (program: string, ...args: string[]): Promise<unknown> =>
    user === null
      ? run(join(programs, program), args)
      : run('runuser', ['-u', 'postgres', '--', join(programs, program), ...args]);
  const password = join(folder, 'password');
  await writeFile(password, 'secret');
  if (user !== null) for (const path of [folder, password]) await chown(path, user.uid, user.gid);
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  await as(
    'initdb',
    '-D',
    data,
    '-U',
    superuser,
    `--pwfile=${password}`,
    '-A',
    'scram-sha-256',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  );
  const port = await startOnFreePort((port) =>
    as('pg_ctl', '-D', data, '-l', join(folder, 'log'), '-w', '-o', `-p ${port} -h 127.0.0.1 -k ${folder}`, 'start'),
  );
  return {
    url: `postgres://${superuser}:secret@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await as('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Another test's server, or a connection of anybody's, may have the port: then another one is tried. */
async function startOnFreePort(start: (port: number) => Promise<unknown>): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      await start(port);
      return port;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}

/** `initdb` refuses root; Debian's package brings a user for it. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const { stdout } = await run('id', ['-u', 'postgres']);
  const group = await run('id', ['-g', 'postgres']);
  return { uid: Number(stdout), gid: Number(group.stdout) };
}
