import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sandbox } from '../../sandbox/index.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { loadConfig } from '../../shared/config.js';
import type { MoneySettings } from '../../shared/messages/messages.js';
import { moneySettingsOf } from '../../shared/money-settings.js';
import { createDependencies } from '../../worker/dependencies.js';
import { MONTH, openHarness, startVendors, type Harness } from './harness.js';

/** An installation that was upgraded, and whose settings say less than they did. */

let sandbox: Sandbox;
let evidence: Evidence;
beforeEach(async () => {
  sandbox = await startVendors();
  evidence = memoryEvidence();
});
afterEach(() => sandbox.close());

const activitiesWith = (env: Record<string, string>): ActivitiesByQueue =>
  createActivities(createDependencies(loadConfig({ ...sandbox.env(), ...env }), { evidence }));
const REQUEST = { ...MONTH, asOf: '2025-10-20' };

describe('a run without BILLING_MODE', () => {
  const billBefore = async (mode: string): Promise<void> => {
    const harness = openHarness(sandbox, { BILLING_MODE: mode }, {}, evidence);
    await harness.close(await harness.given('2025-10-20'));
  };

  // Before it reads anything.
  test('refuses an installation that billed before, by the setting’s name', async () => {
    await billBefore('auto');
    await fetch(`${sandbox.url}/_sandbox/requests`, { method: 'DELETE' });
    await expect(activitiesWith({}).cloudmore.takeReport(REQUEST)).rejects.toMatchObject({
      type: 'SettingsRefused',
      nonRetryable: true,
      message: expect.stringMatching(
        /^BILLING_MODE is not set, and this installation has billed before \(2025-10 ran in mode auto\)/,
      ) as unknown,
    });
    expect(await (await fetch(`${sandbox.url}/_sandbox/requests`)).json()).toEqual([]);
  });

  test('refuses when only a noted write is left of the billing', async () => {
    await evidence.point('intents/default/abc', await evidence.put({ at: 'then' }));
    await expect(activitiesWith({}).cloudmore.takeReport(REQUEST)).rejects.toThrow('1 write to Autotask on record');
  });

  test('continues in shadow mode and where nothing was billed', async () => {
    await billBefore('shadow');
    await activitiesWith({}).cloudmore.takeReport(REQUEST);
    await billBefore('auto');
    await activitiesWith({ BILLING_MODE: 'shadow' }).cloudmore.takeReport(REQUEST);
    await activitiesWith({}).cloudmore.takeReport({ ...REQUEST, mode: 'shadow' });
    await activitiesWith({ BILLING_BROKER: 'another', AUTOTASK_USERNAME: 'api@another' }).cloudmore.takeReport({
      ...REQUEST,
      broker: 'another',
    });
  });
});

describe('a run that a person asked for', () => {
  const settingsOf = (env: Record<string, string>): MoneySettings =>
    moneySettingsOf(loadConfig({ ...sandbox.env(), BILLING_MODE: 'shadow', ...env }));
  const worker = { BILLING_MODE: 'auto', EXCLUDE_SERVICES: '' };

  // Before it reads anything.
  test('refuses a worker with other settings and names each', async () => {
    const settings = settingsOf({ AFTER_FREEZE: 'charge' });
    await fetch(`${sandbox.url}/_sandbox/requests`, { method: 'DELETE' });
    await expect(activitiesWith(worker).cloudmore.takeReport({ ...REQUEST, settings })).rejects.toMatchObject({
      type: 'SettingsRefused',
      nonRetryable: true,
      message: expect.stringContaining('AFTER_FREEZE, BILLING_MODE (the worker has BILLING_MODE=auto)') as unknown,
    });
    expect(sandbox.requests()).toEqual([]);
  });

  test('refuses when the two find companies or contracts by other names', async () => {
    const settings = settingsOf({
      BILLING_MODE: 'auto',
      COMPANY_PROPERTY: 'Other',
      SUBSCRIPTION_UDF: 'Else',
      CLOUDMORE_ABSENT: 'skuName',
    });
    await expect(activitiesWith(worker).cloudmore.takeReport({ ...REQUEST, settings })).rejects.toMatchObject({
      message: expect.stringContaining('started with: CLOUDMORE_ABSENT, COMPANY_PROPERTY, SUBSCRIPTION_UDF.') as unknown,
    });
  });

  test('continues when both agree, and when the other knows only some', async () => {
    const settings = settingsOf({ BILLING_MODE: 'auto' });
    await activitiesWith(worker).cloudmore.takeReport({ ...REQUEST, settings });
    const { BILLING_MODE } = settings;
    await activitiesWith(worker).cloudmore.takeReport({ ...REQUEST, settings: { BILLING_MODE: BILLING_MODE! } });
  });
});

describe('a worker restarted with other settings in mid-run', () => {
  const CHANGED = { AFTER_FREEZE: 'charge', GHOST_AFTER_DAY: '25' };
  const harnessWith = (env: Record<string, string>): Harness => openHarness(sandbox, { BREAKERS: 'off', ...env }, {}, evidence);

  // It billed half of the customers by one set of settings, half by another.
  test('bills nothing by the new settings, and names them', async () => {
    const given = await harnessWith({}).given('2025-10-20');
    const { result } = await harnessWith(CHANGED).bill(given, null);
    expect(result).toMatchObject({ status: 'NeedsAttention', posted: { lines: 0 } });
    expect(result.items.map(({ reason, cause }) => [reason, cause])).toContainEqual([
      'api-error',
      expect.stringMatching(
        /settings differ from those this run began with: AFTER_FREEZE, GHOST_AFTER_DAY\. Nothing was written/,
      ),
    ]);
    expect(sandbox.requests().filter(({ method, path }) => method !== 'GET' && !/query|Token|Monthly/i.test(path))).toEqual([]);
  });

  test('bills the customer by them when it is planned again automatically', async () => {
    const given = await harnessWith({}).given('2025-10-20');
    const { result } = await harnessWith({ AFTER_FREEZE: 'charge' }).bill({ ...given, survey: null, surveyedAt: null }, null);
    expect(result).toMatchObject({ status: 'Done', held: { lines: 0 } });
  });

  test('continues where what changed changes no money', async () => {
    const given = await harnessWith({}).given('2025-10-20');
    expect((await harnessWith({ LOG_LEVEL: 'debug' }).bill(given, null)).result.status).toBe('Done');
  });
});

describe('names in settings', () => {
  test('unknown ids stop the run, all named with the nearest match', async () => {
    const env = {
      BILLING_MODE: 'auto',
      BILLING_MODE_ORGANIZATIONS: 'Contosso=shadow',
      BILLING_CANARY: 'Contso',
      ALLOW_SHARED_COMPANIES: '987654',
    };
    await expect(
      activitiesWith({ ...env, EXCLUDE_SERVICES: 'Nothing of the kind' }).cloudmore.takeReport(REQUEST),
    ).rejects.toMatchObject({
      type: 'SettingsRefused',
      message: expect.stringMatching(
        /^BILLING_MODE_ORGANIZATIONS: Cloudmore knows no organization "Contosso"\. Did you mean "Contoso"\? BILLING_CANARY: .*"Contso"\. Did you mean "Contoso"\?.*EXCLUDE_SERVICES: .*"Nothing of the kind".*ALLOW_SHARED_COMPANIES: .*"987654"/i,
      ) as unknown,
    });
  });

  // It was Autotask’s own words alone.
  test('a missing user-defined field names its setting', async () => {
    const { cloudmore, autotask } = activitiesWith({ BILLING_MODE: 'auto', SUBSCRIPTION_UDF: 'Subscripton ID' });
    const { report } = await cloudmore.takeReport(REQUEST);
    await expect(autotask.surveyAutotask({ ...REQUEST, report, organizations: null })).rejects.toMatchObject({
      nonRetryable: true,
      message: expect.stringMatching(
        /^SUBSCRIPTION_UDF: .*no user-defined field "Subscripton ID"; they have "Subscription ID"/,
      ) as unknown,
    });
  });

  test('known values are taken, by name or by id', async () => {
    await activitiesWith({ BILLING_MODE: 'auto', BILLING_MODE_ORGANIZATIONS: 'CONTOSO=shadow' }).cloudmore.takeReport(REQUEST);
  });
});
