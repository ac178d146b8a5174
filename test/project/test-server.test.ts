import { expect, test } from '@jest/globals';
import { TestWorkflowEnvironment } from '@temporalio/testing';

test('the time-skipping server that tests are handed starts and skips time', async () => {
  const executable = { type: 'existing-path' as const, path: process.env.TEST_TIME_SKIPPING_SERVER ?? '' };
  const start = (): Promise<TestWorkflowEnvironment> => TestWorkflowEnvironment.createTimeSkipping({ server: { executable } });
  // The SDK gives it five seconds, which is too little for Java on a busy machine.
  const environment = await start().catch(start).catch(start);
  try {
    const before = await environment.currentTimeMs();
    await environment.sleep('30 days');
    expect(await environment.currentTimeMs()).toBeGreaterThanOrEqual(before + 30 * 24 * 60 * 60 * 1000);
  } finally {
    await environment.teardown();
  }
});
