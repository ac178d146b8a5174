import { readFileSync } from 'node:fs';

/** In Linux a tick of `/proc/PID/stat` is a hundredth of a second. */
const TICKS_PER_SECOND = 100;

/** CPU time that a process and its threads have used, in seconds; null where the system does not say. */
export function cpuSecondsOf(pid: number): number | null {
  try {
    // The name in brackets may hold blanks; utime and stime are the 12th and 13th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return null;
  }
}

/** Runs `work`, and returns how much CPU time each of these processes used meanwhile. */
export async function profiled<T>(
  pids: Record<string, number>,
  work: () => Promise<T>,
): Promise<{ value: T; cpuSeconds: Record<string, number | null> }> {
  const read = (): (number | null)[] => Object.values(pids).map(cpuSecondsOf);
  const before = read();
  const value = await work();
  const after = read();
  const used = after.map((seconds, index) => (seconds === null ? null : seconds - before[index]!));
  return { value, cpuSeconds: Object.fromEntries(Object.keys(pids).map((name, index) => [name, used[index]!])) };
}

/**
 * The most memory that a process held so far, in MB; null where the system does not say. What `getrusage` reports includes, on Linux, what the parent held
 * when it started the process: a benchmark that has just made a large world.
 */
export const peakMbOf = (pid: number): number | null => statusMb(pid, 'VmHWM');

/** The memory that a process holds now, in MB; null where the system does not say. */
export const residentMbOf = (pid: number): number | null => statusMb(pid, 'VmRSS');

function statusMb(pid: number, name: string): number | null {
  try {
    const [, kB] = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kB === undefined ? null : Number(kB) / 1024;
  } catch {
    return null;
  }
}

/** The most memory that this process held so far, in MB. */
export const peakMb = (): number => peakMbOf(process.pid) ?? process.resourceUsage().maxRSS / 1024;
