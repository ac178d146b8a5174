import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const CLI_ANSWERS_WITHIN_MS = 15_000;
const ADDRESS_ANSWERS_WITHIN_MS = 3_000;

/** Fails unless the file is Temporal's CLI. Something else on the PATH may be called `temporal` too. */
export async function checkTemporalCli(path: string): Promise<void> {
  await checkExecutable(path);
  const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: CLI_ANSWERS_WITHIN_MS, killSignal: 'SIGKILL' });
  if (!stdout.startsWith('temporal version '))
    throw new Error(`${path} is not the Temporal CLI: its --version says ${JSON.stringify(stdout.trim())}`);
}

/** Fails unless there is a file that may be executed. */
export async function checkExecutable(path: string): Promise<void> {
  await access(path, constants.X_OK).catch(() => {
    throw new Error(`${path} is not an executable file`);
  });
}

/** The first executable file of that name on the PATH. */
export async function findOnPath(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const extensions = process.platform === 'win32' ? ['.exe'] : [''];
  for (const folder of (env.PATH ?? '').split(delimiter).filter(Boolean)) {
    for (const extension of extensions) {
      const path = join(folder, name + extension);
      if (
        await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  }
  return undefined;
}

/** Fails unless somebody listens at `host:port`. */
export function checkAnswers(address: string): Promise<void> {
  const [, host, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(address) ?? [];
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host || '127.0.0.1', port: Number(port ?? 7233), timeout: ADDRESS_ANSWERS_WITHIN_MS });
    const fail = (reason: string): void => {
      socket.destroy();
      reject(new Error(`nobody answers at ${address} (${reason})`));
    };
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (error) => fail(error.message));
    socket.once('timeout', () => fail(`waited ${ADDRESS_ANSWERS_WITHIN_MS / 1000} s`));
  });
}
