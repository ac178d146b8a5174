import { hint } from '../../terminal/called.js';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { basename, dirname, join } from 'node:path';
import {
  brokersFolder,
  environmentOf,
  findProfile,
  newProfile,
  profiles,
  UnknownBroker,
  type Profile,
} from '../../../shared/brokers/profiles.js';
import { profileText } from '../../../shared/brokers/template.js';
import { hasCode } from '../../../shared/files.js';
import { openRunsOf } from '../../../worker/executions/faults.js';
import { checkBroker, openCount, pauseSchedule, standingOf, type CheckedBroker } from './standing.js';
import type { Context } from '../../context.js';
import { CommandError, EXIT, type ExitCode } from '../../terminal/exit.js';
import { renderBrokers, renderChecks } from './text.js';
import { PLAIN } from '../../terminal/paper.js';
import { jsonText, line } from '../../terminal/printable.js';
import { withTemporal } from '../../temporal/connection.js';

/** Many brokers: which there are and how they stand, a new one, whether their settings are right, and one that leaves. */

/** Brokers that are asked at once: each has vendors of its own, and they share Temporal and the store. */
const AT_ONCE = 10;

export async function listBrokers(context: Context, { json }: { json: boolean }): Promise<ExitCode> {
  const all = profiles(context.environment);
  const listed = await inTurns(all, (profile) => standingOf(profile, all, context.environment));
  context.out(
    json
      ? jsonText(listed)
      : renderBrokers({ brokers: listed, folder: brokersFolder(context.environment) }, context.paper ?? PLAIN),
  );
  return EXIT.done;
}

/** Writes the file of a new broker; one that is there, under whatever case, is left as it is. */
export async function addBroker(context: Context, { name }: { name: string }): Promise<ExitCode> {
  const { file } = newProfile(context.environment, name);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, profileText(name), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (hasCode(error, 'EEXIST')) throw new CommandError(EXIT.configuration, `${file} already exists.`);
    throw error;
  }
  await chmod(file, 0o600); // regardless of the umask
  context.say(line`${file} written. Fill it in, then: ${hint('brokers', 'check', name)}`);
  return EXIT.done;
}

export async function checkBrokers(context: Context, { names, json }: { names: string[]; json: boolean }): Promise<ExitCode> {
  const all = profiles(context.environment);
  const chosen = names.length === 0 ? all : names.map((name) => found(context, name));
  const checked = await inTurns(chosen, (profile) => checkBroker(profile, all, context.environment));
  context.out(
    json ? jsonText(checked) : renderChecks({ checked, folder: brokersFolder(context.environment) }, context.paper ?? PLAIN),
  );
  return exitCodeOf(checked);
}

function exitCodeOf(checked: CheckedBroker[]): ExitCode {
  if (checked.some(({ is }) => is === 'settings')) return EXIT.configuration;
  return checked.some(({ is }) => is === 'vendor') ? EXIT.waits : EXIT.done;
}

/** Results in the order of what was asked, so many at a time. */
async function inTurns<T, R>(items: T[], ask: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE)
    results.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))));
  return results;
}

function found(context: Context, name: string): Profile {
  try {
    return findProfile(context.environment, name);
  } catch (error) {
    throw error instanceof UnknownBroker ? new CommandError(EXIT.usage, error.message) : error;
  }
}

// ---------------------------------------------------------------------------------------------------------------- one that leaves

const REMOVED = 'removed';
/** Temporal lists what has just begun a moment later. */
const LIST_LAGS_MS = 2_000;

/**
 * A broker that leaves: nothing new begins (its schedule is paused), nothing is under way, and its file goes where no worker looks. What it has in evidence and
 * in Temporal stays until somebody says otherwise. Safe to repeat.
 */
export async function removeBroker(context: Context, { name, write }: { name: string; write: boolean }): Promise<ExitCode> {
  const profile = found(context, name);
  const { file } = profile;
  if (file === null)
    throw new CommandError(
      EXIT.configuration,
      `${name} has no file: the environment or .env describes it. Remove its settings there.`,
    );
  const aside = join(dirname(file), REMOVED, `${basename(file)}.${new Date().toISOString().replaceAll(':', '')}`);
  const environment = environmentOf(profile, context.environment);
  await withTemporal(environment, async (temporal) => {
    const schedule = write ? await pauseSchedule(temporal, name) : 'would be paused';
    context.say(line`Schedule of ${name}: ${schedule}.`);
    if (write) await sleep(LIST_LAGS_MS);
    const runs = await openRunsOf(temporal.client, name, new Date());
    const open = await openCount(temporal, name);
    if (runs.length === 0 && open === 0) return;
    throw new CommandError(
      EXIT.failed,
      `${name} cannot be removed yet: ${runs.length} runs are under way, ${open} customers are open. ${
        write ? 'Nothing but the schedule was changed' : 'Nothing was changed'
      }. Decide on them (${of(name, 'status')}), or end them all without a decision: ${of(name, 'restore')}`,
    );
  });
  context.say(whatStays(name));
  if (!write) {
    context.say(
      line`Nothing was changed. ${file} would become ${aside}; to do it: ${hint('brokers', 'remove', name, '--write')}`,
    );
    return EXIT.done;
  }
  await mkdir(dirname(aside), { recursive: true, mode: 0o700 });
  await rename(file, aside);
  context.say(
    line`${file} is now ${aside}: no worker serves ${name} any longer. It contains secrets; delete it when they are no longer needed.`,
  );
  return EXIT.done;
}

const of = (name: string, ...words: string[]): string => hint('--broker', name, ...words);

/** Said before the file goes: these need it. */
const whatStays = (name: string): string =>
  [
    `What ${name} billed stays in the evidence, and its ended workflows in Temporal for as long as the namespace keeps them. While its file is in place:`,
    `  keep a month            ${of(name, 'report', 'MONTH', '--out', 'FILE.xlsx')}`,
    `  keep who decided what   ${of(name, 'log', '--json')}`,
    `  keep all of it          ${of(name, 'backup', '--out', 'FOLDER')}`,
    `  forget a customer       ${of(name, 'forget', '--organization', 'ID', '--export', 'FILE', '--write')}`,
    `  delete the schedule     ${of(name, 'schedule', 'remove')}`,
  ].join('\n');
