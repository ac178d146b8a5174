import { describe, expect, test } from '@jest/globals';
import {
  Claims,
  seenMoney,
  withDisagreements,
  type ContractMoney,
  type Disagreement,
} from '../../shared/billing/results/claims.js';
import { contractKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import { stopped } from '../../shared/billing/derivation/rule-of-reason.js';
import type { Outcome } from '../../shared/billing/results/results.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { charge, CODE, line, MONTH, plan, row, running } from './builders.js';
import { KEY } from './examples/row-and-charge.js';

/** Rule 7.9: what is said to be posted on a contract, against what was last seen there. */

const AT = '2025-10-12T03:00:00Z';
const OURS = KEY.toLowerCase();
const posted = (changes: Partial<PlannedItem> = {}): PlannedItem => ({ ...plan({ books: running() }).items[0]!, ...changes });
const held = posted({ outcome: 'held', reason: 'unclassified' });

describe('what is seen of the contracts that posted items name', () => {
  const seen = (changes: Partial<Books>, items = [posted()]): ContractMoney[] =>
    seenMoney(items, { ...running(), ...changes }, MONTH, AT).contracts;
  const charges = (...all: Partial<Books['charges'][number]>[]): ContractMoney['charges'] =>
    seen({
      products: [
        { id: 70, name: 'Azure Plan', key: null, isActive: true },
        { id: 71, name: 'Consulting', key: null, isActive: true },
        { id: 72, name: 'Something', key: 'cloudmore:azure-plan', isActive: true },
      ],
      charges: all.map((changes, index) => charge({ id: index, ...changes })),
    })[0]!.charges;

  // Each row is rounded as it is posted.
  test('what is seen is their rows by service, rounded, with the time', () => {
    const rows = [
      row({ price: '120.005', cost: '100.004' }),
      row({ id: 2, startDay: '2025-11-01' }),
      row({ id: 3, contractId: 101 }),
    ];
    expect(seenMoney([posted()], { ...running(), rows }, MONTH, AT)).toEqual({
      at: AT,
      contracts: [{ contractId: 100, rows: [{ key: CODE.toLowerCase(), sales: '120.01', cost: '100' }], charges: [] }],
    });
  });

  test('is rows of a service that is not known as well', () => {
    expect(seen({ services: [], rows: [row()] })).toEqual([
      { contractId: 100, rows: [{ key: '', sales: '120', cost: '100' }], charges: [] },
    ]);
  });

  // Nor is anything seen for items on no contract.
  test('contracts without posted items are not looked at', () => {
    expect(seen({}, [held])).toEqual([]);
    expect(seen({}, [posted({ contractId: null })])).toEqual([]);
    expect(seen({ rows: [], charges: [charge()] }, [posted({ contractId: 101 })])).toEqual([
      { contractId: 101, rows: [], charges: [] },
    ]);
  });

  test.each<[string, Partial<Books['charges'][number]>, ContractMoney['charges']]>([
    ['with a key of ours of the month', { key: `${KEY}-2`, price: '5.005' }, [{ key: OURS, sales: '5.01', cost: '0' }]],
    ['dated elsewhere: its key names the month', { key: KEY, day: '2025-11-01' }, [{ key: OURS, sales: '5', cost: '0' }]],
    ['of another month', { key: KEY.replace(MONTH, '2025-09') }, []],
    [
      'others’ on a product of a record type',
      { key: 'PO 1', productId: 70 },
      [{ key: 'cloudmore:azure-plan', sales: '5', cost: '0' }],
    ],
    [
      'of others on a product with our key',
      { key: 'PO 1', productId: 72 },
      [{ key: 'cloudmore:azure-plan', sales: '5', cost: '0' }],
    ],
    ['of others on a product of theirs', { key: 'PO 1', productId: 71 }, [{ key: '', sales: '5', cost: '0' }]],
    ['others’ on an unknown product', { key: 'PO 1', productId: 99 }, []],
    ['others’ on such a product in another month', { key: 'PO 1', productId: 70, day: '2025-09-30' }, []],
    ['of others without a product', { key: 'PO 1' }, []],
  ])('charges of an item: %s', (_, changes, expected) => {
    expect(charges(changes)).toEqual(expected);
  });
});

describe('claims on a contract', () => {
  interface Said {
    organization?: string;
    items?: PlannedItem[];
    at?: string;
    contracts?: ContractMoney[];
  }
  const row120: ContractMoney = { contractId: 100, rows: [{ key: CODE.toLowerCase(), sales: '120', cost: '100' }], charges: [] };
  const nothing: ContractMoney = { contractId: 100, rows: [], charges: [] };
  const disagreements = (...said: Said[]): Disagreement[] => {
    const claims = new Claims('default', MONTH, () => []);
    for (const { organization = 'org-1', items = [posted()], at = AT, contracts = [row120] } of said)
      claims.add({ organizationId: organization, organizationName: `Name of ${organization}`, items, seen: { at, contracts } });
    return claims.disagreements();
  };

  test('nobody has made yet, disagree with nothing', () => {
    expect(disagreements()).toEqual([]);
  });

  test('each item says what stands and who claims how much', () => {
    const message =
      'Contract 100 shows 120 / 100 in 2025-10, but 240 / 200 is said to be posted on it: 120.00 of Business Premium for Name of org-1, 120.00 of Business Premium for Name of org-2.';
    expect(disagreements({}, { organization: 'org-2' })).toEqual([
      { organizationId: 'org-1', itemId: posted().id, message },
      { organizationId: 'org-2', itemId: posted().id, message },
    ]);
  });

  test.each<[string, Said[], number]>([
    [
      'what is held or on no contract claims nothing',
      [{ items: [posted(), held, posted({ contractId: null, sales: '7.00' })] }],
      0,
    ],
    ['an amount in sales alone', [{ items: [posted({ sales: '121.00' })] }], 1],
    ['an amount in cost alone', [{ items: [posted({ cost: '99.00' })] }], 1],
    ['another service on the contract is another claim', [{ items: [posted({ itemCode: 'OTHER' })], contracts: [row120] }], 1],
    ['one that nobody has seen is not compared', [{ contracts: [] }], 0],
    [
      'what was seen last counts, in whatever order it comes',
      [{ at: '2025-10-12T04:00:00Z' }, { items: [], contracts: [nothing] }],
      0,
    ],
    ['also where it comes last', [{ contracts: [nothing] }, { items: [], at: '2025-10-12T04:00:00Z' }], 0],
    ['of the same moment, what comes first', [{}, { items: [], contracts: [nothing] }], 0],
  ])('%s', (_, said, count) => {
    expect(disagreements(...said)).toHaveLength(count);
  });

  test('of two services on one contract are compared one by one', () => {
    const other = { key: 'other', sales: '50', cost: '40' };
    const both = { ...row120, rows: [...row120.rows, other] };
    const items = [posted(), posted({ id: 'item-2', itemCode: 'OTHER', sales: '51.00', cost: '40.00' })];
    expect(disagreements({ items, contracts: [both] }).map(({ itemId }) => itemId)).toEqual(['item-2']);
  });

  test('of one service on two contracts are compared one by one', () => {
    const items = [posted({ sales: '110.00' }), posted({ id: 'item-2', contractId: 101, sales: '130.00' })];
    expect(disagreements({ items, contracts: [row120, { ...row120, contractId: 101 }] })).toHaveLength(2);
  });

  test('of earlier releases, which do not say what stood, are not compared', () => {
    const claims = new Claims('default', MONTH, () => []);
    const { items } = plan({ books: running() });
    claims.add({ organizationId: 'org-1', organizationName: 'Contoso', items });
    claims.add({ organizationId: 'org-2', organizationName: 'Fabrikam', items: [], seen: { at: AT, contracts: [nothing] } });
    expect(claims.disagreements()).toEqual([]);
  });

  test('count the charges with the item’s own key, and on its product', () => {
    const azure = plan({ report: { lines: [line({ recordType: 'AzurePlan', itemCode: null })] }, books: running() });
    const items = azure.items.map((item) => ({ ...item, outcome: 'posted' as const, contractId: 100 }));
    const key = azure.steps.flatMap((step) => (step.kind === 'postCharge' ? [step.chargeKey.toLowerCase()] : []))[0]!;
    const charges = [
      { key, sales: '70', cost: '60' },
      { key: 'cloudmore:azure-plan', sales: '50', cost: '40' },
      { key: `cm-${MONTH}-00000000000000000000`, sales: '9', cost: '9' },
    ];
    expect(disagreements({ items, contracts: [{ ...nothing, charges }] })).toEqual([]);
  });

  test("the contract's hash finds an item without subscription id", () => {
    const hash = itemHash({
      ...{ broker: 'default', organizationId: 'org-1' },
      subscriptionId: null,
      type: 'Perpetual',
      codeOrProduct: 'dg7',
    });
    const item = posted({ type: 'Perpetual', subscriptionId: null, itemCode: 'DG7', contractKey: contractKeyOf(hash) });
    const charges = [{ key: `cm-${MONTH}-${hash.slice(0, 20)}`, sales: '120', cost: '100' }];
    expect(disagreements({ items: [item], contracts: [{ ...nothing, charges }] })).toEqual([]);
  });
});

describe('an outcome that its contract contradicts', () => {
  const outcome = (changes: Partial<Outcome> = {}): Outcome =>
    ({ organizationId: 'Org-1', status: 'Done', items: [posted(), posted({ id: 'item-2' })], ...changes }) as Outcome;
  const found: Disagreement = { organizationId: 'org-1', itemId: posted().id, message: 'It shows nothing.' };

  test('has the item held that disagrees, and waits for a person', () => {
    expect(withDisagreements(outcome(), [found])).toEqual({
      organizationId: 'Org-1',
      status: 'NeedsAttention',
      items: [
        {
          ...posted(),
          outcome: 'held',
          reason: 'contract-disagrees',
          message: 'It shows nothing.',
          because: [...posted().because, stopped('contract-disagrees', 'It shows nothing.')],
        },
        posted({ id: 'item-2' }),
      ],
    });
  });

  test('is as it was where another’s disagree, and where nothing does', () => {
    const own = outcome();
    expect(withDisagreements(own, [{ ...found, organizationId: 'org-2' }])).toBe(own);
    expect(withDisagreements(own, [])).toBe(own);
  });

  test('held items keep their reason, and waiting organizations their status', () => {
    const waiting = outcome({ status: 'AwaitingApproval', items: [held] });
    expect(withDisagreements(waiting, [found])).toEqual(waiting);
  });
});
