import { us } from '../terminal/called.js';
import { addMonths, monthOf } from '../../shared/billing/basics/month.js';
import { loadBaseConfig } from '../../shared/config.js';
import { Keyring } from '../../shared/encryption/keyring.js';
import { openStore } from '../../shared/evidence/index.js';
import { Pruner, type Pruning } from '../../shared/evidence/prune.js';
import { openSigner } from '../../shared/evidence/signing.js';
import { today, type Context } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { jsonText } from '../terminal/printable.js';

export interface PruneOptions {
  keepMonths: number;
  write: boolean;
  json: boolean;
}

/** Lets months go that are older than those that are kept, with `--write`; shows them without. */
export async function prune(context: Context, { keepMonths, write, json }: PruneOptions): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  // The month before is still looked at, by runs and as what growth is measured against.
  if (keepMonths < 1)
    throw new CommandError(EXIT.usage, '--keep-months is 0; expected at least 1: the month before this one is still checked.');
  const store = openStore(config.evidence);
  try {
    const pruner = new Pruner(store, { broker: config.broker, keyring: new Keyring(config.keys) });
    const before = await store.size();
    const found = await pruner.look(addMonths(monthOf(today(config.schedule.timeZone)), -keepMonths));
    if (write) await pruner.carryOut(found, await openSigner(config.keys));
    const bytes = { before, after: write ? await store.size() : before };
    const { from, names, values } = found;
    context.out(json ? jsonText({ from, names: names.size, values, bytes, written: write }) : textOf(found, bytes, write));
    if (!write) context.say('Nothing was deleted. To do it: --write');
    return EXIT.done;
  } finally {
    await store.close();
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

function textOf({ from, names, values }: Pruning, bytes: { before: number; after: number }, isDone: boolean): string {
  const what = `${names.size} records and ${values} values of before ${from}`;
  const kept = 'Certificates, the log of decisions and what later months need stay.';
  return isDone
    ? `${what} are deleted: ${megabytes(bytes.before)} → ${megabytes(bytes.after)}. ${kept} To check: ${us()} evidence verify`
    : `${what} would be deleted, of ${megabytes(bytes.before)}. ${kept}`;
}
