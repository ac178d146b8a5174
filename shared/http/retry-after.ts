/** Longest wait a server may ask for; beyond it its clock or ours is wrong. */
const LONGEST_MS = 3_600_000;

/** Milliseconds that a `Retry-After` header asks for: seconds or an HTTP date. Undefined when there is none, or it says nothing sensible. */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  const text = (value ?? '').trim();
  if (text === '') return undefined;
  const wait = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, LONGEST_MS) : undefined;
}
