import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Sandbox } from '../../sandbox/index.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { loadConfig } from '../../shared/config.js';
import { createDependencies } from '../../worker/dependencies.js';
import { MONTH, openDesk, startVendors } from './desk.js';

/** An installation that was upgraded, and whose settings say less than they did. */

let sandbox: Sandbox;
let evidence: Evidence;
beforeEach(async () => {
  sandbox = await startVendors();
  evidence = memoryEvidence();
});
afterEach(() => sandbox.close());

const activitiesWith = (env: Record<string, string>): ActivitiesByQueue =>
  createActivities(createDependencies(loadConfig({ ...sandbox.env(), ...env }), evidence));
const REQUEST = { ...MONTH, asOf: '2025-10-20' };

describe('a run without BILLING_MODE', () => {
  const billBefore = async (mode: string): Promise<void> => {
    const desk = openDesk(sandbox, { BILLING_MODE: mode }, {}, evidence);
    await desk.close(await desk.given('2025-10-20'));
  };

  test('of an installation that billed before is refused by the name of the setting, before it reads anything', async () => {
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

  test('is refused as well where only a noted write is left of what was billed', async () => {
    await evidence.point('intents/default/abc', await evidence.put({ at: 'then' }));
    await expect(activitiesWith({}).cloudmore.takeReport(REQUEST)).rejects.toThrow('1 write to Autotask on record');
  });

  test('goes on where the setting says shadow, where the run was asked for in shadow mode, and where nothing was billed', async () => {
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
