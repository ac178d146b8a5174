import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { evidenceSource } from '../../client/web/evidence-source.js';
import { createWeb } from '../../client/web/server.js';
import type { Source } from '../../client/web/source.js';
import { saveUser } from '../../client/web/users.js';
import { loadBaseConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { webSettings } from '../../shared/web-settings.js';
import { useHarness, type Harness } from '../report/harness.js';
import { PASSWORD } from './open.js';

/** The page for finance while what it needs is away: what is in the evidence is shown, and what is unknown is said in words, within seconds. */

let harness: Harness;
useHarness(async (opened) => {
  harness = opened;
  await harness.bill('2025-10', '2025-10-17');
});

/** Takes connections and never says a word, as a server that is frozen. */
let frozen: Server;
const sockets: Socket[] = [];
let address: string;
let connection: Connection;
beforeAll(async () => {
  frozen = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => frozen.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(frozen.address() as AddressInfo).port}`;
  connection = Connection.lazy({ address });
});
afterAll(async () => {
  await connection.close();
  frozen.close();
  for (const socket of sockets) socket.destroy();
});

const sourceAt = (): Source =>
  evidenceSource(
    loadBaseConfig(harness.env),
    openEvidence(harness.env['BILLING_EVIDENCE']!),
    { client: new Client({ connection }), address, namespace: 'default' },
    harness.env,
  );

const DECISION = { month: '2025-10', organizationId: 'o', digest: 'd', reason: 'right', actor: 'anna' };
const NOTHING_DECIDED = {
  isGood: false,
  text: 'Temporal does not answer right now, and nothing was decided. Try again later.',
};

// Month and end of month kept people waiting for ever.
test('says that progress is unknown and nothing was decided', async () => {
  const source = sourceAt();
  const [shown, answered, acted, asked] = await Promise.all([
    source.month('2025-10'),
    source.answered('2025-10', { what: 'close' }),
    source.act({ ...DECISION, action: 'skip' }),
    source.ask({ what: 'invoiced', month: '2025-10', actor: 'anna', reason: '' }),
  ]);
  expect(shown?.result.posted.sales).toBe('7120.32');
  expect(shown?.progress).toMatch(/^Temporal does not answer, so it is not known whether a run is under way/);
  expect(answered).toEqual({ failure: expect.stringMatching(/^Temporal does not answer, so it is not known/) as unknown });
  expect([acted, asked]).toEqual([NOTHING_DECIDED, NOTHING_DECIDED]);
});

// An outage was shown as a stack trace.
test.each([
  ['a store that is away', 'StoreUnavailable', 503, 'The evidence store does not answer right now'],
  ['a store refusing the log-in', 'StoreRefused', 500, 'The page cannot work with its settings. Its log says what to change.'],
  ['a key that is lost', 'KeyMissing', 500, 'The page cannot work with its settings.'],
  ['a bug, with its stack,', 'TypeError', 500, 'This did not work. The log of the page says why.'],
])('reports %s in a sentence, and logs it', async (_what, name, status, says) => {
  const written: string[] = [];
  const stderr = jest.spyOn(process.stderr, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const cause = Object.assign(new Error('what came of it, at db:5432'), { name });
  const source = { broker: 'default', months: () => Promise.reject(new Error('reading', { cause })) };
  const app = await createWeb(source as unknown as Source, webSettings(harness.env));
  const answer = await fetch(`${await app.listen({ host: '127.0.0.1', port: 0 })}/readyz`);
  const body = await answer.text();
  await app.close();
  stderr.mockRestore();
  expect([answer.status, body.replace(/\s+/g, ' ')]).toEqual([status, expect.stringContaining(says)]);
  expect(body).not.toContain('db:5432');
  const isOurMistake = name === 'TypeError';
  if (!isOurMistake) expect(written).toEqual(['GET /readyz: what came of it, at db:5432\n']);
  else expect(written.join()).toContain('at ');
});

// It was a stack trace that called it a bug.
test('names the setting of a port in use', async () => {
  const users = harness.file('users.json');
  await saveUser(users, { name: 'anna', role: 'see' }, PASSWORD);
  const env = { TEMPORAL_ADDRESS: process.env.TEST_TEMPORAL_ADDRESS!, BILLING_WEB_USERS: users };
  const { port } = frozen.address() as AddressInfo;
  const { code, said } = await harness.cliWith(env, 'web', '--port', String(port));
  expect([code, said]).toEqual([
    78,
    expect.stringMatching(/^127\.0\.0\.1:\d+: another program listens there already.*BILLING_WEB_PORT/),
  ]);
});
