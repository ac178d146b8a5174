import type { Dismissal } from '../billing/dismissal.js';
import type { Evidence } from './evidence.js';

/** What people dismissed (rule 8.8): the latest per contract counts. */

const prefixOf = (broker: string): string => `dismissed/${broker}/`;

export async function keepDismissal(evidence: Evidence, broker: string, dismissal: Dismissal): Promise<void> {
  await evidence.point(`${prefixOf(broker)}${dismissal.contractId}`, await evidence.put(dismissal));
}

export async function readDismissals(evidence: Evidence, broker: string): Promise<Dismissal[]> {
  const names = await evidence.names(prefixOf(broker));
  const refs = await Promise.all(names.map((name) => evidence.pointer(name)));
  return Promise.all(refs.filter((ref) => ref !== null).map((ref) => evidence.get<Dismissal>(ref)));
}
