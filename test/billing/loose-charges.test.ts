import { describe, expect, test } from '@jest/globals';
import type { GhostContext, GhostPlan } from '../../shared/billing/ghosts/ghost-plan.js';
import { planGhosts } from '../../shared/billing/ghosts/ghosts.js';
import { chargeKeyOf, contractKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import type { Named } from '../../shared/billing/report/named.js';
import type { ContractPlan } from '../../shared/billing/contracts/plan-contract.js';
import type { Ghost } from '../../shared/billing/plan-types.js';
import type { Books, Charge, Contract, ItemType } from '../../shared/billing/types.js';
import { accepted, books, charge, CODE, contract, line, MONTH, settings, SUBSCRIPTION } from './builders.js';
import { keyOf } from './examples/earlier-owners.js';
import { KEY } from './examples/row-and-charge.js';
import { context, decision, NAMED, planOf } from './ghost-context.js';

/** Rule 8.4: charges without an item, ours by their key, others' by their product. */

const plannedOn = (held: Books, changes: Partial<GhostContext> = {}, decided?: ContractPlan, named?: Named): GhostPlan =>
  planGhosts(held.contracts[0]!, decided, false, context(held, changes, named));

describe('a charge without a row', () => {
  const azureCharge = (changes: Partial<Charge> = {}): Charge => charge({ key: 'PO 1', productId: 9, price: '75', ...changes });
  const charged = (one: Charge, on: Partial<Contract> = {}): Books =>
    books({
      contracts: [contract(on)],
      products: [{ id: 9, name: 'Azure Plan', key: 'cloudmore:azure-plan', isActive: true }],
      charges: [one],
    });
  const found = (held: Books, changes: Partial<GhostContext> = {}, decided?: ContractPlan, named?: Named): string[] =>
    plannedOn(held, changes, decided, named).ghosts.map(
      ({ outcome, type, itemCode, sales }) => `${outcome} ${type} ${itemCode ?? '-'} ${sales}`,
    );
  const AZURE = ['ghost AzurePlan - 75.00'];
  const usage = decision({ type: 'AzurePlan' });

  test.each<[string, () => string[], string[]]>([
    ['on a product of ours', () => found(charged(azureCharge())), AZURE],
    ['next to an item of another type', () => found(charged(azureCharge()), {}, planOf([decision()])), AZURE],
    ['not next to one of its type', () => found(charged(azureCharge()), {}, planOf([decision(), usage])), []],
    ['not on another product', () => found(charged(azureCharge({ productId: 8 }))), []],
    ['not in another month', () => found(charged(azureCharge({ day: '2025-11-01' }))), []],
    ['not on a contract of others', () => found(charged(azureCharge(), { subscriptionId: null, number: 'PO 1' })), []],
    [
      'not where its type is switched off',
      () => found(charged(azureCharge()), { settings: settings({ exportRecordTypes: ['Csp365Nce'] }) }),
      [],
    ],
    [
      'once where it has our key',
      () => found(charged(azureCharge({ key: KEY })), { accepted: [] }),
      [`zeroed Csp365Nce ${CODE.toLowerCase()} 75.00`],
    ],
  ])('that others made is listed %s', (_, comes, expected) => {
    expect(comes()).toEqual(expected);
  });

  const UNKNOWN = ['ghost Unclassified - 5.00'];
  const identity = { organizationId: 'org-1', type: 'Perpetual' as const, codeOrProduct: 'DG7GMGF0D5RK' };
  const hash = itemHash({ broker: 'default', subscriptionId: null, ...identity });
  const withoutId = contractKeyOf(hash);
  const without = (named: Named['unsubscribed'], changes: Partial<GhostContext> = {}, key = chargeKeyOf(MONTH, hash)): string[] =>
    found(charged(charge({ key }), { subscriptionId: withoutId }), { accepted: [], ...changes }, undefined, {
      ...NAMED,
      unsubscribed: named,
    });
  const had = (type: ItemType): Partial<GhostContext> => ({
    accepted: [accepted(), accepted({ contractKey: withoutId, type, itemCode: 'DG7GMGF0D5RK' })],
  });
  const PERPETUAL = ['zeroed Perpetual DG7GMGF0D5RK 5.00'];

  test.each<[string, () => string[], string[]]>([
    ['as it was named', () => without([[identity, []]]), PERPETUAL],
    ['as it was accepted', () => without([], had('Perpetual')), PERPETUAL],
    ['not as a correction by hand', () => without([], had('ManualBillingLine')), UNKNOWN],
    ['not as what was accepted of others', () => without([], { accepted: [accepted()] }), UNKNOWN],
    ['not where no report is known', () => without([], { accepted: null }), UNKNOWN],
    ['not where its key is another', () => without([[identity, []]], {}, chargeKeyOf(MONTH, 'f'.repeat(20))), UNKNOWN],
  ])('without subscription id is known %s', (_, comes, expected) => {
    expect(comes()).toEqual(expected);
  });

  const OTHER = line({ itemCode: 'CFQ7TTC0OTHER' });
  const ofOther = charged(charge({ key: keyOf('org-1', OTHER) }));
  const codes = (contractKey: string): Partial<GhostContext> => ({
    accepted: [accepted({ contractKey, itemCode: 'CFQ7TTC0OTHER' })],
  });
  test.each<[string, () => string[], string[]]>([
    ['that the accepted report had of it', () => found(ofOther, codes(SUBSCRIPTION)), ['zeroed Csp365Nce CFQ7TTC0OTHER 5.00']],
    ['but not that it had of another', () => found(ofOther, codes('other')), UNKNOWN],
    ['but not where nothing is known', () => found(ofOther, { accepted: null }), UNKNOWN],
  ])('is known by a code %s', (_, comes, expected) => {
    expect(comes()).toEqual(expected);
  });

  test('is left alone where its item is billed there, or nowhere', () => {
    const at = (home: number | null): string[] =>
      found(charged(charge({ key: KEY })), {
        itemCharges: new Map([[KEY.toLowerCase(), { home, type: 'Csp365Nce' as const, itemCode: CODE }]]),
      });
    expect([at(100), at(null)]).toEqual([[], []]);
    expect(at(101)).toHaveLength(1);
  });

  test("a charge on others' contract is unclassified, named by the contract", () => {
    const noSubscription = keyOf('org-1', line({ subscriptionId: null }));
    const on = (subscriptionId: string | null, number: string | null): Ghost =>
      plannedOn(charged(charge({ key: noSubscription }), { subscriptionId, number }), { accepted: [] }).ghosts[0]!;
    expect([on('theirs', 'PO 1'), on(null, 'PO 1'), on(null, null)].map(({ contractKey }) => contractKey)).toEqual([
      'theirs',
      'PO 1',
      'contract 100',
    ]);
    expect(on(null, 'PO 1')).toMatchObject({ type: 'Unclassified', message: expect.stringMatching(/not known what/) });
  });

  test('a billed charge is listed; an open one is deleted', () => {
    const billed = plannedOn(charged(charge({ key: KEY, billed: true })));
    expect([billed.steps, billed.ghosts]).toEqual([
      [],
      [expect.objectContaining({ type: 'Csp365Nce', message: expect.stringMatching(/the report has no line for it/) })],
    ]);
    expect(plannedOn(charged(charge({ key: KEY }))).steps).toMatchObject([
      { kind: 'postCharge', action: 'delete', chargeId: 2000, description: '', quantity: '1', unitPrice: '0', unitCost: '0' },
    ]);
  });
});
