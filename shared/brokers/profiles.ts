import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { same } from '../billing/basics/text.js';
import { VARIABLES } from '../config.js';
import { ConfigError, settingsIn, type Environment } from '../environment.js';
import { decodeText, isMissing, whyNoFile } from '../files.js';
import { didYouMean } from '../nearest.js';

/**
 * Many brokers: each has a file of settings, `brokers/NAME.env`, or `.env.NAME` next to `.env` on a laptop. A broker's own settings come from its file alone, so
 * that no secret and no knob of one broker reaches another; what is about the installation may come from the environment and `.env` as well.
 */
export interface Profile {
  /** The broker's label, `BILLING_BROKER`. */
  name: string;
  /** Path of its file; null: the environment and `.env` themselves describe it. */
  file: string | null;
}

/** A broker was named that no file describes. */
export class UnknownBroker extends Error {
  override readonly name = 'UnknownBroker';
}

/** About the installation: taken from the file, else from the environment, else from `.env`. All other settings are a broker's own. */
export const OF_INSTALLATION: ReadonlySet<string> = new Set([
  'BILLING_EVIDENCE',
  'BILLING_EVIDENCE_FILE',
  'BILLING_KEYS',
  'BILLING_BROKERS',
  'BILLING_HTTP',
  'BILLING_PROMOTION',
  'LOG_LEVEL',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
]);
const OWN = new Set(VARIABLES.filter((name) => !OF_INSTALLATION.has(name)));

/** What makes an environment a broker's: who it is at one of the vendors. */
const IDENTIFYING = ['CLOUDMORE_RESELLER_ID', 'CLOUDMORE_RESELLER_ID_FILE', 'AUTOTASK_USERNAME', 'AUTOTASK_USERNAME_FILE'];

const EXTENSION = '.env';
/** Next to `.env` there may be files that are not settings; this one never is. */
const EXAMPLE = '.env.example';
/** As `BILLING_BROKER` allows it. */
const NAME = /^(?=.{1,60}$)[a-z\d]([\w.-]*[a-z\d])?$/i;
export const isBrokerName = (name: string): boolean => NAME.test(name);

const isGiven = (value: string | undefined): value is string => (value ?? '').trim() !== '';

/** `BILLING_BROKERS` as a path: where the files of many brokers are. */
export const brokersFolder = (environment: Environment, folder = process.cwd()): string =>
  resolve(folder, isGiven(environment.BILLING_BROKERS) ? environment.BILLING_BROKERS : 'brokers');

/** Whether there is such a folder: a worker that is told no name serves all of it. */
export const hasBrokersFolder = (environment: Environment, folder = process.cwd()): boolean =>
  entriesOf(brokersFolder(environment, folder)) !== null;

/** The brokers of the folder, and the one that the environment and `.env` describe: those that one worker serves. By name. */
export function servedProfiles(environment: Environment, folder = process.cwd()): Profile[] {
  const path = brokersFolder(environment, folder);
  const files = (entriesOf(path) ?? []).filter((name) => name.endsWith(EXTENSION) && isBrokerName(nameOf(name)));
  const own: Profile[] = isBrokers(environment) ? [{ name: ownName(environment), file: null }] : [];
  return byName([...own, ...files.map((name) => ({ name: nameOf(name), file: join(path, name) }))]);
}

/** All that `--broker` may name: the served ones, and each `.env.NAME` that says who the broker is. */
export function profiles(environment: Environment, folder = process.cwd()): Profile[] {
  const alternatives = (entriesOf(folder) ?? [])
    .filter((name) => name.startsWith(`${EXTENSION}.`) && name !== EXAMPLE && isBrokerName(name.slice(EXTENSION.length + 1)))
    .map((name) => ({ name: name.slice(EXTENSION.length + 1), file: join(folder, name) }))
    .filter(({ file }) => mayBeBrokers(file));
  return byName([...servedProfiles(environment, folder), ...alternatives]);
}

/** What cannot be read may be one: anyone who names it is told why. */
function mayBeBrokers(file: string): boolean {
  try {
    return isBrokers(readProfile(file));
  } catch {
    return true;
  }
}

const nameOf = (file: string): string => file.slice(0, -EXTENSION.length);
const byName = (all: Profile[]): Profile[] => all.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
const isBrokers = (environment: Environment): boolean => IDENTIFYING.some((name) => isGiven(environment[name]));
const ownName = ({ BILLING_BROKER: name }: Environment): string => (isGiven(name) ? name.trim() : 'default');

/** Names in a folder; null where there is no such folder. */
function entriesOf(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return null;
    throw new ConfigError([`${folder} cannot be read: ${whyNoFile(error) ?? String(error)}. Expected a folder, or none.`]);
  }
}

function readProfile(file: string): Environment {
  try {
    return settingsIn(decodeText(readFileSync(file)), file);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${file} cannot be read: ${whyNoFile(error) ?? String(error)}. Expected a file of settings.`]);
  }
}

/** The one profile of a name. Throws `UnknownBroker`, or a `ConfigError` where two files describe it. */
export function findProfile(environment: Environment, name: string, folder = process.cwd()): Profile {
  const all = profiles(environment, folder);
  const found = all.filter((profile) => same(profile.name, name));
  if (found.length > 1) throw new ConfigError([twice(found)]);
  if (found.length === 1 && found[0]!.name === name) return found[0]!;
  const names = all.map((profile) => profile.name);
  const known = names.length === 0 ? 'There is none yet.' : `There ${names.length === 1 ? 'is' : 'are'} ${shown(names)}.`;
  throw new UnknownBroker(
    `There is no broker "${name}": neither ${join(brokersFolder(environment, folder), `${name}${EXTENSION}`)} nor ${EXTENSION}.${name}.${
      found.length === 1 ? ` Did you mean "${found[0]!.name}"?` : didYouMean(name, names)
    } ${known} Make one with: billing brokers add ${isBrokerName(name) ? name : 'NAME'}`,
  );
}

const SHOWN = 12;
const shown = (names: string[]): string =>
  names.length <= SHOWN ? names.join(', ') : `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more`;

const sourceOf = ({ name, file }: Profile): string => file ?? `the environment or .env (BILLING_BROKER=${name})`;
const twice = (found: Profile[]): string =>
  `BILLING_BROKER: ${found.map(sourceOf).join(' and ')} describe one broker. Keep one of them.`;

/** Why a profile must not be used with the others; null when it may. */
export function conflictOf(profile: Profile, all: Profile[]): string | null {
  const found = all.filter(({ name }) => same(name, profile.name));
  return found.length > 1 ? twice(found) : null;
}

/**
 * The settings of a broker: its file; besides it, of the environment and `.env`, only what is about the installation (and what is not a setting of ours, such as
 * `TEMPORAL_…`). Its keys are in a folder of its own name where the file names none. Throws a `ConfigError` for a file that says it is another broker's.
 */
export function environmentOf({ name, file }: Profile, environment: Environment): Environment {
  if (file === null) return environment;
  const given = Object.fromEntries(Object.entries(readProfile(file)).filter(([, value]) => isGiven(value)));
  const label = given.BILLING_BROKER;
  if (label !== undefined && label.trim() !== name)
    throw new ConfigError([
      `BILLING_BROKER: ${file} says "${label.trim()}"; expected ${name}, as the file is called, or nothing`,
    ]);
  const around = Object.fromEntries(Object.entries(environment).filter(([variable]) => !OWN.has(variable)));
  const keys = isGiven(environment.BILLING_KEYS) ? environment.BILLING_KEYS.trim() : '.billing/keys';
  return { ...around, BILLING_KEYS: join(keys, name), ...given, BILLING_BROKER: name };
}

/** The environment as `billing --broker NAME` uses it. */
export const withBroker = (environment: Environment, name: string, folder = process.cwd()): Environment =>
  environmentOf(findProfile(environment, name, folder), environment);

/** Where a new broker's file goes. Throws a `ConfigError` if the name is invalid or taken. */
export function newProfile(environment: Environment, name: string, folder = process.cwd()): Profile & { file: string } {
  if (!isBrokerName(name))
    throw new ConfigError([
      `"${name}" is not a name of a broker; expected letters, digits, dots and dashes, a letter or digit first and last`,
    ]);
  const taken = profiles(environment, folder).filter((profile) => same(profile.name, name));
  const file = join(brokersFolder(environment, folder), `${name}${EXTENSION}`);
  if (taken.length > 0 || existsSync(file))
    throw new ConfigError([`There is a broker ${name} already: ${taken.map(sourceOf)[0] ?? file}`]);
  return { name, file };
}
