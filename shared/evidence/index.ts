import { resolve } from 'node:path';
import type { Evidence } from './evidence.js';
import { fileEvidence } from './files.js';

export { EvidenceMissing, type Evidence } from './evidence.js';
export { memoryEvidence } from './memory.js';

/** Opens the store that `BILLING_EVIDENCE` names: `file:PATH`. Throws when the text names none. */
export function openEvidence(location: string): Evidence {
  if (location.startsWith('file:')) return fileEvidence(resolve(location.slice('file:'.length)));
  throw new Error(`BILLING_EVIDENCE: expected file:PATH, found "${location.split(':')[0]}:…".`);
}
