import { createHash } from 'node:crypto';
import { EvidenceMissing, type Evidence } from './evidence.js';
import { HeldName } from './hold.js';

/** Evidence for one command: `plan` reads and decides, and leaves nothing behind. */
export function memoryEvidence(): Evidence {
  const values = new Map<string, string>();
  const pointers = new Map<string, string>();
  return {
    put(value) {
      const text = JSON.stringify(value);
      const ref = createHash('sha256').update(text, 'utf8').digest('hex');
      values.set(ref, text);
      return Promise.resolve(ref);
    },
    get<T>(ref: string) {
      const text = values.get(ref);
      return text === undefined
        ? Promise.reject(new EvidenceMissing(ref, 'is not in the store'))
        : Promise.resolve(JSON.parse(text) as T);
    },
    point: (name, ref) => Promise.resolve(void pointers.set(name, ref)),
    claim: (name, expected, ref) => {
      if ((pointers.get(name) ?? null) !== expected) return Promise.resolve(false);
      pointers.set(name, ref);
      return Promise.resolve(true);
    },
    pointer: (name) => Promise.resolve(pointers.get(name) ?? null),
    unpoint: (name) => Promise.resolve(void pointers.delete(name)),
    names: (prefix) =>
      Promise.resolve(
        [...pointers.keys()].filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/')).sort(),
      ),
    hold: () => Promise.resolve(new HeldName(() => Promise.resolve())), // no other process has it
    close: () => Promise.resolve(),
  };
}
