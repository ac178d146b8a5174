import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a command came to. */
export interface Run {
  code: number;
  stdout: string;
  stderr: string;
  seconds: number;
}

const run = promisify(execFile);
const WITHIN_MS = 900_000;
const AT_MOST_BYTES = 64 * 1024 * 1024;

/** Runs a command to its end, whatever its exit code; -1 where it had none. */
export async function execute(argv: string[], env: Record<string, string>, cwd: string): Promise<Run> {
  const startedAt = Date.now();
  const [program, ...args] = argv as [string, ...string[]];
  const options = { env, cwd, timeout: WITHIN_MS, killSignal: 'SIGKILL', maxBuffer: AT_MOST_BYTES } as const;
  const ended = await run(program, args, options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout = '', stderr = '', message }: { code?: number; stdout?: string; stderr?: string; message: string }) =>
      typeof code === 'number' ? { code, stdout, stderr } : { code: -1, stdout, stderr: `${stderr}\n${message}` },
  );
  return { ...ended, seconds: (Date.now() - startedAt) / 1000 };
}
