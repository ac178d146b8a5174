import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Certificate } from '../../shared/close/certificate.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence, openStore, type Evidence } from '../../shared/evidence/index.js';
import { PUBLIC, publicKeyOf } from '../../shared/evidence/signing.js';
import { verifyEvidence, type Verified } from '../../shared/evidence/verify.js';
import { isMissing, whyNoFile } from '../../shared/files.js';
import type { Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { jsonText } from '../terminal/printable.js';

export interface VerifyOptions {
  publicKey?: string | undefined;
  json: boolean;
}

/** Whether the broker's evidence is as it was written: names what was edited, put in, or taken out past this program. */
export async function verify(context: Context, { publicKey, json }: VerifyOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const path = publicKey ?? join(config.keys, PUBLIC);
  const key = await readPublicKey(path, publicKey !== undefined);
  const [store, evidence] = [openStore(config.evidence), openEvidence(config.evidence, config)];
  try {
    // What is kept is checked as it is kept: that needs no key.
    const verified = await verifyEvidence(store, config.broker, key, await headsOfCertificates(evidence, config.broker));
    context.out(json ? jsonText(verified) : textOf(verified, config.broker, key === null ? path : null));
    return verified.findings.length === 0 ? EXIT.done : EXIT.failed;
  } finally {
    await Promise.all([store.close(), evidence.close()]);
  }
}

async function readPublicKey(path: string, isAskedFor: boolean): Promise<ReturnType<typeof publicKeyOf> | null> {
  try {
    return publicKeyOf(await readFile(path, 'utf8'));
  } catch (error) {
    if (isMissing(error) && !isAskedFor) return null;
    throw new CommandError(
      EXIT.usage,
      `${path}: ${whyNoFile(error) ?? 'it holds no public key in PEM'}. Expected ${PUBLIC} of the worker's keys.`,
    );
  }
}

/** Certificates that are kept carry where the chain stood when the month was closed. */
async function headsOfCertificates(evidence: Evidence, broker: string): Promise<{ seq: number; hash: string }[]> {
  const heads: { seq: number; hash: string }[] = [];
  for (const [name, ref] of await evidence.chain.pointers(broker)) {
    if (!name.startsWith(`closes/${broker}/`)) continue;
    const kept = await evidence.get<Pick<Certificate, 'seal'>>(ref).catch(() => null); // told of by its name
    if (kept?.seal?.chain) heads.push(kept.seal.chain);
  }
  return heads;
}

function textOf({ entries, signedUpTo, checkpoint, findings }: Verified, broker: string, missingKey: string | null): string {
  const signed =
    missingKey !== null
      ? `signatures not checked: ${missingKey} is missing (--public-key FILE)`
      : signedUpTo === null
        ? 'none of them signed yet; the worker signs within a minute'
        : `signed up to entry ${signedUpTo.seq} (${signedUpTo.at})`;
  const cut = checkpoint === null ? '' : `, older records deleted before entry ${checkpoint.seq} (${checkpoint.at})`;
  const summary = `${entries} entries of broker ${broker}, ${signed}${cut}`;
  if (findings.length === 0) return `Evidence is unaltered: ${summary}.`;
  return [
    `Evidence was changed outside this program: ${summary}.`,
    ...findings.map(({ record, why }) => `  ${record}: ${why}`),
    'Billing continues: missing data is read again from Cloudmore and Autotask. Find out who can write to BILLING_EVIDENCE.',
  ].join('\n');
}
