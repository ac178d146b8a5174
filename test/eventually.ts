import { setTimeout as sleep } from 'node:timers/promises';

/** Checks again after a tenth of the time it has waited: a check costs a command or more, and a death takes Temporal a minute to notice. */
const PART_OF_WAIT = 0.1;
const PAUSE_MS = { least: 100, most: 2_000 };

/** Waits until a condition holds, or says what was seen last. */
export async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean, withinMs = 150_000): Promise<T> {
  const startedAt = Date.now();
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > withinMs) throw new Error(`Not within ${withinMs} ms. Last seen: ${JSON.stringify(seen).slice(0, 2000)}`);
    await sleep(Math.min(Math.max(waitedMs * PART_OF_WAIT, PAUSE_MS.least), PAUSE_MS.most));
  }
}
