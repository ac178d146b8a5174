import { resolve } from 'node:path';
import { Keyring } from '../encryption/keyring.js';
import type { Evidence, EvidenceStore } from './evidence.js';
import { fileEvidence } from './files.js';
import { postgresEvidence } from './postgres.js';
import { sealedEvidence } from './sealed.js';

export {
  EvidenceAltered,
  EvidenceForgotten,
  EvidenceMissing,
  LeaseLost,
  StoreRefused,
  StoreUnavailable,
  type Evidence,
} from './evidence.js';
export type { Hold, Lease } from './hold.js';
export { evidenceOver, memoryEvidence } from './memory.js';

/** Whose evidence it is, and the folder of the keys that encrypt it (`BILLING_KEYS`). */
export interface Owner {
  broker: string;
  keys: string;
}

/**
 * Opens the store that `BILLING_EVIDENCE` names: `file:PATH` or `postgres://…`. Without an owner nothing is encrypted that is kept, and what is encrypted
 * cannot be read. Throws when the text names none.
 */
export function openEvidence(location: string, owner: Owner | null = null): Evidence {
  return sealedEvidence(openStore(location), owner && { broker: owner.broker, keyring: new Keyring(owner.keys) });
}

/** The same as it is kept, for anyone who keeps, moves or clears it. */
export function openStore(location: string): EvidenceStore {
  if (location.startsWith('file:')) return fileEvidence(resolve(location.slice('file:'.length)));
  if (/^postgres(ql)?:\/\//.test(location)) return postgresEvidence(location);
  throw new Error('BILLING_EVIDENCE: expected file:PATH or postgres://…');
}
