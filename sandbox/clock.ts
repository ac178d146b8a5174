/** The sandbox's clock: given by the world, moved by `POST /_sandbox/clock`, and standing still unless the world says `ticking`. */
export interface Clock {
  now(): Date;
  /** Moves the clock to an instant in ISO 8601. Throws when the text is not one. */
  set(iso: string): void;
}

/** A clock that starts at `iso`. A ticking clock continues from there at the machine's pace. */
export function createClock(iso: string, ticking = false): Clock {
  let base = parseInstant(iso);
  let setAt = Date.now();
  return {
    now: () => new Date(ticking ? base + (Date.now() - setAt) : base),
    set(next) {
      base = parseInstant(next);
      setAt = Date.now();
    },
  };
}

function parseInstant(iso: string): number {
  const time = Date.parse(iso);
  if (Number.isNaN(time)) throw new Error(`now: "${iso}" is not an instant such as 2025-10-17T03:00:00Z`);
  return time;
}
