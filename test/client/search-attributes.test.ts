import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkTemporal } from '../../client/checks/temporal.js';
import { askForSearchAttributes, AttributesMissing, ensureSearchAttributes } from '../../client/temporal/search-attributes.js';
import { withTemporal } from '../../client/temporal/connection.js';
import { startDevServer, type DevServer } from '../../client/temporal-server/index.js';
import { SEARCH_ATTRIBUTES } from '../../shared/messages/names.js';
import { COMPLETE_SETTINGS } from '../settings.js';
import { denyOperator, type DenyingServer } from './denied-operator.js';

/** Temporal Cloud denies the service that lists and makes search attributes. A real server behind a stand-in that denies it too. */

describe('where nobody may ask for search attributes', () => {
  let server: DevServer;
  let cloud: DenyingServer;
  beforeAll(async () => {
    server = await startDevServer({ path: process.env.TEST_TEMPORAL_CLI!, searchAttributes: SEARCH_ATTRIBUTES.slice(1) });
    cloud = await denyOperator(server.address);
  });
  afterAll(async () => {
    await cloud?.close();
    await server?.stop();
  });

  const environment = (): Record<string, string> => ({ ...COMPLETE_SETTINGS, TEMPORAL_ADDRESS: cloud.address });
  const looked = async () => {
    const context = { environment: environment(), out: () => undefined, say: () => undefined, isTerminal: false };
    return (await checkTemporal(context)).find(({ check }) => check === 'search attributes');
  };

  // What must be made by hand; the worker runs: it ended with a denied call.
  test('a run without search attributes is refused with the command', async () => {
    await withTemporal(environment(), async (temporal) => {
      const refused = ensureSearchAttributes(temporal);
      await expect(refused).rejects.toBeInstanceOf(AttributesMissing);
      await expect(refused).rejects.toThrow(/missing: BillingBroker\.[^]*in Temporal Cloud add them/);
      const said: string[] = [];
      await askForSearchAttributes(temporal, SEARCH_ATTRIBUTES, (text) => void said.push(text));
      expect(said.join()).toMatch(/missing: BillingBroker\.[^]*Until then no run can start/);
    });
    expect(cloud.denied()).toBeGreaterThan(2);
    expect(await looked()).toMatchObject({ isGood: false, text: 'missing: BillingBroker' });
  });

  test('both continue without a restart once it has been made there', async () => {
    await withTemporal({ ...environment(), TEMPORAL_ADDRESS: server.address }, (temporal) => ensureSearchAttributes(temporal));
    const until = Date.now() + 30_000;
    for (;;) {
      const found = await looked();
      if (found?.isGood || Date.now() > until) {
        expect(found).toMatchObject({ isGood: true, text: expect.stringContaining('BillingBroker') as unknown });
        break;
      }
    }
    await withTemporal(environment(), (temporal) => ensureSearchAttributes(temporal));
  });
});
