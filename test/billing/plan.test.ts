import { describe, expect, test } from '@jest/globals';
import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import { assertReductions } from '../../shared/billing/plan/invariants.js';
import type { Ghost, PlannedItem } from '../../shared/billing/plan-types.js';
import { cutReport, type OrganizationFacts } from '../../shared/billing/report/facts.js';
import { joinNames, namesOf, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import { planOrganization } from '../../shared/billing/plan/plan.js';
import type { Books, Contract, Gone, Line } from '../../shared/billing/types.js';
import {
  accepted,
  AS_OF,
  blind,
  books,
  charge,
  CODE,
  contract,
  ghost,
  line,
  manualLine,
  organization,
  outcomesOf,
  plan,
  report,
  row,
  running,
  service,
  settings,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from './builders.js';
import { keyOf } from './examples/earlier-owners.js';
import { KEY } from './examples/row-and-charge.js';

/** What a plan makes of a whole organization, besides its items one by one. */

const said = (situation: Situation): string[] =>
  plan(situation).ghosts.map(({ outcome, sales, rule }) => `${outcome} ${sales} (${rule})`);
const notesOf = (situation: Situation): string[] => plan(situation).notes.map(({ code }) => code);

describe('a subscription of which another organization of the company has lines', () => {
  const org2 = { organizationId: 'org-2', organizationName: 'Fabrikam' };
  const both = [organization(), organization({ id: 'org-2', name: 'Fabrikam' })];
  const withTheirs = (
    theirs: Partial<Line>,
    settings: Situation['settings'] = {},
    changes: Situation['report'] = {},
  ): Situation => ({
    report: { organizations: both, lines: [line(), line({ ...org2, ...theirs })], ...changes },
    settings: { allowSharedCompanies: [7, 8], ...settings },
  });
  const HELD = ['held company-shared'];
  const POSTED = ['posted'];

  test.each<[string, Situation, string[]]>([
    ['both have lines of it', withTheirs({}), HELD],
    [
      'theirs are of nobody knows what',
      withTheirs({ recordType: 'Mystery', itemCode: 'X', productId: null, publisherName: null }),
      HELD,
    ],
    ['theirs are of a custom service', withTheirs({ isCustomService: true }), POSTED],
    ['theirs are of a type not exported', withTheirs({ recordType: 'AzurePlan' }, { exportRecordTypes: ['Csp365Nce'] }), POSTED],
    [
      'theirs are of one that is',
      withTheirs({ recordType: 'AzurePlan' }, { exportRecordTypes: ['Csp365Nce', 'AzurePlan'] }),
      HELD,
    ],
    ['theirs are of one left out by id', withTheirs({ serviceId: 'off' }, { excludeServices: ['OFF'] }), POSTED],
    ['theirs are of one left out by name', withTheirs({ serviceName: 'Off' }, { excludeServices: ['off'] }), POSTED],
    [
      'two of another company have none of it',
      withTheirs({}, {}, { organizations: [...['a', 'b'].map((id) => organization({ id, companyIdText: '8' })), ...both] }),
      HELD,
    ],
  ])('waits, or not, where %s', (_, situation, expected) => {
    expect(outcomesOf(plan(situation)).map((text) => text.replace(/^held .*/, HELD[0]!))).toEqual(expected);
  });

  test('waits with both names', () => {
    expect(plan(withTheirs({})).items[0]!.message).toMatch(
      new RegExp(`^org-1 and org-2 both have lines of subscription ${SUBSCRIPTION} and are billed at one company`),
    );
  });

  test('waits where one contract carries it and the other’s', () => {
    const held = { ...running(), contracts: [contract({ number: 's-9' })] };
    expect(plan({ ...withTheirs({ subscriptionId: 's-9' }), books: held }).items[0]!.message).toMatch(
      /carries two subscriptions/,
    );
  });
});

describe('money without a line', () => {
  const LOST = contract({ subscriptionId: null, number: null });
  const named = { contracts: [[100, SUBSCRIPTION, [[50, CODE]]]] satisfies [number, string, [number, string][]][] };
  const late = { asOf: '2025-10-25', named };
  const lost = (gone: Partial<Gone>[], withTheirs: Contract[] = []): Situation => ({
    ...late,
    books: {
      ...running(),
      contracts: [LOST, ...withTheirs],
      gone: gone.map((one) => ({ kind: 'contract', id: 100, key: SUBSCRIPTION, why: 'It is gone.', ...one })),
    },
  });
  const NEW = [contract({ id: 101 })];
  const STANDS = ['ghost 120.00 (8.3)'];
  const inactive: Books = {
    ...running(),
    contracts: [LOST, contract({ id: 101, isActive: false })],
    detailed: [100, 101],
  };
  const TWO = 'CFQ7TTC0TWO';
  const two = [line({ sales: '130' }), line({ itemCode: TWO, productName: 'Two' })];
  /** On the new contract one of its two items is approved at another amount. */
  const halfHeld: Books = {
    ...running(),
    contracts: [LOST, contract({ id: 101 })],
    detailed: [100, 101],
    services: [service(), service({ id: 51, key: TWO, name: 'Two' })],
    rows: [
      row(),
      row({ id: 1, contractId: 101, contractServiceId: 201, frozen: true }),
      row({ id: 2, contractId: 101, contractServiceId: 202, serviceId: 51 }),
    ],
  };
  const old = { ...running(), contracts: [contract({ subscriptionId: 's-2', number: 's-2' })] };
  const trouble = { message: 'Whose?', holds: 'organization' as const };

  test.each<[string, Situation, string[]]>([
    ['on a contract without its id, with a new one', lost([], NEW), STANDS],
    ['on one without its id that is not made again', lost([]), []],
    ['on one that is gone and not made again', lost([{}]), []],
    ['on one where something else is gone', lost([{ kind: 'service' }], NEW), STANDS],
    ['on one where another contract is gone', lost([{ id: 99, key: 'other' }], NEW), STANDS],
    ['on one without its id, its item held on another', { ...late, books: inactive }, []],
    ['on one without its id, one of two items held', { ...late, books: halfHeld, report: { lines: two } }, []],
    ['at another company', { ...late, books: { ...old, contracts: [{ ...old.contracts[0]!, companyId: 8 }] } }, []],
    ['at the company', { ...late, books: old }, STANDS],
    [
      'next to a line by hand that EXPORT_RECORD_TYPES leaves out',
      { ...late, books: running(), report: { lines: [manualLine()] }, settings: { exportRecordTypes: ['Csp365Nce'] } },
      STANDS,
    ],
    ['while nobody can tell whose a line is', { ...late, books: old, report: { lines: [line({ trouble })] } }, STANDS],
    [
      'of an ended subscription, while a line’s owner is unknown',
      {
        ...late,
        books: { ...old, contracts: [contract({ subscriptionId: 's-2', number: 's-2' })] },
        report: { lines: [line({ trouble })], subscriptions: [subscription({ id: 's-2', status: 'Deleted' })] },
      },
      STANDS,
    ],
  ])('is listed? %s', (_, situation, expected) => {
    expect(said(situation)).toEqual(expected);
  });

  test('a moved charge is sought where a new contract bills its item', () => {
    const held = books({
      contracts: [contract({ id: 1, subscriptionId: null, number: null }), ...NEW],
      services: [service()],
      charges: [charge({ contractId: 1, key: KEY })],
    });
    expect(plan({ books: held, named: { contracts: [[1, SUBSCRIPTION, []]] } }).ghosts).toMatchObject([{ sales: '5.00' }]);
  });
});

// It is left alone until then, wherever it stands.
test("a held item's charge is sought only once it is billed", () => {
  const on = (frozen: boolean): Books => ({
    ...running(),
    contracts: [contract({ id: 1, subscriptionId: null, number: null }), contract()],
    detailed: [1, 100],
    rows: [row({ frozen })],
    charges: [charge({ contractId: 1, key: KEY })],
  });
  const report = { lines: [line({ sales: '130' })] };
  expect([said({ books: on(true), report }), said({ books: on(false), report }).length]).toEqual([[], 1]);
});

describe('a charge for held lines that were another customer’s', () => {
  const usage = line({ recordType: 'AzurePlan', itemCode: null });
  const held = books({ ...running(), charges: [charge({ key: keyOf('org-1', usage), price: '75', cost: '60' })] });
  const cut = cutReport(report(), AS_OF, joinNames([NOTHING_NAMED, namesOf(report({ lines: [line(), usage] }))]));
  const [licence] = plan({ books: held }).items;
  const kept = accepted({ id: licence!.id });
  const never = accepted({ id: 'never', type: 'AzurePlan', itemCode: null, stood: false });
  const ghostsOf = (changes: Partial<OrganizationFacts>): (string | null)[] =>
    planOrganization({
      facts: cut.facts,
      slice: { ...cut.organizations[0]!, accepted: { asOf: AS_OF, items: [kept, never] }, ...changes },
      books: held,
      settings: settings(),
    }).ghosts.map(({ evidence }) => evidence ?? null);

  // It stays where nobody says that they came.
  test('a charge goes once its lines come back and are billed', () => {
    expect(ghostsOf({ arrived: [SUBSCRIPTION] })).toEqual(['moved']);
    expect(ghostsOf({})).toEqual([null]);
  });
});

describe('what is accepted of a report', () => {
  const second = line({ subscriptionId: 's-9', itemCode: 'CFQ7TTC0OTHER' });
  const since = (companyIdText: string): Situation => ({
    report: { lines: [line()], organizations: [organization({ companyIdText })] },
    accepted: { lines: [line(), second] },
  });
  const ids = ({ accepted }: ReturnType<typeof plan>): (string | null)[] =>
    accepted!.items.map(({ subscriptionId }) => subscriptionId);
  test('what an unbillable organization loses stays accepted until its money goes', () => {
    expect(ids(plan(since('99')))).toEqual([SUBSCRIPTION, 's-9']);
    expect(ids(blind(since('7')))).toEqual([SUBSCRIPTION, 's-9']);
  });
});

test('less than was accepted is accepted where it is billed', () => {
  const less: Situation = { report: { lines: [line({ sales: '100' })] }, accepted: { lines: [line()] }, books: running() };
  expect(plan(less).accepted!.items).toMatchObject([{ sales: '100' }]);
});

// The organization's books could not be read, or it is not billed there.
test('a fall is not accepted where books or bills are missing', () => {
  const less: Situation = { report: { lines: [line({ sales: '100' })] }, accepted: { lines: [line()] } };
  for (const exportRecordTypes of [['Csp365Nce'], ['AzurePlan']] as const)
    expect(blind({ ...less, settings: { exportRecordTypes: [...exportRecordTypes] } }).accepted!.items).toMatchObject([
      { sales: '120' },
    ]);
});

test('a released plan says what it makes again besides all else', () => {
  const gone: Gone = { kind: 'contract', id: 99, key: SUBSCRIPTION, why: 'It is gone.' };
  const situation: Situation = { report: { lines: [line({ chargeType: 'strange' })] }, books: books({ gone: [gone] }) };
  const { digest } = plan(situation);
  expect(notesOf({ ...situation, approvedDigest: digest })).toEqual(['unknown-charge-type', 'contract-recreated']);
});

test("others' contracts are read before one is made next to another", () => {
  const lines = [line(), line({ subscriptionId: 's-9', itemCode: 'CFQ7TTC0OTHER' })];
  expect(plan({ report: { lines }, books: running() }).needsElsewhere).toBe(true);
  expect(plan({ books: running() }).needsElsewhere).toBeUndefined();
});

test.each<[string, string, string, string[]]>([
  ['EUR', '12.345', '10.000', []],
  ['KWD', '12.340', '10.000', []],
  ['KWD', '12.345', '10.000', ['unbillable-unit']],
  ['KWD', '12.340', '10.005', ['unbillable-unit']],
])('of %s, %s / %s, what posting cannot bill is named', (currency, sales, cost, expected) => {
  const held = books({ internalCurrency: currency });
  const found = notesOf({ report: { lines: [line({ currency, sales, cost })] }, books: held });
  expect(found.filter((code) => code !== 'price-from-line')).toStrictEqual(expected);
});

test('rows of nobody’s are no money of the organization', () => {
  expect(said({ books: { ...running(), rows: [...running().rows, row({ id: 9, serviceId: 99 })] } })).toEqual([]);
});

describe('money that stands is taken away on evidence alone (E1)', () => {
  interface Fall {
    sales?: string[];
    before?: string;
    last?: Partial<AcceptedItem> | null;
    missing?: string[] | null;
    isReleased?: boolean;
    item?: Partial<PlannedItem>;
    ghosts?: Ghost[];
    isPlanned?: boolean;
  }
  const asserted = ({ missing = ['record type Azure plan'], last = {}, isPlanned = true, ...fall }: Fall) => {
    const made = plan();
    const [first] = made.items;
    const standing = {
      ...first!.standing!,
      before: { sales: fall.before ?? '120.00', cost: '0' },
      after: { sales: '100.00', cost: '0' },
    };
    const items = isPlanned ? [{ ...first!, id: 'item-1', standing, ...fall.item }] : [];
    const keyed = [{ item: { id: 'item-1', lines: (fall.sales ?? ['100']).map((sales) => line({ sales })) } }];
    const facts = missing === null ? {} : { comparison: { asOf: '2025-10-12', missing, fallenTypes: [], fallenSources: [] } };
    const slice = last === null ? {} : { accepted: { asOf: '2025-10-12', items: [accepted(last)] } };
    return (): void =>
      assertReductions(
        { ...made, items, ghosts: fall.ghosts ?? [] },
        keyed as never,
        { facts, slice } as never,
        fall.isReleased ?? false,
      );
  };

  // It is named.
  test('an item that falls in a partial report breaks a promise', () => {
    expect(asserted({})).toThrow(
      'Invariant E1: organization org-1, 2025-10: item item-1 would fall because of an incomplete report',
    );
    expect(asserted({ sales: ['110', '-10'], last: { sales: '100', creditSales: '-20' } })).toThrow('item item-1 would fall');
  });

  test.each<[string, Fall]>([
    ['the report is whole', { missing: [] }],
    ['nothing is known of an earlier report', { missing: null }],
    ['somebody released it', { isReleased: true }],
    ['a credit does it', { sales: ['120', '-20'] }],
    ['it does not fall', { before: '100.00' }],
    ['it rises', { before: '90.00' }],
    ['it is held', { item: { outcome: 'held' } }],
    ['it stands nowhere', { item: { standing: null } }],
    ['no earlier report had it', { last: { id: 'item-2' } }],
    ['nothing was accepted', { last: null }],
    ['it is in no plan', { isPlanned: false }],
  ])('none is broken where %s', (_, fall) => {
    expect(asserted(fall)).not.toThrow();
  });

  test('a ghost goes with its evidence, released or not', () => {
    const zeroed = ghost({ outcome: 'zeroed', evidence: null });
    for (const isReleased of [false, true])
      expect(asserted({ missing: [], isReleased, ghosts: [zeroed] })).toThrow(
        'Invariant E1: organization org-1, 2025-10: money on contract 100 would be removed without evidence',
      );
    expect(
      asserted({
        missing: [],
        ghosts: [
          { ...zeroed, evidence: 'ended' },
          { ...zeroed, outcome: 'ghost' },
        ],
      }),
    ).not.toThrow();
  });
});
