import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { placeOf, unheardAt } from '../../shared/http/listens.js';

const CLI_ANSWERS_WITHIN_MS = 15_000;
const ADDRESS_ANSWERS_WITHIN_MS = 3_000;
/** Temporal's own. */
export const DEFAULT_PORT = 7233;

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
export async function checkAnswers(address: string): Promise<void> {
  const unheard = await unheardAt(placeOf(address, DEFAULT_PORT), ADDRESS_ANSWERS_WITHIN_MS);
  if (unheard !== null) throw new Error(`nothing answers at ${address} (${unheard.why})`);
}
