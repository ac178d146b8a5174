import { us } from '../../terminal/called.js';
import { loadBaseConfig } from '../../../shared/config.js';
import {
  addKey,
  currentOf,
  keyFile,
  Keyring,
  readKeys,
  rotateKeys,
  type PayloadKey,
} from '../../../shared/encryption/keyring.js';
import { wrapAgain } from '../../../shared/evidence/data-keys.js';
import { openStore } from '../../../shared/evidence/index.js';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { jsonText } from '../../terminal/printable.js';
import { renderKeys } from './text.js';

/** The keys that payloads and evidence are encrypted with. */

export function addPayloadKey(context: Context): ExitCode {
  const { keys } = loadBaseConfig(context.environment);
  const isFirst = currentOf(readKeys(keys)) === null;
  const { id } = addKey(keys, new Date());
  context.out(
    isFirst
      ? `Key ${id} is in ${keyFile(keys)}, and encrypts from now on. Restart the worker, so that it also encrypts failure messages. Back up the file separately from the databases: without it, encrypted data cannot be read.`
      : `Key ${id} is in ${keyFile(keys)}, and is not used yet. Once every process has the file: ${us()} keys rotate`,
  );
  return EXIT.done;
}

export async function rotatePayloadKeys(context: Context): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const { keys } = config;
  const { id } = rotateKeys(keys, new Date());
  const store = openStore(config.evidence);
  const again = await wrapAgain(store, config.broker, new Keyring(keys)).finally(() => store.close());
  context.out(
    `Key ${id} encrypts from now on; processes that share ${keyFile(keys)} use it within seconds, and ${again} data keys of the evidence are encrypted with it. Back the file up. Earlier keys stay, for what Temporal stored with them and for backups.`,
  );
  return EXIT.done;
}

/** What there is of each key, and never the key. */
export function listPayloadKeys(context: Context, { json }: { json: boolean }): ExitCode {
  const { keys: folder } = loadBaseConfig(context.environment);
  const keys = readKeys(folder);
  const current = currentOf(keys);
  const shown = keys.map(({ id, madeAt, usedSince }: PayloadKey) => ({ id, madeAt, usedSince, isCurrent: id === current?.id }));
  context.out(json ? jsonText({ file: keyFile(folder), keys: shown }) : renderKeys({ file: keyFile(folder), keys: shown }));
  return EXIT.done;
}
