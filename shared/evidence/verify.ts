import type { KeyObject } from 'node:crypto';
import { headText, isWhole, type SignedHead } from './chain.js';
import { EvidenceMissing, type EvidenceStore } from './evidence.js';
import { isSignedBy, keyIdOf } from './signing.js';

/** A record that is not as it was written, with what is wrong with it. */
export interface Finding {
  record: string;
  why: string;
}

export interface Verified {
  entries: number;
  signatures: number;
  /** The last place that a signature holds; null where none does. Later records are held by the chain alone. */
  signedUpTo: { seq: number; at: string } | null;
  findings: Finding[];
}

/** Records that are told of one by one; more are of one cause. */
const TOLD = 100;

/**
 * Compares a broker's names and values with the chain, and the chain with itself and with the signatures under it. `known` are heads that were kept elsewhere,
 * as certificates do: a chain that was cut short or written again as a whole does not lead through them.
 */
export async function verifyEvidence(
  evidence: Pick<EvidenceStore, 'chain' | 'kept'>,
  chain: string,
  publicKey: KeyObject | null,
  known: Pick<SignedHead, 'seq' | 'hash'>[] = [],
): Promise<Verified> {
  const findings: Finding[] = [];
  const find = (record: string, why: string): void => void (findings.length < TOLD && findings.push({ record, why }));
  const signatures = await evidence.chain.signatures(chain);
  const expected = new Map([...signatures, ...known].map(({ seq, hash }) => [seq, hash]));
  const said = new Map<string, string>();
  let entries = 0;
  let previous = '';
  for await (const entry of evidence.chain.entries(chain)) {
    entries += 1;
    const record = `entry ${entry.seq}${entry.name === null ? '' : ` (${entry.name})`}`;
    if (entry.seq !== entries) find(record, `entry ${entries} should stand here: entries were taken out or put in`);
    entries = entry.seq;
    if (!isWhole(entry)) find(record, 'its text is not what its digest says: it was edited');
    if (entry.previous !== previous) find(record, 'it does not follow from the entry before it');
    if ((expected.get(entry.seq) ?? entry.hash) !== entry.hash) find(record, 'another entry stood here when it was signed');
    expected.delete(entry.seq);
    previous = entry.hash;
    if (entry.name === null) continue;
    if (entry.ref === null) said.delete(entry.name);
    else said.set(entry.name, entry.ref);
  }
  for (const seq of expected.keys()) find(`entry ${seq}`, 'it was signed and is gone: the end of the chain was cut off');
  const isOf = (signed: SignedHead): boolean =>
    publicKey !== null && keyIdOf(publicKey) === signed.keyId && isSignedBy(publicKey, headText(chain, signed), signed.signature);
  const holding = signatures.filter(isOf);
  if (publicKey !== null)
    for (const signed of signatures) if (!isOf(signed)) find(`signature of entry ${signed.seq}`, 'it was not made with this key');
  await compareNames(evidence, chain, said, find);
  const last = holding.at(-1);
  return { entries, signatures: holding.length, signedUpTo: last ? { seq: last.seq, at: last.at } : null, findings };
}

async function compareNames(
  evidence: Pick<EvidenceStore, 'chain' | 'kept'>,
  chain: string,
  said: Map<string, string>,
  find: (record: string, why: string) => void,
): Promise<void> {
  const pointers = await evidence.chain.pointers(chain);
  for (const [name, ref] of pointers) {
    const before = said.get(name);
    if (before === undefined) find(name, 'nothing of the chain made this name: it was put in');
    else if (before !== ref) find(name, `it points to ${ref.slice(0, 12)}…, and was pointed to ${before.slice(0, 12)}…`);
  }
  for (const [name, ref] of said) {
    if (!pointers.has(name)) find(name, 'it was taken out');
    else await checkValue(evidence, name, ref, find);
  }
}

async function checkValue(
  evidence: Pick<EvidenceStore, 'kept'>,
  name: string,
  ref: string,
  find: (record: string, why: string) => void,
): Promise<void> {
  try {
    await evidence.kept(ref);
  } catch (error) {
    if (!(error instanceof EvidenceMissing)) throw error;
    find(name, error.message.includes('not what its digest says') ? 'its value was edited' : 'its value is gone');
  }
}
