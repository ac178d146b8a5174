import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

/**
 * Texts as evidence keeps them: AES-256-GCM. The nonce is a keyed digest of the text, so that equal texts under one key are equal as kept, and two that differ
 * have no nonce in common; only who has the key can tell anything else.
 */
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** The text under a key of 32 bytes, in base64. `label` goes into the check: under another one it does not open. */
export function seal(key: Buffer, label: string, text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  const iv = createHmac('sha256', partOf(key, 'nonce')).update(`${label}\n`).update(bytes).digest().subarray(0, IV_BYTES);
  const cipher = createCipheriv(CIPHER, partOf(key, 'text'), iv).setAAD(Buffer.from(label));
  const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64');
}

/** Throws where it was not made with this key and label, or was changed. */
export function unseal(key: Buffer, label: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(CIPHER, partOf(key, 'text'), bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(label));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
}

/** One key for each use. */
const partOf = (key: Buffer, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `billing evidence ${use}`, KEY_BYTES));
