import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

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
