import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Service } from './service.js';

/** PostgreSQL's own programs: to make a cluster, and as a person uses them on a server of the stack. */

const run = promisify(execFile);
const AT_MOST_BYTES = 1024 ** 3;

/** Whose processes PostgreSQL's are: it refuses root, for which Debian's package brings a user. Null: this one's. */
export async function postgresUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const id = async (flag: string): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}

export interface Cluster {
  programs: string;
  data: string;
  sockets: string;
  user: string;
  passwordFile: string;
}

/** Makes a cluster where there is none yet, as the official image's entry script does. */
export async function initDatabase({ programs, data, sockets, user, passwordFile }: Cluster): Promise<void> {
  const owner = await postgresUser();
  for (const folder of [data, sockets]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
    if (owner !== null) await chown(folder, owner.uid, owner.gid);
  }
  // Each folder above belongs to this user; the other one only passes through.
  await chmod(dirname(data), 0o711);
  await chmod(dirname(dirname(data)), 0o711);
  if ((await readdir(data)).length > 0) return;
  const args = ['-D', data, '-U', user, `--pwfile=${passwordFile}`, '--auth-local=trust', '--auth-host=scram-sha-256'];
  const as = owner === null ? [] : ['setpriv', `--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups'];
  const [program = '', ...rest] = [...as, join(programs, 'initdb'), ...args, '-E', 'UTF8', '--locale=C.UTF-8'];
  await run(program, rest, { cwd: '/' });
}

/** Runs one of the programs as a user of the server's; what it said. */
export async function postgres(server: Service, user: string, program: string, ...args: string[]): Promise<string> {
  const options = { env: server.launch.env, cwd: '/', maxBuffer: AT_MOST_BYTES };
  return (await run(program, ['--username', user, ...args], options)).stdout;
}

/** The same, with what it says in a file. */
export async function postgresInto(
  file: string,
  { server, user, program }: { server: Service; user: string; program: string },
  ...args: string[]
): Promise<void> {
  const options = { env: server.launch.env, cwd: '/', maxBuffer: AT_MOST_BYTES, encoding: 'buffer' as const };
  await writeFile(file, (await run(program, ['--username', user, ...args], options)).stdout);
}
