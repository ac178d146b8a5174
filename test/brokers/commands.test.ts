import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startSandbox } from '../../sandbox/index.js';
import { WORKFLOWS } from '../../shared/messages/names.js';
import { september } from '../api/vendors.js';
import { eventually } from '../eventually.js';
import { runCommand, type Ended } from '../command.js';
import { folderWith, writeSettings } from './folder.js';

/** `billing brokers …` and `--broker`, over a folder of files, with both vendors and Temporal there. */

const address = process.env.TEST_TEMPORAL_ADDRESS!;
/** Labels of their own, because other tests share the server. */
const unique = randomUUID().slice(0, 8);
const [GOOD, WRONG, REFUSED] = [`good-${unique}`, `wrong-${unique}`, `refused-${unique}`];

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let folder: string;
const around = (): Record<string, string> => ({
  TEMPORAL_ADDRESS: address,
  BILLING_BROKERS: join(folder, 'brokers'),
  BILLING_EVIDENCE: `file:${join(folder, 'evidence')}`,
});
const cli = (...argv: string[]): Promise<Ended> => runCommand(around(), argv);

beforeAll(async () => {
  sandbox = await startSandbox({ world: september() });
  const { BILLING_BROKER: _, ...settings } = sandbox.env();
  folder = folderWith({
    [`brokers/${GOOD}.env`]: { ...settings, BILLING_MODE: 'approve', BILLING_SCHEDULE: '30 4 * * *' },
    [`brokers/${WRONG}.env`]: { ...settings, BILLING_MODE: 'fast' },
    [`brokers/${REFUSED}.env`]: { ...settings, AUTOTASK_SECRET: 'not-the-secret' },
  });
});
afterAll(() => sandbox.close());

describe('billing --broker', () => {
  test('plan takes the named broker’s settings, before or behind the command', async () => {
    const before = await cli('--broker', GOOD, 'plan', '2025-10', '--as-of', '2025-10-09', '--json');
    const behind = await cli('plan', '2025-10', '--as-of', '2025-10-09', '--json', `--broker=${GOOD}`);
    expect(before.code).toBe(0);
    expect(behind.out).toBe(before.out);
  });

  test('two different ones, or one that nobody knows, are a wrong use', async () => {
    expect(await cli('--broker', GOOD, 'schedule', 'show', '--broker', WRONG)).toMatchObject({
      code: 64,
      said: expect.stringMatching(/names two/),
    });
    expect(await cli('--broker', `godo-${unique}`, 'status')).toMatchObject({
      code: 64,
      said: expect.stringMatching(new RegExp(`Did you mean "${GOOD}"`)),
    });
  });

  test('wrong settings are said with the file that they stand in', async () => {
    const { code, said } = await cli('--broker', WRONG, 'plan', '2025-10');
    expect(code).toBe(78);
    expect(said).toMatch(
      new RegExp(`BILLING_MODE[\\s\\S]*Set them in .*brokers/${WRONG}\\.env .*billing --broker ${WRONG} doctor`),
    );
  });

  test('every command takes it', async () => {
    for (const words of [['close'], ['schedule', 'apply'], ['companies', 'list'], ['worker'], ['evidence', 'verify']])
      expect((await cli(...words, '--help')).out).toMatch(/--broker <name>/);
  });
});

describe('billing brokers', () => {
  // 78 for settings, 3 for a vendor that refuses.
  test('check prints one line each and ends with 78, 3 or 0', async () => {
    const all = await cli('brokers', 'check');
    expect(all.code).toBe(78);
    expect(all.out.trim().split('\n')).toEqual([
      expect.stringMatching(new RegExp(`^✓ ${GOOD}: mode approve; EUR is the internal currency; `)),
      expect.stringMatching(
        new RegExp(`^✗ ${REFUSED}: Autotask log-in: .*401.*\\(all of it: billing --broker ${REFUSED} doctor\\)$`),
      ),
      expect.stringMatching(new RegExp(`^✗ ${WRONG}: BILLING_MODE: expected shadow, approve or auto`)),
    ]);
    expect(all.out + all.said).not.toContain('not-the-secret');
    expect((await cli('brokers', 'check', GOOD)).code).toBe(0);
    const refused = await cli('brokers', 'check', GOOD, REFUSED, '--json');
    expect([refused.code, (JSON.parse(refused.out) as { is: string }[]).map(({ is }) => is)]).toEqual([3, ['good', 'vendor']]);
  });

  test('list shows mode, schedule, last run, waits and wrong settings', async () => {
    await cli('--broker', GOOD, 'schedule', 'apply');
    const { code, out } = await cli('brokers', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`${GOOD} +approve +30 4 \\* \\* \\* UTC +never +0 +complete`));
    expect(out).toMatch(new RegExp(`${WRONG} +\\? +1 wrong`));
    const listed = JSON.parse((await cli('brokers', 'list', '--json')).out) as { name: string; schedule: unknown }[];
    expect(listed.find(({ name }) => name === GOOD)).toMatchObject({
      mode: 'approve',
      waiting: 0,
      lastRun: null,
      schedule: { cron: '30 4 * * *', timeZone: 'UTC', state: 'active' },
      problems: [],
    });
  });

  test('list says what cannot be asked, and shows the rest', async () => {
    const { code, out } = await runCommand({ ...around(), TEMPORAL_ADDRESS: '127.0.0.1:1' }, ['brokers', 'list']);
    expect(code).toBe(0);
    expect(out).toMatch(/30 4 \* \* \* UTC \(not asked\) +never|\(not asked\) +\? +\?/);
    expect(out).toMatch(new RegExp(`${GOOD}: Temporal: .*cannot be reached`));
  });

  test('add writes a private file and keeps one that exists', async () => {
    const name = `new-${unique}`;
    const file = join(folder, 'brokers', `${name}.env`);
    expect(await cli('brokers', 'add', name)).toMatchObject({
      code: 0,
      said: expect.stringContaining(`billing brokers check ${name}`),
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, 'BILLING_MODE=shadow\n');
    expect((await cli('brokers', 'add', name.toUpperCase())).code).toBe(78);
    expect((await cli('brokers', 'add', name)).said).toMatch(/already/);
    expect(readFileSync(file, 'utf8')).toBe('BILLING_MODE=shadow\n');
    expect((await cli('brokers', 'add', '../evil')).said).toMatch(/is not a name of a broker/);
    expect(existsSync(join(folder, 'evil.env'))).toBe(false);
  });

  test('with nobody there says how to make the first', async () => {
    const { out } = await runCommand({ BILLING_BROKERS: join(folder, 'nowhere') }, ['brokers', 'list']);
    expect(out).toMatch(/There is no broker in .*nowhere.*billing brokers add NAME/);
  });
});

describe('a broker that leaves', () => {
  const LEAVING = `leaving-${unique}`;
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    connection = await Connection.connect({ address });
    client = new Client({ connection });
    const { BILLING_BROKER: _, ...settings } = sandbox.env();
    writeSettings(join(folder, `brokers/${LEAVING}.env`), settings);
    await cli('--broker', LEAVING, 'schedule', 'apply');
  });
  afterAll(() => connection.close());
  const isPaused = async (): Promise<boolean> =>
    (await client.schedule.getHandle(`daily-billing/${LEAVING}`).describe()).state.paused;

  // Its schedule is paused and its file put aside, as shown beforehand.
  test('is kept while a run is under way, then put aside', async () => {
    const run = await client.workflow.start(WORKFLOWS.daily, {
      taskQueue: `nobody-${unique}`,
      workflowId: `daily-billing/${LEAVING}/2025-10`,
      args: [{}],
    });
    await eventually(
      () => cli('brokers', 'remove', LEAVING),
      ({ code }) => code === 1,
    );
    const held = await cli('brokers', 'remove', LEAVING, '--write');
    expect(held).toMatchObject({
      code: 1,
      said: expect.stringMatching(/1 runs are under way.*Nothing but the schedule was changed.*restore/),
    });
    expect(await isPaused()).toBe(true);
    await run.terminate();
    const shown = await eventually(
      () => cli('brokers', 'remove', LEAVING),
      ({ code }) => code === 0,
    );
    expect(shown).toMatchObject({
      code: 0,
      said: expect.stringMatching(/report MONTH --out[\s\S]*Nothing was changed\. .*would become/),
    });
    expect(await cli('brokers', 'remove', LEAVING, '--write')).toMatchObject({
      code: 0,
      said: expect.stringMatching(/no worker serves/),
    });
    expect(readdirSync(join(folder, 'brokers/removed'))).toEqual([expect.stringMatching(new RegExp(`^${LEAVING}\\.env\\.`))]);
    expect((await cli('--broker', LEAVING, 'status')).code).toBe(64);
  });
});
