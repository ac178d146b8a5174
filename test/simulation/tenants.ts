import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type AutotaskBehaviour, type CloudmoreBehaviour, type Sandbox } from '../../sandbox/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { september, type World } from '../api/vendors.js';
import { billMonth } from '../report/bill-month.js';
import { Random } from './random.js';
import { shown } from './money.js';
import { chargeSales, total } from './tables.js';

/**
 * Tenants whose vendors differ from what is believed in several ways at once: switches of the sandbox in positions that chance draws, two days of a month each. It
 * ends with the same money, or what is missing is held or refused in words; in no case does more stand in Autotask than the report has. What stands is added up
 * from the sandbox's own state, not from what the product says of it.
 */

type Positions<B> = Record<keyof B, unknown[]>;

/** Positions besides the usual one, after which the month still ends with all its money. A switch without one is played where it belongs, with its limits. */
const AUTOTASK: Positions<AutotaskBehaviour> = {
  periodStart: [],
  secondAdjustment: ['merge'],
  extend: ['empty'],
  afterPost: ['reject'],
  missing: ['404'],
  patchAnswer: ['null'],
  createOnly: ['ignore'],
  emptyFilter: ['refuse'],
  uniqueServiceNames: [true],
  sqlTexts: [true],
  visibleAfterMs: [100, 300],
  // More than a month needs, and little enough for the slow-down to begin.
  callsPerHour: [300],
  slowDown: ['waited'],
  threads: [2],
  unitPriceDecimals: [2, 8],
  denied: [],
  costs: [],
  timeZone: ['Pacific/Auckland', 'America/New_York', 'Europe/Oslo', 'Pacific/Honolulu', 'Australia/Sydney'],
  userDefinedFieldInOr: ['findsNothing', 'actsAsAnd', 'refused'],
  hidesAdded: [],
  accessValues: ['numbers'],
  dateOutput: ['localMidnightAsUtc'],
};

const CLOUDMORE: Positions<CloudmoreBehaviour> = {
  pollsBeforeReady: [0, 3],
  whileRunning: ['accepted', 'empty', 'notFound'],
  taskOutcome: [],
  taskLifetimeS: [600],
  bodylessAccepted: [true],
  largeReport: ['truncate'],
  description: ['behindLogIn', 'none'],
  taskWords: ['others'],
  reportMember: ['result', 'data'],
  lastDay: ['excluded'],
  renames: [],
  decimalsAsStrings: [true],
  tokenLifetimeS: [1],
};

/** Positions after which something is held, or the run stops: seldom, or nothing else would be seen. */
const HARD: { autotask?: Partial<AutotaskBehaviour>; cloudmore?: Partial<CloudmoreBehaviour> }[] = [
  { autotask: { periodStart: 'duplicate' } },
  { autotask: { costs: 'hidden' } },
  { autotask: { hidesAdded: ['Contracts'] } },
  { autotask: { hidesAdded: ['Services'] } },
  { autotask: { hidesAdded: ['ContractCharges'] } },
  { autotask: { hidesAdded: ['ContractServiceUnits'] } },
  { autotask: { denied: ['ContractCharges.create'] as never } },
  { autotask: { denied: ['Contracts.update'] as never } },
  { cloudmore: { taskOutcome: 'failed' } },
  { cloudmore: { taskWords: 'numbers' } },
  { cloudmore: { reportMember: 'payload' } },
  { cloudmore: { renames: { totalSalesPrice: 'salesTotal' } } },
  { cloudmore: { renames: { commitmentEndDate: 'endOfCommitment' } } },
  { cloudmore: { renames: { customProperties: 'properties' } } },
];
const HARD_CHANCE = 0.25;

interface Tenant {
  seed: number;
  autotask: Record<string, unknown>;
  cloudmore: Record<string, unknown>;
  settings: Record<string, string>;
  month: string;
}

/** Plays so many tenants, and reports each that broke a promise. Answers the program's exit code. */
export async function playTenants(count: number, first: number): Promise<number> {
  const started = Date.now();
  const tally = { same: 0, held: 0, stopped: 0, violated: 0 };
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const tenant = draw(first + next++);
      const { verdict, problems } = await play(tenant);
      tally[problems.length > 0 ? 'violated' : verdict] += 1;
      for (const problem of problems) console.log(`tenant ${tenant.seed}: ${problem}; ${JSON.stringify(tenant)}`);
      if (next % SAY_EVERY === 0) console.log(`${next} tenants, ${secondsSince(started)} s`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  console.log(
    `tenants from ${first}: ${tally.same} with the same money, ${tally.held} held in words, ${tally.stopped} stopped in words, ${tally.violated} violated; ${secondsSince(started)} s`,
  );
  return tally.violated > 0 ? 1 : 0;
}

const SAY_EVERY = 100;
/** They mostly wait: for tasks, for what shows late, before a read is tried again. */
const AT_ONCE = 48;
const secondsSince = (started: number): number => Math.round((Date.now() - started) / 1000);

function draw(seed: number): Tenant {
  const random = new Random(seed);
  const positions = (all: Record<string, unknown[]>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(all).flatMap(([name, others]) =>
        others.length > 0 && random.chance(SWITCH_CHANCE) ? [[name, random.pick(others)]] : [],
      ),
    );
  const [autotask, cloudmore] = [positions(AUTOTASK), positions(CLOUDMORE)];
  const hard = random.chance(HARD_CHANCE) ? random.pick(HARD) : {};
  const isLater = random.chance(OFFSET_CHANCE);
  return {
    seed,
    autotask: { ...autotask, ...hard.autotask },
    cloudmore: { ...cloudmore, ...hard.cloudmore },
    settings: {
      INACTIVE_SERVICES: random.pick(['suffix', 'reactivate']),
      AFTER_FREEZE: random.pick(['hold', 'charge']),
      REPORT_SOURCE: random.pick(['billing-report', 'billing-report', 'invoice']),
      ...(isLater ? { REPORT_MONTH_OFFSET: '1' } : {}),
    },
    month: isLater ? '2025-09' : '2025-10',
  };
}

const SWITCH_CHANCE = 0.35;
const OFFSET_CHANCE = 0.2;

/** What the month comes to where nothing is held. */
const POSTED = { lines: 28, cost: '6300.58', sales: '7120.32' };
const SALES_CENTS = 712_032n;
const LINES = 30;
const DAYS = ['2025-10-17', '2025-10-18'];

interface Played {
  verdict: 'same' | 'held' | 'stopped';
  problems: string[];
}

async function play({ autotask, cloudmore, settings, month }: Tenant): Promise<Played> {
  const world: World = september();
  const sandbox = await startSandbox({
    world: {
      ...world,
      autotask: { ...world['autotask'], behaviour: autotask },
      cloudmore: { ...world['cloudmore'], behaviour: cloudmore },
    },
  });
  const folder = await mkdtemp(join(tmpdir(), 'billing-tenant-'));
  const env = { ...sandbox.env(), BILLING_EVIDENCE: `file:${folder}/evidence`, BILLING_MODE: 'auto', ...settings };
  try {
    await control(sandbox, 'POST', 'autotask/unfreeze', { through: '2025-09-30' });
    return await twoDays(sandbox, { ...env, BILLING_KEYS: `${folder}/keys` }, month);
  } finally {
    await sandbox.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function twoDays(sandbox: Sandbox, env: Record<string, string>, month: string): Promise<Played> {
  const problems: string[] = [];
  const before = (await standing(sandbox, month)).cents;
  let verdict: Played['verdict'] = 'same';
  for (const [index, day] of DAYS.entries()) {
    await control(sandbox, 'POST', 'clock', { now: `${day}T03:00:00Z` });
    const sent = await writes(sandbox);
    try {
      const { result } = await billMonth(env, month, day);
      problems.push(...faultsOf(result));
      if (result.held.lines > 0) verdict = 'held';
      else if (verdict === 'same' && index > 0 && (await writes(sandbox)) > sent) problems.push('the second day writes again');
      if (verdict === 'same') problems.push(...(await different(sandbox, result, month)));
    } catch (error) {
      verdict = 'stopped';
      if (!inWords(error)) problems.push(`stops without words: ${String(error)}`);
    }
    const { cents, doubles } = await standing(sandbox, month);
    if (cents > SALES_CENTS + before) problems.push(`${day}: ${shown(cents)} stand for a report of ${shown(SALES_CENTS)}`);
    if (doubles.length > 0) problems.push(`twice: ${doubles.join(', ')}`);
  }
  return { verdict, problems };
}

/** Whatever is missing has a reason that a person can read. */
function faultsOf({ report, posted, held, excluded, organizations }: MonthResult): string[] {
  const whole = posted.lines + held.lines + excluded.lines;
  const silent = organizations.flatMap(({ items }) => items.filter(({ outcome, message }) => outcome === 'held' && !message));
  return [
    ...(report.lines === LINES && whole === LINES
      ? []
      : [`${report.lines} lines in the report, ${whole} in the sum, not ${LINES}`]),
    ...(silent.length === 0 ? [] : ['something is held without a reason']),
  ];
}

async function different(sandbox: Sandbox, { posted, ghosts }: MonthResult, month: string): Promise<string[]> {
  const { cents } = await standing(sandbox, month);
  return [
    ...(JSON.stringify(posted) === JSON.stringify(POSTED) ? [] : [`posted ${JSON.stringify(posted)}`]),
    ...(cents === SALES_CENTS || ghosts.lines > 0 ? [] : [`says that all is posted, and ${shown(cents)} stand`]),
  ];
}

const inWords = (error: unknown): boolean =>
  error instanceof Error && !['TypeError', 'RangeError', 'ReferenceError'].includes(error.name) && error.message.length > 20;

// ---------------------------------------------------------------------------------------------------------------- the sandbox

type Rec = Record<string, unknown>;

async function control(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<unknown> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const text = await (await fetch(`${sandbox.url}/_sandbox/${path}`, init)).text();
  return text === '' ? undefined : JSON.parse(text);
}

async function writes(sandbox: Sandbox): Promise<number> {
  const all = (await control(sandbox, 'GET', 'requests')) as { method: string; path: string; status: number }[];
  return all.filter(
    ({ method, path, status }) =>
      method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query') && status === 200,
  ).length;
}

/** What stands for the month under ids of ours, and what is there twice. */
async function standing(sandbox: Sandbox, month: string): Promise<{ cents: bigint; doubles: string[] }> {
  const { autotask } = (await control(sandbox, 'GET', 'state')) as {
    autotask: Record<'contracts' | 'unitRows' | 'charges' | 'contractServices', Rec[]>;
  };
  const ours = autotask.contracts.filter((one) => subscriptionOf(one) !== null);
  const ids = new Set(ours.map(({ id }) => id));
  const rows = autotask.unitRows.filter(
    ({ contractID, startDate }) => ids.has(contractID) && String(startDate).startsWith(month),
  );
  const charges = autotask.charges.filter(({ internalPurchaseOrderNumber: key }) => String(key).startsWith(`CM-${month}`));
  return {
    cents:
      total(rows.map(({ price }) => price as number)) +
      total(charges.map((one) => chargeSales(one as { unitPrice: number; unitQuantity: number }))),
    doubles: [
      ...repeated(ours.map((one) => `${String(one['companyID'])} ${String(subscriptionOf(one))}`)),
      ...repeated(charges.map((one) => String(one['internalPurchaseOrderNumber']))),
    ],
  };
}

function subscriptionOf({ contractNumber, userDefinedFields }: Rec): string | null {
  const own = ((userDefinedFields ?? []) as { name: string; value: string | null }[]).find(
    ({ name }) => name === 'Subscription ID',
  );
  return own?.value ?? (/^(cm-|[\da-f]{8}-)/i.test(String(contractNumber)) ? String(contractNumber) : null);
}

const repeated = (all: string[]): string[] => [...new Set(all.filter((one, index) => all.indexOf(one) !== index))];
