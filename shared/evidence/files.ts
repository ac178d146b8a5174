import { propertiesOf } from '../http/properties.js';
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../files.js';
import { chainOf } from './chain.js';
import { EvidenceAltered, EvidenceMissing, LeaseLost, type EvidenceStore } from './evidence.js';
import { dumpFiles, loadFiles } from './file-backup.js';
import { FileChain, isPlain } from './file-chain.js';
import { diskClock, onDisk, partsOf, readText, sizeBelow, tidy, writePieces } from './file-store.js';
import { fileLeases } from './file-leases.js';
import { holdLease, Pulse, type LeaseStore } from './hold.js';

/** Evidence as files: `values/ab/abcd….json`, `names/…`, `chains/…`; in `coming/` what is not written to its end. Every write goes to a temporary file first, so that a kill leaves no half value. */
export function fileEvidence(root: string): EvidenceStore {
  const disk: Disk = (work) => onDisk(root, work);
  const paths = pathsBelow(root);
  const now = (): Date => diskClock(root);
  const leases = fileLeases(join(root, 'holds'), now);
  const chains = chainFiles(root, paths, now);
  const store: EvidenceStore = {
    ...textFiles(disk, root, paths),
    ...nameFiles(disk, { paths, chains, leases }),
    reclaim: () => Promise.resolve(),
    dump: (each) => disk(() => dumpFiles(store, (chain) => chains.named(chain).snapshot(), each)),
    load: (records) =>
      disk(() => loadFiles(store, { valuePath: paths.value, namePath: paths.name, chainPath: paths.chain }, records)),
    now: () => disk(now),
    hold: async (name, options) => {
      await disk(() => tidy(root)).catch((error: unknown) => options.onTrouble?.(String(error)));
      // Each with a pulse of its own: on a disk every lease has a lock of its own, and none waits behind another's.
      return holdLease(new Pulse(leasesOnDisk(disk, leases)), name, options);
    },
    size: () => disk(() => sizeBelow(root)),
    close: () => Promise.resolve(),
  };
  return store;
}

/** Work on the folder, whose troubles are reported as the store's. */
type Disk = <T>(work: () => T | Promise<T>) => Promise<T>;

interface Paths {
  value: (ref: string) => string;
  name: (name: string) => string;
  chain: (chain: string) => string;
}

const pathsBelow = (root: string): Paths => ({
  value: (ref) => join(root, 'values', ref.slice(0, 2), `${ref}.json`),
  name: (name) => join(root, 'names', ...name.split('/').map(encodeURIComponent)) + NAME_SUFFIX,
  chain: (chain) => join(root, 'chains', `${encodeURIComponent(chain)}.jsonl`),
});

const textFiles = (
  disk: Disk,
  root: string,
  { value: valuePath }: Paths,
): Pick<EvidenceStore, 'keep' | 'kept' | 'remove' | 'texts'> => ({
  keep: (text) => disk(() => writePieces(join(root, 'coming'), text, valuePath)),
  kept: (ref) =>
    disk(() => {
      const text = readText(valuePath(ref));
      if (text === null) throw new EvidenceMissing(ref, 'is not in the store');
      if (digestOf(text) !== ref) throw new EvidenceMissing(ref, 'is not what its digest says');
      return text;
    }),
  remove: (refs) => disk(() => refs.forEach((ref) => rmSync(valuePath(ref), { force: true }))),
  texts: () => textsBelow(join(root, 'values')),
});

/** A file for each chain, with the names it speaks of. */
interface ChainFiles {
  named(chain: string): FileChain;
  names(): Promise<string[]>;
  /** Where names of the chain point by their files alone. */
  pointersOf(chain: string): Promise<Map<string, string>>;
}

function chainFiles(root: string, paths: Paths, now: () => Date): ChainFiles {
  const files = new Map<string, FileChain>();
  const pointersIn = async (chain: string): Promise<[name: string, text: string][]> =>
    [...(await pointersBelow(root))].filter(([name]) => chainOf(name) === chain);
  const open = (chain: string): FileChain =>
    new FileChain(
      paths.chain(chain),
      { pathOf: paths.name, unchained: async () => (await pointersIn(chain)).filter(([, text]) => isPlain(text)) },
      now,
    );
  return {
    named: (chain) => {
      const known = files.get(chain) ?? open(chain);
      files.set(chain, known);
      return known;
    },
    names: async () =>
      (await foldersIn(join(root, 'chains')))
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => decodeURIComponent(file.slice(0, -6)))
        .sort(),
    pointersOf: async (chain) => refsOf(await pointersIn(chain)),
  };
}

type NameFiles = Pick<EvidenceStore, 'blind' | 'cut' | 'chains' | 'point' | 'claim' | 'pointer' | 'unpoint' | 'names' | 'chain'>;

function nameFiles(
  disk: Disk,
  { paths, chains, leases }: { paths: Paths; chains: ChainFiles; leases: ReturnType<typeof fileLeases> },
): NameFiles {
  const chainFor = (name: string): FileChain => chains.named(chainOf(name));
  const always = (): boolean => true;
  return {
    blind: (chain, names) => disk(() => chains.named(chain).blind(new Set(names))),
    cut: (chain, decide) => disk(() => chains.named(chain).cut(() => chains.pointersOf(chain), decide)),
    chains: () => disk(() => chains.names()),
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
    names: (prefix) => disk(() => namesBelow(paths.name(prefix.replace(/\/$/, '')).slice(0, -NAME_SUFFIX.length), prefix)),
    chain: {
      entries: (chain) => chains.named(chain).entries(),
      recent: (chain, since) => disk(() => chains.named(chain).recent(since)),
      head: (chain) => disk(() => chains.named(chain).head()),
      pointers: (chain) => disk(() => chains.pointersOf(chain)),
      checkpoint: (chain) => disk(() => chains.named(chain).checkpoint()),
      sign: (chain, head) => disk(() => chains.named(chain).sign(head)),
      signatures: (chain) => disk(() => chains.named(chain).signatures()),
    },
  };
}

function digestOf(text: string): string {
  const hash = createHash('sha256');
  for (const part of partsOf(text)) hash.update(part);
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

/** Distinguishes a name from a folder of names. */
const NAME_SUFFIX = '.ref';

const leasesOnDisk = (disk: Disk, leases: LeaseStore): LeaseStore => ({
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
        return [name, String(propertiesOf(JSON.parse(text))['ref'])];
      } catch {
        return [name, new EvidenceAltered(name).message];
      }
    }),
  );
}
