import { spawn, execFile } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../client/temporal-server/free-port.js';
import { unheardAt } from '../../shared/http/listens.js';
import { eventually } from '../eventually.js';

/** A PgBouncer of the test's own in transaction mode, as managed PostgreSQL is often handed out. */
export interface Pooler {
  url: string;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/sbin/pgbouncer';
const run = promisify(execFile);

export const hasPgBouncer = (): Promise<boolean> =>
  access(PROGRAM).then(
    () => true,
    () => false,
  );

export async function startPgBouncer(server: string): Promise<Pooler> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-pgbouncer-'));
  const { username, password, hostname, port, pathname } = new URL(server);
  const listens = await freePort();
  const config = join(folder, 'pgbouncer.ini');
  const users = join(folder, 'users.txt');
  await writeFile(users, `"${username}" "${password}"\n`);
  await writeFile(
    config,
    `[databases]\n${pathname.slice(1)} = host=${hostname} port=${port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${listens}\n` +
      `auth_type = plain\nauth_file = ${users}\npool_mode = transaction\ndefault_pool_size = 3\nunix_socket_dir =\n`,
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [uid, gid] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)));
    for (const path of [folder, config, users]) await chown(path, uid!, gid!);
  }
  await chmod(folder, 0o700);
  const [program, args] = isRoot ? ['runuser', ['-u', 'postgres', '--', PROGRAM, config]] : [PROGRAM, [config]];
  const child = spawn(program, args, { stdio: 'ignore' });
  await eventually(
    () => unheardAt({ host: '127.0.0.1', port: listens }, 1_000),
    (unheard) => unheard === null,
    20_000,
  );
  return {
    url: `postgres://${username}:${password}@127.0.0.1:${listens}${pathname}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
