import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until a condition holds, or says what was seen last. */
export async function eventually<T>(look: () => Promise<T>, isThere: (seen: T) => boolean, withinMs = 90_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Not within ${withinMs} ms. Last seen: ${JSON.stringify(seen).slice(0, 2000)}`);
    await sleep(250);
  }
}
