import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { buildImage, type Image } from '../project/image.js';
import { eventually } from '../eventually.js';
import { CONTOSO, FABRIKAM, openSystem, organizationOf, type TestSystem } from './system.js';

/** The program as it is built and shipped: what other programs rely on, its exit codes and JSON shapes, through real processes alone. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
/** Inactive in Cloudmore; its company id is not a number. */
const WINGTIP = 'df902053-45b6-57a1-b2f3-decb1827037c';

// ---------------------------------------------------------------------------------------------------------------- the promised shapes

const amount = z.string().regex(/^-?\d+(\.\d+)?$/);
const amounts = z.strictObject({ lines: z.int(), cost: amount, sales: amount });
const sides = { report: amounts, posted: amounts, held: amounts, excluded: amounts };
const otherCurrencies = z.array(z.strictObject({ currency: z.string(), ...sides }));
const text = z.string().nullable();

const organizationResult = z.looseObject({
  organizationId: z.string(),
  organizationName: z.string(),
  companyId: z.int().nullable(),
  status: z.enum(['Done', 'Unchanged', 'NeedsAttention', 'AwaitingApproval', 'Skipped', 'Excluded', 'Failed', 'Running']),
  ...sides,
  otherCurrencies,
  items: z.array(
    z.looseObject({
      currency: z.string(),
      subscriptionId: z.string(),
      recordType: z.string(),
      itemCode: text,
      contractId: z.int().nullable(),
      quantity: z.number(),
      cost: amount,
      sales: amount,
      outcome: z.enum(['posted', 'held', 'excluded', 'ghost', 'awaiting']),
      reason: text,
      message: text,
    }),
  ),
  planDigest: text,
  workflowId: text,
});

const monthResult = z.looseObject({
  broker: z.string(),
  month: z.literal(MONTH),
  asOf: z.literal(AS_OF),
  currency: z.literal('EUR'),
  mode: z.enum(['shadow', 'approve', 'auto']),
  ...sides,
  unassigned: amounts,
  awaiting: amounts,
  ghosts: amounts,
  rounding: z.strictObject({ cost: amount, sales: amount }),
  otherCurrencies,
  writes: z.strictObject({
    services: z.int(),
    products: z.int(),
    contracts: z.int(),
    extensions: z.int(),
    adjustments: z.int(),
    charges: z.int(),
  }),
  calls: z.strictObject({ autotask: z.int(), cloudmore: z.int() }),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  organizations: z.array(organizationResult),
});

const planned = z.looseObject({
  broker: z.string(),
  month: z.literal(MONTH),
  asOf: z.literal(AS_OF),
  currency: z.literal('EUR'),
  effort: z.strictObject({ calls: z.int(), minutes: z.int() }),
  organizations: z.array(
    z.looseObject({ organizationId: z.string(), digest: z.string(), steps: z.array(z.looseObject({ kind: z.string() })) }),
  ),
});

const explained = z.array(
  z.looseObject({
    organizationId: z.string(),
    contractKey: z.string(),
    items: z.array(
      z.looseObject({
        lines: z.array(z.looseObject({ sales: amount })),
        item: z.looseObject({ because: z.array(z.strictObject({ rule: z.string(), text: z.string() })) }),
      }),
    ),
  }),
);

const money = z.strictObject({ cost: amount, sales: amount });
const certificate = z.strictObject({
  kind: z.literal('billing-close-certificate'),
  version: z.literal(1),
  broker: z.string(),
  month: z.literal(MONTH),
  asOf: z.literal(AS_OF),
  number: z.literal(1),
  closedAt: z.iso.datetime(),
  isMonthOver: z.literal(false),
  totals: z.array(z.looseObject({ currency: z.string(), report: money, posted: money, excluded: money })).min(1),
  customers: z.array(z.looseObject({ organizationId: z.string(), report: money, posted: money, excluded: money })).min(1),
  exclusions: z.array(z.looseObject({ reason: z.string(), confirmed: z.string() })),
  unassigned: z.array(z.unknown()),
  invoiced: z.looseObject({ month: z.literal(MONTH), totals: z.array(z.unknown()) }),
  decisions: z.strictObject({ log: text, entries: z.array(z.looseObject({ number: z.int(), action: z.string(), actor: text })) }),
  digests: z.strictObject({ cloudmore: z.string(), autotask: z.string(), run: z.string() }),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  seal: z.strictObject({ chain: z.unknown(), keyId: z.string(), signature: z.string() }),
});
const verdict = z.strictObject({
  file: z.string(),
  month: z.literal(MONTH),
  digest: z.string(),
  kind: z.enum(['holds', 'tampered', 'drifted']),
  findings: z.array(z.string()),
});

const checked = z.strictObject({ isGood: z.boolean(), findings: z.array(z.string()) });
const finding = z.strictObject({ check: z.string(), isGood: z.boolean(), text: z.string(), fix: text });
const doctored = z.array(finding).min(1);
const listed = z.array(z.strictObject({ name: z.string(), AutotaskCompanyID: z.string(), linked_to: z.string() })).min(1);
const matched = z.array(
  z.strictObject({
    organizationId: z.string(),
    organizationName: z.string(),
    companyId: z.int().nullable(),
    companyName: z.string(),
    certainty: z.number(),
    verdict: z.enum(['certain', 'likely', 'unsure', 'none']),
  }),
);

// ---------------------------------------------------------------------------------------------------------------- the program

const root = fileURLToPath(new URL('../..', import.meta.url));
let image: Image;
beforeAll(async () => {
  image = await buildImage();
}, 300_000);
afterAll(() => image.remove());

describe('the image', () => {
  test('the built command starts', async () => {
    expect((await image.node(image.bin, '--help')).stdout).toContain('worker');
  });

  // Its libraries take less than 120 MB.
  test('the worker’s image has no sandbox, compiler or test package', async () => {
    const files = await readdir(image.folder, { recursive: true, withFileTypes: true });
    const paths = files
      .filter((entry) => entry.isFile())
      .map((entry) => relative(image.folder, join(entry.parentPath, entry.name)));
    const unwanted =
      /^dist\/sandbox\/|\/(esbuild|webpack|@swc|typescript|terser|@temporalio\/testing|jest|memfs|unionfs|tsx)\/|\.ts$/;
    expect(paths.filter((path) => unwanted.test(path))).toEqual([]);
    const sizes = await Promise.all(paths.map(async (path) => (await stat(join(image.folder, path))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000_000);
    expect(paths.filter((path) => path.endsWith('.node'))).toEqual([
      expect.stringMatching(/^node_modules\/@temporalio\/core-bridge\/releases\/[^/]+\/index\.node$/),
    ]);
  });

  test('each library keeps its package file and licence', async () => {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, object>;
    };
    const within = Object.keys(packages).filter((path) => existsSync(join(image.folder, path)));
    const lacking = within.filter((path) => path !== '' && !existsSync(join(image.folder, path, 'package.json')));
    expect({ lacking, some: within.length > 50 }).toEqual({ lacking: [], some: true });
    for (const name of ['fastify', 'pg', 'zod'])
      expect(existsSync(join(image.folder, 'node_modules', name, 'LICENSE'))).toBe(true);
  });

  test.each([['sandbox'], ['demo'], ['temporal', 'path']])('there %s says where it is instead', async (...command) => {
    await expect(image.node(image.bin, ...command)).rejects.toThrow(/This image has no sandbox.* target "rehearsal"\.$/m);
  });

  test('the rehearsal image has the sandbox as docker-compose.yml starts it', async () => {
    const bin = join(image.rehearsal, 'client/bin.js');
    const asked = `const [child] = [require('child_process').spawn(process.execPath, [${JSON.stringify(bin)}, 'sandbox', '--host', '127.0.0.1', '--port', '0'])];
    child.stdout.on('data', (told) => { console.log(String(told)); child.kill('SIGTERM'); });`;
    expect((await image.node('--eval', asked)).stdout).toMatch(/^CLOUDMORE_URL=http:\/\/127\.0\.0\.1:\d+/m);
  });

  test('the built worker loads, with its bundles and traces', async () => {
    const code = `const { workflowBundle } = await import('${image.folder}/dist/worker/bundle.js');
    await import('${image.folder}/dist/worker/main.js');
    await import('${image.folder}/dist/shared/tracing/exporting.js');
    await import('${image.folder}/dist/worker/tracing.js');
    for (const isTraced of [false, true]) console.log((await workflowBundle({ isEncrypted: isTraced, isTraced })).codePath);`;
    const { stdout } = await image.node('--input-type=module', '--eval', code);
    const built = ['workflow-bundle.js', 'workflow-bundle-encrypted-traced.js'];
    expect(stdout.trim().split('\n')).toEqual(built.map((name) => join(image.folder, 'dist', name)));
  });
});

describe('a month with the built program', () => {
  let system: TestSystem;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'billing-program-'));
    // Nothing listens there: the first run's notice is lost.
    system = await openSystem({ world: 'september-2025', bin: image.bin, env: { NOTICE_WEBHOOK: 'http://127.0.0.1:1/hook' } });
    await system.startWorker();
  });
  afterAll(async () => {
    await system.close();
    await rm(folder, { recursive: true, force: true });
  });

  const mapTo = (value: string, organizationId = CONTOSO): Promise<unknown> =>
    system.control('PATCH', `cloudmore/organizations/${organizationId}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value }],
    });

  // Standard output stays empty.
  test('64: wrong usage; standard error says what was expected', async () => {
    expect(await system.cli('run', '2025-13')).toEqual({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('expected YYYY-MM'),
    });
  });

  test('78: settings, all problems at once', async () => {
    const ended = await system.cliWith({ AUTOTASK_SLA_ID: '', BILLING_MODE: 'fast' }, 'plan', MONTH);
    expect(ended).toEqual({
      code: 78,
      stdout: '',
      stderr: expect.stringMatching(/2 problems[\s\S]*BILLING_MODE[\s\S]*AUTOTASK_SLA_ID/),
    });
  });

  test('69: a server out of reach, with its address', async () => {
    const ended = await system.cliWith({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'status', MONTH);
    expect(ended).toEqual({
      code: 69,
      stdout: '',
      stderr: expect.stringMatching(/127\.0\.0\.1:1: nothing listens[\s\S]*TEMPORAL_ADDRESS/),
    });
  });

  test('1: failed, when there is nothing to show', async () => {
    expect(await system.cli('report', MONTH)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`billing run ${MONTH} --wait`),
    });
  });

  test('2: changes pending, if asked; --json and --out agree', async () => {
    const file = join(folder, 'plan.json');
    const ended = await system.cli('plan', MONTH, '--as-of', AS_OF, '--json', '--out', file, '--detailed-exitcode');
    expect(ended.code).toBe(2);
    expect(planned.parse(JSON.parse(ended.stdout)).organizations.length).toBeGreaterThan(1);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(ended.stdout));
    expect((await system.cli('plan', MONTH, '--as-of', AS_OF)).code).toBe(0);
  });

  test('3: done, but something waits; run, status and report give one MonthResult', async () => {
    await mapTo('29683599');
    const ran = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    expect(organizationOf(monthResult.parse(ran) as unknown as MonthResult, CONTOSO).status).toBe('NeedsAttention');
    expect(organizationOf(ran, FABRIKAM).status).toBe('Done');
    expect(await system.json([3], 'status', MONTH)).toEqual(ran);
    const report = await system.cli('report', MONTH, '--format', 'json');
    expect({ code: report.code, month: JSON.parse(report.stdout) as unknown }).toMatchObject({ code: 3, month: ran });
  });

  test('what people read of it is plain text when it is piped', async () => {
    for (const command of ['status', 'report']) {
      const { stdout } = await system.cli(command, MONTH);
      expect(stdout).toContain('company not in Autotask');
      expect(stdout).not.toContain('\u001b');
    }
  });

  // The notice that was lost is named, by status too.
  test('3: status --check and close, while something is held', async () => {
    const { findings, isGood } = checked.parse(await system.json([3], 'status', MONTH, '--check'));
    expect({ isGood, findings }).toMatchObject({
      isGood: false,
      findings: expect.arrayContaining([expect.stringContaining('did not go out')]),
    });
    expect((await system.cli('status', MONTH)).stdout.replace(/\s+/g, ' ')).toContain('did not go out (webhook: 127.0.0.1:1');
    expect(await system.cli('close', MONTH, '--as-of', AS_OF, '--json')).toEqual({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/2025-10 cannot be closed yet:[\s\S]*EUR held/),
    });
  });

  test('the shown command fixes it; then 0', async () => {
    const { stdout } = await system.cli('status', MONTH);
    const command = /billing (rerun .*)$/m.exec(stdout)![1]!;
    await mapTo('29683512');
    const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    expect(await system.cli(...argv)).toMatchObject({ code: 0, stdout: expect.stringContaining('Sent rerun') });
    const done = await eventually(
      () => system.json<MonthResult>([0, 3], 'status', MONTH),
      (month) => organizationOf(month, CONTOSO).status === 'Done',
    );
    expect(done.held.lines).toBe(0);
    expect((await system.cli('status', MONTH)).code).toBe(0);
  });

  test('close: 0 with a certificate, 0 or 1 to verify', async () => {
    const file = join(folder, 'close.json');
    const closed = certificate.parse(await system.json([0], 'close', MONTH, '--as-of', AS_OF, '--out', file));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(closed);
    expect(verdict.parse(await system.json([0], 'close', '--verify', file)).kind).toBe('holds');
    await writeFile(file, JSON.stringify({ ...closed, asOf: '2025-10-08' }));
    expect(verdict.parse(await system.json([1], 'close', '--verify', file)).kind).toBe('tampered');
  });

  test('0 of run and status --check, once nothing waits any more', async () => {
    monthResult.parse(await system.json([0], 'run', MONTH, '--as-of', AS_OF, '--wait'));
    expect(await system.json([0], 'status', MONTH, '--check')).toEqual({ isGood: true, findings: [] });
  });

  test('companies: 0 with lists, 1 for an impossible link', async () => {
    expect(listed.parse(await system.json([0], 'companies', 'list')).map(({ linked_to }) => linked_to)).toContain(
      'Contoso Dental Group',
    );
    matched.parse(await system.json([0], 'companies', 'match'));
    expect(await system.cli('companies', 'link', '--organization', CONTOSO, '--company', '1')).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('no active company 1'),
    });
  });

  test('doctor: 0, 3 or 78, each with its fix', async () => {
    const bad = ({ isGood }: z.infer<typeof finding>): boolean => !isGood;
    const found = doctored.parse(await system.json([3], 'doctor')).filter(bad);
    expect(found).toContainEqual(expect.objectContaining({ check: 'schedule', fix: 'billing schedule apply' }));
    expect(found.every(({ fix }) => fix !== null)).toBe(true);
    const unset = await system.cliWith({ AUTOTASK_SLA_ID: '' }, 'doctor', '--json');
    expect({ code: unset.code, found: doctored.parse(JSON.parse(unset.stdout)).find(bad) }).toMatchObject({
      code: 78,
      found: { check: 'settings', text: expect.stringContaining('AUTOTASK_SLA_ID'), fix: expect.any(String) },
    });
    await mapTo('29683777', WINGTIP);
    expect(await system.cli('schedule', 'apply')).toMatchObject({ code: 0 });
    // The notices of this file's months go to an address where nobody is.
    const checked = await system.cliWith({ NOTICE_WEBHOOK: '' }, 'doctor', '--json');
    expect({ code: checked.code, found: doctored.parse(JSON.parse(checked.stdout)).filter(bad) }).toEqual({ code: 0, found: [] });
  });

  test('web serves its page, with the months that were billed', async () => {
    const env = { ...system.env, BILLING_WEB_PROXY_HEADER: 'x-user', BILLING_WEB_PROXY_ADDRESSES: '127.0.0.1' };
    const web = spawn(process.execPath, [image.bin, 'web', '--port', '0'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    web.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const ended = once(web, 'close');
    try {
      const url = await eventually(
        async () => /The page for finance: (\S+)/.exec(said)?.[1] ?? '',
        (found) => found !== '',
        180_000,
      );
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const page = await fetch(url, { headers: { 'x-user': 'ada' } });
      expect({ status: page.status, text: await page.text() }).toEqual({
        status: 200,
        text: expect.stringContaining(`/months/${MONTH}`),
      });
    } finally {
      web.kill('SIGTERM');
      await ended;
    }
  });

  test('explain --json names every rule by its number', async () => {
    const subscriptionId = organizationOf(await system.json<MonthResult>([0], 'status', MONTH), FABRIKAM).items[0]!
      .subscriptionId;
    expect(explained.parse(await system.json([0], 'explain', MONTH, '--subscription', subscriptionId))).toHaveLength(1);
  });

  test('nothing waits for approval: approve --all says so and ends with 0', async () => {
    expect(await system.cli('approve', MONTH, '--all')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing in 2025-10 waits'),
    });
  });
});
