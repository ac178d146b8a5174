import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasCode, isMissing } from '../files.js';
import { headText, type ChainEntry, type SignedHead } from './chain.js';
import type { Evidence } from './evidence.js';

/** Ed25519 signatures under the chain's heads and under certificates. The key is not in the store: anyone who can change that cannot sign it again. */

const PRIVATE = 'evidence-signing.pem';
export const PUBLIC = 'evidence-signing.pub.pem';

export interface Signer {
  keyId: string;
  sign(text: string): string;
}

/** The key of a folder, made at its first use; its public half lies next to it, for the auditor. */
export async function openSigner(folder: string): Promise<Signer> {
  const path = join(folder, PRIVATE);
  const key = createPrivateKey((await readKey(path)) ?? (await makeKey(path)));
  const publicKey = createPublicKey(key);
  await writeFile(join(folder, PUBLIC), publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o644 });
  return { keyId: keyIdOf(publicKey), sign: (text) => sign(null, Buffer.from(text), key).toString('base64') };
}

async function readKey(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Of two processes that make one at once, the first one's counts. */
async function makeKey(path: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const text = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' });
    return text;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return readFile(path, 'utf8');
    throw error;
  }
}

export const publicKeyOf = (pem: string): KeyObject => createPublicKey(pem);

export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 16);

export const isSignedBy = (publicKey: KeyObject, text: string, signature: string): boolean =>
  verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64'));

/** Signs where the chain stands, unless that is signed already. Answers the head; null where nothing was ever named. */
export async function signHead(evidence: Evidence, chain: string, signer: Signer): Promise<SignedHead | null> {
  const head = await evidence.chain.head(chain);
  if (head === null) return null;
  const last = (await evidence.chain.signatures(chain)).at(-1);
  if (last?.hash === head.hash && last.keyId === signer.keyId) return last;
  const signed = signedHead(chain, head, (await evidence.now()).toISOString(), signer);
  await evidence.chain.sign(chain, signed);
  return signed;
}

export function signedHead(
  chain: string,
  { seq, hash }: Pick<ChainEntry, 'seq' | 'hash'>,
  at: string,
  signer: Signer,
): SignedHead {
  return { seq, hash, at, keyId: signer.keyId, signature: signer.sign(headText(chain, { seq, hash, at })) };
}
