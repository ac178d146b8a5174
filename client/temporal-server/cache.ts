import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import lockfile from 'proper-lockfile';
import { hasCode } from '../../shared/files.js';
import type { Say } from './ways.js';

/** Where tools are kept between runs, by version: the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cloudmore-autotask-billing');
}

export interface KeptTool {
  /** Folder in the cache, with the version in its name. */
  folder: string;
  /** Whether what is in the folder can be used. */
  works: () => Promise<boolean>;
}

/**
 * Fills a folder of the cache once, however many processes ask for it at the same time. `make` writes into a draft next to it, which takes the
 * folder's place in one step when it is complete: nobody ever sees half a tool.
 */
export async function makeOnce(tool: KeptTool, say: Say, make: (draft: string) => Promise<void>): Promise<void> {
  const parent = dirname(tool.folder);
  await mkdir(parent, { recursive: true });
  const release = await takeLock(tool.folder, say);
  try {
    if (await tool.works()) return;
    await removeRemains(parent, basename(tool.folder));
    const draft = await mkdtemp(`${tool.folder}.draft-`);
    try {
      await make(draft);
      await rename(draft, tool.folder);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  } finally {
    await release();
  }
}

/** What an interrupted process left, and a kept tool that does not work (any more). The lock's folder stays. */
async function removeRemains(parent: string, name: string): Promise<void> {
  const remains = (await readdir(parent)).filter((entry) => entry === name || entry.startsWith(`${name}.draft-`));
  await Promise.all(remains.map((entry) => rm(join(parent, entry), { recursive: true, force: true })));
}

/** A lock whose holder has not been heard of for this long belongs to nobody. */
const STALE_MS = 20_000;
const WAIT_SECONDS_MAX = 30 * 60;

async function takeLock(folder: string, say: Say): Promise<() => Promise<void>> {
  const options: lockfile.LockOptions = {
    realpath: false,
    stale: STALE_MS,
    // After a suspended laptop somebody else may hold the lock as well. Harmless: the draft is our own, and the step into place happens at once.
    onCompromised: () => undefined,
  };
  try {
    return await lockfile.lock(folder, options);
  } catch (error) {
    if (!hasCode(error, 'ELOCKED')) throw error;
    say(`Another process is fetching ${basename(folder)}; waiting for it.`);
    return lockfile.lock(folder, {
      ...options,
      retries: { retries: WAIT_SECONDS_MAX, factor: 1, minTimeout: 1000, maxTimeout: 1000 },
    });
  }
}
