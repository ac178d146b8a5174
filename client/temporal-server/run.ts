import { createInterface } from 'node:readline';
import { signalGroup, spawnGuarded, type GuardedProcess, type SpawnOptions } from './guarded.js';

export interface RunOptions extends SpawnOptions {
  /** Sees every line of output as it comes. */
  onLine?: (line: string) => void;
  /** Ends the command, at once and with everything it started; the reason becomes the message of the failure. */
  signal?: AbortSignal;
}

const TAIL_LINES = 15;

/** A command that ended with something else than 0; `tail` has the last lines of its output. */
export class CommandFailedError extends Error {
  constructor(
    command: string,
    code: number | string,
    readonly tail: readonly string[],
  ) {
    super(`${command} ended with ${code}:\n${tail.join('\n')}`);
  }
}

/** Runs a command to its end. Fails with the last lines of its output when the exit code is not 0. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<void> {
  const { onLine, signal, ...spawnOptions } = options;
  signal?.throwIfAborted();
  const child = spawnGuarded(command, args, spawnOptions);
  const tail = collectTail(child, onLine);
  const kill = (): void => signalGroup(child.pid ?? 0, 'SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  try {
    const code = await ended(child, command);
    signal?.throwIfAborted();
    if (code !== 0) throw new CommandFailedError(command, code, tail);
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** The last lines of a process's output, kept up to date. */
export function collectTail(child: GuardedProcess, onLine?: (line: string) => void): string[] {
  const tail: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      onLine?.(line);
    });
  }
  return tail;
}

/** Exit code, or the signal's name. */
function ended(child: GuardedProcess, command: string): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed (not on the PATH)`) : error),
    );
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
}
