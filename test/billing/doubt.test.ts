import { heldAsGone, remadeNotes } from '../../shared/billing/plan/gone.js';
import { describe, expect, test } from '@jest/globals';
import {
  catalogueDoubt,
  chargeDoubt,
  companyDoubt,
  contractDoubt,
  rowDoubt,
  standingDoubt,
  unknownRows,
  unreadableText,
} from '../../shared/billing/contracts/doubt.js';
import { madeBy, rowKeyOf } from '../../shared/billing/basics/step-kinds.js';
import { itemsNearUnknown } from '../../shared/billing/plan/shrank.js';
import type { Ghost, Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import type { Held } from '../../shared/billing/plan/trip.js';
import type { Books, Gone, UnreadableRecord } from '../../shared/billing/types.js';
import { books, charge, CODE, ghost, line, MONTH, plan, row, running, service, SUBSCRIPTION } from './builders.js';
import { KEY } from './examples/row-and-charge.js';

/** Rules 2.6 and 6.6: what cannot be read may be what is looked for, and what is gone is not made again unasked. */

const record = (changes: Partial<UnreadableRecord> = {}): UnreadableRecord => ({
  vendor: 'Autotask',
  path: 'Contracts',
  record: '55',
  member: 'endDate',
  value: 'soon',
  problem: 'is not a day',
  kind: 'contract',
  id: 55,
  contractId: 55,
  companyId: 7,
  keys: null,
  ...changes,
});
const reading = (...unreadable: UnreadableRecord[]): Books => ({ ...running(), unreadable });

describe('a record that cannot be read', () => {
  test.each([
    [record(), "Autotask's Contracts 55 cannot be read: endDate (soon) is not a day"],
    [record({ value: null, problem: 'is missing' }), "Autotask's Contracts 55 cannot be read: endDate is missing"],
    [
      record({ member: null, value: null, problem: 'is not an object' }),
      "Autotask's Contracts 55 cannot be read: all of it is not an object",
    ],
  ])('is given in words: %#', (finding, words) => {
    expect(unreadableText(finding)).toBe(words);
  });

  test('holds with those words and what to do', () => {
    expect(companyDoubt(reading(record({ kind: 'company', id: 7 })), 7)).toEqual({
      reason: 'unreadable',
      message: "Autotask's Contracts 55 cannot be read: endDate (soon) is not a day. Correct the record in Autotask.",
    });
    expect(companyDoubt(books(), 7)).toBeNull();
  });

  test.each<[string, Partial<UnreadableRecord>, boolean, boolean]>([
    ['carries the subscription, in any case', { keys: ['other', SUBSCRIPTION.toUpperCase()], companyId: 9 }, false, true],
    ['carries another', { keys: ['other'] }, true, false],
    ['carries none', { keys: [] }, true, false],
    ['may carry any, and none was found', {}, true, true],
    ['may carry any, and one was found', {}, false, false],
    ['may carry any, at another company', { companyId: 9 }, true, false],
    ['may carry any, nobody knows where', { companyId: null }, true, true],
    ['is not a contract', { kind: 'row', keys: [SUBSCRIPTION] }, true, false],
  ])('is a doubtful contract? It %s', (_, changes, isMissing, isDoubt) => {
    expect(contractDoubt(reading(record(changes)), SUBSCRIPTION, 7, isMissing) !== null).toBe(isDoubt);
  });

  test.each<[string, Partial<UnreadableRecord>, number | null, boolean]>([
    ['of the contract', { contractId: 100 }, 100, true],
    ['of nobody knows which', { contractId: null }, 100, true],
    ['of another contract', { contractId: 101 }, 100, false],
    ['where there is no contract yet', { contractId: null }, null, false],
  ])('is a row to be doubted: %s', (_, changes, contractId, isDoubt) => {
    expect(rowDoubt(reading(record({ kind: 'row', ...changes })), contractId) !== null).toBe(isDoubt);
  });

  test.each<[string, Partial<UnreadableRecord>, boolean, boolean]>([
    ['one with a key of ours', { keys: ['PO 1', ` ${KEY}`] }, false, true],
    ['one of which no key can be read', {}, false, true],
    ['one of others', { keys: ['PO 1'] }, false, false],
    ['one of others, for billing by charge', { keys: ['PO 1'] }, true, true],
    ['one of another contract', { contractId: 101 }, true, false],
    ['one of nobody knows which', { contractId: null }, false, true],
  ])('makes a charge doubtful: %s', (_, changes, isBilledByCharge, isDoubt) => {
    const held = reading(record({ kind: 'charge', contractId: 100, ...changes }));
    expect(chargeDoubt(held, 100, isBilledByCharge) !== null).toBe(isDoubt);
    expect(chargeDoubt(held, null, isBilledByCharge)).toBeNull();
  });

  test.each<[string, Partial<UnreadableRecord>, boolean, boolean]>([
    ['it has one of the keys', { keys: ['b'] }, false, true],
    ['it has none of them', { keys: ['x'] }, true, false],
    ['it may, and none was found', {}, true, true],
    ['it may, and one was found', {}, false, false],
    ['it is something else', { kind: 'product', keys: ['b'] }, true, false],
  ])('is a doubtful service? Where %s', (_, changes, isMissing, isDoubt) => {
    const held = reading(record({ kind: 'service', ...changes }));
    expect(catalogueDoubt(held, 'service', ['a', 'B'], isMissing) !== null).toBe(isDoubt);
  });

  test.each<[string, Partial<UnreadableRecord>, boolean]>([
    ['a row of it', { kind: 'row', contractId: 100 }, true],
    ['a charge of ours on it', { kind: 'charge', contractId: 100, keys: [KEY] }, true],
    ['a charge of others on it', { kind: 'charge', contractId: 100, keys: ['PO 1'] }, false],
    ['the service of a row', { kind: 'service', id: 50 }, true],
    ['a service of no row', { kind: 'service', id: 51 }, false],
    ['an unidentified service, known rows', { kind: 'service', id: null }, false],
  ])('keeps what stands on a contract: %s', (_, changes, isDoubt) => {
    expect(standingDoubt(reading(record(changes)), 100) !== null).toBe(isDoubt);
  });

  test('an unreadable service holds a row whose service is unknown', () => {
    const held: Books = { ...reading(record({ kind: 'service', id: null })), services: [service({ id: 49 })] };
    expect(standingDoubt(held, 100)).toMatchObject({ reason: 'unreadable' });
    expect(standingDoubt({ ...held, rows: [] }, 100)).toBeNull();
    expect(standingDoubt({ ...held, services: [service({ id: 49 }), service()] }, 100)).toBeNull();
  });

  test.each<[string, Partial<UnreadableRecord>, boolean]>([
    ['it', { id: 7 }, true],
    ['nobody knows which', { id: null }, true],
    ['another', { id: 8 }, false],
    ['something else', { kind: 'contract', id: 7 }, false],
  ])('is the company to be doubted where it is %s', (_, changes, isDoubt) => {
    expect(companyDoubt(reading(record({ kind: 'company', ...changes })), 7) !== null).toBe(isDoubt);
  });
});

// ---------------------------------------------------------------------------------------------------------------- gone

const made = plan();
const stepOf = <Kind extends Step['kind']>(kind: Kind, from: Plan = made): Extract<Step, { kind: Kind }> =>
  from.steps.find((step): step is Extract<Step, { kind: Kind }> => step.kind === kind)!;
const azure = plan({ report: { lines: [line({ recordType: 'AzurePlan', itemCode: null })] } });
const adjustment = stepOf('postAdjustment');
const posted = stepOf('postCharge', azure);
const extend: Step = { ...posted, kind: 'extendContract' } as unknown as Step;

describe('what a step makes that may have been there before', () => {
  test.each<[string, Step, ReturnType<typeof madeBy>]>([
    ['a contract', stepOf('upsertContract'), { kind: 'contract', key: SUBSCRIPTION }],
    ['none where it is there', { ...stepOf('upsertContract'), contractId: 100 }, null],
    ['a service', stepOf('ensureService'), { kind: 'service', key: made.items[0]!.itemCode! }],
    ['none where it is there', { ...stepOf('ensureService'), serviceId: 50 }, null],
    ['a product', stepOf('ensureProduct', azure), { kind: 'product', key: 'cloudmore:azure-plan' }],
    ['a charge', posted, { kind: 'charge', key: posted.chargeKey }],
    ['none where it changes one', { ...posted, action: 'update' }, null],
    ['a row', adjustment, { kind: 'row', key: rowKeyOf(SUBSCRIPTION, adjustment.serviceKey, MONTH) }],
    ['none where the service is on the contract', { ...adjustment, contractServiceId: 200 }, null],
    ['none where it ends units', { ...adjustment, purpose: 'one-off' }, null],
    ['nothing where a contract is extended', extend, null],
  ])('is %s', (_, step, expected) => {
    expect(madeBy(step)).toEqual(expected);
  });
});

describe('what was made before and is gone', () => {
  const NOTHING_HELD: Held = { organization: null, items: new Map() };
  const gone = (changes: Partial<Gone> = {}): Gone => ({
    kind: 'contract',
    id: 66,
    key: SUBSCRIPTION,
    why: 'Contract 66 is gone.',
    ...changes,
  });
  const heldItems = (decided: Plan, held: Books): [string, string][] =>
    [...heldAsGone(NOTHING_HELD, decided, held).items].map(([id, { message }]) => [id, message]);
  const goneBooks = (...all: Gone[]): Books => books({ gone: all });

  // Released all the same, both would be billed.
  test('a contract that only lost its ids is said to bill still', () => {
    const still = { ...running(10, '1200'), gone: [gone({ id: 100 })] };
    expect(heldItems(made, still)).toEqual([
      [
        made.items[0]!.id,
        `Contract 66 is gone. The plan would make the contract for ${SUBSCRIPTION} again (it was 100). It still holds 1,200.00 in 2025-10: restore its id, or bring it to zero first and then release the plan. Otherwise both are billed.`,
      ],
    ]);
    const [[, ofService]] = heldItems(made, { ...still, gone: [gone({ kind: 'service', id: 100, key: CODE })] }) as [
      [string, string],
    ];
    expect(ofService).toMatch(/again \(it was 100\)\. Release the plan if that is right\.$/);
  });

  test('items whose gone contract would be made again are held', () => {
    expect(heldItems(made, goneBooks(gone({ key: SUBSCRIPTION.toUpperCase() })))).toEqual([
      [
        made.items[0]!.id,
        `Contract 66 is gone. The plan would make the contract for ${SUBSCRIPTION.toUpperCase()} again (it was 66). Release the plan if that is right.`,
      ],
    ]);
    expect([...heldAsGone(NOTHING_HELD, made, goneBooks(gone())).items.values()][0]).toMatchObject({ reason: 'contract-gone' });
  });

  test.each<[string, Gone]>([
    ['another contract is gone', gone({ key: 'other' })],
    ['something else with the same key is gone', gone({ kind: 'product' })],
  ])('holds nothing where %s', (_, one) => {
    expect(heldItems(made, goneBooks(one))).toEqual([]);
  });

  test('keeps what is held already, and the organization’s reason', () => {
    const tripped = { reason: 'breaker-item' as const, message: 'Too much.' };
    const already: Held = { organization: tripped, items: new Map([['item-9', tripped]]) };
    expect(heldAsGone(already, made, books())).toBe(already);
    const more = heldAsGone(already, made, goneBooks(gone()));
    expect(more.organization).toBe(tripped);
    expect([...more.items.keys()]).toEqual(['item-9', made.items[0]!.id]);
    expect([...already.items.keys()]).toEqual(['item-9']);
  });

  const lost = gone({ kind: 'service', id: 51, key: 'old', why: 'Service 51 is gone.' });
  const unknown = `Service 51 is gone. A row of the contract uses it, and it is not known whether that row bills the same: other amounts there, or what the plan writes, might be billed in addition. Release the plan if that is right.`;
  const heldWith = (changes: Parameters<typeof row>[0] = {}): Books => ({
    ...running(),
    rows: [...running().rows, row({ id: 9, serviceId: 51, ...changes })],
    gone: [gone({ kind: 'contract', id: 51, key: 'other' }), lost],
  });
  const more = (held: Books): Plan => plan({ report: { lines: [line({ sales: '150.00' })] }, books: { ...held, gone: [] } });

  // Nobody knows what the row is.
  test('what would be written next to an unknown row is held', () => {
    const held = heldWith();
    expect(heldItems(more(held), held)).toEqual([[made.items[0]!.id, unknown]]);
  });

  test.each<[string, Books]>([
    ['the row has no units', heldWith({ units: 0 })],
    ['the row is of an earlier month', heldWith({ startDay: '2025-09-01' })],
    ['the row is on another contract', heldWith({ contractId: 101 })],
    ['its service is known', { ...heldWith(), gone: [gone({ kind: 'product', id: 51 })] }],
    [
      'nothing is written next to its own row',
      { ...running(), ...{ rows: [...running().rows, row({ id: 9, serviceId: 51 })] }, gone: [lost] },
    ],
  ])('holds nothing where %s', (says, held) => {
    const decided = says.startsWith('nothing is written') ? plan({ books: { ...held, gone: [] } }) : more(held);
    expect(heldItems(decided, held)).toEqual([]);
  });

  test('holds it also where that row begins in a later month', () => {
    const held = heldWith({ startDay: '2025-11-01' });
    expect(heldItems(more(held), held)).toHaveLength(1);
  });

  test('an item billed by charge is held next to an unknown row', () => {
    const held: Books = {
      ...heldWith(),
      rows: [row({ id: 9, serviceId: 51 })],
      charges: [charge({ key: KEY, price: '120', cost: '100' })],
    };
    const decided = plan({ books: { ...held, gone: [] } });
    const [item] = decided.items;
    const charged: Plan = {
      ...decided,
      steps: [],
      items: [{ ...item!, contractId: 100, standing: { ...item!.standing!, row: null } }],
    };
    expect(heldItems(charged, held)).toEqual([[item!.id, unknown]]);
    const others: [string, Plan][] = [
      ['held', { ...charged, items: [{ ...charged.items[0]!, outcome: 'held' }] }],
      ['billed by charge anyway', { ...charged, items: [{ ...charged.items[0]!, type: 'AzurePlan' }] }],
      ['on no contract', { ...charged, items: [{ ...charged.items[0]!, contractId: null }] }],
    ];
    for (const [, other] of others) expect(heldItems(other, held)).toEqual([]);
  });

  // What is billed by charge does not wait.
  test('writing waits where a row of the contract is gone', () => {
    const held: Books = {
      ...running(),
      gone: [gone({ kind: 'row', id: 100, key: 'row', why: 'A row of contract 100 may stand.' })],
    };
    const decided = more(held);
    const changed = (changes: Partial<PlannedItem>): Plan => ({ ...decided, items: [{ ...decided.items[0]!, ...changes }] });
    const message = 'A row of contract 100 may stand. Release the plan if it does not.';
    expect(heldItems(decided, held)).toEqual([[made.items[0]!.id, message]]);
    const otherwise = { ...held, gone: held.gone!.map((one) => ({ ...one, kind: 'charge' as const })) };
    expect(heldItems(decided, otherwise)).toEqual([]);
    for (const other of [{ contractId: 101 }, { contractId: null }, { type: 'AzurePlan' as const }])
      expect(heldItems(changed(other), held)).toEqual([]);
  });

  test('a ghost next to an unknown row is not brought to nothing', () => {
    const held = heldWith();
    const ghost = { contractId: 100, contractKey: SUBSCRIPTION, serviceId: 50, outcome: 'zeroed' } as Plan['ghosts'][number];
    const ghostsAlone = (changes: Partial<typeof ghost>): Plan => ({
      ...made,
      items: [],
      steps: [],
      ghosts: [{ ...ghost, ...changes }],
    });
    expect(heldItems(ghostsAlone({}), held)).toEqual([[`ghost-${SUBSCRIPTION}-50`, unknown]]);
    expect([...heldAsGone(NOTHING_HELD, ghostsAlone({}), held).items.values()]).toMatchObject([{ reason: 'contract-gone' }]);
    expect(heldItems(ghostsAlone({ outcome: 'ghost' }), held)).toEqual([]);
    expect(heldItems(ghostsAlone({ contractId: 101 }), held)).toEqual([]);
  });

  test('is noted where a released plan makes it again', () => {
    expect(remadeNotes(made, goneBooks(gone()))).toEqual([
      {
        code: 'contract-recreated',
        itemId: made.items[0]!.id,
        message: `Contract 66 is gone. The contract for ${SUBSCRIPTION} is made again.`,
      },
    ]);
    expect(remadeNotes(made, books())).toEqual([]);
    const ofNone = { ...made, steps: [{ ...stepOf('upsertContract'), items: [] }] };
    expect(remadeNotes(ofNone, goneBooks(gone()))).toMatchObject([{ itemId: null }]);
  });
});

// Where they have units.
test('rows on a changed service count from the month on', () => {
  const rows = [
    row({ id: 1 }),
    row({ id: 2, units: 0 }),
    row({ id: 3, startDay: '2025-09-30' }),
    row({ id: 4, startDay: '2025-12-01', units: -1 }),
    row({ id: 5, serviceId: 51 }),
  ];
  expect(unknownRows(MONTH, { rows }, (id) => id === 50).map(({ id }) => id)).toEqual([1, 4]);
  expect(unknownRows(MONTH, { rows: [] }, () => true)).toEqual([]);
});

describe('what would change next to a charge of nobody knows what', () => {
  const loose = ghost({
    ...{ type: 'Unclassified', contractId: 101, contractKey: 'S-1', serviceId: null, chargeId: 9 },
    ...{ sales: '24.00', cost: '0.00' },
  });
  const { chargeId: _, ...onRow } = loose;
  const changed = (): PlannedItem => ({ ...plan().items[0]!, id: 'a', contractId: 100, contractKey: 's-1' });
  const heldWithGhosts = (item: PlannedItem, ...ghosts: Ghost[]): unknown[] => [
    ...itemsNearUnknown({ ...plan(), items: [item], ghosts: [ghost(), ...ghosts] }),
  ];

  // It says what stands there and what it may be for.
  test('a change next to an unknown charge is held with advice', () => {
    const message =
      '24.00 EUR is on charge 9 of the same contract, but it is not known what it was made for: it may be for Business Premium. Delete the charge in Autotask if it is wrong, or release the plan if both are right.';
    expect(heldWithGhosts(changed(), loose)).toEqual([['a', { reason: 'report-shrank', message }]]);
  });

  type Standing = NonNullable<PlannedItem['standing']>;
  const balanced = ({ after, ...rest }: Standing): Standing => ({ ...rest, before: after, after });
  test.each<[string, Ghost, boolean, ((item: PlannedItem) => Partial<PlannedItem>)?]>([
    ['for the subscription, on a contract that will be made', loose, true, () => ({ contractId: null })],
    ['on the contract, which stands for another subscription', { ...loose, contractId: 100, contractKey: 'other' }, true],
    ['but not for another subscription on another contract', { ...loose, contractKey: 'other' }, false],
    ['of cost alone', { ...loose, sales: '0.00', cost: '5.00' }, true],
    ['but not where it comes to nothing', { ...loose, sales: '0.00' }, false],
    ['but not where its kind is known', { ...loose, type: 'AzurePlan' }, false],
    ['but not where a row is meant', { ...onRow, serviceId: 50 }, false],
    ['but not what is in balance', loose, false, ({ standing }) => ({ standing: balanced(standing!) })],
    ['but not what is held already', loose, false, () => ({ outcome: 'held', standing: null })],
  ])('is held %s', (_title, other, is, changes = () => ({})) => {
    const item = changed();
    expect(heldWithGhosts({ ...item, ...changes(item) }, other)).toHaveLength(is ? 1 : 0);
  });
});
