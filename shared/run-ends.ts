/** What is said of runs and when, as people read it. */

/** "2025-11-05 03:23 UTC" */
export const utcText = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;

const ENDS: Record<string, string> = {
  FAILED: 'failed',
  TERMINATED: 'was terminated',
  CANCELLED: 'was cancelled',
  TIMED_OUT: 'timed out',
};

/** How a run came to no end of its own, by the name that Temporal has for it. */
export const endInWords = (name: string): string => ENDS[name] ?? `ended as ${name}`;
