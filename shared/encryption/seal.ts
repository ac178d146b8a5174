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
export const seal = (key: Buffer, label: string, text: string): string => [...sealed(key, label, [text])].join('');

/** The same of a text in pieces, in pieces. */
export function* sealed(key: Buffer, label: string, text: Iterable<string>): Generator<string> {
  const plain = Array.from(text, (piece) => Buffer.from(piece, 'utf8'));
  const nonce = createHmac('sha256', partOf(key, 'nonce')).update(`${label}\n`);
  for (const piece of plain) nonce.update(piece);
  const iv = nonce.digest().subarray(0, IV_BYTES);
  const cipher = createCipheriv(CIPHER, partOf(key, 'text'), iv).setAAD(Buffer.from(label));
  // The tag is known when all is encrypted, and stands in front of it.
  const body = plain.map((piece, at) => {
    plain[at] = NOTHING;
    return cipher.update(piece);
  });
  body.push(cipher.final());
  yield* base64([iv, cipher.getAuthTag(), ...body]);
}

const NOTHING = Buffer.alloc(0);

/** Three bytes are four letters: what is left over begins the next piece. */
function* base64(pieces: Buffer[]): Generator<string> {
  let rest = NOTHING;
  for (const piece of pieces) {
    const bytes = Buffer.concat([rest, piece]);
    const whole = bytes.length - (bytes.length % 3);
    yield bytes.toString('base64', 0, whole);
    rest = bytes.subarray(whole);
  }
  yield rest.toString('base64');
}

/** Throws where it was not made with this key and label, or was changed. */
export function unseal(key: Buffer, label: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(CIPHER, partOf(key, 'text'), bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(label));
  decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
  decipher.final(); // nothing is left of it in this mode; it throws where the tag is wrong
  return text.toString('utf8');
}

/** One key for each use. */
const partOf = (key: Buffer, use: string): Buffer =>
  Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `billing evidence ${use}`, KEY_BYTES));
