import { expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';

test('the time-skipping server that tests are handed starts and skips time', async () => {
  const executable = { type: 'existing-path' as const, path: process.env.TEST_TIME_SKIPPING_SERVER ?? '' };
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  try {
    const before = await environment.currentTimeMs();
    await environment.sleep('30 days');
    expect(await environment.currentTimeMs()).toBeGreaterThanOrEqual(before + 30 * 24 * 60 * 60 * 1000);
  } finally {
    await environment.teardown();
  }
});
