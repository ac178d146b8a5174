import type { Context } from './context.js';

const LOOK_EVERY_MS = 1_000;

/** While the gate holds calls to Autotask back, says why, once for each reason: what waits an hour for its share of the quota looks like what hangs. */
export async function reportingWaits<T>(
  { say }: Pick<Context, 'say'>,
  autotask: { waiting(): string | null },
  work: () => Promise<T>,
): Promise<T> {
  const reported = new Set<string>();
  const look = (): void => {
    const why = autotask.waiting();
    // The numbers in it change with every call.
    const reason = why?.replace(/\d+/g, '');
    if (why === null || reason === undefined || reported.has(reason)) return;
    reported.add(reason);
    say(why);
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
