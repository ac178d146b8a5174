import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redactionText, sealText, type Certificate } from '../../shared/close/certificate.js';
import type { BaseConfig } from '../../shared/config.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { isSignedBy, keyIdOf, openSigner, PUBLIC, publicKeyOf, signHead } from '../../shared/evidence/signing.js';
import { pathOf, whyNoFile } from '../../shared/files.js';

/** The signature under a close certificate, by the key that signs the evidence. */

/** Signed, with the place that the evidence had come to. Without a key it has only digest and copy. */
export async function sealed(
  say: (text: string) => void,
  config: BaseConfig,
  evidence: Evidence,
  certificate: Certificate,
): Promise<Certificate> {
  try {
    const signer = await openSigner(config.keys);
    const head = await signHead(evidence, config.broker, signer);
    const chain = head && { seq: head.seq, hash: head.hash };
    const signature = signer.sign(sealText(certificate.digest, chain));
    return { ...certificate, seal: { chain, keyId: signer.keyId, signature } };
  } catch (error) {
    const why = whyNoFile(error);
    if (why === null) throw error;
    say(`warning: the certificate is not signed: ${pathOf(error)}: ${why}. BILLING_KEYS names the folder of the key.`);
    return certificate;
  }
}

/** What is wrong with the signature of a certificate that has one. The key is the worker's, or that of the person who closed the month. */
export async function forged(config: BaseConfig, { digest, seal, redaction }: Certificate): Promise<string[]> {
  if (seal === undefined && redaction === undefined) return [];
  const pem = await readFile(join(config.keys, PUBLIC), 'utf8').catch(() => null);
  if (pem === null) return [];
  const key = publicKeyOf(pem);
  const parts = [
    ...(seal === undefined ? [] : [{ ...seal, text: sealText(digest, seal.chain) }]),
    ...(redaction === undefined ? [] : [{ ...redaction, text: redactionText(digest, redaction.digest) }]),
  ];
  return parts.flatMap(({ keyId, signature, text }) => {
    if (keyIdOf(key) !== keyId)
      return [`It was signed by a key (${keyId}) other than the one in BILLING_KEYS (${keyIdOf(key)}).`];
    return isSignedBy(key, text, signature) ? [] : ['Its signature is not valid.'];
  });
}
