import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../files.js';
import { Exclusive, readText, writeFirst, writeWhole } from './file-store.js';
import { LEASE_MS, type Lease, type LeaseDesk } from './hold.js';

/**
 * Leases as files, one for each holding: its number is in the file's name, and the highest counts. So a process that was frozen in the middle of a renewal,
 * and lost its lock meanwhile, writes over nothing but what it once held itself.
 */
export type FileLeases = LeaseDesk & { isHeld(lease: Lease): Promise<boolean> };

interface KeptLease {
  id: string;
  nonce: string;
  endsAt: string;
  note: unknown;
}

export function fileLeases(folder: string, now: () => Promise<Date>): FileLeases {
  const locks = new Map<string, Exclusive>();
  const fileOf = (name: string, fence: number): string => join(folder, `${encodeURIComponent(name)}.${fence}.json`);
  const alone = <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const exclusive = locks.get(name) ?? new Exclusive(join(folder, encodeURIComponent(name)));
    locks.set(name, exclusive);
    return exclusive.run(work);
  };
  const read = async (name: string, fence: number): Promise<KeptLease | null> => {
    const text = await readText(fileOf(name, fence));
    return text === null ? null : (JSON.parse(text) as KeptLease);
  };
  const lasting = async (lease: Omit<KeptLease, 'endsAt'>, lastsMs: number): Promise<string> =>
    JSON.stringify({ ...lease, endsAt: new Date((await now()).getTime() + lastsMs).toISOString() });
  const isOver = async ({ endsAt }: KeptLease): Promise<boolean> => Date.parse(endsAt) <= (await now()).getTime();
  const current = async ({ name, id, fence }: Lease): Promise<KeptLease | null> => {
    const kept = Math.max(...(await fencesOf(folder, name))) === fence ? await read(name, fence) : null;
    return kept !== null && kept.id === id && !(await isOver(kept)) ? kept : null;
  };
  return {
    now,
    isHeld: async (lease) => (await current(lease)) !== null,
    take: (name, id, nonce) =>
      alone(name, async () => {
        const before = await fencesOf(folder, name);
        const last = Math.max(0, ...before);
        const kept = await read(name, last);
        if (kept !== null && !(await isOver(kept))) return null;
        const left = kept?.note ?? null;
        const isFirst = await writeFirst(fileOf(name, last + 1), await lasting({ id, nonce, note: left }, LEASE_MS));
        // Frozen before that for so long that others came and went, it is not the last any more.
        if (!isFirst || Math.max(...(await fencesOf(folder, name))) !== last + 1) return null;
        for (const fence of before) await rm(fileOf(name, fence), { force: true });
        return { fence: last + 1, left };
      }),
    renew: (lease, nonces, nonce, note) =>
      alone(lease.name, async () => {
        const kept = await current(lease);
        if (kept === null || !nonces.includes(kept.nonce)) return false;
        await writeWhole(fileOf(lease.name, lease.fence), await lasting({ ...kept, nonce, note }, LEASE_MS));
        // Whether it was replaced in the very moment: then what was written counts for nothing.
        return (await current(lease)) !== null;
      }),
    giveBack: (lease) =>
      alone(lease.name, async () => {
        const kept = await current(lease);
        if (kept !== null) await writeWhole(fileOf(lease.name, lease.fence), await lasting(kept, 0));
      }),
  };
}

/** Numbers of the holdings of a name that have a file. */
async function fencesOf(folder: string, name: string): Promise<number[]> {
  const start = `${encodeURIComponent(name)}.`;
  try {
    return (await readdir(folder)).flatMap((file) => {
      const [, fence] = file.startsWith(start) ? (/^(\d+)\.json$/.exec(file.slice(start.length)) ?? []) : [];
      return fence === undefined ? [] : [Number(fence)];
    });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
