import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../client/temporal-server/free-port.js';
import { findOnPath } from '../../client/temporal-server/checks.js';
import { eventually } from '../eventually.js';
import { makeAuthority, signedBy } from './certificates.js';

/** The example of a proxy with log-in, checked and run by nginx itself where that is installed; ports and files alone are the test's. */

const program = await findOnPath('nginx', process.env);
if (program === undefined) console.warn('nginx is not installed: deploy/proxy/nginx.conf is not run.');
const withNginx = program === undefined ? describe.skip : describe;

withNginx('deploy/proxy/nginx.conf', () => {
  let folder: string;
  let behind: Server;
  let nginx: ChildProcess;
  let port: number;
  let seen: IncomingHttpHeaders | null = null;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'proxy-'));
    await chmod(folder, 0o755);
    behind = createServer((incoming, answer) => {
      seen = incoming.headers;
      answer.end('behind');
    });
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    port = await freePort();
    const { certificate, key } = await signedBy(await makeAuthority(folder, 'authority'), folder, 'proxy');
    const { stdout } = await promisify(execFile)('openssl', ['passwd', '-apr1', 'hunter2']);
    await writeFile(join(folder, 'users'), `ann:${stdout.trim()}\n`, { mode: 0o644 });
    const example = await readFile(new URL('../../deploy/proxy/nginx.conf', import.meta.url), 'utf8');
    const conf = example
      .replaceAll('/etc/nginx/tls/billing.crt', certificate)
      .replaceAll('/etc/nginx/tls/billing.key', key)
      .replaceAll('/etc/nginx/billing-users', join(folder, 'users'))
      .replaceAll('listen 443', `listen 127.0.0.1:${port}`)
      .replaceAll(/127\.0\.0\.1:(8080|4020)/g, `127.0.0.1:${(behind.address() as AddressInfo).port}`)
      .replace(
        'http {',
        `http {\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}`,
      );
    await writeFile(join(folder, 'nginx.conf'), `daemon off;\npid ${folder}/pid;\nerror_log stderr;\n${conf}`);
    nginx = spawn(program!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    await eventually(
      () => ask('ui.example.com').catch(() => null),
      (answer) => answer !== null,
    );
  });
  afterAll(async () => {
    nginx?.kill('SIGTERM');
    behind?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (host: string, headers: Record<string, string> = {}): Promise<number> =>
    new Promise((resolve, reject) => {
      request(
        { host: '127.0.0.1', port, path: '/', servername: host, rejectUnauthorized: false, headers: { Host: host, ...headers } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        },
      )
        .on('error', reject)
        .end();
    });
  const asAnn = { Authorization: `Basic ${Buffer.from('ann:hunter2').toString('base64')}` };

  test('is accepted by nginx', async () => {
    await expect(promisify(execFile)(program!, ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')])).resolves.toBeDefined();
  });

  test.each(['ui.example.com', 'billing.example.com'])('lets nobody to %s without a log-in', async (host) => {
    seen = null;
    expect(await ask(host)).toBe(401);
    expect(await ask(host, { Authorization: `Basic ${Buffer.from('ann:wrong').toString('base64')}` })).toBe(401);
    expect(seen).toBeNull();
  });

  test('sets its own header, ignores the browser’s, hides the password', async () => {
    expect(await ask('billing.example.com', { ...asAnn, 'X-Forwarded-User': 'cfo' })).toBe(200);
    expect(seen).toMatchObject({ 'x-forwarded-user': 'ann', host: 'billing.example.com' });
    expect(seen).not.toHaveProperty('authorization');
  });

  test('answers nothing to another name', async () => {
    await expect(ask('evil.example.com', asAnn)).rejects.toThrow(/hang up|reset/);
  });
});
