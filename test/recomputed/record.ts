import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../../sandbox/index.js';
import { september, type World } from '../api/vendors.js';
import { runCommand } from '../command.js';
import { billMonth } from '../report/bill-month.js';

/**
 * Records the evidence of months that today's code bills, for tomorrow's code to plan once more: `npm run record-months`. Kept per release under
 * `test/recomputed/<version>/`; CONTRIBUTING.md says when.
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const MONTH = '2025-10';
const AS_OF = '2025-11-02';

/** A month with every record type, and one of which a breaker holds a customer and another one has no company. */
const MONTHS: [name: string, world: () => World, env: Record<string, string>][] = [
  ['billed', september, {}],
  ['held', wronglyMapped, { BREAKER_NEW_ORGANIZATION_AMOUNT: '100', BREAKER_ITEM_AMOUNT: '1000' }],
];

function wronglyMapped(): World {
  const world = september() as unknown as { cloudmore: { organizations: Record<string, unknown>[] } };
  const contoso = world.cloudmore.organizations.find(({ name }) => name === 'Contoso Dental Group')!;
  contoso.customProperties = [{ name: 'AutotaskCompanyID', value: '29683599' }];
  return world;
}

async function record(): Promise<void> {
  const { version } = JSON.parse(await readFile(join(HERE, '../../package.json'), 'utf8')) as { version: string };
  const tag = execFileSync('git', ['tag', '--list', `v${version}`], { cwd: HERE, encoding: 'utf8' }).trim();
  if (tag !== '') throw new Error(`${tag} is released, its months stay. Raise the version in package.json first.`);
  const folder = join(HERE, version);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [name, world, env] of MONTHS) await recordMonth(join(folder, `${name}.jsonl.gz`), world(), env);
}

async function recordMonth(file: string, world: World, changes: Record<string, string>): Promise<void> {
  const [sandbox, own] = [await startSandbox({ world }), await mkdtemp(join(tmpdir(), 'billing-recorded-'))];
  try {
    const env = {
      ...sandbox.env(),
      ...{ BILLING_EVIDENCE: `file:${join(own, 'evidence')}`, BILLING_KEYS: join(own, 'keys'), BILLING_MODE: 'auto' },
      ...changes,
    };
    const body = JSON.stringify({ now: `${AS_OF}T03:00:00Z` });
    await fetch(`${sandbox.url}/_sandbox/clock`, { method: 'POST', body });
    await billMonth(env, MONTH, AS_OF);
    const { code, said, out } = await runCommand(env, ['backup', '--out', file]);
    if (code !== 0) throw new Error(said);
    process.stdout.write(out.split('\n')[0] + '\n');
  } finally {
    await sandbox.close();
    await rm(own, { recursive: true, force: true });
  }
}

await record();
