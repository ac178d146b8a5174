import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Connection } from '@temporalio/client';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { denyOperator, type DenyingServer } from '../client/denied-operator.js';
import { eventually } from '../eventually.js';
import { openSystem, type TestSystem } from '../system/system.js';
import { makeAuthority, signedBy, type Certificate } from './certificates.js';

/** Temporal Cloud as `docs/hosting.md` has it: TLS, a certificate or a key for the API, and search attributes that only a person can make. */

const API_KEY = 'a-key-for-the-api';
const MISSING = 'BillingBroker';
let folder: string;
let system: TestSystem;
let cloud: DenyingServer;
let authority: Certificate;
let own: Certificate;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'temporal-cloud-'));
  authority = await makeAuthority(folder, 'authority');
  own = await signedBy(authority, folder, 'worker');
  system = await openSystem({
    world: 'september-2025',
    worker: false,
    searchAttributes: ['BillingMonth', 'BillingOrganization', 'BillingStatus'],
  });
  cloud = await denyOperator(system.server.address, {
    server: await signedBy(authority, folder, 'server'),
    authority,
    apiKey: API_KEY,
  });
});
afterAll(async () => {
  await cloud?.close();
  await system?.close();
  await rm(folder, { recursive: true, force: true });
});

const at = (): Record<string, string> => ({
  TEMPORAL_ADDRESS: cloud.address,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.certificate,
});
const withKey = (key = API_KEY): Record<string, string> => ({ ...at(), TEMPORAL_API_KEY: key });
const withCertificate = (): Record<string, string> => ({
  ...at(),
  TEMPORAL_TLS_CLIENT_CERT_PATH: own.certificate,
  TEMPORAL_TLS_CLIENT_KEY_PATH: own.key,
});
const BY_HAND = /tcld namespace search-attributes add --namespace default --search-attribute "?BillingBroker=Keyword/;

describe('in Temporal Cloud', () => {
  test('an API-key worker runs, and bills once the attribute exists', async () => {
    const worker = await system.startWorker(withKey());
    expect(worker.output()).toMatch(/missing: BillingBroker\./);
    expect(worker.output()).toMatch(BY_HAND);
    const refused = await system.cliWith(withKey(), 'run', '2025-10', '--as-of', '2025-10-09');
    expect([refused.code, refused.stderr]).toEqual([78, expect.stringMatching(BY_HAND)]);
    const looked = await system.cliWith(withKey(), 'doctor');
    expect(looked.stdout).toMatch(/search attributes: missing: BillingBroker/);
    expect(looked.stdout).toMatch(BY_HAND);
    await (system.client.connection as Connection).operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: { [MISSING]: 2 },
    });
    const run = await eventually(
      () => system.cliWith(withKey(), 'run', '2025-10', '--as-of', '2025-10-09', '--wait', '--json'),
      ({ code }) => code !== 78,
    );
    expect((JSON.parse(run.stdout) as MonthResult).posted.sales).toBe('7011.60');
    await worker.kill('SIGTERM');
  });

  test('a command needs a certificate or key, else names the setting', async () => {
    expect(await system.cliWith(withCertificate(), 'status', '2025-10')).toMatchObject({ code: 0 });
    for (const settings of [withKey('another'), { ...at(), TEMPORAL_TLS: 'true' }]) {
      const { code, stderr } = await system.cliWith(settings, 'status', '2025-10');
      expect([code, stderr]).toEqual([69, expect.stringMatching(/TEMPORAL_API_KEY/)]);
    }
  });
});
