import { describe, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Histories of every release replay against today's workflows (invariant 8): what runs while a new version is deployed goes on. */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const releases = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

Runtime.install({ logger: new DefaultLogger('ERROR') });

describe.each(releases)('histories of release %s', (release) => {
  const files = readdirSync(join(HERE, release)).filter((name) => name.endsWith('.json'));

  test('cover both workflows', () => {
    expect(files.some((name) => name.startsWith('daily-billing.'))).toBe(true);
    expect(files.some((name) => name.startsWith('organization-billing.'))).toBe(true);
  });

  test.each(files)('%s replays', async (file) => {
    const history: unknown = JSON.parse(readFileSync(join(HERE, release, file), 'utf8'));
    await Worker.runReplayHistory({ workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! } }, history, file);
  });
});

test('a changed order of steps is noticed', async () => {
  const file = join(HERE, releases[0]!, 'organization-billing.done.json');
  const history = JSON.parse(readFileSync(file, 'utf8').replaceAll('"planOrganization"', '"verifyOrganization"')) as unknown;
  await expect(
    Worker.runReplayHistory({ workflowBundle: { codePath: process.env.TEST_WORKFLOW_BUNDLE! } }, history, 'changed'),
  ).rejects.toMatchObject({ name: 'DeterminismViolationError' });
});
