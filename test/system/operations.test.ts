import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import type { Context } from '../../client/context.js';
import { RIGHTS } from '../../shared/autotask/needs.js';
import { eventually } from '../eventually.js';
import { openSystem, type TestSystem } from './system.js';

/** The guide is run: every command of docs/operations.md, in its order, against a whole system. */

const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const commands = [...guide.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) => block!.trim().split('\n'));

/** What a shell makes of the line. */
const words = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** Ends that a reader of the guide expects: done, changes pending, or something waits. */
const EXPECTED = [0, 2, 3];

describe('docs/operations.md', () => {
  let system: TestSystem;
  let folder: string;
  let webhook: Server;
  const messages: { text: string }[] = [];

  beforeAll(async () => {
    webhook = createServer((request, response) => {
      let body = '';
      request.on('data', (data: Buffer) => (body += data.toString()));
      request.on('end', () => {
        messages.push(JSON.parse(body) as { text: string });
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', () => resolve()));
    folder = await mkdtemp(join(tmpdir(), 'billing-guide-'));
    const { port } = webhook.address() as AddressInfo;
    system = await openSystem({
      world: 'september-2025',
      env: { NOTICE_WEBHOOK: `http://127.0.0.1:${port}/hook`, BILLING_WEB_URL: 'https://billing.example/' },
    });
    await system.control('POST', 'clock', { now: '2025-11-02T03:00:00Z' });
    await system.startWorker();
  });
  afterAll(async () => {
    await system?.close();
    webhook?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** In this process, which starts it forty times faster; files that the guide names lie in a folder of this test. */
  const run = async (line: string): Promise<{ code: number; said: string }> => {
    const [program, ...argv] = words(line);
    expect(program).toBe('billing');
    let said = '';
    const context: Context = {
      environment: system.env,
      out: () => undefined,
      say: (text) => (said += `${text}\n`),
      isTerminal: false,
    };
    const code = await main(
      argv.map((word) => (/\.(html|xlsx|csv|json)$/.test(word) ? join(folder, word) : word)),
      context,
    );
    return { code, said };
  };

  test('has commands to run', () => expect(commands.length).toBeGreaterThan(25));

  test.each(commands)('%s', async (line) => {
    // What was just released is not written at once, and not closed before.
    const ended = line.startsWith('billing close 2')
      ? await eventually(
          () => run(line),
          ({ code }) => code === 0,
          25_000,
        )
      : await run(line);
    expect({ ...ended, isExpected: EXPECTED.includes(ended.code) }).toMatchObject({ isExpected: true });
    expect(ended.said).not.toContain('This is a bug');
  });

  test('the run whose plans waited told so, once', () => {
    const waiting = messages.filter(({ text }) => text.includes('waiting'));
    expect(waiting.length).toBeGreaterThan(0);
    expect(waiting[0]!.text).toMatch(/^Billing: 2025-10: [\d.,]+ EUR held[\s\S]*billing status 2025-10/);
  });

  // It once named Temporal’s Web UI, whatever the settings said.
  test('links to the page for finance', () => {
    const { text } = messages.find((one) => one.text.includes('waiting'))!;
    const lines = text
      .split('\n')
      .filter((line) => line.includes(' → ') && line.includes(', margin ') && !line.includes('Together'));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toContain(' https://billing.example/months/2025-10/customers/');
    expect(text).toContain('Who waits: https://billing.example/months/2025-10/customers\n');
  });

  test('lists the rights that doctor asks for', () => {
    const listed = [...guide.matchAll(/^\| `(\w+)` +\| ((?:query|create|update|delete)(?:[, ]+\w+)*) *\|$/gm)];
    expect(Object.fromEntries(listed.map(([, entity, rights]) => [entity, rights!.trim().split(', ')]))).toEqual(RIGHTS);
  });
});
