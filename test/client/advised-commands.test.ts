import { expect, test } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import { commandFor, REASON_CODES } from '../../shared/billing/results/advice.js';

const CONTOSO = { month: '2025-10', organizationId: '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2', planDigest: 'd1'.repeat(32) };

test('the command line takes every command that people are told', async () => {
  const takes = async (command: string): Promise<unknown> => {
    const said: string[] = [];
    const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!).slice(1);
    const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
    const code = await main(argv, { environment, out: () => undefined, say: (text) => said.push(text), isTerminal: false });
    return { command, code, said: said.join('\n') };
  };
  // Loaded before, because Jest does not load them in parallel.
  await import('../../client/commands/steer.js');
  await import('../../client/commands/approve.js');
  const commands = [...new Set(REASON_CODES.flatMap((reason) => commandFor(reason, CONTOSO) ?? []))];
  // Taken: the only thing that is missing is a server.
  expect(await Promise.all(commands.map(takes))).toEqual(
    commands.map((command) => ({
      command,
      code: 69,
      said: expect.stringContaining('Temporal cannot be reached at 127.0.0.1:1'),
    })),
  );
});

test('the command line accepts every command in the guide', async () => {
  const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
  const inText = [...guide.matchAll(/`billing ([^`\n]+)`/g)].map(([, command]) => command!);
  const commands = [...new Set(inText)].filter((command) => !/^(doctor|worker|sandbox|temporal)/.test(command));
  expect(commands.length).toBeGreaterThan(5);
  const environment = { TEMPORAL_ADDRESS: '127.0.0.1:1', BILLING_EVIDENCE: 'file:/nonexistent' };
  const folder = mkdtempSync(join(tmpdir(), 'billing-guide-'));
  const publicKey = join(folder, 'key.pem');
  writeFileSync(publicKey, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  const codeOf = (command: string): Promise<number> => {
    const words = [
      ...command
        .replaceAll('MONTH', '2025-10')
        .replaceAll('--public-key FILE', `--public-key ${publicKey}`)
        .replaceAll('FOLDER', join(folder, 'written'))
        .replaceAll('…', 'TEXT')
        .matchAll(/"([^"]*)"|(\S+)/g),
    ];
    const argv = words.map(([, quoted, plain]) => quoted ?? plain!);
    return main(argv, { environment, out: () => undefined, say: () => undefined, isTerminal: false });
  };
  const codes = await Promise.all(commands.map(codeOf));
  const refused = commands.filter((_, index) => codes[index] === 64);
  expect(refused).toEqual([]);
});
