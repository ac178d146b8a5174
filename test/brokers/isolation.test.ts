import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { join } from 'node:path';
import { freePort } from '../../client/temporal-server/free-port.js';
import { startSandbox, type FaultRule, type Sandbox } from '../../sandbox/index.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { billingQueue, organizationBillingId, WORKFLOWS } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';
import { HOSTILE } from '../hostile/texts.js';
import { useSystem, type Run, type TestSystem } from '../system/system.js';
import { worldFiles } from '../worlds/file.js';
import { sumsOf } from '../worlds/outcome.js';
import { startEndless, type Endless } from '../../bench/endless.js';
import { folderWith, installationOf, writeSettings } from './folder.js';

/** One process, and in it a broker for everything that can go wrong with one, all at the same time: the others are billed on time and to the cent, and each trouble is reported to its own. */

const port = await freePort();
const folder = folderWith({});
const renewed = worldFiles().find(({ name }) => name === 'renewed')!;
const [day] = renewed.expected.days;
const RUN = ['run', day!.month, '--as-of', day!.asOf];
const WELL = ['aaa', 'zzz'];
/** Far more than these months take, seconds, and far less than the patience with a broken broker; `bench -- fairness` measures. */
const ON_TIME_MS = 180_000;
const SAID_WITHIN_MS = 60_000;
/** The server ends a workflow with a longer history; those of these months have a tenth of it. */
const EVENTS_MAX = 600;

interface Trouble {
  broker: string;
  what: string;
  settings?: Record<string, string>;
  customer?: string;
  product?: string;
  faults?: FaultRule[];
  /** Done once it is served, before its run. */
  before?: (broker: string) => Promise<unknown>;
  /** How its own run ends; null: it is not waited for. */
  code: number | null;
  /** What is read where its people look. */
  says: RegExp;
}

const answers = (status: number, match: FaultRule['match'], headers = {}): FaultRule[] => [
  { match: { vendor: 'autotask', ...match }, fault: { kind: 'status', status, when: 'before', headers } },
];
const LONG = 'x'.repeat(3 * 1024 * 1024);
const TROUBLES: Trouble[] = [
  {
    broker: 'secret',
    what: 'a wrong secret',
    settings: { AUTOTASK_SECRET: 'not-the-secret' },
    code: 1,
    says: /: 401 .*AUTOTASK_SECRET/,
  },
  {
    broker: 'revoked',
    what: 'a key revoked in mid-month',
    faults: answers(401, { method: 'PATCH' }),
    code: 3,
    says: /: 401 .*AUTOTASK_SECRET/,
  },
  {
    broker: 'quota',
    what: 'no quota left',
    faults: answers(429, {}, { 'retry-after': '3600' }),
    code: null,
    says: /under way since/,
  },
  { broker: 'endless', what: 'answers without end', code: 1, says: /the answer is larger than 33554432 bytes/ },
  {
    broker: 'hostile',
    what: 'hostile names',
    customer: Object.values(HOSTILE).join(' ').slice(0, 5_000),
    code: 0,
    says: /posted 130\.00/,
  },
  { broker: 'long', what: 'names of 3 MB', customer: LONG, product: LONG, code: 3, says: /130\.00 EUR record unreadable/ },
  {
    broker: 'full',
    what: 'a workflow with a full history',
    settings: { BILLING_MODE: 'approve' },
    before: fillHistory,
    code: 3,
    says: /1 plan waits for approval: 130\.00/,
  },
  {
    broker: 'poisoned',
    what: 'a workflow that fails at each of its tasks',
    before: poison,
    code: null,
    says: /1 customer cannot continue/,
  },
];

let system: TestSystem;
let endless: Endless;
const sandboxes = new Map<string, Sandbox>();
useSystem(
  { world: 'september-2025', worker: false, limits: { 'limit.historyCount.error': EVENTS_MAX } },
  (opened) => (system = opened),
);
beforeAll(async () => {
  endless = await startEndless();
  for (const broker of WELL) await addBroker({ broker });
  for (const trouble of TROUBLES) await addBroker(trouble);
  await system.startWorker({ ...around(), BILLING_HTTP: `127.0.0.1:${port}` });
  await eventually(ready, (seen) => seen.checks.brokers === allServed());
});
afterAll(async () => {
  endless?.close();
  await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.close()));
});

async function addBroker({
  broker,
  settings,
  customer = 'Contoso',
  product = 'Business Premium',
  faults = [],
}: Partial<Trouble> & { broker: string }): Promise<void> {
  const text = JSON.stringify(renewed.world.cloudmore)
    .replaceAll('"contoso"', JSON.stringify(organizationOf(broker)))
    .replaceAll('"Contoso"', () => JSON.stringify(customer))
    .replaceAll('"productName":"Business Premium"', () => `"productName":${JSON.stringify(product)}`);
  const sandbox = await startSandbox({ world: { ...renewed.world, cloudmore: JSON.parse(text) as unknown }, faults });
  sandboxes.set(broker, sandbox);
  const { BILLING_BROKER: _, ...env } = sandbox.env();
  const other = broker === 'endless' ? { AUTOTASK_URL: endless.url } : {};
  writeSettings(join(folder, `${broker}.env`), { ...env, ...other, BILLING_MODE: 'auto', BILLING_CANARY: 'off', ...settings });
}

const allServed = (): string => `${sandboxes.size} of ${sandboxes.size} are served`;

/** One customer is billed by one broker. */
const organizationOf = (broker: string): string => `customer-of-${broker}`;

const around = (): Record<string, string> => installationOf(system.env, folder);

const cli = (broker: string, ...args: string[]): Promise<Run> => system.cliWith(around(), '--broker', broker, ...args);
const ready = async (): Promise<{ checks: Record<string, string> }> =>
  (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { checks: Record<string, string> };

const workflowOf = (broker: string): string => organizationBillingId(broker, day!.month, organizationOf(broker));

/** The customer's workflow is there already, with an input that nobody has the key of: it fails as often as it is tried. */
async function poison(broker: string): Promise<void> {
  const unreadable = {
    metadata: { encoding: Buffer.from('binary/encrypted'), 'encryption-key-id': Buffer.from('lost') },
    data: Buffer.of(1),
  };
  const codec = {
    encode: (payloads: Payload[]) => Promise.resolve(payloads.map(() => unreadable)),
    decode: (payloads: Payload[]) => Promise.resolve(payloads),
  };
  const client = new Client({ connection: system.client.connection, dataConverter: { payloadCodecs: [codec] } });
  const handle = await client.workflow.start(WORKFLOWS.organization, {
    taskQueue: billingQueue(broker),
    workflowId: workflowOf(broker),
    args: [{}],
  });
  await eventually(
    async () => (await handle.fetchHistory()).events ?? [],
    (events) => events.some(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes != null),
  );
}

/** A month that waits for approval gets so many messages that Temporal ends it. */
async function fillHistory(broker: string): Promise<void> {
  await cli(broker, ...RUN, '--wait');
  const handle = system.client.workflow.getHandle(workflowOf(broker));
  for (let sent = 0; sent < EVENTS_MAX; sent += 100)
    await Promise.all(Array.from({ length: 100 }, () => handle.signal('nothing'))).catch(() => undefined); // it has ended
  await eventually(
    () => handle.describe(),
    ({ status }) => status.name === 'TERMINATED',
  );
}

describe('next to brokers that each have another problem', () => {
  const ended = new Map<string, Run>();
  beforeAll(async () => {
    await Promise.all(TROUBLES.map(async ({ broker, before }) => before?.(broker)));
    const troubled = TROUBLES.map(async ({ broker, code }) => {
      ended.set(broker, await cli(broker, ...RUN, ...(code === null ? [] : ['--wait'])));
    });
    await well();
    await Promise.all(troubled);
  }, 400_000);

  const says: [string, number, Run][] = [];
  async function well(): Promise<void> {
    await Promise.all(
      WELL.map(async (broker) => {
        const begun = Date.now();
        const run = await cli(broker, ...RUN, '--wait', '--json');
        says.push([broker, Date.now() - begun, run]);
      }),
    );
  }

  // And to the cent.
  test('the others are billed on time, and all are still served', async () => {
    for (const [broker, ms, run] of says) {
      expect([broker, run.code, sumsOf(JSON.parse(run.stdout) as MonthResult)]).toEqual([broker, 0, day!.result]);
      expect(ms).toBeLessThan(ON_TIME_MS);
    }
    expect(says).toHaveLength(WELL.length);
    expect((await ready()).checks.brokers).toBe(allServed());
  });

  test.each(TROUBLES.map((trouble) => [trouble.what, trouble] as const))(
    '%s is reported to its own',
    async (_, { broker, code, says }) => {
      const run = ended.get(broker)!;
      if (code !== null) expect([broker, run.code]).toEqual([broker, code]);
      // What fails again and again is reported once it has failed so often.
      await eventually(
        async () => {
          const status = await cli(broker, 'status', day!.month);
          return `${run.stdout}${run.stderr}${status.stdout}${status.stderr}`;
        },
        (text) => says.test(text),
        SAID_WITHIN_MS,
      );
    },
    2 * SAID_WITHIN_MS,
  );
});
