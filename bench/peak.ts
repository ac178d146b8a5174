import { readFileSync } from 'node:fs';

/**
 * The most memory this process has held, in MB. What `getrusage` tells counts, on Linux, also what the parent held when it started this process: a
 * benchmark that has just made a large world.
 */
export function peakMb(): number {
  const own = /^VmHWM:\s+(\d+) kB$/m.exec(statusOfProcess())?.[1];
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) / 2 ** 10;
}

function statusOfProcess(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return ''; // not Linux
  }
}
