import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import type { Context } from '../../client/context.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { useSystem, type TestSystem, type Worker } from './system.js';

/** The page is followed: every command of docs/keeping.md, in its order, against a whole system; and what it promises of a restore. */

const MONTH = '2025-10';
const DAY = '2025-11-02';
const page = readFileSync(new URL('../../docs/keeping.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/```text\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.trim().split('\n'));

describe('docs/keeping.md', () => {
  let system: TestSystem;
  let worker: Worker;
  let folder: string;
  let before: MonthResult;
  useSystem({ world: 'september-2025', worker: false }, (opened) => (system = opened));
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keeping-'));
    system.env['BILLING_KEYS'] = join(folder, 'keys');
    await system.control('POST', 'clock', { now: `${DAY}T03:00:00Z` });
    await billing('keys', 'add');
    worker = await system.startWorker();
    expect(await billing('schedule', 'apply')).toMatchObject({ code: 0 });
    expect(await billing('run', MONTH, '--as-of', DAY, '--wait')).toMatchObject({ code: 0 });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** In this process, which starts it forty times faster. */
  async function billing(...argv: string[]): Promise<{ code: number; said: string; out: string }> {
    let [said, out] = ['', ''];
    const context: Context = {
      environment: system.env,
      out: (text) => (out += text),
      say: (text) => (said += `${text}\n`),
      isTerminal: false,
    };
    const code = await main(argv, context);
    return { code, said, out };
  }
  const month = async (): Promise<MonthResult> =>
    JSON.parse((await billing('report', MONTH, '--format', 'json')).out) as MonthResult;

  /** Files lie in a folder of this test, and the backup has the name that it got. */
  async function pathOf(word: string): Promise<string> {
    if (word === 'backups/evidence.jsonl.gz') return join(folder, 'backups', (await readdir(join(folder, 'backups')))[0]!);
    return word === 'backups' || word.endsWith('.json') ? join(folder, word) : word;
  }

  test('has the commands of this page', () => expect(commands.length).toBeGreaterThan(8));

  test.each(commands)(
    '%s',
    async (line) => {
      const [program, ...words] = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
      expect(program).toBe('billing');
      const isPuttingBack = line.includes('restore --from');
      if (isPuttingBack) {
        before = await month();
        await worker.kill('SIGTERM');
        system.env['BILLING_EVIDENCE'] = `file:${join(folder, 'evidence')}`;
      }
      const ended = await billing(...(await Promise.all(words.map(pathOf))));
      // What was put back waits for a person: the schedule is paused until the plans were looked at.
      expect(ended).toMatchObject({ code: line.includes('restore') ? 3 : 0 });
      if (isPuttingBack) worker = await system.startWorker();
    },
    180_000,
  );

  test('restores exactly what was there, and bills nothing twice', async () => {
    expect(await month()).toEqual(before);
    expect(await billing('evidence', 'verify')).toMatchObject({ code: 0, out: expect.stringContaining('unaltered') });
    await system.forget();
    expect(await billing('run', MONTH, '--as-of', DAY, '--wait')).toMatchObject({ code: 0 });
    expect(await system.writes()).toEqual([]);
  });
});
