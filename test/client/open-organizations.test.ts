import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { openOrganizations } from '../../client/months.js';
import { organizationBillingId, WORKFLOWS } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';

/** What `billing status` learns of open workflows, from a real server; no worker is there, so every workflow stays as it was started. */

const BROKER = 'open-organizations';
const MONTH = '2025-10';
const STATES = { waits: 'AwaitingApproval', needs: 'NeedsAttention', runs: 'Running', ended: 'NeedsAttention' };

describe('open organizations', () => {
  let client: Client;
  let asked: string[] = [];

  beforeAll(async () => {
    client = new Client({
      connection: await Connection.connect({ address: process.env.TEST_TEMPORAL_ADDRESS! }),
      interceptors: {
        workflow: [
          {
            describe: (input, next) => {
              asked.push(input.workflowExecution.workflowId.split('/').at(-1)!);
              return next(input);
            },
          },
        ],
      },
    });
    for (const [organizationId, status] of Object.entries(STATES))
      await client.workflow.start(WORKFLOWS.organization, {
        workflowId: organizationBillingId(BROKER, MONTH, organizationId),
        taskQueue: BROKER,
        searchAttributes: { BillingBroker: [BROKER], BillingMonth: [MONTH], BillingStatus: [status] },
      });
    await client.workflow.getHandle(organizationBillingId(BROKER, MONTH, 'ended')).terminate();
    await eventually(
      () => client.workflow.count(`BillingBroker = '${BROKER}' AND ExecutionStatus = 'Running'`),
      ({ count }) => count === 3,
    );
  });

  afterAll(async () => {
    for (const id of ['waits', 'needs', 'runs'])
      await client.workflow.getHandle(organizationBillingId(BROKER, MONTH, id)).terminate();
    await client.connection.close();
  });

  const open = async (waiting: string[]): Promise<Record<string, string>> => {
    asked = [];
    const found = await openOrganizations({ client }, BROKER, MONTH, waiting);
    return Object.fromEntries([...found].map(([id, { status }]) => [id, status]));
  };
  const ALL_OPEN = { waits: 'AwaitingApproval', needs: 'NeedsAttention', runs: 'Running' };

  test('those that list and evidence agree on are not queried', async () => {
    expect(await open(['waits', 'needs'])).toEqual(ALL_OPEN);
    expect(asked).toEqual(['runs']);
  });

  // A list that lags behind misleads nobody.
  test('asks the server where list and evidence differ', async () => {
    expect(await open(['waits', 'runs', 'ended', 'never-started'])).toEqual(ALL_OPEN);
    expect(asked.sort()).toEqual(['ended', 'needs', 'never-started', 'runs']);
  });
});
