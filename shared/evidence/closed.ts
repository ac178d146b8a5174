import type { Month } from '../billing/types.js';
import type { Evidence } from './evidence.js';

/** The certificates of a month, numbered from 1 in the order in which they were made. None is ever replaced: a later one says what it corrects. */
export interface KeptCertificate {
  number: number;
  /** Of the certificate's content. */
  digest: string;
  /** ISO time. */
  closedAt: string;
  /** Digest of the certificate as it is kept. */
  ref: string;
}

const closedName = (broker: string, month: Month): string => `closed/${broker}/${month}`;

/** Others may close in the same moment; more than this many in a row is no coincidence. */
const TRIES = 20;

/** None where the month was never closed. */
export async function readClosed(evidence: Evidence, broker: string, month: Month): Promise<KeptCertificate[]> {
  const ref = await evidence.pointer(closedName(broker, month));
  return ref === null ? [] : evidence.get<KeptCertificate[]>(ref);
}

/** "Closed on 2025-11-05 by certificate no. 2, which corrects no. 1."; null where it never was. */
export function closedText(closed: KeptCertificate[]): string | null {
  const last = closed.at(-1);
  if (last === undefined) return null;
  const before = last.number === 1 ? '' : `, which corrects no. ${last.number - 1}`;
  return `Closed on ${last.closedAt.slice(0, 10)} by certificate no. ${last.number}${before}.`;
}

/** Adds what `make` makes as the next one; answers it, or null where `make` finds that none is due. Asked again where somebody else was faster. */
export async function addCertificate(
  evidence: Evidence,
  broker: string,
  month: Month,
  make: (kept: KeptCertificate[]) => Promise<KeptCertificate | null>,
): Promise<KeptCertificate | null> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const before = await evidence.pointer(closedName(broker, month));
    const kept = before === null ? [] : await evidence.get<KeptCertificate[]>(before);
    const made = await make(kept);
    if (made === null) return null;
    if (await evidence.claim(closedName(broker, month), before, await evidence.put([...kept, made]))) return made;
  }
  throw new Error(`${month} is being closed by others all the time; ${TRIES} tries failed.`);
}
