/** Property names come in any case (`docs/vendors/autotask.md` 2.1); the schemas have them in lower case. Values and UDF names stay as they are. */
export function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.toLowerCase(), lowerKeys(member)]));
}
