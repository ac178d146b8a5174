import type { Dependencies } from '../dependencies.js';

/** Waits between looks at something just written: it may be visible late (`docs/vendors/autotask.md` 12, no. 19). */
export const LOOK_AFTER_MS = [0, 500, 1500, 3000, 5000];

/** After it every write is visible. */
export const VISIBLE_WITHIN_MS = LOOK_AFTER_MS.reduce((sum, wait) => sum + wait);

/** What must be there soon; null when it is not after all. */
export async function soon<T>(
  { clock, heartbeat }: Pick<Dependencies, 'clock' | 'heartbeat'>,
  look: () => Promise<T | null>,
): Promise<T | null> {
  for (const delay of LOOK_AFTER_MS) {
    await clock.sleep(delay);
    heartbeat('looking for what was written');
    const found = await look();
    if (found !== null) return found;
  }
  return null;
}
