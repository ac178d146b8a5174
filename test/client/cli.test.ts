import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatOf } from '../../client/terminal/formats.js';
import { startSandbox } from '../../sandbox/index.js';
import { september as worldOfSeptember } from '../api/vendors.js';
import { runCommand, type Ended } from '../command.js';
import { COMPLETE_SETTINGS } from '../settings.js';

/** The command line: what it takes, how it ends, and what it says when something is wrong. */

const billing = (argv: string[], environment: Record<string, string> = {}): Promise<Ended> =>
  runCommand({ TEMPORAL_ADDRESS: NOBODY, ...environment }, argv);

/** A port on which nothing listens. */
const NOBODY = '127.0.0.1:1';

const SETTINGS = {
  CLOUDMORE_URL: 'http://127.0.0.1:1',
  ...COMPLETE_SETTINGS,
  AUTOTASK_URL: 'http://127.0.0.1:1/atservicesrest/',
};

const endings: [what: string, argv: string[], environment: Record<string, string>, code: number, says: RegExp][] = [
  ['an unknown command', ['frobnicate'], {}, 64, /unknown command 'frobnicate'/],
  ['a command with a letter missing', ['repor'], {}, 64, /Did you mean report\?/],
  [
    'help about a command with a letter missing',
    ['help', 'clos'],
    {},
    64,
    /^error: unknown command 'clos'\n\(Did you mean close\?\)\nSee: billing help\n$/,
  ],
  ['help of a command that there is not', ['frobnicate', '--help'], {}, 64, /^error: unknown command 'frobnicate'\n/],
  ['a month without argument', ['run'], {}, 64, /missing required argument 'month'/],
  ['a month that is none', ['run', '2025-13'], {}, 64, /"2025-13" is not a month; expected YYYY-MM/],
  ['a day that is none', ['plan', '2025-10', '--as-of', '2025-02-30'], SETTINGS, 64, /"2025-02-30" is not a day/],
  ['an unknown option', ['status', '2025-10', '--loud'], {}, 64, /unknown option '--loud'/],
  ['a mode that is none', ['run', '2025-10', '--mode', 'dry'], {}, 64, /shadow, approve, auto/],
  ['a skip without reason', ['skip', '2025-10', '--organization', 'x'], {}, 64, /--reason/],
  ['a skip without organization', ['skip', '2025-10', '--reason', 'x'], {}, 64, /Which organization\?/],
  ['an approval of nobody', ['approve', '2025-10'], {}, 64, /one of --all, --plan FILE, and --organization/],
  ['missing settings', ['plan', '2025-10'], {}, 78, /CLOUDMORE_RESELLER_ID: [\s\S]*AUTOTASK_SLA_ID: [\s\S]*billing doctor/],
  [
    'wrong settings',
    ['worker'],
    { ...SETTINGS, BILLING_MODE: 'fast', AUTOTASK_THREADS: '7' },
    78,
    /2 problems[\s\S]*BILLING_MODE[\s\S]*AUTOTASK_THREADS/,
  ],
  ['Cloudmore out of reach', ['plan', '2025-10'], SETTINGS, 69, /127\.0\.0\.1:1\/connect\/token: cannot be reached/],
  [
    'a month that never ran',
    ['report', '2025-10'],
    { BILLING_EVIDENCE: 'file:/nonexistent' },
    1,
    /has not been run yet[\s\S]*billing run 2025-10 --wait/,
  ],
];

const unreachable: [what: string, argv: string[], says: RegExp][] = [
  [
    'Temporal out of reach',
    ['run', '2025-10'],
    /cannot be reached at 127\.0\.0\.1:1: nothing listens[\s\S]*from TEMPORAL_ADDRESS/,
  ],
  ['Temporal out of reach for status', ['status', '2025-10'], /ECONNREFUSED/],
  ['Temporal out of reach for the schedule', ['schedule', 'show'], /TEMPORAL_ADDRESS/],
];

async function endsWell(argv: string[], environment: Record<string, string>, code: number, says: RegExp): Promise<void> {
  const ended = await billing(argv, environment);
  expect({ code: ended.code, out: ended.out }).toEqual({ code, out: '' });
  expect(ended.said).toMatch(says);
  expect(ended.said).not.toMatch(/hunter|This is a bug/);
}

describe('billing', () => {
  test.each(endings)('ends well explained: %s', (...[, ...expected]) => endsWell(...expected));

  describe('with nobody there', () => {
    // Jest loads a module once at a time; the commands themselves wait in parallel until they give up.
    beforeAll(async () => {
      for (const name of ['run', 'status', 'schedule']) await import(`../../client/commands/${name}/index.js`);
    });
    test.concurrent.each(unreachable)('ends well explained: %s', (_, argv, says) => endsWell(argv, {}, 69, says));
  });

  test.each([['--help'], ['help'], ['help', 'plan'], ['plan', '--help'], ['schedule', '--help'], ['sandbox', '--help']])(
    'explains itself: %s %s',
    async (...argv) => {
      const { code, out } = await billing(argv);
      expect(code).toBe(0);
      expect(out).toMatch(/^Usage: billing/);
    },
  );

  test('a usage error takes two lines and points to the help', async () => {
    const { said } = await billing(['plan']);
    expect(said).toBe("error: missing required argument 'month'\nSee: billing plan --help\n");
  });

  test.each(['skip', 'rerun', 'approve'])('the help of %s said that without --organization all are meant', async (command) => {
    const { out } = await billing([command, '--help']);
    expect(out).toMatch(/--organization <id or name> .*\(default:\s+nobody\)/s);
  });

  test.each([[['--version']], [['doctor', '--json']]])('says its version: %j', async (argv) => {
    const { out } = await billing(argv, SETTINGS);
    expect(out).toContain((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
  });

  test('status without a month looks at the month of today', async () => {
    const { said } = await billing(['status'], SETTINGS);
    expect(said).toMatch(/cannot be reached at 127\.0\.0\.1:1/);
  });

  test.each([
    ['october.xlsx', 'xlsx'],
    ['october.CSV', 'csv'],
    ['october.html', 'html'],
    ['october', 'text'],
    [undefined, 'text'],
  ])('a report into %s is %s', (path, format) => expect(formatOf(path)).toBe(format));

  test('names every command of the documentation in its help', async () => {
    const { out } = await billing(['--help']);
    for (const command of [
      'doctor',
      'plan',
      'run',
      'status',
      'skip',
      'rerun',
      'approve',
      'report',
      'schedule',
      'worker',
      'sandbox',
      'temporal',
    ])
      expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  test('ends its process with the code', async () => {
    const bin = fileURLToPath(new URL('../../client/bin.js', import.meta.url));
    const code = await new Promise((resolve) =>
      execFile(process.execPath, [bin, 'run', '2025-13'], (error) => resolve(error?.code)),
    );
    expect(code).toBe(64);
  });
});

describe('doctor and plan against the sandbox', () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  const september = worldOfSeptember();
  beforeAll(async () => {
    sandbox = await startSandbox({ world: september });
  });
  afterAll(() => sandbox.close());

  const doctor = async (
    changes: Record<string, string> = {},
  ): Promise<{ check: string; isGood: boolean; text: string; fix: string | null }[]> => {
    const { out } = await billing(['doctor', '--json'], {
      ...sandbox.env(),
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
      BILLING_MODE: 'auto',
      ...changes,
    });
    return JSON.parse(out) as { check: string; isGood: boolean; text: string; fix: string | null }[];
  };

  test('doctor approves a good set-up but for Cloudmore’s wrong ids', async () => {
    // Whether a worker runs depends on the tests next to this one.
    const bad = (await doctor()).filter(({ isGood, check }) => !isGood && check !== 'worker');
    expect(bad.map(({ check }) => check).sort()).toEqual(['company links', 'schedule']);
    expect(bad.find(({ check }) => check === 'company links')?.text).toContain('Wingtip Bakeries ("ACME-77")');
  });

  test.each([
    ['AUTOTASK_SLA_ID', '99', /99 is not an active service level agreement/],
    ['AUTOTASK_SERVICE_BILLING_CODE_ID', '1', /there is no billing code 1/],
    ['SUBSCRIPTION_UDF', 'Microsoft Id', /no user-defined field "Microsoft Id"/],
    ['AUTOTASK_SECRET', 'wrong', /401/],
    ['CLOUDMORE_PASSWORD', 'wrong', /refused the log-in/],
  ])('doctor names a wrong %s, with its fix', async (name, value, text) => {
    const bad = (await doctor({ [name]: value })).filter(({ isGood }) => !isGood);
    expect(bad.some((finding) => text.test(finding.text) && finding.fix !== null)).toBe(true);
  });

  test('doctor finds hidden costs and missing rights, with the fix', async () => {
    const autotask = { ...september.autotask, behaviour: { costs: 'hidden', denied: ['ContractCharges.create'] } };
    sandbox.reset({ ...september, autotask });
    const bad = (await doctor()).filter(({ isGood }) => !isGood);
    sandbox.reset(september);
    expect(bad).toContainEqual(
      expect.objectContaining({ check: 'costs', text: expect.stringMatching(/may not see costs/), fix: expect.any(String) }),
    );
    expect(bad).toContainEqual(
      expect.objectContaining({
        check: 'rights on ContractCharges',
        text: 'the API user may not create',
        fix: expect.any(String),
      }),
    );
  });

  test('plan shows new, changed and excluded, and ends with 2 if asked', async () => {
    const { code, out } = await billing(['plan', '2025-10', '--as-of', '2025-10-09', '--detailed-exitcode'], {
      ...sandbox.env(),
    });
    expect(code).toBe(2);
    expect(out).toContain('~ Microsoft 365 E3: units 15 → 12, price 540.00 → 460.80, cost 472.50 → 403.20 EUR');
    expect(out).toContain('+ Contract Visio Plan 2 – Visio Plan 2: new, 2025-10-01 to 2026-09-30');
    expect(out).toMatch(/report 7,077\.60 = posted 7,011\.60 \+ held 0\.00 \+ excluded 66\.00 EUR.*Nothing was written/);
  });
});
