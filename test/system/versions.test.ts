import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { organizationBillingId } from '../../shared/messages/names.js';
import { runCommand, type Ended } from '../command.js';
import { eventually } from '../eventually.js';
import { buildImage, type Image } from '../project/image.js';
import { CONTOSO, FABRIKAM, openSystem, organizationOf, type Run, type TestSystem, type Worker } from './system.js';

/**
 * Versions of the worker alongside and after each other, as built and deployed: the second writes other commands than the first for an organization, so that
 * neither could replay what the other began; in the third nothing works.
 */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';

interface Status {
  current: string;
  versions: { buildId: string; isCurrent: boolean; isServed: boolean; customers: number }[];
}

let system: TestSystem;
let image: Image;
const programs: string[] = [];
const folders: string[] = [];
const workers: Worker[] = [];

/** A copy of the program with its workflows changed. */
async function version(changes: [RegExp, string][]): Promise<string> {
  const folder = `${image.folder}-${folders.length + 2}`;
  folders.push(folder);
  await cp(image.folder, folder, { recursive: true, verbatimSymlinks: true });
  const bundle = join(folder, 'dist', 'workflow-bundle.js');
  const code = await readFile(bundle, 'utf8');
  const changed = changes.reduce((text, [what, by]) => {
    if (!what.test(text)) throw new Error(`The bundle has nothing like ${what.source}.`);
    return text.replace(what, by);
  }, code);
  await writeFile(bundle, changed);
  return join(folder, 'client', 'bin.js');
}

beforeAll(async () => {
  image = await buildImage();
  programs.push(
    image.bin,
    await version([[/(typedSearchAttributes\.get\([^)]*\)) !== summary\.status/, '$1 !== 0']]),
    await version([
      [/(async function dailyBilling\([^)]*\) \{)/, "$1 throw new Error('the third version breaks');"],
      [/(async function organizationBilling\([^)]*\) \{)/, "$1 throw new Error('the third version breaks');"],
    ]),
  );
  system = await openSystem({ world: 'september-2025', env: { BILLING_MODE: 'approve' }, bin: image.bin });
}, 300_000);
afterAll(async () => {
  await system?.close();
  await image?.remove();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const start = async (number: 1 | 2 | 3): Promise<Worker> =>
  (workers[number] = await system.startWorker({}, programs[number - 1]));
/** By the sources in this process: it is asked again and again, and what is built is tried by everything else here. */
const look = async <T>(...args: string[]): Promise<T> => JSON.parse((await runCommand(system.env, [...args, '--json'])).out) as T;
const deployed = (): Promise<Status> => look<Status>('deploy', 'status');
const run = (...more: string[]): Promise<Run> => system.cli('run', MONTH, '--as-of', AS_OF, ...more);
const stateOf = async (organization: string): Promise<string> =>
  organizationOf(await look<MonthResult>('status', MONTH), organization).status;
/** The build that carried out the organization's last workflow task. */
const versionOf = async (organization: string): Promise<string> => {
  const { searchAttributes } = await system.client.workflow
    .getHandle(organizationBillingId('default', MONTH, organization))
    .describe();
  return String((searchAttributes.TemporalWorkerDeploymentVersion as string[])[0]).replace(/^[^:]*:/, '');
};

describe('versions of the worker', () => {
  let first: string;
  let second: string;

  test('the first becomes current automatically and binds waiting customers', async () => {
    await start(1);
    expect((await run('--wait')).code).toBe(3);
    first = (await deployed()).current;
    expect(first).toMatch(/^\d+\.\d+\.\d+-[0-9a-f]{8}$/);
    expect((await deployed()).versions).toMatchObject([{ buildId: first, isCurrent: true, isServed: true, customers: 2 }]);
  });

  test('a second becomes current and takes over waiting customers', async () => {
    await start(2);
    second = (await eventually(deployed, ({ current }) => current !== first, 60_000)).current;
    expect(await versionOf(FABRIKAM)).toBe(first);
    await system.client.workflow.getHandle(organizationBillingId('default', MONTH, FABRIKAM)).signal('rerun', 'look again');
    await eventually(
      () => versionOf(FABRIKAM),
      (build) => build === second,
      180_000,
    );
    await eventually(
      () => stateOf(FABRIKAM),
      (state) => state === 'AwaitingApproval',
      180_000,
    );
    expect(await versionOf(CONTOSO)).toBe(first);
  });

  test('the current one replans what a vanished version left', async () => {
    await workers[1]!.kill('SIGKILL');
    await eventually(
      () => versionOf(CONTOSO),
      (build) => build === second,
      150_000,
    );
    const approved = await eventually(
      () => system.cli('approve', MONTH, '--organization', CONTOSO),
      ({ code }) => code === 0,
      180_000,
    );
    expect(approved.code).toBe(0);
    expect(await stateOf(CONTOSO)).toBe('Done');
  }, 240_000);

  // It could not replay what the other had begun.
  test('after a rollback the old version continues the new one’s work', async () => {
    await start(1);
    const rolledBack = await system.cli('deploy', 'rollback');
    expect({ code: rolledBack.code, out: rolledBack.stdout }).toEqual({
      code: 0,
      out: expect.stringContaining(`${first} is the current version again; planned again on it: 1 customers`) as unknown,
    });
    await eventually(
      () => versionOf(FABRIKAM),
      (build) => build === first,
      180_000,
    );
    await eventually(
      () => stateOf(FABRIKAM),
      (state) => state === 'AwaitingApproval',
      180_000,
    );
    expect((await system.cli('approve', MONTH, '--organization', FABRIKAM)).code).toBe(0);
    expect(await stateOf(FABRIKAM)).toBe('Done');
  }, 240_000);

  // Nothing is stuck, and nothing written twice.
  test('a broken third version is seen and rolled back', async () => {
    await start(3);
    await eventually(deployed, ({ current }) => current !== first, 60_000);
    await system.forget();
    await run();
    const check = (): Promise<Ended> => runCommand(system.env, ['status', MONTH, '--check']);
    const seen = await eventually(check, ({ out }) => out.includes('the third version breaks'), 180_000);
    expect(seen.code).toBe(3);
    expect((await system.cli('deploy', 'rollback', first)).code).toBe(0);
    expect((await run('--wait')).code).toBe(0);
    const open = await system.client.workflow.count(`ExecutionStatus = 'Running' AND WorkflowType != 'temporal-sys'`);
    expect(open.count).toBe(0);
    expect(await system.writes()).toEqual([]);
  }, 360_000);
});
