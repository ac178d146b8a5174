import type { DataConverter, LoadedDataConverter, Payload, ProtoFailure } from '@temporalio/common';
import {
  decodeArrayFromPayloads,
  decodeOptionalFailureToOptionalError,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { fileURLToPath } from 'node:url';
import { EncryptionCodec } from './codec.js';
import { Keyring } from './keyring.js';

/** How values become what Temporal keeps, and back: for every client and every worker the same. */

/** Messages of failures as payloads. */
export const FAILURES_PATH = fileURLToPath(new URL('./failures.cjs', import.meta.url));

export interface Encryption {
  converter: DataConverter;
  /** Whether messages of failures are encrypted, too: decided at the start of a process, because workflows are bundled for it. */
  failuresPath: string | null;
}

/** By the keys of a folder; with none, values stay plain until one is added. */
export function encryptionOf(keysFolder: string): Encryption {
  const keyring = new Keyring(keysFolder);
  const failuresPath = keyring.current() === null ? null : FAILURES_PATH;
  return {
    converter: {
      payloadCodecs: [new EncryptionCodec(keyring)],
      ...(failuresPath === null ? {} : { failureConverterPath: failuresPath }),
    },
    failuresPath,
  };
}

/** The message of a failure as the server gives it, readable. */
export async function failureText(
  converter: LoadedDataConverter,
  failure: ProtoFailure | null | undefined,
): Promise<string | null> {
  const error = await decodeOptionalFailureToOptionalError(converter, failure);
  return error?.message ?? null;
}

/** The first of the values that the server gives, such as a heartbeat's. */
export async function firstValue(converter: LoadedDataConverter, payloads: Payload[] | null | undefined): Promise<unknown> {
  return (await decodeArrayFromPayloads(converter, payloads?.slice(0, 1)))[0];
}
