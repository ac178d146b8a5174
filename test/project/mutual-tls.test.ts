import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { openSystem, type TestSystem } from '../system/system.js';
import { makeAuthority, signedBy, type Certificate } from './certificates.js';

/**
 * Mutual TLS between worker, commands and Temporal, with the settings of `docs/operations.md` and certificates made here. In front of a real server stands
 * what a company has there: TLS that asks for a certificate of its own authority and lets nobody else through.
 */
describe('Temporal behind mutual TLS', () => {
  let folder: string;
  let system: TestSystem;
  let front: Server;
  let address: string;
  let own: Certificate;
  let foreign: Certificate;
  let authority: Certificate;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mutual-tls-'));
    authority = await makeAuthority(folder, 'authority');
    const server = await signedBy(authority, folder, 'server');
    own = await signedBy(authority, folder, 'worker');
    foreign = await signedBy(await makeAuthority(folder, 'elsewhere'), folder, 'stranger');
    system = await openSystem({ world: 'september-2025', worker: false });
    const [host = '', port] = system.server.address.split(':');
    front = createServer(
      {
        cert: await readFile(server.certificate),
        key: await readFile(server.key),
        ca: await readFile(authority.certificate),
        requestCert: true,
        rejectUnauthorized: true,
        ALPNProtocols: ['h2'],
      },
      (socket) => {
        const behind = connect({ host, port: Number(port) });
        socket.on('error', () => behind.destroy());
        behind.on('error', () => socket.destroy());
        socket.pipe(behind).pipe(socket);
      },
    );
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    address = `localhost:${(front.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await system?.close();
    await new Promise<void>((resolve) => (front ? front.close(() => resolve()) : resolve()));
    await rm(folder, { recursive: true, force: true });
  });

  const settings = ({ certificate, key }: Certificate): Record<string, string> => ({
    TEMPORAL_ADDRESS: address,
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
  });

  test('a worker and a command with certificates bill a month', async () => {
    const worker = await system.startWorker(settings(own));
    const run = await system.cliWith(settings(own), 'run', '2025-10', '--as-of', '2025-10-09', '--wait', '--json');
    expect([0, 3]).toContain(run.code);
    expect((JSON.parse(run.stdout) as MonthResult).posted.sales).toBe('7011.60');
    await worker.kill('SIGTERM');
  }, 240_000);

  const without = (environment: Record<string, string>, ...names: string[]): Record<string, string> =>
    Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
  const CLIENT = ['TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_KEY_PATH'];

  const mistakes: [what: string, environment: () => Record<string, string>, says: RegExp][] = [
    [
      'with the certificate of another authority',
      () => settings(foreign),
      /refuses our certificate: is TEMPORAL_TLS_CLIENT_CERT_PATH/,
    ],
    [
      'with no certificate',
      () => without(settings(own), ...CLIENT),
      /wants? a client certificate, and none is set: .*_CLIENT_CERT_PATH/,
    ],
    [
      'without the authority',
      () => without(settings(own), 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
      /not trusted here.*TEMPORAL_TLS_SERVER_CA_CERT_PATH/,
    ],
    [
      'that expects another name',
      () => ({ ...settings(own), TEMPORAL_TLS_SERVER_NAME: 'elsewhere.example' }),
      /not for the name "elsewhere\.example".*TEMPORAL_TLS_SERVER_NAME/,
    ],
    ['in plain text', () => ({ TEMPORAL_ADDRESS: address }), /the server uses TLS.*TEMPORAL_TLS=true/],
    [
      'with TLS to a server without',
      () => ({ ...settings(own), TEMPORAL_ADDRESS: system.server.address }),
      /does not use TLS.*TEMPORAL_TLS=false/,
    ],
    [
      'with its key as its certificate',
      () => ({ ...settings(own), TEMPORAL_TLS_CLIENT_CERT_PATH: own.key }),
      /TEMPORAL_TLS_CLIENT_CERT_PATH/,
    ],
  ];
  test.each(mistakes)('a command %s learns the setting', async (_, environment, says) => {
    const { code, stderr } = await system.cliWith(environment(), 'run', '2025-10', '--as-of', '2025-10-09');
    expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringMatching(says) });
    expect(stderr).toMatch(/Temporal cannot be reached at \S+:\d+: /);
    expect(stderr).not.toMatch(/billing temporal start|before the deadline| {4}at /);
  });

  test('the settings are those that the documentation names', () => {
    const guide = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
    for (const name of Object.keys(settings(own))) expect(guide).toContain(`${name}=`);
  });
});
