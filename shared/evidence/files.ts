import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../files.js';
import { chainOf } from './chain.js';
import { EvidenceAltered, EvidenceMissing, LeaseLost, type EvidenceStore } from './evidence.js';
import { dumpFiles, loadFiles } from './file-backup.js';
import { FileChain, isPlain } from './file-chain.js';
import { diskClock, onDisk, partsOf, readText, sizeBelow, tidy, writeWhole } from './file-store.js';
import { fileLeases } from './file-leases.js';
import { holdLease, Pulse, type LeaseStore } from './hold.js';

/** Evidence as files: `values/ab/abcd….json`, `names/…`, `chains/…`. Every write goes to a temporary file first, so that a kill leaves no half value. */
export function fileEvidence(root: string): EvidenceStore {
  const disk = <T>(work: () => T | Promise<T>): Promise<T> => onDisk(root, work);
  const valuePath = (ref: string): string => join(root, 'values', ref.slice(0, 2), `${ref}.json`);
  const pathOf = (name: string): string => join(root, 'names', ...name.split('/').map(encodeURIComponent)) + NAME_SUFFIX;
  const now = (): Date => diskClock(root);
  const leases = fileLeases(join(root, 'holds'), now);
  const chains = new Map<string, FileChain>();
  const chainNamed = (chain: string): FileChain => {
    const names = {
      pathOf,
      unchained: async (): Promise<[string, string][]> =>
        [...(await pointersBelow(root))].filter(([name, text]) => chainOf(name) === chain && isPlain(text)),
    };
    const known = chains.get(chain) ?? new FileChain(chainPath(chain), names, now);
    chains.set(chain, known);
    return known;
  };
  const pointersOf = async (chain: string): Promise<Map<string, string>> =>
    refsOf([...(await pointersBelow(root))].filter(([name]) => chainOf(name) === chain));
  const chainFor = (name: string): FileChain => chainNamed(chainOf(name));
  const always = (): boolean => true;

  const chainPath = (chain: string): string => join(root, 'chains', `${encodeURIComponent(chain)}.jsonl`);
  const store: EvidenceStore = {
    keep: (text) =>
      disk(() => {
        const ref = digestOf(text);
        writeWhole(valuePath(ref), text);
        return ref;
      }),
    kept: (ref) =>
      disk(() => {
        const text = readText(valuePath(ref));
        if (text === null) throw new EvidenceMissing(ref, 'is not in the store');
        if (digestOf(text) !== ref) throw new EvidenceMissing(ref, 'is not what its digest says');
        return text;
      }),
    remove: (refs) => disk(() => refs.forEach((ref) => rmSync(valuePath(ref), { force: true }))),
    texts: () => textsBelow(join(root, 'values')),
    blind: (chain, names) => disk(() => chainNamed(chain).blind(new Set(names))),
    cut: (chain, decide) => disk(() => chainNamed(chain).cut(() => pointersOf(chain), decide)),
    chains: () =>
      disk(async () =>
        (await foldersIn(join(root, 'chains')))
          .filter((file) => file.endsWith('.jsonl'))
          .map((file) => decodeURIComponent(file.slice(0, -6)))
          .sort(),
      ),
    reclaim: () => Promise.resolve(),
    dump: (each) => disk(() => dumpFiles(store, (chain) => chainNamed(chain).snapshot(), each)),
    load: (records) => disk(() => loadFiles(store, { valuePath, namePath: pathOf, chainPath }, records)),
    point: (name, ref) => disk(async () => void (await chainFor(name).set(name, ref, always))),
    claim: (name, expected, ref, lease = null) =>
      disk(() =>
        chainFor(name).set(name, ref, (current) => {
          if (lease !== null && !leases.isHeld(lease)) throw new LeaseLost(lease);
          return current === expected;
        }),
      ),
    pointer: (name) => disk(() => chainFor(name).pointer(name)),
    unpoint: (name, expected) =>
      disk(async () => void (await chainFor(name).set(name, null, (current) => expected === undefined || current === expected))),
    names: (prefix) => disk(() => namesBelow(pathOf(prefix.replace(/\/$/, '')).slice(0, -NAME_SUFFIX.length), prefix)),
    now: () => disk(now),
    hold: async (name, options) => {
      await disk(() => tidy(root)).catch((error: unknown) => options.onTrouble?.(String(error)));
      // Each with a pulse of its own: on a disk every lease has a lock of its own, and none waits behind another's.
      return holdLease(new Pulse(leasesOnDisk(disk, leases)), name, options);
    },
    chain: {
      entries: (chain) => chainNamed(chain).entries(),
      recent: (chain, since) => disk(() => chainNamed(chain).recent(since)),
      head: (chain) => disk(() => chainNamed(chain).head()),
      pointers: (chain) => disk(() => pointersOf(chain)),
      checkpoint: (chain) => disk(() => chainNamed(chain).checkpoint()),
      sign: (chain, head) => disk(() => chainNamed(chain).sign(head)),
      signatures: (chain) => disk(() => chainNamed(chain).signatures()),
    },
    size: () => disk(() => sizeBelow(root)),
    close: () => Promise.resolve(),
  };
  return store;
}

function digestOf(text: string): string {
  const hash = createHash('sha256');
  for (const part of partsOf(text)) hash.update(part, 'utf8');
  return hash.digest('hex');
}

/** Values by their files, with when each was written last. */
async function* textsBelow(folder: string): AsyncGenerator<{ ref: string; keptAt: Date }> {
  for (const part of await foldersIn(folder))
    for (const file of await readdir(join(folder, part))) {
      if (!file.endsWith(VALUE_SUFFIX)) continue;
      const found = await stat(join(folder, part, file)).catch(() => null);
      if (found !== null) yield { ref: file.slice(0, -VALUE_SUFFIX.length), keptAt: found.mtime };
    }
}

const VALUE_SUFFIX = '.json';

const foldersIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });

/** Tells a name from a folder of names. */
const NAME_SUFFIX = '.ref';

const leasesOnDisk = (disk: <T>(work: () => T | Promise<T>) => Promise<T>, leases: LeaseStore): LeaseStore => ({
  now: () => disk(() => leases.now()),
  take: (...given) => disk(() => leases.take(...given)),
  renew: (renewals) => disk(() => leases.renew(renewals)),
  giveBack: (lease) => disk(() => leases.giveBack(lease)),
});

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

/** Every name in the store with what its file says. */
async function pointersBelow(root: string): Promise<Map<string, string>> {
  const folder = join(root, 'names');
  const pointers = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const entry of entries.filter((path) => path.endsWith(NAME_SUFFIX))) {
    const text = readText(join(folder, entry));
    const name = entry.slice(0, -NAME_SUFFIX.length).split('/').map(decodeURIComponent).join('/');
    if (text !== null) pointers.set(name, text);
  }
  return pointers;
}

/** Where names point by their files alone. What is not a pointer at all points nowhere that anybody knows. */
function refsOf(files: [name: string, text: string][]): Map<string, string> {
  return new Map(
    files.map(([name, text]) => {
      if (isPlain(text)) return [name, text];
      try {
        return [name, String((JSON.parse(text) as { ref?: unknown }).ref)];
      } catch {
        return [name, new EvidenceAltered(name).message];
      }
    }),
  );
}
