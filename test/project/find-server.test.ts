import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadCli, downloadTestServer, type ReleaseDownload } from '../../client/temporal-server/download.js';
import { findTemporalServer, findTestServer } from '../../client/temporal-server/index.js';
import { TEMPORAL_CLI_SUMS } from '../../client/temporal-server/versions.js';
import { emptyMachine, goToolchain, program, silentProxy, temporalCli, type Machine } from './fake-programs.js';

/** The order of `findTemporalServer` and `findTestServer`, on a machine that has nothing but what a test puts there. */
let machine: Machine;
let said: string[];
const say = (line: string): void => void said.push(line);
const find = (env: NodeJS.ProcessEnv = {}) => findTemporalServer({ env: { ...machine.env, ...env }, say });
const kept = (): string => join(machine.cache, 'cloudmore-autotask-billing/temporal-1.8.2/temporal');

beforeEach(async () => {
  machine = await emptyMachine();
  said = [];
});

afterEach(() => rm(machine.root, { recursive: true, force: true }));

describe('the dev server', () => {
  test('TEMPORAL_ADDRESS comes first', async () => {
    const address = process.env.TEST_TEMPORAL_ADDRESS ?? '';
    const path = await temporalCli(join(machine.bin, 'temporal'));
    expect(await find({ TEMPORAL_ADDRESS: address, TEMPORAL_CLI_PATH: path })).toEqual({ kind: 'address', address });
    expect(said).toEqual([]);
  });

  test('an address where nobody answers is said, and the next way taken', async () => {
    const path = await temporalCli(join(machine.bin, 'elsewhere'));
    expect(await find({ TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_CLI_PATH: path })).toEqual({ kind: 'executable', path });
    expect(said).toEqual([expect.stringContaining('TEMPORAL_ADDRESS: nothing answers at 127.0.0.1:1')]);
  });

  test('TEMPORAL_CLI_PATH comes before the PATH, the PATH before the cache', async () => {
    const named = await temporalCli(join(machine.bin, 'named'));
    const onPath = await temporalCli(join(machine.bin, 'temporal'));
    await temporalCli(kept());
    expect(await find({ TEMPORAL_CLI_PATH: named })).toEqual({ kind: 'executable', path: named });
    expect(await find()).toEqual({ kind: 'executable', path: onPath });
    expect(said).toEqual([]);
  });

  test('skips another program called temporal, and says so', async () => {
    await program(join(machine.bin, 'temporal'), `console.log('a clock');`);
    await temporalCli(kept());
    expect(await find()).toEqual({ kind: 'executable', path: kept() });
    expect(said).toEqual([expect.stringContaining('is not the Temporal CLI')]);
  });

  test('builds with Go once when nothing can be downloaded', async () => {
    const goCalls = await goToolchain(machine);
    expect(await find()).toEqual({ kind: 'executable', path: kept() });
    expect(said[0]).toMatch(/^Downloading Temporal CLI/);
    expect(said[1]).toMatch(/download: not possible/);
    expect(said[2]).toMatch(/^Building Temporal CLI v1.8.2 with the Go toolchain \(once on this machine/);
    const calls = await goCalls();
    expect(await find()).toEqual({ kind: 'executable', path: kept() });
    expect(await goCalls()).toEqual(calls);
    expect(await readdir(join(machine.cache, 'cloudmore-autotask-billing'))).toEqual(['temporal-1.8.2']);
    expect(await readdir(join(kept(), '..'))).toEqual(['temporal']);
  });

  test('replaces a broken copy and clears a killed build', async () => {
    await goToolchain(machine);
    await program(kept(), 'process.exit(1);');
    await mkdir(join(kept(), '../../temporal-1.8.2.draft-killed'));
    expect(await find()).toEqual({ kind: 'executable', path: kept() });
    expect(await readdir(join(kept(), '../..'))).toEqual(['temporal-1.8.2']);
  });

  test('a lock whose holder died is taken over', async () => {
    await goToolchain(machine);
    const lock = join(kept(), '../../temporal-1.8.2.lock');
    await mkdir(lock, { recursive: true });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    expect(await find()).toEqual({ kind: 'executable', path: kept() });
  });

  test('two processes that start at once build it once', async () => {
    const goCalls = await goToolchain(machine);
    const found = await Promise.all([findInOwnProcess(), findInOwnProcess()]);
    expect(found).toEqual([kept(), kept()]);
    expect((await goCalls()).filter((call) => call.startsWith('build'))).toHaveLength(1);
  });

  test('when nothing works, lists every attempt and what to install', async () => {
    const failure = await find().catch((error: Error) => error.message);
    expect(failure).toMatch(
      new RegExp(
        [
          'Could not find or build the Temporal dev server:',
          'TEMPORAL_ADDRESS: nothing there',
          'TEMPORAL_CLI_PATH: nothing there',
          '`temporal` on the PATH: nothing there',
          'cache folder .*temporal-1.8.2: nothing there',
          'download: not possible .*',
          'Go build: go is not installed \\(not on the PATH\\)',
          'Any one of these helps: install the Temporal CLI .* install Go .* TEMPORAL_ADDRESS',
        ].join('\n *'),
      ),
    );
    expect(existsSync(join(kept(), '..'))).toBe(false);
  });
});

describe('the time-skipping server', () => {
  const findTest = (env: NodeJS.ProcessEnv = {}) => findTestServer({ env: { ...machine.env, ...env }, say });
  const keptTest = (): string =>
    join(machine.cache, 'cloudmore-autotask-billing/temporal-test-server-1.38.0/temporal-test-server');

  test('TEMPORAL_TEST_SERVER_PATH comes before the cache', async () => {
    const named = await program(join(machine.bin, 'named'), '');
    await program(keptTest(), '');
    expect(await findTest({ TEMPORAL_TEST_SERVER_PATH: named })).toBe(named);
    expect(await findTest()).toBe(keptTest());
    expect(said).toEqual([]);
  });

  test('what cannot be downloaded is put together with Maven and kept', async () => {
    await program(join(machine.bin, 'java'), '');
    await program(join(machine.bin, 'mvn'), `require('node:fs').mkdirSync('lib');`);
    expect(await findTest()).toBe(keptTest());
    expect((await readdir(join(keptTest(), '..'))).sort()).toEqual(['lib', 'pom.xml', 'temporal-test-server']);
  });

  test('when nothing works, the message says what to install', async () => {
    await expect(findTest()).rejects.toThrow(/Maven: java is not installed[^]*install Java and Maven/);
  });
});

describe('a download', () => {
  const output = (): string => join(machine.bin, 'temporal');
  // The release's archive is unpacked by the system's own program.
  const env = (): NodeJS.ProcessEnv => ({ ...machine.env, PATH: process.env.PATH, HTTPS_PROXY: '' });
  const download = (from: string, more: Partial<ReleaseDownload> = {}, of = downloadCli): Promise<void> =>
    of({ version: '1.8.2', output: output(), env: env(), from, platform: 'linux-x64', ...more });

  /** An archive of a program, the server that has it, and what it was asked. */
  async function release(
    answer: 'archive' | 'elsewhere',
    path = 'temporal',
  ): Promise<{ from: string; sum: string; asked: string[]; close: () => void }> {
    const file = join(machine.root, 'release', path);
    await mkdir(dirname(file), { recursive: true });
    await temporalCli(file);
    const archive = join(machine.root, 'archive.tar.gz');
    await promisify(execFile)('tar', ['-czf', archive, '-C', join(machine.root, 'release'), path]);
    const bytes = await readFile(archive);
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (answer === 'archive') response.end(bytes);
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
    const from = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { from, sum: createHash('sha256').update(bytes).digest('hex'), asked, close: () => void server.close() };
  }

  test.each([
    ['the dev server', downloadCli, 'temporal', '/v1.8.2/temporal_cli_1.8.2_linux_amd64.tar.gz'],
    [
      'the time-skipping server',
      downloadTestServer,
      'temporal-test-server_1.8.2_linux_amd64/temporal-test-server',
      '/v1.8.2/temporal-test-server_1.8.2_linux_amd64.tar.gz',
    ],
  ])('of %s with the sum that is known is unpacked', async (_, of, path, address) => {
    const { from, sum, asked, close } = await release('archive', path);
    await download(from, { sums: { 'linux-x64': sum } }, of);
    close();
    expect(asked).toEqual([address]);
    expect((await promisify(execFile)(output(), ['--version'])).stdout).toContain('temporal version');
    expect(await readdir(machine.bin)).toEqual(['temporal']);
  });

  test.each([
    ['the dev server', downloadCli, 'd8421bda'],
    ['the time-skipping server', downloadTestServer, '41df834f'],
  ])('rejects a download of another program than %s', async (_, of, sum) => {
    const { from, close } = await release('archive');
    await expect(download(from, {}, of)).rejects.toThrow(
      new RegExp(`SHA-256 .* is [0-9a-f]{64}, not ${sum}.*: it is not the released file`),
    );
    close();
    expect(await readdir(machine.bin)).toEqual([]);
  });

  test('that leads elsewhere is not followed', async () => {
    const { from, asked, close } = await release('elsewhere');
    await expect(download(from)).rejects.toThrow(/not possible \(127\.0\.0\.1:\d+ answered 302\)/);
    close();
    expect(asked).toHaveLength(1);
  });

  test('for a platform of which nobody has a sum is not tried', async () => {
    await expect(download('http://127.0.0.1:1', { platform: 'freebsd-x64' })).rejects.toThrow(
      /there is no checksum of 1\.8\.2 for freebsd-x64/,
    );
  });

  test.each([
    [
      'the dev server',
      (url: string) => download('https://temporal.invalid', { env: { ...env(), HTTPS_PROXY: url }, stalledAfterMs: 3_000 }),
    ],
    [
      'the time-skipping server',
      (url: string) =>
        download('https://temporal.invalid', { env: { ...env(), HTTPS_PROXY: url }, stalledAfterMs: 3_000 }, downloadTestServer),
    ],
  ])('of %s that stands still is given up', async (_, standing) => {
    const { url, server } = await silentProxy();
    try {
      await expect(standing(url)).rejects.toThrow('no data came for 3 s');
    } finally {
      server.close();
    }
    expect(await readdir(machine.bin)).toEqual([]);
  });
});

test('knows a checksum for every supported platform', () => {
  expect(Object.keys(TEMPORAL_CLI_SUMS).sort()).toEqual(
    ['darwin', 'linux', 'win32'].flatMap((system) => [`${system}-arm64`, `${system}-x64`]),
  );
  for (const sum of Object.values(TEMPORAL_CLI_SUMS)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
});

async function findInOwnProcess(): Promise<string> {
  const module = new URL('../../client/temporal-server/index.ts', import.meta.url).href;
  const code = `import { findTemporalServer } from '${module}'; process.stdout.write((await findTemporalServer()).path);`;
  const file = join(machine.bin, 'find.mjs');
  await writeFile(file, code);
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', import.meta.resolve('tsx'), file], {
    env: machine.env,
  });
  return stdout;
}
