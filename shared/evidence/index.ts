import { resolve } from 'node:path';
import type { Evidence } from './evidence.js';
import { fileEvidence } from './files.js';
import { postgresEvidence } from './postgres.js';

export { EvidenceAltered, EvidenceMissing, LeaseLost, StoreRefused, StoreUnavailable, type Evidence } from './evidence.js';
export type { Hold, Lease } from './hold.js';
export { evidenceOver, memoryEvidence } from './memory.js';

/** Opens the store that `BILLING_EVIDENCE` names: `file:PATH` or `postgres://…`. Throws when the text names none. */
export function openEvidence(location: string): Evidence {
  if (location.startsWith('file:')) return fileEvidence(resolve(location.slice('file:'.length)));
  if (/^postgres(ql)?:\/\//.test(location)) return postgresEvidence(location);
  throw new Error('BILLING_EVIDENCE: expected file:PATH or postgres://…');
}
