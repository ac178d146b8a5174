import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApplicationFailure } from '@temporalio/common';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import { memoryEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { september } from '../api/vendors.js';

/** Heartbeats and failures' messages stand in Temporal in the clear, whatever encrypts the rest: customers' names and amounts are not in them. */

const REQUEST = { broker: 'default', month: '2025-10', asOf: '2025-10-09', mode: null };
const NAMES = /contoso|fabrikam|adventure/i;
const AMOUNT = /\d\.\d\d/;

describe('what Temporal keeps in the clear', () => {
  let sandbox: Sandbox;
  let activities: ActivitiesByQueue;
  const heartbeats: string[] = [];

  beforeAll(async () => {
    sandbox = await startSandbox({ world: september() });
    const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto' });
    const dependencies = createDependencies(config, { evidence: memoryEvidence() });
    activities = createActivities({ ...dependencies, heartbeat: (details) => void heartbeats.push(details) });
  });
  afterAll(() => sandbox.close());

  test('names organizations by id while reading, surveying and planning a month', async () => {
    const { report } = await activities.cloudmore.takeReport(REQUEST);
    const { survey } = await activities.autotask.surveyAutotask({ ...REQUEST, report, organizations: null });
    const { names } = await activities.billing.findWork({ ...REQUEST, report, survey, organizations: null });
    expect(names?.join()).toMatch(NAMES);
    expect(heartbeats.filter((said) => /^(keeping|planning) organization [0-9a-f-]{36}$/.test(said)).length).toBeGreaterThan(6);
    expect(heartbeats.filter((said) => NAMES.test(said) || AMOUNT.test(said))).toEqual([]);
  });

  test('reports a missing customer without naming the others', async () => {
    const { report } = await activities.cloudmore.takeReport(REQUEST);
    const failure = await activities.autotask
      .surveyAutotask({ ...REQUEST, report, organizations: ['Fabricam'] })
      .then(() => null)
      .catch((error: unknown) => error as ApplicationFailure);
    expect(failure).toMatchObject({
      type: 'UnknownOrganization',
      message: 'No organization "Fabricam" in Cloudmore; expected an id or exact name.',
      details: [],
    });
  });
});
