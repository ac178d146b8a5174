import { createHash, randomUUID, type Hash } from 'node:crypto';
import {
  closeSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import type { Dirent } from 'node:fs';
import { chmod, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lock, lockSync } from 'proper-lockfile';
import { hasCode, isMissing } from '../files.js';
import { StoreRefused, StoreUnavailable } from './evidence.js';
import type { Pieces } from './pieces.js';

/**
 * Files that are written wholly or not at all, for this user alone; and what is wrong with a disk, told apart as an outage or as a right that is missing. What
 * a claim does, some thirty calls of microseconds, is done without Node's thread pool, which takes ten times as long for each.
 */

const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

const OUTAGES: Record<string, string> = {
  ENOSPC: 'the disk is full',
  EDQUOT: "this user's share of the disk is full",
  EIO: 'the disk cannot be read or written',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ESTALE: 'the network disk went away',
  ETIMEDOUT: 'the network disk does not answer',
  EBUSY: 'the disk is busy',
  ELOCKED: 'another process has held it for too long',
};
const REFUSALS: Record<string, string> = {
  EACCES: 'this user has no right to it',
  EPERM: 'this user has no right to it',
  EROFS: 'the disk is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
};

/** Does something with the disk; an error of it becomes one of the store's. */
export async function onDisk<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const [code, why] of Object.entries(OUTAGES))
      if (hasCode(error, code))
        throw new StoreUnavailable(`${storeAt(path)}: ${why}. It resumes automatically when that is over`);
    for (const [code, why] of Object.entries(REFUSALS))
      if (hasCode(error, code))
        throw new StoreRefused(`${storeAt(path)}: ${why}. Let this user write there, or set BILLING_EVIDENCE`);
    throw error;
  }
}

const storeAt = (path: string): string => `The evidence store (${path})`;

/** Writes a file that is there wholly or not at all, in the place of one that may be there. */
export const writeWhole = (path: string, content: string | Buffer): void =>
  written(path, partsOf(content), (temporary) => renameSync(temporary, path));

/** The same of a text in pieces, whose path comes of its digest: until that is known it is in a folder of its own. Answers the digest. */
export function writePieces(folder: string, text: Pieces, pathOf: (digest: string) => string): string {
  const hash = createHash('sha256');
  return written(join(folder, 'text'), hashed(text, hash), (temporary) => {
    const digest = hash.digest('hex');
    const path = pathOf(digest);
    inFolder(dirname(path), () => renameSync(temporary, path));
    return digest;
  });
}

function* hashed(text: Pieces, hash: Hash): Generator<string> {
  for (const piece of text) {
    hash.update(piece, 'utf8');
    yield piece;
  }
}

/** The same where none is there; false where one is. */
export function writeFirst(path: string, content: string | Buffer): boolean {
  try {
    written(path, partsOf(content), (temporary) => {
      linkSync(temporary, path);
      rmSync(temporary, { force: true });
    });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function written<Put>(path: string, parts: Iterable<string | Buffer>, put: (temporary: string) => Put): Put {
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`;
  try {
    const file = inFolder(dirname(path), () => openSync(temporary, 'wx', PRIVATE_FILE));
    try {
      for (const part of parts) writeFileSync(file, part);
    } finally {
      closeSync(file);
    }
    return put(temporary);
  } catch (error) {
    void quietly(() => rmSync(temporary, { force: true })); // the first error says more
    throw error;
  }
}

const PART_LENGTH = 1_000_000;
const isFirstOfTwo = (code: number): boolean => code >= 0xd800 && code <= 0xdbff;

/** A text in parts, so that its bytes are never in memory next to it. No character is cut in two. */
export function* partsOf(text: string | Buffer): Generator<string | Buffer> {
  if (typeof text !== 'string') return void (yield text);
  for (let from = 0; from < text.length;) {
    const end = from + PART_LENGTH;
    const to = end < text.length && isFirstOfTwo(text.charCodeAt(end - 1)) ? end - 1 : end;
    yield text.slice(from, to);
    from = to;
  }
}

/** What a failure must not hold up: a lock grows stale, a temporary file is tidied up by the next one who opens the store, a torn line is cut by the next reader. */
export async function quietly(work: () => void | Promise<void>): Promise<void> {
  try {
    await work();
  } catch {
    // See above.
  }
}

/** With those above it. Node's own way never ends where a file system makes no folders and says that they are missing, as `/proc` does. */
export function makeFolder(path: string): void {
  try {
    makeOne(path);
  } catch (error) {
    if (!isMissing(error) || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    makeOne(path);
  }
}

function makeOne(path: string): void {
  try {
    mkdirSync(path, { mode: PRIVATE_FOLDER });
  } catch (error) {
    if (!hasCode(error, 'EEXIST') || !statSync(path).isDirectory()) throw error;
  }
}

/** Works in a folder, and makes it only where it is missing: nearly always it is there. */
function inFolder<T>(folder: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!isMissing(error)) throw error;
    makeFolder(folder);
    return work();
  }
}

const TEMPORARY = '.tmp';
/** A file that is being written is younger. */
const LEFT_BEHIND_MS = 600_000;

/** Takes away what a kill in the middle of a write left behind, and closes the folder to others where an earlier release left it open. */
export async function tidy(root: string): Promise<void> {
  makeFolder(root);
  await chmod(root, PRIVATE_FOLDER);
  for (const entry of await entriesBelow(root)) {
    if (!entry.isFile() || !entry.name.endsWith(TEMPORARY)) continue;
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => null);
    if (found !== null && Date.now() - found.mtimeMs > LEFT_BEHIND_MS) await rm(path, { force: true });
  }
}

/** Bytes of all files below a folder. */
export async function sizeBelow(root: string): Promise<number> {
  let bytes = 0;
  for (const entry of await entriesBelow(root))
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => null))?.size ?? 0;
  return bytes;
}

/** None where a folder went while they were listed (a lock that was given back): the next one who opens the store tidies up. */
async function entriesBelow(root: string): Promise<Dirent[]> {
  try {
    return await readdir(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The clock of whatever keeps the files: it stamps what is written. */
export function diskClock(root: string): Date {
  const file = inFolder(root, () => openSync(join(root, 'clock'), 'w', PRIVATE_FILE));
  try {
    writeSync(file, '.');
    return fstatSync(file).mtime;
  } finally {
    closeSync(file);
  }
}

/** What is done under a lock takes milliseconds; after this its process is taken for dead. */
const LOCK = { stale: 5_000, realpath: false, onCompromised: () => undefined };
/** A table of a thousand waits costs more than a lock that is free, as nearly every one is. */
const LOCK_OF_OTHERS = { ...LOCK, retries: { retries: 1_000, factor: 1, minTimeout: 5, maxTimeout: 20 } };

/** One at a time, of all processes. Those of this process queue up, so that none has to try again and again. */
export class Exclusive {
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  run<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = this.last.then(() => this.locked(work));
    this.last = mine.catch(() => undefined);
    return mine;
  }

  private async locked<T>(work: () => T | Promise<T>): Promise<T> {
    // One that was frozen in the middle has lost it; what it still does is found by anyone who compares (`hold.ts`, `chain.ts`).
    const release = await this.take();
    try {
      return await work();
    } finally {
      await quietly(release);
    }
  }

  private take(): Promise<() => void | Promise<void>> {
    try {
      return Promise.resolve(inFolder(dirname(this.path), () => lockSync(this.path, LOCK)));
    } catch (error) {
      if (hasCode(error, 'ELOCKED')) return lock(this.path, LOCK_OF_OTHERS);
      throw error;
    }
  }
}
