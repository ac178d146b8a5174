import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommandFailedError, run } from './run.js';
import { TEMPORAL_CLI_SUMS } from './versions.js';

interface Download {
  version: string;
  /** File to write. */
  output: string;
  env: NodeJS.ProcessEnv;
  /** How long nothing may come before it counts as failed. */
  stalledAfterMs?: number;
}

/** Temporal's CLI as its release has it. */
export interface CliDownload extends Download {
  /** Where the release's archives are. */
  from?: string;
  /** SHA-256 of the archives by platform and processor. */
  sums?: Record<string, string>;
  platform?: string;
}

const STALLED_AFTER_MS = 20_000;
const LOOK_EVERY_MS = 500;
const UNPACKED_WITHIN_MS = 120_000;
/** Temporal's own mirror of its releases, the one its SDKs take them from: it answers by itself, where GitHub leads elsewhere. */
const RELEASES = 'https://temporal.download/assets/temporalio/cli/releases/download';
const SYSTEMS: Record<string, string> = { linux: 'linux', darwin: 'darwin', win32: 'windows' };
const PROCESSORS: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Downloads Temporal's CLI, and unpacks nothing but the archive whose SHA-256 is known. In a process of its own with a hard end: a proxy may say nothing for
 * ever, and a download may take its time, but not stand still for 20 seconds.
 */
export async function downloadCli({ version, output, env, from = RELEASES, ...download }: CliDownload): Promise<void> {
  const { sums = TEMPORAL_CLI_SUMS, platform = `${process.platform}-${process.arch}` } = download;
  const sum = sums[platform];
  const [system = '', processor = ''] = platform.split('-');
  if (sum === undefined) throw new Error(`not possible (nobody has a sum of ${version} for ${platform})`);
  const url = `${from}/v${version}/temporal_cli_${version}_${SYSTEMS[system]}_${PROCESSORS[processor]}.tar.gz`;
  await inFolder(output, env, download.stalledAfterMs, ['archive-child', url], async (folder, archive) => {
    const found = await sumOf(archive);
    if (found !== sum) throw new Error(`refused (SHA-256 of ${url} is ${found}, and not ${sum}: it is not what was released)`);
    const unpacked = AbortSignal.timeout(UNPACKED_WITHIN_MS);
    await run('tar', ['-xzf', archive, '-C', folder], { env, signal: unpacked });
    return join(folder, system === 'win32' ? 'temporal.exe' : 'temporal');
  });
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/**
 * Downloads the server that skips time, for tests, as `@temporalio/testing` does it. There is no sum to compare it with: the SDK unpacks while it fetches, and
 * starts what it got. A program that was checked can be named in TEMPORAL_TEST_SERVER_PATH.
 */
export const downloadTestServer = ({ version, output, env, stalledAfterMs }: Download): Promise<void> =>
  inFolder(output, env, stalledAfterMs, ['download-child', version], (_, file) => Promise.resolve(file));

/** Lets a child download one file into a folder beside the output, which it gets as its last argument, and moves there what is made of the file. */
async function inFolder(
  output: string,
  env: NodeJS.ProcessEnv,
  stalledAfterMs: number | undefined,
  [child, ...args]: [child: string, ...args: string[]],
  made: (folder: string, file: string) => Promise<string>,
): Promise<void> {
  const folder = await mkdtemp(`${output}.download-`);
  const stalled = new AbortController();
  const watch = abortWhenStalled(folder, stalled, stalledAfterMs ?? STALLED_AFTER_MS);
  try {
    await run(process.execPath, [...childProgram(child), ...args, folder], { env, signal: stalled.signal }).catch(inOneLine);
    clearInterval(watch);
    const [file] = await readdir(folder);
    if (file === undefined) throw new Error('the download left no file');
    await rename(await made(folder, join(folder, file)), output);
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
function childProgram(name: string): string[] {
  const extension = extname(new URL(import.meta.url).pathname);
  const program = fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
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
