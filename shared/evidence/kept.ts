import { EvidenceMissing, type Evidence } from './evidence.js';

/**
 * The value, or null where it is no longer kept. A backup of a store in use may have a name whose value it has not: what can be learned otherwise, or was not
 * known before either, must not stop a broker's runs for ever.
 */
export async function ifKept<T>(evidence: Pick<Evidence, 'get'>, ref: string): Promise<T | null> {
  try {
    return await evidence.get<T>(ref);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

/** The same of what a name leads to; null where there is no such name. */
export async function keptUnder<T>(evidence: Pick<Evidence, 'get' | 'pointer'>, name: string): Promise<T | null> {
  const ref = await evidence.pointer(name);
  return ref === null ? null : ifKept<T>(evidence, ref);
}
