import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommandFailedError, run } from './run.js';
import { TEMPORAL_CLI_SUMS, TEST_SERVER_SUMS } from './versions.js';

interface Download {
  version: string;
  /** File to write. */
  output: string;
  env: NodeJS.ProcessEnv;
  /** How long nothing may come before it counts as failed. */
  stalledAfterMs?: number;
}

/** A program of Temporal's as its release has it. */
export interface ReleaseDownload extends Download {
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
const RELEASES = 'https://temporal.download/assets/temporalio';
const PROCESSORS: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

interface Release {
  /** Where the archives of its versions are, on the mirror. */
  path: string;
  /** What the archives are called, before the version. */
  name: string;
  /** SHA-256 of the archives by platform and processor. */
  sums: Record<string, string>;
  /** Which systems' names the archives carry. */
  systems: Record<string, string>;
  /** Where in the archive the program is; `archive` is its name without the ending. */
  program: (archive: string, ending: string) => string;
}

const CLI: Release = {
  path: 'cli/releases/download',
  name: 'temporal_cli',
  sums: TEMPORAL_CLI_SUMS,
  systems: { linux: 'linux', darwin: 'darwin', win32: 'windows' },
  program: (_, ending) => `temporal${ending}`,
};

const TEST_SERVER: Release = {
  path: 'sdk-java/releases/download',
  name: 'temporal-test-server',
  sums: TEST_SERVER_SUMS,
  systems: { linux: 'linux', darwin: 'macOS', win32: 'windows' },
  program: (archive, ending) => `${archive}/temporal-test-server${ending}`,
};

export const downloadCli = (download: ReleaseDownload): Promise<void> => downloadRelease(CLI, download);

/** The server that skips time, for tests. */
export const downloadTestServer = (download: ReleaseDownload): Promise<void> => downloadRelease(TEST_SERVER, download);

/**
 * Downloads a program of Temporal's, and unpacks nothing but the archive whose SHA-256 is known. In a process of its own with a hard end: a proxy may say
 * nothing for ever, and a download may take its time, but not stand still for 20 seconds.
 */
async function downloadRelease(release: Release, { version, output, env, ...download }: ReleaseDownload): Promise<void> {
  const {
    from = `${RELEASES}/${release.path}`,
    sums = release.sums,
    platform = `${process.platform}-${process.arch}`,
  } = download;
  const sum = sums[platform];
  const [system = '', processor = ''] = platform.split('-');
  if (sum === undefined) throw new Error(`not possible (there is no checksum of ${version} for ${platform})`);
  const archiveName = `${release.name}_${version}_${release.systems[system]}_${PROCESSORS[processor]}`;
  const url = `${from}/v${version}/${archiveName}.tar.gz`;
  await inFolder(output, { env, stalledAfterMs: download.stalledAfterMs, url }, async (folder, archive) => {
    const found = await sumOf(archive);
    if (found !== sum) throw new Error(`refused (SHA-256 of ${url} is ${found}, not ${sum}: it is not the released file)`);
    const unpacked = AbortSignal.timeout(UNPACKED_WITHIN_MS);
    await run('tar', ['-xzf', archive, '-C', folder], { env, signal: unpacked });
    return join(folder, release.program(archiveName, system === 'win32' ? '.exe' : ''));
  });
}

async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Lets a child download one file into a folder next to the output, and moves there what is made of the file. */
async function inFolder(
  output: string,
  { env, stalledAfterMs, url }: { env: NodeJS.ProcessEnv; stalledAfterMs: number | undefined; url: string },
  made: (folder: string, file: string) => Promise<string>,
): Promise<void> {
  const folder = await mkdtemp(`${output}.download-`);
  const stalled = new AbortController();
  const watch = abortWhenStalled(folder, stalled, stalledAfterMs ?? STALLED_AFTER_MS);
  try {
    await run(process.execPath, [...childProgram('archive-child'), url, folder], { env, signal: stalled.signal }).catch(
      inOneLine,
    );
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
    else if (Date.now() - grownAt > afterMs) stalled.abort(new Error(`no data came for ${afterMs / 1000} s`));
  };
  return setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS);
}

async function bytesIn(folder: string): Promise<number> {
  const sizes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
