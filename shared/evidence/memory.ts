import { randomUUID } from 'node:crypto';
import { chainOf, nextEntry, sha256, type ChainEntry, type SignedHead } from './chain.js';
import { EvidenceMissing, LeaseLost, type Evidence } from './evidence.js';
import type { Hold, Lease } from './hold.js';
import { jsonPieces } from './pieces.js';

/** Evidence for one command: `plan` reads and decides, and leaves nothing behind. `now` is its clock. */
export function memoryEvidence(now: () => Date = () => new Date()): Evidence {
  const values = new Map<string, string>();
  const pointers = new Map<string, string>();
  const chains = new Map<string, ChainEntry[]>();
  const signatures = new Map<string, SignedHead[]>();
  const leases = new Map<string, Lease>();
  const set = (name: string, ref: string | null): void => {
    if (ref === null && !pointers.has(name)) return;
    const entries = chains.get(chainOf(name)) ?? [];
    chains.set(chainOf(name), entries);
    entries.push(nextEntry(entries.at(-1) ?? null, name, ref, now()));
    if (ref === null) pointers.delete(name);
    else pointers.set(name, ref);
  };
  return {
    put(value: unknown) {
      const text = [...jsonPieces(value)].join('');
      const ref = sha256(text);
      values.set(ref, text);
      return Promise.resolve(ref);
    },
    get<T>(ref: string) {
      const text = values.get(ref);
      return text === undefined
        ? Promise.reject(new EvidenceMissing(ref, 'is not in the store'))
        : Promise.resolve(JSON.parse(text) as T);
    },
    point: (name, ref) => Promise.resolve(set(name, ref)),
    claim: (name, expected, ref, lease = null) => {
      if (lease !== null && leases.get(lease.name)?.id !== lease.id) return Promise.reject(new LeaseLost(lease));
      if ((pointers.get(name) ?? null) !== expected) return Promise.resolve(false);
      set(name, ref);
      return Promise.resolve(true);
    },
    pointer: (name) => Promise.resolve(pointers.get(name) ?? null),
    unpoint: (name, expected) =>
      Promise.resolve(expected === undefined || pointers.get(name) === expected ? set(name, null) : undefined),
    names: (prefix) =>
      Promise.resolve(
        [...pointers.keys()].filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/')).sort(),
      ),
    now: () => Promise.resolve(now()),
    hold: (name) => Promise.resolve(heldInMemory(leases, name)),
    chain: {
      entries: async function* (chain) {
        await Promise.resolve();
        yield* chains.get(chain) ?? [];
      },
      recent: (chain, since) => Promise.resolve((chains.get(chain) ?? []).filter(({ at }) => Date.parse(at) >= since.getTime())),
      head: (chain) => Promise.resolve(chains.get(chain)?.at(-1) ?? null),
      pointers: (chain) => Promise.resolve(new Map([...pointers].filter(([name]) => chainOf(name) === chain))),
      sign: (chain, head) => Promise.resolve(void signatures.set(chain, [...(signatures.get(chain) ?? []), head])),
      signatures: (chain) => Promise.resolve(signatures.get(chain) ?? []),
      checkpoint: () => Promise.resolve(null),
    },
    size: () => Promise.resolve([...values.values()].reduce((sum, text) => sum + text.length, 0)),
    close: () => Promise.resolve(),
  };
}

/** No other process has this store: the last one to hold it has it. */
function heldInMemory(leases: Map<string, Lease>, name: string): Hold {
  const lease = { name, id: randomUUID(), fence: (leases.get(name)?.fence ?? 0) + 1 };
  leases.set(name, lease);
  return {
    lease,
    left: null,
    isHeld: () => leases.get(name)?.id === lease.id,
    lost: new Promise(() => undefined),
    release: () => Promise.resolve(),
  };
}

/** The same, over what earlier runs have kept: what is asked for is found there, what is written stays in memory. */
export function evidenceOver(kept: Evidence): Evidence {
  const own = memoryEvidence();
  return {
    ...own,
    get: async <T>(ref: string): Promise<T> => {
      try {
        return await own.get<T>(ref);
      } catch (error) {
        if (!(error instanceof EvidenceMissing)) throw error;
        return kept.get<T>(ref);
      }
    },
    pointer: async (name) => (await own.pointer(name)) ?? kept.pointer(name),
    claim: async (name, expected, ref, lease) => {
      // What a name points at below it points at here too, or nothing that is kept already could ever be claimed.
      const below = (await own.pointer(name)) === null ? await kept.pointer(name) : null;
      if (below !== null) await own.point(name, below);
      return own.claim(name, expected, ref, lease);
    },
    names: async (prefix) => [...new Set([...(await own.names(prefix)), ...(await kept.names(prefix))])].sort(),
    size: () => kept.size(),
    close: () => kept.close(),
  };
}
