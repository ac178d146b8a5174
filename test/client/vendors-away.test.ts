import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { september } from '../api/vendors.js';
import { runCommand } from '../command.js';

/** Commands that ask a vendor, where it cannot be reached or does not know us: said in a sentence, with a code of its own. */

const BY_NAME = ['--organization', 'Contoso Dental Group'];

describe('a vendor', () => {
  let sandbox: Sandbox;
  let environment: Record<string, string>;
  beforeAll(async () => {
    sandbox = await startSandbox({ world: september() });
    const evidence = join(await mkdtemp(join(tmpdir(), 'billing-away-')), 'evidence');
    environment = {
      ...sandbox.env(),
      BILLING_EVIDENCE: `file:${evidence}`,
      BILLING_MODE: 'approve',
      TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!,
    };
  });
  afterAll(() => sandbox.close());

  const away = (): Record<string, string> =>
    Object.fromEntries(
      Object.entries(environment).map(([name, value]) => [name, value.replace(sandbox.url, 'http://127.0.0.1:1')]),
    );
  const asStranger = (): Record<string, string> => ({ ...environment, CLOUDMORE_PASSWORD: 'not this one' });

  const commands: [name: string, ...argv: string[]][] = [
    ['plan', 'plan', '2025-10'],
    ['companies list', 'companies', 'list'],
    ['companies match', 'companies', 'match'],
    ['services list', 'services', 'list', '2025-10'],
    ['takeover', 'takeover', '2025-10'],
    ['rerun', 'rerun', '2025-10', ...BY_NAME, '--reason', 'settled'],
    ['skip', 'skip', '2025-10', ...BY_NAME, '--reason', 'disputed'],
  ];
  test.each(commands)('away or refusing the log-in is not billing %s’s bug', async (_name, ...argv) => {
    const [gone, refused] = [await runCommand(away(), argv), await runCommand(asStranger(), argv)];
    expect([gone, refused].map(({ code, said }) => [code, said.trim()])).toEqual([
      [69, 'POST 127.0.0.1:1/connect/token: cannot be reached (ECONNREFUSED)'],
      [78, 'Cloudmore refused the log-in. Check CLOUDMORE_USERNAME, CLOUDMORE_PASSWORD and CLOUDMORE_CLIENT_SECRET.'],
    ]);
  });

  test('doctor --probe ends by itself when a vendor is away', async () => {
    const { code, out } = await runCommand(away(), ['doctor', '--probe']);
    expect(code).toBe(69);
    expect(out).toContain(
      'Nothing that could be checked contradicts a belief that moves money.\nNot everything could be checked: run the probe again.',
    );
  });
});
