import { closeSync, createReadStream, openSync, writeSync } from 'node:fs';
import { mkdtemp, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/**
 * A world too big to hold: every long list goes to a file of its own while the organizations are made, and the files are put in their places at the
 * end, when the totals that stand before them are known.
 */
export interface Spools {
  add(key: string, value: object): void;
  /** Writes the world; `frame` gives it with a mark from `markOf` in the place of each list. */
  assemble(outPath: string, frame: object): Promise<number>;
  markOf(key: string): string;
  remove(): Promise<void>;
}

/** Lists next to the world's file, on the same disk. */
export async function openSpools(outPath: string): Promise<Spools> {
  const folder = await mkdtemp(join(dirname(resolve(outPath)), '.generate-'));
  const spools = new Map<string, Spool>();
  const spoolOf = (key: string): Spool => {
    const spool = spools.get(key) ?? new Spool(join(folder, String(spools.size)));
    spools.set(key, spool);
    return spool;
  };
  return {
    add: (key, value) => spoolOf(key).add(value),
    markOf: (key) => `${MARK}${key}`,
    assemble: async (outPath, frame) => {
      for (const spool of spools.values()) spool.close();
      const partial = join(folder, 'world.json');
      const bytes = await assemble(partial, frame, spools);
      await rename(partial, outPath);
      return bytes;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const MARK = '\u0001list ';
/** A mark as JSON writes it, with its quotes. */
const MARKED = /"\\u0001list ([^"]*)"/;

/** The text between the marks, and in the place of each the list. */
async function assemble(path: string, frame: object, spools: Map<string, Spool>): Promise<number> {
  const out = await open(path, 'w');
  let bytes = 0;
  try {
    const parts = JSON.stringify(frame, null, 2).split(MARKED);
    for (const [index, part] of parts.entries()) {
      const spool = index % 2 === 1 ? spools.get(part) : undefined;
      if (index % 2 === 0) bytes += (await out.write(part)).bytesWritten;
      else bytes += spool ? await copyList(spool, out) : (await out.write('[]')).bytesWritten;
    }
    bytes += (await out.write('\n')).bytesWritten;
  } finally {
    await out.close();
  }
  return bytes;
}

async function copyList(spool: Spool, out: FileHandle): Promise<number> {
  let bytes = (await out.write('[\n')).bytesWritten;
  for await (const chunk of createReadStream(spool.path, { highWaterMark: CHUNK }))
    bytes += (await out.write(chunk as Buffer)).bytesWritten;
  return bytes + (await out.write('\n]')).bytesWritten;
}

const CHUNK = 1 << 20;

/** One value per line, a comma before each but the first. */
class Spool {
  private readonly file: number;
  private text = '';
  private isEmpty = true;

  constructor(readonly path: string) {
    this.file = openSync(path, 'w');
  }

  add(value: object): void {
    this.text += (this.isEmpty ? '' : ',\n') + JSON.stringify(value);
    this.isEmpty = false;
    if (this.text.length >= CHUNK) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.file);
  }

  private flush(): void {
    writeSync(this.file, this.text);
    this.text = '';
  }
}
