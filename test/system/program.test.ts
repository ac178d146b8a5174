import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { MonthResult } from '../../shared/billing/results.js';
import { buildImage, type Image } from '../project/image.js';
import { eventually } from '../eventually.js';
import { CONTOSO, FABRIKAM, openStage, organizationOf, type Stage } from './stage.js';

/** The program as it is built and shipped: what other programs rely on, its exit codes and JSON shapes, through real processes alone. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';

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

// ---------------------------------------------------------------------------------------------------------------- the program

let image: Image;
beforeAll(async () => {
  image = await buildImage();
}, 180_000);
afterAll(() => image.remove());

describe('the image', () => {
  test('the built command starts', async () => {
    expect((await image.node(image.bin, '--help')).stdout).toContain('worker');
  });

  test('the built sandbox takes the options that docker-compose.yml gives it', async () => {
    const { stdout } = await image.node(image.bin, 'sandbox', '--help');
    expect(stdout).toContain('--host');
    expect(stdout).toContain('--port');
  });

  test('the built worker can be loaded, with the bundle it runs', async () => {
    const code = `const { workflowBundle } = await import('${image.folder}/dist/worker/bundle.js');
    await import('${image.folder}/dist/worker/main.js');
    console.log((await workflowBundle()).codePath);`;
    const { stdout } = await image.node('--input-type=module', '--eval', code);
    expect(stdout.trim()).toBe(join(image.folder, 'dist/workflow-bundle.js'));
  });
});

describe('a month with the built program', () => {
  let stage: Stage;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'billing-program-'));
    stage = await openStage({ world: 'september-2025', bin: image.bin });
    await stage.startWorker();
  }, 120_000);
  afterAll(async () => {
    await stage.close();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const mapTo = (value: string): Promise<unknown> =>
    stage.control('PATCH', `cloudmore/organizations/${CONTOSO}`, { customProperties: [{ name: 'AutotaskCompanyID', value }] });

  test('64: used wrongly; the message on standard error says what was expected, standard output stays empty', async () => {
    expect(await stage.cli('run', '2025-13')).toEqual({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('expected YYYY-MM'),
    });
  });

  test('78: settings, all problems at once', async () => {
    const ended = await stage.cliWith({ AUTOTASK_SLA_ID: '', BILLING_MODE: 'fast' }, 'plan', MONTH);
    expect(ended).toEqual({
      code: 78,
      stdout: '',
      stderr: expect.stringMatching(/2 problems[\s\S]*BILLING_MODE[\s\S]*AUTOTASK_SLA_ID/),
    });
  });

  test('69: a server that cannot be reached, with its address and the way out', async () => {
    const ended = await stage.cliWith({ TEMPORAL_ADDRESS: '127.0.0.1:1' }, 'status', MONTH);
    expect(ended).toEqual({ code: 69, stdout: '', stderr: expect.stringMatching(/127\.0\.0\.1:1[\s\S]*billing temporal start/) });
  });

  test('1: failed, when there is nothing to show', async () => {
    expect(await stage.cli('report', MONTH)).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`billing run ${MONTH} --wait`),
    });
  });

  test('2: changes pending, only when asked for; plan --json and --out have the same shape', async () => {
    const file = join(folder, 'plan.json');
    const ended = await stage.cli('plan', MONTH, '--as-of', AS_OF, '--json', '--out', file, '--detailed-exitcode');
    expect(ended.code).toBe(2);
    expect(planned.parse(JSON.parse(ended.stdout)).organizations.length).toBeGreaterThan(1);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(ended.stdout));
    expect((await stage.cli('plan', MONTH, '--as-of', AS_OF)).code).toBe(0);
  });

  test('3: done, but something waits; run, status and report give one MonthResult', async () => {
    await mapTo('29683599');
    const ran = await stage.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    expect(organizationOf(monthResult.parse(ran) as unknown as MonthResult, CONTOSO).status).toBe('NeedsAttention');
    expect(organizationOf(ran, FABRIKAM).status).toBe('Done');
    expect(await stage.json([3], 'status', MONTH)).toEqual(ran);
    const report = await stage.cli('report', MONTH, '--format', 'json');
    expect({ code: report.code, month: JSON.parse(report.stdout) as unknown }).toMatchObject({ code: 3, month: ran });
  });

  test('what people read of it is plain text when it is piped', async () => {
    for (const command of ['status', 'report']) {
      const { stdout } = await stage.cli(command, MONTH);
      expect(stdout).toContain('company-not-found');
      expect(stdout).not.toContain('\u001b');
    }
  });

  test('the command that status shows mends it, once the cause is gone; then 0', async () => {
    const { stdout } = await stage.cli('status', MONTH);
    const command = /billing (rerun .*)$/m.exec(stdout)![1]!;
    await mapTo('29683512');
    const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
    expect(await stage.cli(...argv)).toMatchObject({ code: 0, stdout: expect.stringContaining('Sent rerun') });
    const done = await eventually(
      () => stage.json<MonthResult>([0, 3], 'status', MONTH),
      (month) => organizationOf(month, CONTOSO).status === 'Done',
    );
    expect(done.held.lines).toBe(0);
    expect((await stage.cli('status', MONTH)).code).toBe(0);
  });

  test('explain --json tells every rule by its number', async () => {
    const subscriptionId = organizationOf(await stage.json<MonthResult>([0], 'status', MONTH), FABRIKAM).items[0]!.subscriptionId;
    expect(explained.parse(await stage.json([0], 'explain', MONTH, '--subscription', subscriptionId))).toHaveLength(1);
  });

  test('nothing waits for approval: approve --all says so and ends with 0', async () => {
    expect(await stage.cli('approve', MONTH, '--all')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Nothing of 2025-10 waits'),
    });
  });
});
