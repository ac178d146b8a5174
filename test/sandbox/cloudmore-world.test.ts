import { expect, test } from '@jest/globals';
import { cloudmoreWorldSchema } from '../../sandbox/cloudmore/index.js';
import { cloudmoreWorld } from './cloudmore-host.js';

const problemsOf = (world: object): string =>
  cloudmoreWorldSchema
    .safeParse(world)
    .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('\n') ?? '';

test.each<[what: string, change: object, message: string]>([
  ['a misspelt key', { organisations: [] }, 'Unrecognized key: "organisations"'],
  ['a misspelt switch', { behaviour: { polls: 3 } }, 'behaviour: Unrecognized key: "polls"'],
  ['a list of subscriptions nobody serves', { subscriptions: { perpetual: [] } }, 'subscriptions: Unrecognized key: "perpetual"'],
  ['a block without a billing date', { monthlyBilling: [{ organizations: [] }] }, 'monthlyBilling.0.billingDate: '],
  [
    'a block with half a date',
    { monthlyBilling: [{ billingDate: '8 October' }] },
    '"8 October" is not a day or an instant such as',
  ],
  ['an organization without a name', { organizations: [{ id: 'org-1' }] }, 'organizations.0.name: '],
  [
    'the same organization twice',
    {
      organizations: [
        { id: 'a', name: 'A' },
        { id: 'A', name: 'B' },
      ],
    },
    'two organizations have the id "A"',
  ],
  ['prices of no service', { priceLists: { nothing: [] } }, 'price list of "nothing", which is not a service of this world'],
])('%s is refused by name', (_what, change, message) => {
  expect(problemsOf({ ...cloudmoreWorld(), ...change })).toContain(message);
});

test('what is served keeps members that nobody knows', () => {
  const world = cloudmoreWorldSchema.parse(
    cloudmoreWorld({ monthlyBilling: [{ billingDate: '2025-10-08', somethingNew: { deep: [1] } }] }),
  );
  expect(world.monthlyBilling).toEqual([{ billingDate: '2025-10-08', somethingNew: { deep: [1] } }]);
});

test('a small world needs no credentials and no switches', () => {
  expect(cloudmoreWorldSchema.parse(cloudmoreWorld())).toMatchObject({
    username: 'sandbox',
    password: 'sandbox',
    clientSecret: 'sandbox',
    behaviour: { pollsBeforeReady: 1, decimalsAsStrings: false, bodylessAccepted: false, taskOutcome: 'ok' },
  });
});
