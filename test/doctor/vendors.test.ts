import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSettings } from '../../client/commands/doctor/index.js';
import { perform, type Finding } from '../../client/checks/check.js';
import { checkVendors } from '../../client/commands/doctor/vendors.js';
import { installationChecks } from '../../client/commands/doctor/installation.js';
import { startSandbox } from '../../sandbox/index.js';
import { september } from '../api/vendors.js';
import { MIS_SETUPS, type MisSetUp, type SetUp } from './set-ups.js';

/** Every mis-setup is named with its fix before anything is written: one row each, against a sandbox that is set up so. */

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
beforeAll(async () => {
  sandbox = await startSandbox({ world: wellSetUp() });
});
afterAll(() => sandbox?.close());

/** The September story without the mistakes that are part of it. */
function wellSetUp(change: (world: SetUp) => void = () => undefined): unknown {
  const world = september() as unknown as SetUp;
  world.cloudmore.organizations = world.cloudmore.organizations.map((one) =>
    one.name === 'Wingtip Bakeries' ? { ...one, customProperties: [] } : one,
  );
  world.cloudmore.customPropertyDefinitions ??= [
    {
      id: 'de610733-b115-56c0-bdc2-909c4b736ea8',
      name: 'AutotaskCompanyID',
      type: 'TextBox',
      isOrganizationProperty: true,
      isUserProperty: false,
    },
  ];
  change(world);
  return world;
}

/** Where settings and evidence of the set-up lie. */
const folder = mkdtempSync(join(tmpdir(), 'billing-doctor-'));

async function findings({ world, env = {}, ahead = 0 }: Partial<MisSetUp>): Promise<{ findings: Finding[]; writes: unknown[] }> {
  const control = (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${sandbox.url}/_sandbox/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const reset = await control('POST', 'reset', wellSetUp(world));
  if (!reset.ok) throw new Error(await reset.text());
  const found: Finding[] = [];
  const config = checkSettings({ environment: { ...sandbox.env(), ...env } }, found);
  if (config === null) return { findings: found, writes: [] };
  const now = (): number => Date.now() + ahead * 60_000;
  for (const check of installationChecks(config, now, folder)) found.push(await perform(check));
  found.push(...(await checkVendors(config)));
  const requests = (await (await control('GET', 'requests')).json()) as { method: string; path: string }[];
  // A report that is asked for changes nothing.
  const writes = requests.filter(({ method, path }) => method !== 'GET' && !/query|token|billing\/reports/i.test(path));
  return { findings: found, writes };
}

describe('doctor', () => {
  test('finds nothing in a good set-up', async () => {
    const { findings: all } = await findings({ env: { BILLING_EVIDENCE: `file:${folder}/evidence` } });
    expect(all.filter(({ isGood }) => !isGood)).toEqual([]);
  });

  // Settings, keys and evidence.
  test('names files others may read, and how to close them', async () => {
    writeFileSync(join(folder, '.env'), 'AUTOTASK_SECRET=hunter4\n', { mode: 0o644 });
    mkdirSync(join(folder, '.billing'), { mode: 0o755 });
    const env = { BILLING_EVIDENCE: `file:${folder}/evidence` };
    const looked = async (): Promise<Finding | undefined> =>
      (await findings({ env })).findings.find(({ check }) => check === 'private files');
    expect(await looked()).toMatchObject({
      isGood: false,
      text: 'other users of this machine may read .env, .billing',
      fix: 'Deny them access: chmod 600 .env\nDeny them access: chmod 700 .billing',
    });
    chmodSync(join(folder, '.env'), 0o600);
    chmodSync(join(folder, '.billing'), 0o700);
    expect(await looked()).toMatchObject({ isGood: true, text: 'readable by this user alone' });
  });

  test('names a password the container reads otherwise, without showing it', async () => {
    const env = { BILLING_EVIDENCE: `file:${folder}/evidence` };
    const looked = async (written: string): Promise<Finding | undefined> => {
      writeFileSync(join(folder, '.env'), written, { mode: 0o600 });
      return (await findings({ env })).findings.find(({ check }) => check === '.env');
    };
    expect(await looked('AUTOTASK_SECRET=hun$ter4\nBILLING_MODE=auto\n')).toMatchObject({
      check: '.env',
      isGood: false,
      text: 'Docker Compose and these commands read two values of AUTOTASK_SECRET',
      fix: expect.stringContaining("between single quotes: NAME='…'") as unknown,
    });
    expect(await looked("BILLING_MODE=auto\nAUTOTASK_SECRET='hunter\n")).toMatchObject({
      text: expect.stringContaining('Docker Compose cannot read it from line 2 on') as unknown,
    });
    expect(await looked("AUTOTASK_SECRET='hun$ter4 #1'\n")).toMatchObject({ isGood: true });
  });

  test.each(MIS_SETUPS.map((row) => [row.what, row] as const))(
    'names it with its fix, and writes nothing, when %s',
    async (_, row) => {
      const { findings: all, writes } = await findings({
        ...row,
        env: { BILLING_EVIDENCE: 'file:/tmp/billing-doctor', ...row.env },
      });
      const finding = all.find(({ check }) => check === row.check);
      expect(finding).toMatchObject({
        isGood: false,
        text: expect.stringMatching(row.says) as unknown,
        fix: expect.stringMatching(row.fix) as unknown,
      });
      expect(JSON.stringify(all)).not.toContain('mistake');
      expect(writes).toEqual([]);
    },
  );
});
