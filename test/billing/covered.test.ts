import { describe, expect, test } from '@jest/globals';
import { isCovered } from '../../shared/billing/plan/covered.js';
import type { Plan, PlannedItem, Step } from '../../shared/billing/plan-types.js';
import { line, plan, running, type Situation } from './builders.js';

/** What a person has released: a later plan is a part of it, or waits for another release. */

const more = (sales: string): Situation => ({ report: { lines: [line({ sales })] } });
const created = plan();
const adjusted = plan({ ...more('150.00'), books: running() });
const azure = plan({ report: { lines: [line({ recordType: 'AzurePlan', itemCode: null })] } });
const stepOf = <Kind extends Step['kind']>(from: Plan, kind: Kind): Extract<Step, { kind: Kind }> =>
  from.steps.find((step): step is Extract<Step, { kind: Kind }> => step.kind === kind)!;

const service = stepOf(created, 'ensureService');
const contract = stepOf(created, 'upsertContract');
const adjustment = stepOf(created, 'postAdjustment');
const product = stepOf(azure, 'ensureProduct');
const charge = stepOf(azure, 'postCharge');
const extension: Extract<Step, { kind: 'extendContract' }> = {
  ...{ kind: 'extendContract', items: charge.items, summary: '', contractKey: charge.contractKey, contractId: 100 },
  ...{ fromDay: '2025-09-30', toDay: '2026-03-31' },
};

const of = (steps: Step[], items: PlannedItem[] = created.items): Plan => ({ ...created, items, steps });
const covers = (released: Step, left: Step): boolean => isCovered(of([left]), of([released]));

describe('a plan is a part of a released one', () => {
  test('where it is the same, or what is left of it', () => {
    expect(isCovered(created, created)).toBe(true);
    expect(isCovered(of(created.steps.slice(1)), created)).toBe(true);
    expect(isCovered(of([]), created)).toBe(true);
  });

  test('not where it does something more', () => {
    expect(isCovered(created, of(created.steps.slice(1)))).toBe(false);
    expect(isCovered(of([...created.steps, charge]), created)).toBe(false);
  });

  const [item] = created.items;
  test.each<[string, PlannedItem[], boolean, PlannedItem[]?]>([
    ['the same', [item!], true],
    ['told in other words', [{ ...item!, message: 'x', contractId: 9, because: [] }], true],
    ['other sales', [{ ...item!, sales: '1.00' }], false],
    ['another cost', [{ ...item!, cost: '1.00' }], false],
    ['another quantity', [{ ...item!, quantity: '1' }], false],
    ['another currency', [{ ...item!, currency: 'USD' }], false],
    ['another outcome', [{ ...item!, outcome: 'held' }], false],
    ['another item', [{ ...item!, id: 'x' }], false],
    ['one more', [item!, item!], false],
    ['none', [], false],
    ['one the same, another not', [item!, { ...item!, id: 'y', sales: '1.00' }], false, [item!, { ...item!, id: 'y' }]],
  ])('with items of the same money alone: %s', (_, items, is, shown = [item!]) => {
    expect(isCovered(of([], items), of([], shown))).toBe(is);
  });

  const other = 'other';
  test.each<[string, Step, Step, boolean]>([
    [
      'a service under an id that was made meanwhile',
      service,
      { ...service, serviceId: 5, serviceKey: service.serviceKey.toUpperCase() },
      true,
    ],
    ['a service at another price', service, { ...service, unitPrice: '1.00' }, false],
    ['a service at another cost', service, { ...service, unitCost: '1.00' }, false],
    ['another service', service, { ...service, serviceKey: other }, false],
    ['a product, in another case', product, { ...product, productKey: product.productKey.toUpperCase() }, true],
    ['another product', product, { ...product, productKey: other }, false],
    ['a product of another name', product, { ...product, name: other }, false],
    ['a contract, in another case', contract, { ...contract, contractKey: contract.contractKey.toUpperCase() }, true],
    ['another contract', contract, { ...contract, contractKey: other }, false],
    ['a contract at another company', contract, { ...contract, companyId: 8 }, false],
    ['a contract that is there instead of a new one', contract, { ...contract, contractId: 9 }, false],
    ['a contract from another day', contract, { ...contract, startDay: '2025-11-01' }, false],
    ['a contract to another day', contract, { ...contract, endDay: '2025-11-30' }, false],
    ['other members of a contract', contract, { ...contract, set: { slaId: 99 } }, false],
    ['an extension', extension, { ...extension, contractKey: extension.contractKey.toUpperCase() }, true],
    ['an extension of another contract', extension, { ...extension, contractKey: other }, false],
    ['an extension of another id', extension, { ...extension, contractId: 101 }, false],
    ['an extension from another day', extension, { ...extension, fromDay: '2025-10-31' }, false],
    ['an extension to another day', extension, { ...extension, toDay: '2026-04-30' }, false],
    [
      'an adjustment under an id that was made meanwhile',
      adjustment,
      {
        ...adjustment,
        contractId: 9,
        serviceId: 5,
        serviceKey: adjustment.serviceKey.toUpperCase(),
        contractKey: adjustment.contractKey.toUpperCase(),
      },
      true,
    ],
    ['an adjustment on another contract', adjustment, { ...adjustment, contractKey: other }, false],
    ['an adjustment of another service', adjustment, { ...adjustment, serviceKey: other }, false],
    ['an adjustment of another day', adjustment, { ...adjustment, day: '2025-11-01' }, false],
    ['an adjustment to other units', adjustment, { ...adjustment, units: 11 }, false],
    ['an adjustment at another price', adjustment, { ...adjustment, unitPrice: '1.0000' }, false],
    ['an adjustment at another cost', adjustment, { ...adjustment, unitCost: '1.0000' }, false],
    ['an adjustment for another purpose', adjustment, { ...adjustment, purpose: 'one-off' }, false],
    [
      'a charge under ids that were made meanwhile',
      charge,
      { ...charge, contractId: 9, productId: 5, contractKey: charge.contractKey.toUpperCase() },
      true,
    ],
    ['a charge on another contract', charge, { ...charge, contractKey: other }, false],
    ['a charge that is changed instead of made', charge, { ...charge, action: 'update' }, false],
    ['another charge', charge, { ...charge, chargeId: 7 }, false],
    ['a charge of another key', charge, { ...charge, chargeKey: other }, false],
    ['a charge of another product', charge, { ...charge, productKey: other }, false],
    ['a charge of another name', charge, { ...charge, name: other }, false],
    ['a charge of another day', charge, { ...charge, day: '2025-11-01' }, false],
    ['a charge of another quantity', charge, { ...charge, quantity: '2' }, false],
    ['a charge at another price', charge, { ...charge, unitPrice: '1.0000' }, false],
    ['a charge at another cost', charge, { ...charge, unitCost: '1.0000' }, false],
    ['a step of another kind', charge, adjustment, false],
  ])('equal steps: %s', (_, released, left, is) => {
    expect(covers(released, left)).toBe(is);
  });

  test('where a row is still what was shown, or was not there', () => {
    const shown = stepOf(adjusted, 'postAdjustment');
    const moved = { ...shown, before: { ...shown.before!, units: 9 } };
    expect([covers(shown, shown), covers(shown, moved)]).toEqual([true, false]);
    expect(covers({ ...shown, before: null }, moved)).toBe(true);
  });

  test('a changed charge is covered where it is the one shown', () => {
    const changing: Step = { ...charge, action: 'update', chargeId: 2000 };
    const standingOn = (chargeId: number | null, changes: object = {}): PlannedItem[] => [
      {
        ...created.items[0]!,
        standing: {
          ...created.items[0]!.standing!,
          charges: [
            {
              chargeId,
              day: '2025-10-01',
              billed: false,
              before: { sales: '5.00', cost: '0.00' },
              after: null,
              ...changes,
            } as never,
          ],
        },
      },
    ];
    const is = (now: PlannedItem[], then = standingOn(2000)): boolean => isCovered(of([changing], now), of([changing], then));
    expect(is(standingOn(2000))).toBe(true);
    expect(is(standingOn(2000, { day: '2025-11-01' }))).toBe(false);
    expect(is(standingOn(2000, { billed: true }))).toBe(false);
    expect(is(standingOn(2000, { before: { sales: '6.00', cost: '0.00' } }))).toBe(false);
    expect(is(standingOn(null))).toBe(false);
    expect(is([{ ...created.items[0]!, standing: null }])).toBe(false);
    const making = of([charge], standingOn(2000));
    expect(isCovered(making, of([charge], standingOn(2000, { billed: true })))).toBe(true);
    const withChargeOn = (day: string): Plan => of([charge], standingOn(null, { day }));
    expect(isCovered(withChargeOn('2025-10-31'), withChargeOn('2025-11-30'))).toBe(true);
  });
});
