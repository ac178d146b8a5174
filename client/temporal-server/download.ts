import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommandFailedError, run } from './run.js';

/** The two servers that the SDK knows how to download. */
export type Downloadable = 'dev-server' | 'time-skipping';

export interface Download {
  server: Downloadable;
  version: string;
  /** File to write. */
  output: string;
  env: NodeJS.ProcessEnv;
  /** How long nothing may come before it counts as failed. */
  stalledAfterMs?: number;
}

const STALLED_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 500;

/**
 * Downloads a server as `@temporalio/testing` does it, to `output`. In a process of its own with a hard end, because the download cannot be
 * cancelled and waits for ever behind a proxy that says nothing: it may take its time, but not stand still for 20 seconds.
 *
 * There is no sum to compare it with: the vendor publishes sums of archives, and the SDK unpacks while it fetches, and starts what it got. Whoever wants a
 * program that was checked names it in TEMPORAL_CLI_PATH, or has it built: Go compares every module with its public record (`docs/operations.md`).
 */
export async function downloadServer({
  server,
  version,
  output,
  env,
  stalledAfterMs = STALLED_AFTER_MS,
}: Download): Promise<void> {
  const folder = await mkdtemp(`${output}.download-`);
  const stalled = new AbortController();
  const watch = abortWhenStalled(folder, stalled, stalledAfterMs);
  try {
    await run(process.execPath, [...childProgram(), server, version, folder], { env, signal: stalled.signal }).catch(inOneLine);
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('the download left no file');
    await rename(join(folder, file), output);
  } finally {
    clearInterval(watch);
    await rm(folder, { recursive: true, force: true });
  }
}

/** The SDK's message repeats the address at every level; what went wrong stands at its end. */
function inOneLine(error: unknown): never {
  if (!(error instanceof CommandFailedError)) throw error;
  const [reason] = error.tail.join(' ').split('): ').slice(-1);
  throw new Error(`not possible (${reason})`, { cause: error });
}

/** From sources the child needs the TypeScript loader, as this process does. */
function childProgram(): string[] {
  const extension = extname(new URL(import.meta.url).pathname);
  const program = fileURLToPath(new URL(`./download-child${extension}`, import.meta.url));
  if (extension !== '.ts') return [program];
  const loader = createRequire(import.meta.url).resolve('tsx');
  return ['--import', pathToFileURL(loader).href, program];
}

/** What is downloaded grows in the folder from the first byte on. */
function abortWhenStalled(folder: string, stalled: AbortController, afterMs: number): NodeJS.Timeout {
  let bytes = 0;
  let grownAt = Date.now();
  const look = async (): Promise<void> => {
    const now = await bytesIn(folder);
    if (now > bytes) [bytes, grownAt] = [now, Date.now()];
    else if (Date.now() - grownAt > afterMs) stalled.abort(new Error(`nothing came for ${afterMs / 1000} s`));
  };
  return setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
