import type { KeyObject } from 'node:crypto';
import { checkpointText, digestOfHashes, headText, isWhole, type ChainEntry, type Checkpoint, type SignedHead } from './chain.js';
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
  /** Where older records end; null where all are there. */
  checkpoint: { seq: number; at: string } | null;
  findings: Finding[];
}

/** Records that are reported one by one; more are of one cause. */
const LISTED = 100;

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
  const find = (record: string, why: string): void => void (findings.length < LISTED && findings.push({ record, why }));
  const signatures = await evidence.chain.signatures(chain);
  const expected = new Map([...signatures, ...known].map(({ seq, hash }) => [seq, hash]));
  const said = new Map<string, string>();
  const checkpoint = await evidence.chain.checkpoint(chain);
  const older: ChainEntry[] = [];
  let entries = 0;
  let last: Pick<ChainEntry, 'seq' | 'hash'> = { seq: 0, hash: '' };
  for await (const entry of evidence.chain.entries(chain)) {
    entries += 1;
    const record = `entry ${entry.seq}${entry.name === null ? '' : ` (${entry.name})`}`;
    const isOlder = checkpoint !== null && entry.seq <= checkpoint.seq;
    if (isOlder) older.push(entry);
    if (isOlder ? entry.seq <= last.seq : entry.seq !== last.seq + 1)
      find(record, `entry ${last.seq + 1} should stand here: entries were taken out or put in`);
    if (!isWhole(entry)) find(record, 'its text is not what its digest says: it was edited');
    // Up to a checkpoint entries are missing in between; what is left is what was signed.
    if (entry.seq === last.seq + 1 ? entry.previous !== last.hash : !isOlder)
      find(record, 'it does not follow from the entry before it');
    if ((expected.get(entry.seq) ?? entry.hash) !== entry.hash) find(record, 'another entry stood here when it was signed');
    expected.delete(entry.seq);
    last = entry;
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
  if (checkpoint !== null) checkCheckpoint({ chain, checkpoint, older, publicKey }, find);
  await compareNames(evidence, chain, said, find);
  const newest = holding.at(-1);
  return {
    entries,
    signatures: holding.length,
    signedUpTo: newest ? { seq: newest.seq, at: newest.at } : null,
    checkpoint: checkpoint && { seq: checkpoint.seq, at: checkpoint.at },
    findings,
  };
}

interface CheckCheckpointInput {
  chain: string;
  checkpoint: Checkpoint;
  older: ChainEntry[];
  publicKey: KeyObject | null;
}

/** What is left before it is what was left when it was signed. */
function checkCheckpoint(
  { chain, checkpoint, older, publicKey }: CheckCheckpointInput,
  find: (record: string, why: string) => void,
): void {
  const record = `checkpoint at entry ${checkpoint.seq}`;
  const isLeft = older.length === checkpoint.entries && digestOfHashes(older) === checkpoint.digest;
  if (!isLeft || older.at(-1)?.hash !== checkpoint.hash) find(record, 'entries before it were taken out, put in or edited since');
  if (publicKey === null) return;
  const isSigned =
    keyIdOf(publicKey) === checkpoint.keyId && isSignedBy(publicKey, checkpointText(chain, checkpoint), checkpoint.signature);
  if (!isSigned) find(record, 'it was not made with this key');
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
