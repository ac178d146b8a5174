import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '../../client/cli.js';
import { readEnvironment } from '../../shared/environment.js';
import { COMPLETE_SETTINGS } from '../settings.js';

/** Every file that a person can name, and everything that can be wrong with its path: the message says which, what, and what was expected. No vendor, no Temporal is asked. */

const NOBODY = 'http://127.0.0.1:1';
const SETTINGS = {
  CLOUDMORE_URL: NOBODY,
  ...COMPLETE_SETTINGS,
  AUTOTASK_URL: `${NOBODY}/atservicesrest/`,
  TEMPORAL_ADDRESS: '127.0.0.1:1',
};

let folder: string;
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'billing-files-'));
  await mkdir(path('folder'));
  await writeFile(path('text'), '{ no JSON');
  await writeFile(path('other.json'), '{"kind":"other"}');
  await writeFile(path('empty'), '\n');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs a command that must end with this code, print nothing, and not call itself broken; answers what it said. */
async function said(code: number, argv: string[], environment: Record<string, string> = {}): Promise<string> {
  const words: string[] = [];
  const out: string[] = [];
  const ended = await main(argv, {
    environment: { ...SETTINGS, BILLING_EVIDENCE: `file:${path('evidence')}`, ...environment },
    out: (text) => out.push(text),
    say: (text) => words.push(text),
    isTerminal: false,
  });
  const all = words.join('\n');
  expect({ ended, out, all }).toMatchObject({ ended: code, out: [] });
  expect(all).not.toMatch(/This is a bug|ENOENT|EISDIR|ENOTDIR|hunter/);
  return all;
}

describe('a file to be read', () => {
  const reading: [argument: string, argv: (file: string) => string[], expected: string][] = [
    ['sandbox --world', (file) => ['sandbox', '--port', '0', '--world', file], 'a world; billing sandbox generate writes one'],
    ['sandbox --faults', (file) => ['sandbox', '--port', '0', '--faults', file], 'a list of fault rules'],
    ['approve --plan', (file) => ['approve', '2025-10', '--plan', file], 'what billing plan MONTH --out FILE keeps'],
    ['close --verify', (file) => ['close', '--verify', file], 'the file that billing close wrote'],
    ['companies import', (file) => ['companies', 'import', file], 'what billing companies match --out FILE writes'],
  ];
  const wrong: [what: string, name: string, why: string][] = [
    ['is not there', 'missing.json', 'there is no such file'],
    ['is in a folder that is not there', 'nowhere/x.json', 'there is no such file'],
    ['is a folder', 'folder', 'it is a folder, not a file'],
    ['lies below a file', 'text/x.json', 'a part of the path is a file, not a folder'],
  ];
  const cases = reading.flatMap(([argument, argv, expected]) =>
    wrong.map(([what, name, why]) => [argument, what, argv, name, why, expected] as const),
  );
  test.each(cases)('of %s that %s', async (...[, , argv, name, why, expected]) => {
    expect(await said(64, argv(path(name)))).toContain(`${path(name)} cannot be read: ${why}. Expected ${expected}`);
  });

  test.each(reading.filter(([argument]) => argument !== 'companies import'))(
    'of %s that is not JSON',
    async (_, argv, expected) => {
      expect(await said(64, argv(path('text')))).toMatch(
        new RegExp(`^${path('text')} is not JSON \\(.+\\). Expected ${expected}`),
      );
    },
  );

  test.each(reading)('of %s that holds something else is named as well', async (_, argv) => {
    expect(await said(64, argv(path('other.json')))).toContain(path('other.json'));
  });

  test('named without its folder: the message says where it was looked for', async () => {
    expect(await said(64, ['sandbox', '--world', 'missing.json'])).toContain(
      `missing.json (in ${process.cwd()}) cannot be read: there is no such file`,
    );
  });
});

describe('a file to be written', () => {
  const writing: [argument: string, argv: (file: string) => string[]][] = [
    ['plan --out', (file) => ['plan', '2025-10', '--out', file]],
    ['plan --html', (file) => ['plan', '2025-10', '--html', file]],
    ['report --out', (file) => ['report', '2025-10', '--format', 'html', '--out', file]],
    ['close --out', (file) => ['close', '2025-10', '--out', file]],
    ['companies list --out', (file) => ['companies', 'list', '--out', file]],
    ['companies match --out', (file) => ['companies', 'match', '--out', file]],
    ['sandbox generate --out', (file) => ['sandbox', 'generate', '--lines', '10', '--organizations', '2', '--out', file]],
  ];
  test.each(writing)('%s into a missing folder is refused first', async (_, argv) => {
    expect(await said(64, argv(path('nowhere/x')))).toBe(
      `${path('nowhere/x')} cannot be written: there is no folder ${path('nowhere')}. Create it, or name another file.`,
    );
  });
  test.each(writing)('by %s that is a folder', async (_, argv) => {
    expect(await said(64, argv(path('folder')))).toBe(`${path('folder')} cannot be written: it is a folder. Name a file in it.`);
    expect(await readdir(path('folder'))).toEqual([]);
  });
  test.each(writing)('by %s below a file', async (_, argv) => {
    expect(await said(64, argv(path('text/x')))).toBe(
      `${path('text/x')} cannot be written: ${path('text')} is a file, not a folder. Name another file.`,
    );
  });
});

describe('a file that a setting names', () => {
  const SECRETS = ['CLOUDMORE_PASSWORD', 'CLOUDMORE_CLIENT_SECRET', 'AUTOTASK_SECRET', 'AUTOTASK_INTEGRATION_CODE'];
  const wrong: [what: string, name: string, why: string][] = [
    ['is not there', 'missing', 'there is no such file'],
    ['is a folder', 'folder', 'it is a folder, not a file'],
    ['is empty', 'empty', 'it is empty'],
  ];
  test.each(wrong)('as a secret and %s', async (_, name, why) => {
    const files = Object.fromEntries(
      SECRETS.flatMap((secret) => [
        [secret, ''],
        [`${secret}_FILE`, path(name)],
      ]),
    );
    const words = await said(78, ['plan', '2025-10'], files);
    expect(words).toContain('Settings: 4 problems\n');
    for (const secret of SECRETS)
      expect(words).toContain(
        `${secret}_FILE names ${path(name)}, which cannot be read: ${why}. Expected a file that contains only the secret.`,
      );
  });

  test("as Temporal's certificate and is not there", async () => {
    const files = { TEMPORAL_TLS_CLIENT_CERT_PATH: path('missing'), TEMPORAL_TLS_CLIENT_KEY_PATH: path('missing') };
    expect(await said(78, ['status', '2025-10'], files)).toContain(`${path('missing')}: there is no such file`);
  });

  test('as the evidence and lies below a file', async () => {
    expect(await said(78, ['report', '2025-10'], { BILLING_EVIDENCE: `file:${path('text')}/evidence` })).toMatch(
      /text\/evidence\).*: a part of the path is a file, not a folder\. .*set BILLING_EVIDENCE/,
    );
  });

  // Docker makes one where a file is missing.
  test('reports an .env that is a folder', async () => {
    await mkdir(path('with-env/.env'), { recursive: true });
    expect(() => readEnvironment(path('with-env'), {})).toThrow(`${path('with-env/.env')} cannot be read: it is a folder`);
  });
});
