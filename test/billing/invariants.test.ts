import { describe, expect, test } from '@jest/globals';
import { assertPlan, InvariantViolation } from '../../shared/billing/plan/invariants.js';
import { buildItems, indexPrices } from '../../shared/billing/report/items.js';
import type { ExtendContractStep, Item, Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { line, plan } from './builders.js';

/** What must hold of every plan. */

describe('a plan that breaks a promise is not carried out', () => {
  const items = (): Item[] => buildItems([line()], { subscriptions: [], prices: indexPrices([]), excludedServices: new Set() });
  const broken = (changes: (made: Plan) => Partial<Plan>): (() => void) => {
    const made = plan({ report: { subscriptions: [], prices: [] } });
    return () => assertPlan({ ...made, ...changes(made) }, items());
  };
  const first = (changes: Partial<PlannedItem>) => (made: Plan) => ({ items: [{ ...made.items[0]!, ...changes }] });
  const twice = (step: Partial<Step>) => () => ({ steps: [step, step] as Step[] });
  const extend: Partial<ExtendContractStep> = {
    kind: 'extendContract',
    contractId: 1,
    summary: 'Contract X',
    fromDay: '2025-10-31',
  };

  test('as it is made it keeps them all', () => expect(broken(() => ({}))).not.toThrow());

  test.each<[string, (made: Plan) => Partial<Plan>, string]>([
    ['an item is left out', () => ({ items: [] }), 'Invariant 7: organization org-1, 2025-10: 1 items, 0 outcomes'],
    ['an item is another', first({ id: 'x' }), 'does not carry its lines'],
    ['its sales are others', first({ sales: '120.01' }), "does not carry its lines' amounts"],
    ['its cost is another', first({ cost: '100.01' }), 'does not carry its lines'],
    ['a line of it is lost', first({ lines: 2 }), 'does not carry its lines'],
    ['it is posted with a reason', first({ reason: 'api-error' }), 'is posted with reason api-error'],
    ['it is held without one', first({ outcome: 'held' }), 'is held with reason null'],
    ['it is posted and stands nowhere', first({ standing: null }), 'would not add up to its amounts'],
    [
      'it is posted with other sales',
      (made) => first({ standing: { ...made.items[0]!.standing!, after: { sales: '1.00', cost: '100.00' } } })(made),
      'Invariant 1: organization org-1, 2025-10: row and charges of item 435d6b8a4ec490d3 would not add up to its amounts',
    ],
    [
      'it is posted with another cost',
      (made) => first({ standing: { ...made.items[0]!.standing!, after: { sales: '120.00', cost: '1.00' } } })(made),
      'would not add up to its amounts',
    ],
    [
      'a service is made twice',
      twice({ kind: 'ensureService', serviceKey: 'A' }),
      'Invariant 2: organization org-1, 2025-10: 2 steps for service a',
    ],
    ['a product is made twice', twice({ kind: 'ensureProduct', productKey: 'A' }), '2 steps for product a'],
    ['a contract is made twice', twice({ kind: 'upsertContract', contractKey: 'A' }), '2 steps for contract a'],
    ['a contract is extended twice', twice({ ...extend, toDay: '2025-11-30' }), '2 steps for end date of contract 1'],
    [
      'an adjustment is made twice',
      twice({ kind: 'postAdjustment', contractKey: 'A', serviceKey: 'B', contractServiceId: 1, day: '2025-10-01' }),
      '2 steps for adjustment a b 1 2025-10-01',
    ],
    ['a charge is made twice', twice({ kind: 'postCharge', chargeKey: 'A', action: 'create' }), '2 steps for charge a '],
    [
      'two charges carry one key',
      () => ({ steps: [1, 2].map((chargeId) => ({ kind: 'postCharge', chargeKey: 'A', action: 'update', chargeId }) as Step) }),
      '2 steps for charge a ',
    ],
    [
      'a charge is deleted twice',
      twice({ kind: 'postCharge', chargeKey: 'A', action: 'delete', chargeId: 1 }),
      '2 steps for charge a 1',
    ],
    [
      'an end moves back',
      () => ({ steps: [{ ...extend, toDay: '2025-10-30' }] as Step[] }),
      'Invariant 6: organization org-1, 2025-10: the end of contract 1 moves backwards',
    ],
    ['an end does not move', () => ({ steps: [{ ...extend, toDay: '2025-10-31' }] as Step[] }), 'moves backwards'],
  ])('%s', (_, changes, message) => expect(broken(changes)).toThrow(message));

  test('two charges of one key may be deleted, and ends extended', () => {
    const charges = [1, 2].map((chargeId) => ({ kind: 'postCharge', chargeKey: 'A', action: 'delete', chargeId }));
    expect(broken(() => ({ steps: [...charges, { ...extend, toDay: '2025-11-01' }] as Step[] }))).not.toThrow();
  });

  test('the mistake has a name and the number of what it breaks', () => {
    expect(new InvariantViolation(3, 'x')).toMatchObject({ name: 'InvariantViolation', invariant: 3 });
  });
});
