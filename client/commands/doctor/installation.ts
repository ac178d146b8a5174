import { us } from '../../terminal/called.js';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { advised, command, shellCommand } from '../../../shared/billing/basics/command.js';
import { readDifferently } from '../../../shared/compose-env.js';
import type { BaseConfig, Config } from '../../../shared/config.js';
import { earlierWrites, modeMissing } from '../../../shared/evidence/earlier-writes.js';
import { same } from '../../../shared/billing/basics/text.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { labelOf, tenantOf } from '../../../shared/evidence/labels.js';
import { decodeText } from '../../../shared/files.js';
import { knock } from '../../../shared/http/knock.js';
import { unreachedBy } from '../../../shared/notices/send.js';
import { counts, movingMoney, probingOf, readProbe } from '../../../shared/probe/kept.js';
import { readWriteProbe } from '../../../shared/probe/writes/kept.js';
import type { WriteQuestion } from '../../../shared/probe/writes/questions.js';
import { VERSION } from '../../../shared/version.js';
import { Problem, type Check } from '../../checks/check.js';

/** This installation: where evidence goes, whether both vendors are of one world, what the clock says. */

export function installationChecks(config: Config, now: () => number, folder = process.cwd()): Check[] {
  return [
    { name: 'version', look: () => Promise.resolve(`${VERSION}, Node ${process.versions.node}`) },
    { name: 'evidence', look: () => evidence(config) },
    { name: 'label', look: () => label(config) },
    { name: 'private files', look: () => privateFiles(config, folder) },
    { name: 'secrets', look: () => Promise.resolve(secrets(config)) },
    { name: '.env', look: () => dotEnv(folder) },
    { name: 'mode', look: () => mode(config, now) },
    { name: 'same environment', look: () => Promise.resolve(oneWorld(config)) },
    { name: 'probe', look: () => probe(config, now) },
    { name: 'behaviour', look: () => behaviour(config) },
    { name: 'clock', look: () => clock(config, now) },
    { name: 'notices', look: () => notices(config) },
  ];
}

/** A value is kept and read back; the same value each time, so nothing piles up. */
async function evidence(config: BaseConfig): Promise<string | Problem> {
  const { evidence: location } = config;
  const shown = location.replace(/\/\/[^@/]*@/, '//***@');
  const fix = location.startsWith('file:')
    ? 'Name a folder that this user may write to in BILLING_EVIDENCE; in a container, a volume.'
    : 'Check host, user, password and database in BILLING_EVIDENCE; the user must be allowed to create tables.';
  const store = openEvidence(location, config);
  try {
    const ref = await store.put({ doctor: 'was here' });
    await store.get(ref);
    return `can be written and read (${shown})`;
  } catch (error) {
    return new Problem(`cannot be written to ${shown}: ${error instanceof Error ? error.message : String(error)}`, fix);
  } finally {
    await store.close();
  }
}

/** A label that was changed after months were billed would make their charges again. */
async function label(config: Config): Promise<string | Problem> {
  const store = openEvidence(config.evidence, config);
  try {
    const before = await labelOf(store, tenantOf(config));
    if (before === null) return `${config.broker}; the evidence knows of no earlier billing of this tenant`;
    if (same(before, config.broker)) return `${config.broker}, as the tenant was billed before`;
    return new Problem(
      `BILLING_BROKER is ${config.broker}, but this Autotask tenant was billed as ${before} before: under another label the same money would be billed twice`,
      `Set BILLING_BROKER=${before} for the worker and for every command, and restart the worker.`,
    );
  } finally {
    await store.close();
  }
}

const OTHERS = 0o077;
const PRIVATE_FILES = ['.env', '.secrets'];

/** Secrets, customers and prices are for this user alone; Windows has other means than modes. */
async function privateFiles({ evidence: location, keys, brokers }: BaseConfig, folder: string): Promise<string | Problem> {
  if (process.platform === 'win32') return 'not checked: Windows has no file modes';
  const ours = [
    ...PRIVATE_FILES,
    brokers,
    '.billing',
    keys,
    ...(location.startsWith('file:') ? [location.slice('file:'.length)] : []),
  ];
  const open: { path: string; mode: string }[] = [];
  for (const path of new Set(ours)) {
    const found = await stat(resolve(folder, path)).catch(() => null);
    if (found !== null && (found.mode & OTHERS) !== 0) open.push({ path, mode: found.isDirectory() ? '700' : '600' });
  }
  if (open.length === 0) return 'readable by this user alone';
  return new Problem(
    `other users of this machine may read ${open.map(({ path }) => path).join(', ')}`,
    open.map(({ path, mode }) => advised('Deny them access:', shellCommand('chmod', mode, path))),
  );
}

/** Commands and the container's worker take settings from one file, by two rules. */
async function dotEnv(folder: string): Promise<string | Problem> {
  const bytes = await readFile(resolve(folder, '.env')).catch(() => null);
  if (bytes === null) return 'there is none: settings come from the environment';
  const { names, brokenAt } = readDifferently(decodeText(bytes));
  if (names.length === 0 && brokenAt === null) return 'read the same by Docker Compose and by these commands';
  return new Problem(
    [
      ...(brokenAt === null ? [] : [`Docker Compose cannot read it from line ${brokenAt} on`]),
      ...(names.length === 0 ? [] : [`Docker Compose and these commands read two values of ${names.join(', ')}`]),
    ].join('; '),
    "Put each value with a $, #, quote or backslash between single quotes: NAME='…'. A secret that has a single quote itself goes into a file that NAME_FILE names.",
  );
}

/** An installation that billed before the setting had a default of shadow must not stop in silence. */
async function mode(config: BaseConfig, now: () => number): Promise<string | Problem> {
  if (config.isModeSet) return `${config.mode} (BILLING_MODE)`;
  const store = openEvidence(config.evidence, config);
  try {
    const before = await earlierWrites(store, config.broker, new Date(now()).toISOString().slice(0, 10));
    if (before === null) return 'shadow, because BILLING_MODE is not set: nothing is written';
    return new Problem(modeMissing(before), 'Set BILLING_MODE=auto, approve or shadow, and restart the worker.');
  } finally {
    await store.close();
  }
}

const DAY_MS = 24 * 3_600_000;

/** How old the probe of the vendors is, and whether it found what stops mode `auto`. */
async function probe(config: Config, now: () => number): Promise<string | Problem> {
  const asking = probingOf(config);
  const store = openEvidence(config.evidence, config);
  try {
    const kept = await readProbe(store, config.broker);
    const again = [advised('Ask both vendors; nothing is written:', command('doctor', '--probe'))];
    if (kept === null || !counts(kept, asking)) {
      const why =
        kept === null
          ? 'there is none yet'
          : `the one of ${kept.takenAt.slice(0, 10)} is unfinished, used another API user, or asked fewer questions`;
      if (!asking.isDemanded) return `${why}; a sandbox on this machine needs none`;
      return config.mode === 'auto' ? new Problem(why, again) : `${why}; before mode auto: ${us()} doctor --probe`;
    }
    const days = Math.floor((now() - Date.parse(kept.takenAt)) / DAY_MS);
    const age = `${kept.takenAt.slice(0, 10)}, ${days} ${days === 1 ? 'day' : 'days'} old`;
    const found = movingMoney(kept);
    return found.length === 0
      ? `${age}: no contradiction moves money`
      : new Problem(`${age}: ${found.map(({ id, text }) => `${id}: ${text}`).join('; ')}`, again);
  } finally {
    await store.close();
  }
}

/** What a probe that writes has seen of this tenant, where somebody made one. */
async function behaviour(config: Config): Promise<string> {
  const store = openEvidence(config.evidence, config);
  try {
    const kept = await readWriteProbe(store, config.broker);
    if (kept === null) return `not run: finds out on a test company what only a write can show (${us()} doctor --probe-writes)`;
    const asked = kept.answers.filter(({ id }) => ANSWERED_BY_WRITES.includes(id)).map(({ id, is }) => `${id} ${is ?? '?'}`);
    const left = kept.left.length === 0 ? '' : `; not taken back: ${kept.left.join('; ')}`;
    return `${asked.join(', ')} (company ${kept.companyId}, ${kept.takenAt.slice(0, 10)})${left}`;
  } finally {
    await store.close();
  }
}
/** Those on which it depends how an amount is written. */
const ANSWERED_BY_WRITES: WriteQuestion[] = ['firstDay', 'again', 'decimals', 'extend', 'names', 'visible'];

const REHEARSAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|sandbox)$/i;
const isRehearsal = (url: string | null): boolean => url !== null && REHEARSAL.test(new URL(url).hostname);

/** Billing real customers from invented lines, or invented ones from real lines, starts with one wrong address. */
function oneWorld({ cloudmore, autotask }: Config): string | Problem {
  const [reads, writes] = [isRehearsal(cloudmore.url), isRehearsal(autotask.url)];
  if (reads === writes) return reads ? 'both vendors are the sandbox: a rehearsal' : 'both vendors are the real ones';
  const [real, sandbox] = reads ? ['Autotask', 'Cloudmore'] : ['Cloudmore', 'Autotask'];
  return new Problem(
    `${sandbox} points to the sandbox, ${real} to the real tenant`,
    `Set both CLOUDMORE_URL and AUTOTASK_URL to the sandbox (${us()} sandbox prints them), or neither.`,
  );
}

const SKEW_MS = 5 * 60_000;
const WITHIN_MS = 10_000;

/** The day decides which lines are billed, and time-outs and tokens go by the clock too. */
async function clock({ autotask, cloudmore }: Config, now: () => number): Promise<string | Problem> {
  // Both answer without credentials.
  const url = autotask.url === null ? new URL('/api/healthcheck', cloudmore.url) : new URL('versioninformation', autotask.url);
  const { headers } = await knock({ method: 'GET', url, headers: {}, timeoutMs: WITHIN_MS });
  const theirs = Date.parse(String(headers.date));
  if (Number.isNaN(theirs)) return 'not compared: the vendor gives no time';
  const skew = now() - theirs;
  if (Math.abs(skew) <= SKEW_MS) return `agrees with ${url.host} within ${Math.round(SKEW_MS / 60_000)} minutes`;
  return new Problem(
    `this machine is ${Math.round(Math.abs(skew) / 60_000)} minutes ${skew > 0 ? 'ahead of' : 'behind'} ${url.host}`,
    [advised('Set the clock by NTP:', shellCommand('timedatectl', 'set-ntp', 'true'))],
  );
}

/** Addresses are tried and told nothing. */
async function notices({ notices: settings }: BaseConfig): Promise<string | Problem> {
  const { webhook, mail } = settings;
  const unreached = await unreachedBy(settings);
  if (unreached.length > 0)
    return new Problem(
      unreached.map(({ why }) => why).join('; '),
      `No notices are sent there when something waits. Correct ${unreached.map(({ setting }) => setting).join(', ')}, or allow this machine to reach it.`,
    );
  const channels = [...(webhook === null ? [] : ['webhook']), ...(mail === null ? [] : [`mail to ${mail.to.join(', ')}`])];
  return channels.length === 0
    ? 'none configured: nobody will be notified (NOTICE_WEBHOOK, NOTICE_SMTP)'
    : `by ${channels.join(' and ')}`;
}

const secrets = ({ unreadFiles }: BaseConfig): string | Problem =>
  unreadFiles.length === 0
    ? 'each from one place'
    : new Problem(unreadFiles.join('; '), 'Remove one of the two, so that it is clear which one counts.');
