import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SCENES } from './scenes.js';

/** Histories of every release replay against today's workflows (invariant 8): what runs while a new version is deployed goes on. */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(join(HERE, '../../package.json'), 'utf8')) as { version: string };
const releases = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const quiet = { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } };
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: quiet });

const historiesOf = (release: string): string[] => readdirSync(join(HERE, release)).filter((name) => name.endsWith('.json'));

async function replay(codePath: string, release: string, file: string): Promise<void> {
  const history: unknown = JSON.parse(await readFile(join(HERE, release, file), 'utf8'));
  await Worker.runReplayHistory({ workflowBundle: { codePath } }, history, file);
}

describe.each(releases)('histories of release %s', (release) => {
  test.each(historiesOf(release))('%s replays', (file) => replay(process.env.TEST_WORKFLOW_BUNDLE!, release, file));
});

test('this version has every path’s history (else: npm run record-histories)', () => {
  const paths = SCENES.flatMap((scene) => scene.paths);
  expect(historiesOf(version).sort()).toEqual(paths.map((path) => `${path}.json`).sort());
});

describe('a workflow that was changed without care is caught', () => {
  /** What somebody might do to `workflows`, in the words of the bundle, and the history that notices. */
  const changes: [change: string, path: string, from: string, to: string][] = [
    ['steps in another order', 'organization-billing.done', '.batchesOf)(turn.steps,', '.batchesOf)([...turn.steps].reverse(),'],
    [
      'an organization that waits and tells nobody',
      'organization-billing.waiting',
      'await reportToRuns(organization, summary);',
      '',
    ],
    ['no more waiting for a person', 'organization-billing.parked-skipped-rerun', 'if (!summary.staysOpen) {', 'if (true) {'],
    ['no second try by itself', 'organization-billing.healed', "return 'healing';", "return 'closed';"],
    ['no second plan after a refusal', 'organization-billing.refused', 'run.refused.size > 0) plan', 'false) plan'],
    [
      'a continuation that begins again',
      'daily-billing.continuation',
      'progress : await gather',
      'await gather(run, request, months) : await gather',
    ],
    [
      'an open organization that gets no new report',
      'daily-billing.hand-over',
      ' || await handOver(run, handed, organizationId)',
      '',
    ],
    ['a survey that asks another activity', 'daily-billing.fan-out', '.surveyAutotask(', '.takeReport('],
  ];
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'billing-replay-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(changes)('%s, by %s', async (change, path, from, to) => {
    const parts = (await readFile(process.env.TEST_WORKFLOW_BUNDLE!, 'utf8')).split(from);
    expect(parts.length).toBe(2); // Otherwise the workflow was rewritten: say the change in its new words.
    const codePath = join(folder, `${change.replaceAll(' ', '-')}.js`);
    await writeFile(codePath, parts.join(to));
    await expect(replay(codePath, version, `${path}.json`)).rejects.toMatchObject({ name: 'DeterminismViolationError' });
  });
});
