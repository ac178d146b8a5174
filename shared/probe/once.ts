/** Read once, for all beliefs that need it; a failure is each one's own. */
export function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null;
  return () => (known ??= read());
}

/** A record as Autotask sent it, its names in lower case. */
export type Fields = Record<string, unknown>;

export const lowerFields = (record: unknown): Fields =>
  typeof record === 'object' && record !== null
    ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]))
    : {};

export const textOf = (value: unknown): string | null => {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
  return text === '' ? null : text;
};

export const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
