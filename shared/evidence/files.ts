import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';
import { EvidenceMissing, type Evidence } from './evidence.js';
import { hasCode, isMissing } from '../files.js';
import { HeldName, LOOK_EVERY_MS, type Hold, type HoldOptions } from './hold.js';

/** Evidence as files: `values/ab/abcd….json` and `names/…`. Every write goes to a temporary file first, so that a kill leaves no half value. */
export function fileEvidence(root: string): Evidence {
  const valuePath = (ref: string): string => join(root, 'values', ref.slice(0, 2), `${ref}.json`);
  const namePath = (name: string): string => join(root, 'names', ...name.split('/').map(encodeURIComponent));

  return {
    async put(value) {
      const bytes = Buffer.from(JSON.stringify(value));
      const ref = createHash('sha256').update(bytes).digest('hex');
      await writeWhole(valuePath(ref), bytes);
      return ref;
    },
    async get<T>(ref: string) {
      const text = await readText(valuePath(ref));
      if (text === null) throw new EvidenceMissing(ref, 'is not in the store');
      if (createHash('sha256').update(text, 'utf8').digest('hex') !== ref)
        throw new EvidenceMissing(ref, 'is not what its digest says');
      return JSON.parse(text) as T;
    },
    point: (name, ref) => writeWhole(namePath(name) + NAME_SUFFIX, ref),
    claim: (name, expected, ref) => claimFile(namePath(name) + NAME_SUFFIX, expected, ref),
    pointer: (name) => readText(namePath(name) + NAME_SUFFIX),
    unpoint: (name) => rm(namePath(name) + NAME_SUFFIX, { force: true }),
    names: (prefix) => namesBelow(namePath(prefix.replace(/\/$/, '')), prefix),
    hold: (name, options) => holdFile(join(root, 'holds', encodeURIComponent(name)), options),
    close: () => Promise.resolve(),
  };
}

/** Tells a name from a folder of names. */
const NAME_SUFFIX = '.ref';

async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, content);
  await rename(temporary, path);
}

/** A claim takes milliseconds; after this its process is taken for dead. */
const CLAIM = { stale: 5_000, retries: { retries: 60, factor: 1, minTimeout: 100, maxTimeout: 200 }, realpath: false };

async function claimFile(path: string, expected: string | null, ref: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const release = await lock(path, CLAIM);
  try {
    if ((await readText(path)) !== expected) return false;
    await writeWhole(path, ref);
    return true;
  } finally {
    await release();
  }
}

/** The lock is renewed in good time before anybody takes it for left behind. */
const HOLD = { stale: 15_000, update: 2_000, realpath: false };

async function holdFile(path: string, { signal, onWait }: HoldOptions): Promise<Hold> {
  await mkdir(dirname(path), { recursive: true });
  for (let isFirst = true; ; isFirst = false) {
    signal.throwIfAborted();
    let held: HeldName | null = null;
    const release = await lock(path, { ...HOLD, onCompromised: () => held?.lose() }).catch((error: unknown) => {
      if (hasCode(error, 'ELOCKED')) return null;
      throw error;
    });
    if (release !== null) return (held = new HeldName(() => release().catch(() => undefined))); // what was lost cannot be given back
    if (isFirst) onWait();
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function namesBelow(folder: string, prefix: string): Promise<string[]> {
  try {
    const entries = await readdir(folder);
    return entries
      .filter((entry) => entry.endsWith(NAME_SUFFIX))
      .map((entry) => prefix + decodeURIComponent(entry.slice(0, -NAME_SUFFIX.length)))
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
