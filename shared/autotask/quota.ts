/**
 * How much of the tenant's quota is used, by anyone: 10,000 calls in an hour are shared with every other tool of the MSP, and when they are used up all of
 * them stand still (`docs/vendors/autotask.md` 3.3). Pure decisions; the gate (`gate.ts`) carries them out.
 */

/** What Autotask's `ThresholdInformation` said. */
export interface Threshold {
  /** Calls an hour that the tenant has. */
  limit: number;
  /** Calls of the last hour, everybody's. */
  used: number;
}

/** A check of it, with what we have sent since. */
export interface Look extends Threshold {
  at: number;
  /** Calls of ours in the hour before it. */
  ours: number;
  callsSince: number;
}

export const HOUR_MS = 3_600_000;

/** From half of the quota on Autotask slows everybody down; so do we, to leave the others their part. */
const NEIGHBOUR_SHARE = 0.5;
/** Nothing more goes out from here on: the last tenth is for those who wait at a screen. */
export const STOP_SHARE = 0.9;
/** Calls that need no look before: a day without changes has no more, and they can block nobody. */
const BLIND_CALLS = 50;
/** Calls between two checks; a check is a call too. */
export const LOOK_EVERY_CALLS = 250;
/** After this time others may have been busy. */
const LOOK_AGAIN_MS = 300_000;
/** While nothing goes out, this often: a check is a call too, and must not be the one that blocks the tenant. */
const LOOK_STOPPED_MS = 300_000;

/** How the gate's reasons begin, so that they can be distinguished from what else a heartbeat says. */
export const WAITING = 'Waiting:';
const SLOWED = 'Slowed down, as a good neighbour:';
export const isReasonOfGate = (text: string): boolean => text.startsWith(WAITING) || text.startsWith(SLOWED);

/** When the next call may go out; why not at once, in words for an operator. */
export interface Turn {
  at: number;
  why: string | null;
}

/** Calls of the last hour, with those that have gone out since the check. */
export const usedOf = ({ used: seen, callsSince }: Look): number => seen + callsSince;
const isStopped = (look: Look): boolean => usedOf(look) >= STOP_SHARE * look.limit;

/** Whether it is time to look at the quota before the next call. `sent`: calls of ours in the last hour. */
export function isLookDue(look: Look | null, sent: number, now: number): boolean {
  if (look === null) return sent >= BLIND_CALLS;
  const age = now - look.at;
  if (isStopped(look)) return age >= LOOK_STOPPED_MS;
  if (usedOf(look) >= NEIGHBOUR_SHARE * look.limit && age >= LOOK_AGAIN_MS) return true;
  return look.callsSince >= (age >= LOOK_AGAIN_MS ? BLIND_CALLS : LOOK_EVERY_CALLS);
}

/** The turn of the next call by the tenant's use: at once, later the more is used, or not before the next check. `last`: when the latest went out. */
export function turnByTenant(look: Look | null, last: number, now: number): Turn {
  if (look === null || usedOf(look) < NEIGHBOUR_SHARE * look.limit) return { at: now, why: null };
  const what = `${usedOf(look)} of the tenant's ${look.limit} Autotask calls an hour are used, ${look.ours + look.callsSince} of them by this program`;
  if (isStopped(look))
    return {
      at: look.at + LOOK_STOPPED_MS,
      why: `${WAITING} ${what}. It resumes automatically when usage falls below ${STOP_SHARE * 100} %.`,
    };
  // What is left is spread over an hour, so that the others find theirs.
  const spacing = HOUR_MS / (STOP_SHARE * look.limit - usedOf(look));
  return { at: last + spacing, why: `${SLOWED} ${what}.` };
}
