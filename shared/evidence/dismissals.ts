import { withEarlier, type Dismissal } from '../billing/ghosts/dismissal.js';
import type { Evidence } from './evidence.js';

/** What people dismissed (rule 8.8), by contract. */

const prefixOf = (broker: string): string => `dismissed/${broker}/`;
const nameOf = (broker: string, contractId: number): string => `${prefixOf(broker)}${contractId}`;

/** Two people may dismiss at once; the one that comes second reads again. */
const CLAIM_TRIES = 20;

/** Adds to what was dismissed on the contract before. */
export async function keepDismissal(evidence: Evidence, broker: string, dismissal: Dismissal): Promise<void> {
  const name = nameOf(broker, dismissal.contractId);
  for (let attempt = 1; attempt <= CLAIM_TRIES; attempt += 1) {
    const pointer = await dismissalRef(evidence, broker, dismissal.contractId);
    const earlier = pointer === null ? null : await evidence.get<Dismissal>(pointer);
    const ref = await evidence.put(withEarlier(dismissal, earlier));
    if (ref === pointer || (await evidence.claim(name, pointer, ref))) return;
  }
  throw new Error(`${name} in BILLING_EVIDENCE changes faster than it can be kept. Dismiss it again.`);
}

/** Digest of what is dismissed on the contract now; null where nothing is. */
export const dismissalRef = (evidence: Evidence, broker: string, contractId: number): Promise<string | null> =>
  evidence.pointer(nameOf(broker, contractId));

export async function readDismissals(evidence: Evidence, broker: string): Promise<Dismissal[]> {
  const names = await evidence.names(prefixOf(broker));
  const refs = await Promise.all(names.map((name) => evidence.pointer(name)));
  return Promise.all(refs.filter((ref) => ref !== null).map((ref) => evidence.get<Dismissal>(ref)));
}
