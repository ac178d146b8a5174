import type { Payload, PayloadCodec } from '@temporalio/common';
import proto from '@temporalio/proto';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { keyFile, KeyMissing, type Keyring } from './keyring.js';

/**
 * Payloads as Temporal keeps them: AES-256-GCM over the whole payload, with the key's id next to it. What is plain stays readable, so that encryption can be turned
 * on in mid-month. Ids, types, search attributes and queues are not payloads: they carry no names and no amounts (`shared/messages/`).
 */
const ENCODING = 'binary/encrypted';
const KEY_ID = 'encryption-key-id';
const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

const { Payload: PayloadMessage } = proto.temporal.api.common.v1;

export class EncryptionCodec implements PayloadCodec {
  constructor(private readonly keyring: Keyring) {}

  encode(payloads: Payload[]): Promise<Payload[]> {
    const key = this.keyring.current();
    return Promise.resolve(key === null ? payloads : payloads.map((payload) => encrypted(payload, key.id, key.key)));
  }

  /** Rejects with `KeyMissing`. */
  decode(payloads: Payload[]): Promise<Payload[]> {
    const isEncrypted = ({ metadata }: Payload): boolean => textOf(metadata?.encoding) === ENCODING;
    return new Promise((resolve) =>
      resolve(payloads.map((payload) => (isEncrypted(payload) ? this.decrypted(payload) : payload))),
    );
  }

  private decrypted({ metadata, data }: Payload): Payload {
    const id = textOf(metadata?.[KEY_ID]);
    const key = this.keyring.find(id);
    const { folder } = this.keyring;
    if (key === null)
      throw new KeyMissing(
        `It is encrypted with key ${id}, which is not in ${keyFile(folder)}. Copy that file from where it was made, or from its backup (BILLING_KEYS names the folder).`,
      );
    const bytes = Buffer.from(data ?? []);
    const decipher = createDecipheriv(CIPHER, key.key, bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(id));
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    try {
      return PayloadMessage.decode(Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]));
    } catch (error) {
      throw new KeyMissing(`It is not what was encrypted with key ${id}: it, or that key in ${keyFile(folder)}, was changed.`, {
        cause: error,
      });
    }
  }
}

function encrypted(payload: Payload, id: string, key: Buffer): Payload {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv).setAAD(Buffer.from(id));
  const body = Buffer.concat([cipher.update(PayloadMessage.encode(payload).finish()), cipher.final()]);
  return {
    metadata: { encoding: Buffer.from(ENCODING), [KEY_ID]: Buffer.from(id) },
    data: Buffer.concat([iv, cipher.getAuthTag(), body]),
  };
}

const textOf = (bytes: Uint8Array | null | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
