import { propertiesOf } from '../../../shared/http/properties.js';
import { us } from '../../terminal/called.js';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { loadBaseConfig, type BaseConfig } from '../../../shared/config.js';
import { keyFile, Keyring } from '../../../shared/encryption/keyring.js';
import {
  BackupBroken,
  readBackup,
  writeBackup,
  type BackupManifest,
  type BackupRecord,
} from '../../../shared/evidence/backup.js';
import { wrappedBy } from '../../../shared/evidence/data-keys.js';
import { openStore } from '../../../shared/evidence/index.js';
import { openSigner, PUBLIC, publicKeyOf } from '../../../shared/evidence/signing.js';
import { isMissing, whyNoFile } from '../../../shared/files.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { checkOutput } from '../../files.js';
import { jsonText } from '../../terminal/printable.js';
import { ensureSearchAttributes } from '../../temporal/search-attributes.js';
import { withTemporal } from '../../temporal/connection.js';
import { endOpenRuns, pauseSchedule } from './restore.js';

const SUFFIX = '.jsonl.gz';
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** The whole evidence in one file. The keys are not in it: with them it would be as good as the evidence in plain text. */
export async function backup(context: Context, { out, json }: { out: string; json: boolean }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const file = await fileFor(out);
  const store = openStore(config.evidence);
  const madeAt = new Date().toISOString();
  try {
    const manifest = await written(file, async (write) =>
      writeBackup((each) => store.dump(each), write, madeAt, await openSigner(config.keys)),
    );
    const { size } = await stat(file);
    context.out(json ? jsonText({ file, bytes: size, ...manifest }) : textOf(file, size, manifest, config));
    return EXIT.done;
  } catch (error) {
    if (error instanceof BackupBroken) throw new CommandError(EXIT.failed, error.message);
    throw error;
  } finally {
    await store.close();
  }
}

const textOf = (file: string, bytes: number, { values, entries, heads }: BackupManifest, { keys }: BaseConfig): string =>
  [
    `${values} values and ${entries} entries of ${heads.length === 1 ? 'one chain' : `${heads.length} chains`} are in ${file} (${(bytes / 1_000_000).toFixed(1)} MB), signed.`,
    `Not included: the folder of BILLING_KEYS (${keys}), without which encrypted data cannot be read. Back it up in another place. To restore this backup: ${us()} restore --from FILE`,
  ].join('\n');

/** What was named, where it is a file; else a file with the time in that folder, which is made for this user alone. */
async function fileFor(out: string): Promise<string> {
  const name = `evidence-${new Date().toISOString().replaceAll(/[:.]/g, '-')}${SUFFIX}`;
  const file = out.endsWith(SUFFIX) ? out : join(out, name);
  try {
    if (file !== out) await mkdir(out, { recursive: true, mode: PRIVATE_FOLDER });
  } catch (error) {
    throw new CommandError(
      EXIT.usage,
      `${out}: ${whyNoFile(error) ?? 'it is a file. Name a folder, or a file that ends in .jsonl.gz'}.`,
    );
  }
  await checkOutput(file);
  if ((await stat(file).catch(() => null)) !== null)
    throw new CommandError(
      EXIT.usage,
      `${file} already exists, and a backup never replaces another one. Name a folder, or another file.`,
    );
  return file;
}

/** Written next to it, and under its name once it is whole. */
async function written<T>(file: string, work: (write: (line: string) => Promise<void>) => Promise<T>): Promise<T> {
  const temporary = `${file}.tmp`;
  const [zip, target] = [createGzip(), createWriteStream(temporary, { mode: PRIVATE_FILE, flags: 'wx' })];
  zip.pipe(target);
  const whole = finished(target);
  whole.catch(() => undefined);
  target.on('error', (error) => zip.destroy(error));
  try {
    const result = await work(async (line) => {
      if (!zip.write(line)) await Promise.race([once(zip, 'drain'), whole]);
    });
    zip.end();
    await whole;
    await rename(temporary, file);
    return result;
  } catch (error) {
    zip.destroy();
    target.destroy();
    await rm(temporary, { force: true });
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------- putting back

/**
 * A backup into an empty store, while no worker runs: what it holds is older than Autotask, so the schedule is paused and open runs are ended before. `billing
 * restore` then looks at all of it with the worker.
 */
export async function restoreFrom(context: Context, file: string): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const manifest = await checked(config, file);
  await withTemporal(context.environment, async (temporal) => {
    await ensureSearchAttributes(temporal);
    await pauseSchedule(context, temporal.client, config.broker);
    await endOpenRuns(context, temporal.client, config.broker);
  });
  const store = openStore(config.evidence);
  try {
    await store.load((each) => readBackup(linesOf(file), null, each).then(() => undefined));
  } finally {
    await store.close();
  }
  context.say(
    [
      `${manifest.values} values and ${manifest.entries} entries of ${manifest.madeAt} are back. To check that they are unaltered: ${us()} evidence verify`,
      'Customers forgotten since the backup are back too: forget them again.',
      `Start the worker, then: ${us()} restore`,
    ].join('\n'),
  );
  return EXIT.waits;
}

/** Looked through to its end before anything is touched: whole, unchanged, signed by the key that is here, and readable with the keys that are here. */
async function checked({ keys }: BaseConfig, file: string): Promise<BackupManifest> {
  const keyring = new Keyring(keys);
  const missing = new Set<string>();
  const look = (record: BackupRecord): Promise<void> => {
    const by = 'value' in record ? wrappedBy(record.value.text) : null;
    if (by !== null && keyring.find(by) === null) missing.add(by);
    return Promise.resolve();
  };
  const manifest = await readBackup(linesOf(file), await publicKeyIn(keys), look).catch((error: unknown) => {
    if (error instanceof BackupBroken) throw new CommandError(EXIT.failed, `${file} was not restored: ${error.message}.`);
    const why = whyNoFile(error) ?? (isBadArchive(error) ? `it is not a complete archive of ${us()} backup` : null);
    if (why !== null) throw new CommandError(EXIT.usage, `${file}: ${why}.`);
    throw error;
  });
  if (missing.size === 0) return manifest;
  throw new CommandError(
    EXIT.configuration,
    `${file} was not restored: it is encrypted with key ${[...missing].sort().join(', ')}, which is not in ${keyFile(keys)}. Restore that file from its backup first.`,
  );
}

const isBadArchive = (error: unknown): boolean => /^Z_/.test(String(propertiesOf(error)['code']));

async function publicKeyIn(keys: string): Promise<ReturnType<typeof publicKeyOf> | null> {
  try {
    return publicKeyOf(await readFile(join(keys, PUBLIC), 'utf8'));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

const LINE_FEED = 0x0a;

/** At line feeds alone: Node's reader of lines also ends one at separators that a vendor's text may hold. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  source.on('error', (error) => unzipped.destroy(error));
  let begun: Buffer[] = [];
  for await (const chunk of unzipped as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      yield Buffer.concat([...begun, chunk.subarray(from, at)]).toString('utf8');
      begun = [];
      from = at + 1;
    }
    begun.push(chunk.subarray(from));
  }
  const rest = Buffer.concat(begun);
  if (rest.length > 0) yield rest.toString('utf8');
}
