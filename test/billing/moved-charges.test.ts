import { withLost } from '../../shared/billing/plan/gone.js';
import { describe, expect, test } from '@jest/globals';
import { chargeKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import { namesOfItems, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import type { Books, Charge, Gone } from '../../shared/billing/types.js';
import {
  amountsOf,
  AS_OF,
  books,
  charge,
  company,
  contract,
  line,
  MONTH,
  outcomesOf,
  plan,
  report,
  row,
  running,
  service,
  settings,
  SUBSCRIPTION,
} from './builders.js';
import type { Situation } from './builders.js';

/** What was billed stands where somebody moved it, or on a contract to which somebody gave other ids: what is written instead comes on top. */

const AZURE = { recordType: 'AzurePlan', itemCode: null, quantity: '1', sales: '300.55', cost: '240.44' };
const KEY = chargeKeyOf(
  MONTH,
  itemHash({ broker: 'default', organizationId: 'org-1', subscriptionId: SUBSCRIPTION, type: 'AzurePlan', codeOrProduct: null }),
);
const PRODUCT = { id: 60, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true };

/** The subscription's contract, another of the company, and the month's charge on one. */
function azure(changes: Partial<Charge>, sales = '300.55'): Situation {
  return {
    report: { lines: [line({ ...AZURE, sales })] },
    books: books({
      contracts: [contract(), contract({ id: 101, subscriptionId: 's-2', number: 's-2' })],
      products: [PRODUCT],
      charges: [charge({ key: KEY, price: '300.55', cost: '240.44', ...changes })],
    }),
  };
}

const heldBy = (situation: Situation): string[] =>
  plan(situation).items.flatMap(({ reason, message }) => (reason === null ? [] : [`${reason}: ${message}`]));

describe('a charge that somebody moved to another contract', () => {
  // The customer paid both.
  test.each([
    ['of the same company', 101],
    ['of another company', 999],
  ])('%s is not made again on its old contract', (_, contractId) => {
    const situation = azure({ contractId });
    const { items, steps, digest } = plan(situation);
    expect([steps, items[0]!.reason]).toEqual([[], 'contract-gone']);
    expect(items[0]!.message).toBe(
      `Charge 2000 (${KEY}) of 300.55 EUR was made for it, but is on contract ${contractId}: what the plan writes would be billed in addition. In Autotask, move it back to contract 100, or delete it. Release the plan if both are right.`,
    );
    expect(amountsOf(plan({ ...situation, approvedDigest: digest }))).toEqual(['create charge 10 × 30.0550 / 24.0440']);
  });

  test('has no contract to be put back on where that is gone', () => {
    const { books: held, ...situation } = azure({ contractId: 101 });
    const [why] = heldBy({ ...situation, books: { ...held!, contracts: held!.contracts.slice(1), detailed: [101] } });
    expect(why).toMatch(/would be billed in addition\. In Autotask, delete it\. Release/);
  });

  test('and billed there is to be credited', () => {
    expect(heldBy(azure({ contractId: 101, billed: true }))[0]).toMatch(/move it back to contract 100, or credit it\./);
  });

  // It was of nobody knows what, and could be dismissed.
  test('a moved charge is reported as what it was made for', () => {
    expect(plan(azure({ contractId: 101 })).ghosts).toMatchObject([
      {
        type: 'AzurePlan',
        contractId: 101,
        sales: '300.55',
        message: `Charge 2000 of 300.55 EUR (${KEY}) is on contract 101, but was made for what is billed on contract 100. Move it back there in Autotask, or remove it. If it is right in addition to what is there, dismiss it.`,
      },
    ]);
  });

  // The customer paid too little.
  test('a moved credit is not given again', () => {
    const situation = azure({ contractId: 101, price: '-20', cost: '-16' }, '-20');
    expect(outcomesOf(plan(situation))).toEqual(['held contract-gone']);
  });

  test.each([
    ['where it is', azure({}), ['posted']],
    ['and set to nothing since', azure({ contractId: 101, price: '0', cost: '0' }), ['posted']],
  ])('holds nothing %s', (_, situation, expected) => {
    expect(outcomesOf(plan(situation))).toEqual(expected);
  });
});

describe('a contract to which somebody gave other ids', () => {
  /** Billed on for the licence; the row stands. */
  const BILLED = namesOfItems([{ contractId: 100, contractKey: SUBSCRIPTION, outcome: 'posted', standing: null }] as Parameters<
    typeof namesOfItems
  >[0]);
  const withIds = (changes: Parameters<typeof contract>[0], held: Books = running()): Situation => ({
    named: BILLED,
    books: { ...held, elsewhere: { companies: [7], rows: [], unread: [] }, contracts: [contract(changes)] },
  });

  test.each([
    ['no number', { subscriptionId: null, number: null }, 'has lost its subscription id and its number'],
    ['a number of its own', { subscriptionId: null, number: 'HAND-1' }, '(none in its field, HAND-1 as its number)'],
    ['another vendor’s id', { subscriptionId: 'other-1', number: null }, '(other-1 in its field, none as its number)'],
  ])('is reported with what it carries now: %s', (_, ids, told) => {
    expect(heldBy(withIds(ids))[0]).toContain(told);
  });

  test('is reported once, also where it is known to be gone', () => {
    const { books: held, named = {} } = withIds({ subscriptionId: null, number: 'HAND-1' });
    const { facts } = cutReport(report(), AS_OF, { ...NOTHING_NAMED, ...named });
    const lostIn = (gone?: Gone[]): string[] | undefined =>
      withLost({ facts, settings: settings(), books: { ...held!, ...(gone && { gone }) } }, company(), [
        { contractKey: SUBSCRIPTION },
        { contractKey: SUBSCRIPTION },
        { contractKey: 's-3' },
      ]).gone?.map(({ kind, id }) => `${kind} ${id}`);
    const gone = (kind: Gone['kind']): Gone => ({ kind, id: 100, key: SUBSCRIPTION, why: 'It is gone.' });
    expect(lostIn()).toEqual(['contract 100']);
    expect(lostIn([gone('contract')])).toEqual(['contract 100']);
    expect(lostIn([gone('service')])).toEqual(['service 100', 'contract 100']);
  });

  test('is lost for nobody who was never billed on it', () => {
    const { books: held } = withIds({ subscriptionId: null, number: 'HAND-1' });
    const { facts } = cutReport(report(), AS_OF, NOTHING_NAMED);
    expect(withLost({ facts, settings: settings(), books: held! }, company(), [{ contractKey: SUBSCRIPTION }])).toBe(held);
  });

  const others = 'Contract 100, on which it was billed, now carries other ids';
  test.each([
    ['a number of its own', { subscriptionId: null, number: 'HAND-1' }, others],
    ['those of another vendor', { subscriptionId: 'other-1', number: 'other-1' }, others],
    ['those of another subscription', { subscriptionId: 's-2', number: 's-2' }, others],
    ['and another company', { companyId: 8, subscriptionId: 'other-1', number: null }, others],
    ['none', { subscriptionId: null, number: ' ' }, 'Contract 100 has lost its subscription id and its number;'],
  ])('(%s) bills on without a second contract', (_, ids, why) => {
    const { items, steps } = plan(withIds(ids));
    expect([steps, items[0]!.reason]).toEqual([[], 'contract-gone']);
    expect(items[0]!.message?.slice(0, why.length)).toBe(why);
    expect(items[0]!.message).toMatch(
      / The plan would make the contract for .* again \(it was 100\)\. It still holds 120\.00 in 2025-10: restore its id, or /,
    );
  });

  // It was reported as money without a line as well.
  test("a held item alone shows such a contract's money", () => {
    expect(plan(withIds({ subscriptionId: null, number: 'HAND-1' })).ghosts).toEqual([]);
  });

  test.each([
    ['released', (digest: string) => ({ ...withIds({ subscriptionId: null, number: 'HAND-1' }), approvedDigest: digest })],
    ['brought to nothing', () => withIds({ subscriptionId: null, number: 'HAND-1' }, { ...running(), rows: [] })],
  ])('is replaced once that is %s', (_, situation) => {
    const { digest } = plan(withIds({ subscriptionId: null, number: 'HAND-1' }));
    expect(plan(situation(digest)).steps.map(({ kind }) => kind)).toContain('upsertContract');
  });

  test('stands for what it was billed for last', () => {
    const since = { ...BILLED, contracts: [[100, 's-2', []]] as typeof BILLED.contracts };
    expect(outcomesOf(plan({ ...withIds({ subscriptionId: 's-2', number: 's-2' }), named: since }))).toEqual(['posted']);
  });
});

test('a row next to a moved credit is not lowered again', () => {
  const key = chargeKeyOf(
    MONTH,
    itemHash({
      broker: 'default',
      organizationId: 'org-1',
      subscriptionId: SUBSCRIPTION,
      type: 'Csp365Nce',
      codeOrProduct: line().itemCode,
    }),
  );
  const held = books({
    contracts: [contract(), contract({ id: 101, subscriptionId: 's-2', number: 's-2' })],
    services: [service()],
    rows: [row()],
    charges: [charge({ key, contractId: 101, price: '-20', cost: '0' })],
  });
  expect(heldBy({ report: { lines: [line({ sales: '100.00' })] }, books: held })).toEqual([
    expect.stringMatching(/^contract-gone: Charge 2000 /),
  ]);
});
