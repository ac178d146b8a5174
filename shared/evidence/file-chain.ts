import {
  appendFileSync,
  closeSync,
  createReadStream,
  openSync,
  readSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { createInterface } from 'node:readline';
import { isWhole, nextEntry, type ChainEntry, type Checkpoint, type CutDecision, type SignedHead } from './chain.js';
import { EvidenceAltered } from './evidence.js';
import type { ChainSnapshot } from './file-backup.js';
import { Exclusive, makeFolder, quietly, readText, writeWhole } from './file-store.js';
import { dirname } from 'node:path';

/** More than any entry takes. */
const TAIL_BYTES = 65_536;
const PRIVATE_FILE = 0o600;

/** What a chain needs to know of the names around it. */
export interface NameFiles {
  pathOf(name: string): string;
  /** Names that an earlier release kept without a chain, with where they point. */
  unchained(): Promise<[name: string, ref: string][]>;
}

/**
 * A broker's chain as a file with an entry a line. An entry is written before its name: after a kill between the two the next process completes the name.
 * Every name's file holds its entry, so that one which was copied from elsewhere is known when it is read.
 */
export class FileChain {
  private readonly exclusive: Exclusive;
  private size = -1;
  private last: ChainEntry | null = null;

  constructor(
    private readonly path: string,
    private readonly names: NameFiles,
    private readonly now: () => Date,
  ) {
    this.exclusive = new Exclusive(path);
  }

  /** Points the name to a value, or nowhere, where `mayStill` says so. */
  set(name: string, ref: string | null, mayStill: (now: string | null) => boolean): Promise<boolean> {
    return this.exclusive.run(async () => {
      await this.catchUp();
      const current = this.pointer(name);
      if (!mayStill(current)) return false;
      if (ref === null && current === null) return true;
      this.append(nextEntry(this.last, name, ref, this.now()));
      return true;
    });
  }

  /** Writes the chain without the texts of these names. */
  blind(names: Set<string>): Promise<void> {
    const lineOf = (entry: ChainEntry): string =>
      `${JSON.stringify(entry.name !== null && names.has(entry.name) ? { ...entry, name: null, salt: null } : entry)}\n`;
    return this.exclusive.run(async () => {
      await this.catchUp();
      this.rewrite(lineOf);
    });
  }

  /**
   * The chain as `decide` lets it be, with its checkpoint as the first line, in one file that takes the other's place. Names go after it: after a kill between
   * the two the next cut takes them. `pointers` are the names of the chain.
   */
  cut(pointers: () => Promise<Map<string, string>>, decide: CutDecision): Promise<boolean> {
    return this.exclusive.run(async () => {
      await this.catchUp();
      const entries: ChainEntry[] = [];
      for await (const entry of this.entries()) entries.push(entry);
      const cut = decide(entries, await pointers());
      if (cut === null) return false;
      const seqs = new Set(cut.kept.map(({ seq }) => seq));
      const signed = this.signatures().filter(({ seq }) => seqs.has(seq));
      const lines = [{ checkpoint: cut.checkpoint }, ...cut.kept].map((line) => `${JSON.stringify(line)}\n`);
      writeWhole(this.path, lines.join(''));
      writeWhole(`${this.path}.signed`, signed.map((one) => `${JSON.stringify(one)}\n`).join(''));
      for (const name of cut.names) removeName(this.names.pathOf(name));
      this.size = -1;
      return true;
    });
  }

  snapshot(): Promise<ChainSnapshot> {
    return this.exclusive.run(async () => {
      await this.catchUp();
      const entries: ChainEntry[] = [];
      for await (const entry of this.entries()) entries.push(entry);
      return { checkpoint: await this.checkpoint(), entries, signatures: this.signatures() };
    });
  }

  async checkpoint(): Promise<Checkpoint | null> {
    if (sizeOf(this.path) === 0) return null;
    const lines = createInterface({ input: createReadStream(this.path, 'utf8') });
    for await (const line of lines) {
      lines.close();
      return checkpointIn(line);
    }
    return null;
  }

  pointer(name: string): string | null {
    const text = readText(this.names.pathOf(name));
    if (text === null) return null;
    if (PLAIN.test(text) && sizeOf(this.path) === 0) return text;
    const entry = parseEntry(text);
    if (entry === null || entry.name !== name || entry.ref === null || !isWhole(entry)) throw new EvidenceAltered(name);
    return entry.ref;
  }

  async *entries(): AsyncGenerator<ChainEntry> {
    if (sizeOf(this.path) === 0) return;
    for await (const line of createInterface({ input: createReadStream(this.path, 'utf8') })) {
      const entry = parseEntry(line);
      if (entry !== null) yield entry;
    }
  }

  recent(since: Date): ChainEntry[] {
    for (let bytes = TAIL_BYTES; ; bytes *= 4) {
      const { text, from } = tailOf(this.path, bytes);
      const entries = text.split('\n').flatMap((line) => parseEntry(line) ?? []);
      const isEnough = from === 0 || (entries[0] !== undefined && Date.parse(entries[0].at) < since.getTime());
      if (isEnough) return entries.filter(({ at }) => Date.parse(at) >= since.getTime());
    }
  }

  head(): ChainEntry | null {
    return lastLine(this.path);
  }

  sign(head: SignedHead): void {
    makeFolder(dirname(this.path));
    appendFileSync(`${this.path}.signed`, `${JSON.stringify(head)}\n`, { mode: PRIVATE_FILE });
  }

  signatures(): SignedHead[] {
    const text = readText(`${this.path}.signed`) ?? '';
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as SignedHead);
  }

  /** The whole file written again, an entry a line; what is not an entry stays as it is. Its own entry of a name stays with the name. */
  private rewrite(lineOf: (entry: ChainEntry) => string): void {
    const text = readText(this.path) ?? '';
    const lines = text.split('\n').filter(Boolean);
    writeWhole(
      this.path,
      lines
        .map((line) => {
          const entry = parseEntry(line);
          return entry === null ? `${line}\n` : lineOf(entry);
        })
        .join(''),
    );
    this.size = -1;
  }

  /** Takes note of what other processes wrote in the meantime. */
  private async catchUp(): Promise<void> {
    const size = sizeOf(this.path);
    if (size === this.size) return;
    if (size === 0) {
      this.last = null;
      this.size = 0;
      for (const [name, ref] of await this.names.unchained()) this.append(nextEntry(this.last, name, ref, this.now()));
      return;
    }
    cutTornLine(this.path);
    this.last = lastLine(this.path);
    this.size = sizeOf(this.path);
    if (this.last !== null) this.writeName(this.last);
  }

  private append(entry: ChainEntry): void {
    const line = `${JSON.stringify(entry)}\n`;
    const before = Math.max(this.size, 0);
    try {
      appendFileSync(this.path, line, { mode: PRIVATE_FILE });
    } catch (error) {
      this.size = -1;
      void quietly(() => truncateSync(this.path, before)); // the next one cuts it
      throw error;
    }
    this.last = entry;
    this.size = -1; // until its name is written too
    this.writeName(entry);
    this.size = before + Buffer.byteLength(line);
  }

  private writeName(entry: ChainEntry): void {
    if (entry.name === null) return;
    const path = this.names.pathOf(entry.name);
    if (entry.ref === null) rmSync(path, { force: true });
    else writeWhole(path, JSON.stringify(entry));
  }
}

/** A pointer as releases before the chain kept it. */
const PLAIN = /^[0-9a-f]{64}$/;

export const isPlain = (text: string): boolean => PLAIN.test(text);

export function parseEntry(text: string): ChainEntry | null {
  try {
    const entry = JSON.parse(text) as Partial<ChainEntry> | null;
    return typeof entry?.hash === 'string' && typeof entry.seq === 'number' && typeof entry.at === 'string'
      ? (entry as ChainEntry)
      : null;
  } catch {
    return null;
  }
}

/** With its folder, where nothing else is in it. */
function removeName(path: string): void {
  rmSync(path, { force: true });
  void quietly(() => rmdirSync(dirname(path)));
}

function checkpointIn(line: string): Checkpoint | null {
  try {
    return (JSON.parse(line) as { checkpoint?: Checkpoint }).checkpoint ?? null;
  } catch {
    return null;
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function tailOf(path: string, bytes = TAIL_BYTES): { text: string; from: number } {
  const size = sizeOf(path);
  if (size === 0) return { text: '', from: 0 };
  const file = openSync(path, 'r');
  try {
    const from = Math.max(0, size - bytes);
    const buffer = Buffer.alloc(size - from);
    const bytesRead = readSync(file, buffer, 0, size - from, from);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), from };
  } finally {
    closeSync(file);
  }
}

function lastLine(path: string): ChainEntry | null {
  const lines = tailOf(path).text.split('\n').filter(Boolean);
  return lines.length === 0 ? null : parseEntry(lines.at(-1)!);
}

/** A line that a kill or a full disk left unfinished. */
function cutTornLine(path: string): void {
  const { text, from } = tailOf(path);
  if (text === '' || text.endsWith('\n')) return;
  truncateSync(path, from + Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1)));
}
