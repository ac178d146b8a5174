import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { probeVendors } from '../../client/commands/probe/index.js';
import { reportingWaits } from '../../client/held-calls.js';
import { installationChecks } from '../../client/commands/doctor/installation.js';
import type { Context } from '../../client/context.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { BELIEFS } from '../../shared/probe/beliefs.js';
import { eventually } from '../eventually.js';
import { september } from '../api/vendors.js';

/** `billing doctor --probe` as a person sees it. */

describe('billing doctor --probe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  let sandbox: Sandbox;
  let restricted: Sandbox;
  beforeAll(async () => {
    sandbox = await startSandbox({ world: september() });
    const world = september();
    world.autotask!.behaviour = { accessValues: 'numbers', hidesAdded: ['Contracts'] };
    restricted = await startSandbox({ world });
  });
  afterAll(async () => {
    await sandbox.close();
    await restricted.close();
    rmSync(folder, { recursive: true });
  });

  const run = async (on: Sandbox, options: { html?: string; record?: string; json: boolean }, settings = {}) => {
    const [out, said]: [string[], string[]] = [[], []];
    const keys = { BILLING_KEYS: join(folder, 'keys') };
    const environment = { ...on.env(), ...keys, BILLING_EVIDENCE: `file:${folder}/${on.url.split(':').at(-1)}`, ...settings };
    const context: Context = {
      environment,
      out: (text) => void out.push(text),
      say: (text) => void said.push(text),
      isTerminal: false,
    };
    const code = await probeVendors(context, { month: '2025-10', ...options });
    return { code, out: out.join('\n'), said, environment };
  };

  test('shows each belief and its certainty; doctor knows its age', async () => {
    const { code, out, said, environment } = await run(sandbox, { json: false });
    expect(code).toBe(0);
    expect(out).toContain('✓ A2.access the API user sees and may change all records of the ten kinds');
    expect(out).toContain('No contradiction moves money.');
    expect(said).toHaveLength(Object.keys(BELIEFS).length);
    const check = installationChecks(loadConfig(environment), () => Date.now()).find(({ name }) => name === 'probe')!;
    expect(await check.look()).toMatch(/0 days old: no contradiction moves money/);
  });

  // Named with its consequence.
  test('ends with 3 when a contradiction moves money', async () => {
    const { code, out } = await run(restricted, { json: false });
    expect(code).toBe(3);
    expect(out).toContain('Moves money: records it does not see are created again every day.');
    expect(out).toContain('mode auto does not start');
  });

  // It ended as a bug, without a word of what it had found.
  test('a month that cannot be recorded still reports its findings', async () => {
    const world = september();
    world.cloudmore!.behaviour = { taskOutcome: 'failed' };
    const failing = await startSandbox({ world });
    try {
      const record = join(folder, 'recording.json');
      const { code, out, said } = await run(failing, { json: false, record });
      expect([code, existsSync(record)]).toEqual([1, false]);
      expect(out).toContain('✓ A2.access');
      expect(said.at(-1)).toMatch(/^No recording was written: .*failed/);
    } finally {
      await failing.close();
    }
  });

  // Nobody could tell it from one that hangs.
  test('says when it waits for quota', async () => {
    const said: string[] = [];
    const autotask = { waiting: () => 'Waiting: the share of 5 calls an hour (AUTOTASK_CALLS_PER_HOUR) is used.' };
    await reportingWaits({ say: (text) => void said.push(text) }, autotask, () =>
      eventually(
        () => Promise.resolve(said),
        (texts) => texts.length > 0,
      ),
    );
    expect(said).toEqual([autotask.waiting()]);
  });

  test('JSON has verdict and belief; the page has the questions', async () => {
    const html = join(folder, 'probe.html');
    const { out } = await run(restricted, { json: true, html });
    const { verdicts } = JSON.parse(out) as { verdicts: { id: string; is: string; movesMoney: boolean; how: string }[] };
    expect(verdicts.map(({ id }) => id)).toEqual(Object.keys(BELIEFS));
    expect(verdicts.find(({ id }) => id === 'A2.access')).toMatchObject({
      is: 'contradicted',
      movesMoney: true,
      how: 'entityInformation of each',
    });
    expect(readFileSync(html, 'utf8')).toContain('<h2>contradicted (1)</h2>');
  });
});
