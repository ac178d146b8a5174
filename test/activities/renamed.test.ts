import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import type { Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { bindLabel, tenantOf } from '../../shared/evidence/labels.js';
import { createDependencies } from '../../worker/dependencies.js';
import { control, MONTH, openHarness, startVendors } from './harness.js';

/** A label (`BILLING_BROKER`) is part of the keys by which charges are found again: a tenant keeps the one it was first billed as. */

let sandbox: Sandbox;
let evidence: Evidence;
beforeEach(async () => {
  sandbox = await startVendors();
  evidence = memoryEvidence();
});
afterEach(() => sandbox.close());

const AS_OF = '2025-10-20';
const BREAKERS_OFF = { BREAKERS: 'off' };

async function bill(env: Record<string, string> = {}): Promise<string> {
  const harness = openHarness(sandbox, { ...BREAKERS_OFF, ...env }, {}, evidence);
  const given = await harness.given(AS_OF);
  const { status } = await harness.bill(given, null);
  await harness.close(given);
  return status;
}

const activitiesOf = (broker: string, env: Record<string, string> = {}): ActivitiesByQueue =>
  createActivities(
    createDependencies(loadConfig({ ...sandbox.env(), ...BREAKERS_OFF, BILLING_MODE: 'auto', BILLING_BROKER: broker, ...env }), {
      evidence,
    }),
  );
const reportOf = (broker: string, env: Record<string, string> = {}): Promise<unknown> =>
  activitiesOf(broker, env).cloudmore.takeReport({ ...MONTH, broker, asOf: AS_OF });

async function forgetLabels(): Promise<void> {
  for (const name of await evidence.names('labels/')) await evidence.unpoint(name);
}

const REFUSED = {
  type: 'SettingsRefused',
  nonRetryable: true,
  message: expect.stringMatching(
    /^BILLING_BROKER is acme, but this Autotask tenant was billed as default before\..* Set BILLING_BROKER=default /,
  ) as unknown,
};

describe('a tenant that was billed under one label', () => {
  const histories: [what: string, since: () => Promise<void>, settings: Record<string, string>][] = [
    ['of the same API user', () => Promise.resolve(), {}],
    ['by a release that kept no labels', forgetLabels, {}],
    ['whose API user was replaced since', () => Promise.resolve(), { AUTOTASK_USERNAME: 'second' }],
  ];
  // Nothing is written.
  test.each(histories)('(%s) is refused under another', async (_what, since, settings) => {
    expect(await bill()).toBe('Done');
    await since();
    const before = sandbox.state().autotask;
    await expect(reportOf('acme', settings)).rejects.toMatchObject(REFUSED);
    expect(sandbox.state().autotask).toEqual(before);
  });

  test('is refused in a month that is approved and posted too', async () => {
    expect(await bill()).toBe('Done');
    await control(sandbox, 'autotask/freeze', { through: '2025-10-31' });
    await expect(reportOf('acme')).rejects.toMatchObject(REFUSED);
  });

  // Also after a release that kept none.
  test('continues under its own label, however it is written', async () => {
    await bill();
    await forgetLabels();
    expect(await bill()).toBe('Unchanged');
    await expect(reportOf('Default')).resolves.toBeDefined();
    await expect(reportOf('acme')).rejects.toMatchObject(REFUSED);
  });
});

test('a label may change while nothing was written under it', async () => {
  await bill({ BILLING_MODE: 'shadow' });
  await expect(reportOf('acme')).resolves.toBeDefined();
});

test('brokers with tenants of their own share a store', async () => {
  await bill();
  const other = {
    ...sandbox.env(),
    AUTOTASK_USERNAME: 'api@other.example',
    CLOUDMORE_RESELLER_ID: 'other',
    BILLING_BROKER: 'acme',
  };
  const tenant = tenantOf(loadConfig(other));
  await bindLabel(evidence, tenant);
  await expect(bindLabel(evidence, { ...tenant, label: 'third' })).rejects.toThrow('BILLING_BROKER is third');
});
