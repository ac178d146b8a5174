import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../files.js';
import { Exclusive, readText, writeFirst, writeWhole } from './file-store.js';
import { LEASE_MS, type Lease, type LeaseStore, type Renewal, type Renewed } from './hold.js';

/**
 * Leases as files, one for each holding: its number is in the file's name, and the highest counts. So a process that was frozen in the middle of a renewal,
 * and lost its lock meanwhile, writes over nothing but what it once held itself.
 */
export type FileLeases = LeaseStore & { isHeld(lease: Lease): boolean };

interface KeptLease {
  id: string;
  nonce: string;
  endsAt: string;
  note: unknown;
}

export function fileLeases(folder: string, now: () => Date): FileLeases {
  const locks = new Map<string, Exclusive>();
  const fileOf = (name: string, fence: number): string => join(folder, `${encodeURIComponent(name)}.${fence}.json`);
  const alone = <T>(name: string, work: () => T): Promise<T> => {
    const exclusive = locks.get(name) ?? new Exclusive(join(folder, encodeURIComponent(name)));
    locks.set(name, exclusive);
    return exclusive.run(work);
  };
  const read = (name: string, fence: number): KeptLease | null => {
    const text = readText(fileOf(name, fence));
    return text === null ? null : (JSON.parse(text) as KeptLease);
  };
  const lasting = (lease: Omit<KeptLease, 'endsAt'>, lastsMs: number): string =>
    JSON.stringify({ ...lease, endsAt: new Date(now().getTime() + lastsMs).toISOString() });
  const isOver = ({ endsAt }: KeptLease): boolean => Date.parse(endsAt) <= now().getTime();
  const current = ({ name, id, fence }: Lease): KeptLease | null => {
    const kept = Math.max(...fencesOf(folder, name)) === fence ? read(name, fence) : null;
    return kept !== null && kept.id === id && !isOver(kept) ? kept : null;
  };
  const renew = ({ lease, nonces, nonce, note }: Renewal): Promise<Renewed> =>
    alone(lease.name, () => {
      const kept = current(lease);
      if (kept === null || !nonces.includes(kept.nonce)) return 'lost';
      writeWhole(fileOf(lease.name, lease.fence), lasting({ ...kept, nonce, note }, LEASE_MS));
      // Whether it was replaced in the very moment: then what was written counts for nothing.
      return current(lease) === null ? 'lost' : 'renewed';
    });
  return {
    now: () => Promise.resolve(now()),
    isHeld: (lease) => current(lease) !== null,
    take: (name, id, nonce) =>
      alone(name, () => {
        const before = fencesOf(folder, name);
        const last = Math.max(0, ...before);
        const kept = read(name, last);
        if (kept !== null && !isOver(kept)) return null;
        const left = kept?.note ?? null;
        const isFirst = writeFirst(fileOf(name, last + 1), lasting({ id, nonce, note: left }, LEASE_MS));
        // Frozen before that for so long that others came and went, it is not the last any more.
        if (!isFirst || Math.max(...fencesOf(folder, name)) !== last + 1) return null;
        for (const fence of before) rmSync(fileOf(name, fence), { force: true });
        return { fence: last + 1, left };
      }),
    renew: (renewals) => Promise.all(renewals.map(renew)),
    giveBack: (lease) =>
      alone(lease.name, () => {
        const kept = current(lease);
        if (kept !== null) writeWhole(fileOf(lease.name, lease.fence), lasting(kept, 0));
      }),
  };
}

/** Numbers of the holdings of a name that have a file. */
function fencesOf(folder: string, name: string): number[] {
  const start = `${encodeURIComponent(name)}.`;
  try {
    return readdirSync(folder).flatMap((file) => {
      const [, fence] = file.startsWith(start) ? (/^(\d+)\.json$/.exec(file.slice(start.length)) ?? []) : [];
      return fence === undefined ? [] : [Number(fence)];
    });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
