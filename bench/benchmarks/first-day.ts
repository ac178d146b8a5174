import { parse } from 'csv-parse/sync';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateWorld } from '../../sandbox/generate.js';
import { withPast } from '../../sandbox/generate/past.js';
import { big, posted, sum, type Big } from '../../shared/billing/basics/decimal.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { withTemporalServer, withWorker } from '../engine.js';
import { figure, type Measured } from '../figure.js';
import { startSandboxProcess, type SandboxProcess } from '../sandbox-process.js';
import { sized, withFolder } from '../worlds.js';

/**
 * A stopwatch from a clone to the first posted month, on a tenant with a past that has never seen this product: every command of docs/first-contact.md
 * in its own process, in order, and a person who decides at once and correctly. Besides the time, it counts the commands and that person's decisions.
 */

const CUSTOMERS = 300;
const LINES_PER_CUSTOMER = 6;
const MONTH = '2025-10';
const AS_OF = '2025-10-28';
const PROPERTY = 'AutotaskCompanyID';
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const LONGEST_MS = 3_600_000;
/** Each check is a separate process and takes a second from the month. */
const LOOK_EVERY_MS = 10_000;
const OUTPUT_MOST = 512 * 2 ** 20;

type Rec = Record<string, unknown>;
type Row = Record<string, string>;

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  return withFolder(async (folder) => {
    const customers = sized(CUSTOMERS, scale);
    const worldPath = await strangersWorld(folder, customers, seed);
    const sandbox = await startSandboxProcess({ worldPath, ticking: true });
    try {
      await sandbox.control('POST', 'clock', { now: `${AS_OF}T03:00:00Z` });
      return await withTemporalServer(({ address, client }) => {
        // As doctor advises for a first month: all that the tenant has.
        const calls = { AUTOTASK_CALLS_PER_HOUR: '10000' };
        const env = { ...sandbox.env, ...calls, BILLING_EVIDENCE: `file:${folder}/evidence`, TEMPORAL_ADDRESS: address };
        return new FirstDay(folder, sandbox, env, client).play(customers);
      });
    } finally {
      await sandbox.close();
    }
  });
}

/** No customer is linked to its company yet. */
async function strangersWorld(folder: string, customers: number, seed: number): Promise<string> {
  const world = withPast(
    generateWorld({ lines: customers * LINES_PER_CUSTOMER, organizations: customers, seed, month: MONTH }),
    seed,
  );
  for (const organization of world.cloudmore.organizations) organization['customProperties'] = [];
  const path = join(folder, 'past.json');
  await writeFile(path, JSON.stringify(world));
  return path;
}

class FirstDay {
  /** What the person has set, for commands and worker alike. */
  private mode = 'shadow';
  private readonly started = performance.now();
  private readonly took: Record<string, number> = {};
  private commands = 0;
  private writesOfNextRun = 0;
  private readonly decisions: Record<string, number> = {};

  constructor(
    private readonly folder: string,
    private readonly sandbox: SandboxProcess,
    private readonly env: Record<string, string>,
    private readonly client: Parameters<typeof withWorker>[0],
  ) {}

  async play(customers: number): Promise<Measured> {
    await this.install();
    await this.billing(['doctor', '--month', MONTH]);
    await this.billing(['doctor', '--probe', '--month', MONTH]);
    await this.companies();
    await this.services();
    await this.takeover();
    await this.billing(['plan', MONTH, '--as-of', AS_OF]);
    await withWorker(this.client, this.environment('shadow'), () =>
      this.billing(['run', MONTH, '--as-of', AS_OF, '--mode', 'shadow', '--wait']),
    );
    const month = await withWorker(this.client, this.environment('approve'), () => this.approve());
    return this.measured(customers, month, await this.standing());
  }

  private environment(mode = this.mode): Record<string, string> {
    this.mode = mode;
    return { ...this.env, BILLING_MODE: mode };
  }

  /** As a stranger has it: a clone, its libraries, and the first word of the program. */
  private async install(): Promise<void> {
    const clone = this.file('clone');
    await this.timed('git clone', () => execute('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone]));
    await this.timed('npm install', () =>
      execute(process.execPath, [join(clone, 'scripts/install.js')], { cwd: clone, timeout: LONGEST_MS }),
    );
    await this.timed('billing --help', () => execute(process.execPath, [join(clone, 'client/bin.js'), '--help'], { cwd: clone }));
  }

  /** The surest suggestions are taken as they are; a person checks the others one by one, and gives a company to the surest. */
  private async companies(): Promise<void> {
    await this.billing(['companies', 'match', '--out', this.file('companies.csv')]);
    const rows = await this.csv('companies.csv');
    this.decide('companies that a person looks at', rows.filter(({ verdict }) => verdict !== 'certain').length);
    const best = new Map<string, Row>();
    for (const row of rows) {
      const rival = best.get(row[PROPERTY]!);
      if (row[PROPERTY] !== '' && Number(row['certainty']) > Number(rival?.['certainty'] ?? -1)) best.set(row[PROPERTY]!, row);
    }
    const links = [...best].map(([company, { organization_id: organization }]) => `${organization!};${company}`);
    await writeFile(this.file('links.csv'), `organization_id;${PROPERTY}\n${links.join('\n')}\n`);
    await this.billing(['companies', 'import', this.file('links.csv'), '--write']);
  }

  private async services(): Promise<void> {
    await this.billing(['services', 'list', MONTH]);
    await this.billing(['services', 'match', MONTH, '--out', this.file('services.csv')]);
    const rows = await this.csv('services.csv');
    this.decide('services that a person looks at', rows.filter(({ verdict }) => ['similar', 'unsure'].includes(verdict!)).length);
    await this.billing(['services', 'import', this.file('services.csv'), '--write']);
  }

  /** Each contract that bills the same is ended in Autotask: its units of the month and later are 0. */
  private async takeover(): Promise<void> {
    await this.billing(['takeover', MONTH, '--out', this.file('takeover.csv')]);
    const held = (await this.csv('takeover.csv')).filter(({ strength }) => strength === 'held');
    this.decide('contracts of others that a person ends', held.length);
    const { autotask } = (await this.sandbox.control('GET', 'state')) as { autotask: { unitRows: Rec[] } };
    const contracts = new Set(held.map(({ contract_id: id }) => Number(id)));
    for (const { id, contractID, startDate } of autotask.unitRows)
      if (contracts.has(Number(contractID)) && String(startDate) >= MONTH)
        await this.sandbox.control('PATCH', `autotask/unitRows/${String(id)}`, { units: 0, price: 0, cost: 0 });
  }

  /** The smallest customer first, then all, then what breakers hold, by its sum. */
  private async approve(): Promise<MonthResult> {
    await this.billing(['run', MONTH, '--as-of', AS_OF, '--wait']);
    const before = JSON.parse(await this.billing(['status', MONTH, '--json'])) as MonthResult;
    const [smallest] = before.organizations
      .filter(({ status }) => status === 'AwaitingApproval')
      .sort((left, right) => Number(left.report.sales) - Number(right.report.sales));
    if (smallest) await this.billing(['approve', MONTH, '--organization', smallest.organizationId]);
    const answered = await this.billing(['approve', MONTH, '--all']);
    this.decide('releases', smallest ? 2 : 1);
    await this.settled();
    const [, sum] = /held by circuit breakers and not released, (.+):\n/.exec(answered) ?? [];
    if (sum !== undefined) {
      this.decide('customers that a breaker held', Number(/^(\d+) organizations? (?:is|are) held/m.exec(answered)?.[1] ?? 1));
      await this.billing(['approve', MONTH, '--breakers', '--yes', sum]);
      await this.settled();
    }
    const sent = await this.writes();
    await this.billing(['run', MONTH, '--as-of', AS_OF, '--wait']);
    this.writesOfNextRun = (await this.writes()) - sent;
    return JSON.parse(await this.billing(['report', MONTH, '--json'])) as MonthResult;
  }

  private async settled(): Promise<void> {
    for (;;) {
      const { organizations } = JSON.parse(await this.look(['status', MONTH, '--json'])) as MonthResult;
      if (!organizations.some(({ status }) => status === 'Running')) return;
      await sleep(LOOK_EVERY_MS);
    }
  }

  /** Every amount that Autotask would invoice for the month under an id of ours, or under a contract that was taken over, from the sandbox's own state. */
  private async standing(): Promise<Big> {
    const { autotask } = (await this.sandbox.control('GET', 'state')) as {
      autotask: Record<'contracts' | 'unitRows' | 'charges', Rec[]>;
    };
    const ours = new Set(autotask.contracts.filter(isOurs).map(({ id }) => id));
    const rows = autotask.unitRows.filter(
      ({ contractID, startDate }) => ours.has(contractID) && String(startDate).startsWith(MONTH),
    );
    const charges = autotask.charges.filter((one) => String(one['internalPurchaseOrderNumber']).startsWith(`CM-${MONTH}`));
    return sum([
      ...rows.map(({ price }) => posted(big(String(price)))),
      ...charges.map(({ unitPrice, unitQuantity }) => posted(big(String(unitPrice)).times(String(unitQuantity)))),
    ]);
  }

  private async writes(): Promise<number> {
    const all = (await this.sandbox.control('GET', 'requests')) as { method: string; path: string; status: number }[];
    return all.filter(
      ({ method, path, status }) =>
        method !== 'GET' && /^\/ATServicesRest/i.test(path) && !path.includes('/query') && status === 200,
    ).length;
  }

  private measured(customers: number, month: MonthResult, standing: Big): Measured {
    const { report, posted, held, excluded, ghosts, organizations } = month;
    const accounted = big(posted.sales).plus(held.sales).plus(excluded.sales);
    const seconds = (performance.now() - this.started) / 1000;
    const counted = { better: 'less', isCounted: true } as const;
    const all = Object.values(this.decisions).reduce((sum, count) => sum + count, 0);
    const reasons = organizations.flatMap(({ items }) =>
      items.flatMap(({ outcome, reason }) => (outcome === 'held' ? [reason ?? ''] : [])),
    );
    return {
      figures: [
        figure('clone to first posted month', seconds / 60, { unit: 'minutes', better: 'less', isOnTheClock: true }),
        figure('commands', this.commands, { unit: 'commands', ...counted }),
        figure('decisions of a person', all, { unit: 'decisions', ...counted }),
        figure('billed twice', cents(standing.minus(posted.sales).minus(ghosts.sales)), { unit: 'cents', ...counted, limit: 0 }),
        figure('left out', Math.abs(cents(big(report.sales).minus(accounted))), { unit: 'cents', ...counted, limit: 0 }),
        figure('writes of the run after', this.writesOfNextRun, { unit: 'writes', ...counted, limit: 0 }),
        figure('posted of what is not excluded', Number(posted.sales) / (Number(report.sales) - Number(excluded.sales)), {
          unit: '×',
          better: 'more',
          isCounted: true,
        }),
      ],
      notes: {
        customers,
        decisions: this.decisions,
        seconds: this.took,
        report,
        posted,
        held,
        excluded,
        ghosts,
        heldFor: tally(reasons),
      },
    };
  }

  private readonly file = (name: string): string => join(this.folder, name);
  private readonly csv = async (name: string): Promise<Row[]> =>
    parse(await readFile(this.file(name), 'utf8'), { columns: true, bom: true, delimiter: [',', ';'] });

  private decide(what: string, count: number): void {
    this.decisions[what] = (this.decisions[what] ?? 0) + count;
  }

  private async billing(argv: string[]): Promise<string> {
    this.commands += 1;
    const name = argv
      .filter((word) => !/^-|\/|^\d/.test(word))
      .slice(0, 2)
      .join(' ');
    return this.timed(`${this.commands}. ${name}${argv.includes('--probe') ? ' --probe' : ''}`, () => this.look(argv));
  }

  /** 3: something waits for a person, which is what a first day is about. */
  private async look(argv: string[]): Promise<string> {
    const options = {
      env: { ...process.env, ...this.environment() },
      timeout: LONGEST_MS,
      maxBuffer: OUTPUT_MOST,
    };
    try {
      return (await execute(process.execPath, [join(ROOT, 'client/bin.js'), ...argv], options)).stdout;
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: number; stdout?: string; stderr?: string };
      if (code === 3) return stdout ?? '';
      throw new Error(`billing ${argv.join(' ')} ended with ${String(code)}: ${stderr ?? ''}`, { cause: error });
    }
  }

  private async timed<T>(what: string, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await work();
    this.took[what] = Math.round((performance.now() - from) / 100) / 10;
    process.stderr.write(`  ${what}: ${this.took[what]} s\n`);
    return result;
  }
}

const isOurs = ({ contractNumber, userDefinedFields }: Rec): boolean =>
  ((userDefinedFields ?? []) as { name: string; value: string | null }[]).some(
    ({ name, value }) => name === 'Subscription ID' && value !== null && value !== '',
  ) ||
  (typeof contractNumber === 'string' && contractNumber.startsWith('cm-'));

const cents = (amount: Big): number => amount.times(100).toNumber();

function tally(words: string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
