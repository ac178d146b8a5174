import { describe, expect, test } from '@jest/globals';
import {
  acceptedOf,
  cameFor,
  compareReports,
  isLess,
  movedSubscriptions,
  nextAccepted,
  type AcceptedItem,
  type Accepting,
} from '../../shared/billing/report/accepted.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import { settings } from './builders.js';
import { item, azure, part, contoso, fabrikam, USUAL } from './accepted-context.js';

/** Rule 1.6: what counts as accepted from then on. */

describe('what counts as accepted from now on', () => {
  type Given = Pick<Plan, 'asOf' | 'items' | 'ghosts'>;
  const planned = (reason: string | null, ghosts: { contractKey: string; outcome: string }[] = [], asOf = '2025-10-13'): Given =>
    ({ asOf, items: [{ id: 'item-1', outcome: reason === null ? 'posted' : 'held', reason }], ghosts }) as unknown as Given;
  const less = item({ sales: '60' });

  test('is the report as it is where nothing was known before', () => {
    expect(nextAccepted(planned(null), [item()], undefined, USUAL)).toEqual(part([item()], '2025-10-13'));
  });

  test('is the latest day, also after a run for an earlier one', () => {
    expect(nextAccepted(planned(null), [item()], part([]), USUAL).asOf).toBe('2025-10-13');
    expect(nextAccepted(planned(null, [], '2025-10-11'), [item()], part([]), USUAL).asOf).toBe('2025-10-12');
  });

  // Where the fall is held, what was accepted stays as it was.
  test('less is accepted only where the plan takes it away', () => {
    expect(nextAccepted(planned(null), [less], part([item()]), USUAL).items).toEqual([less]);
    expect(nextAccepted(planned('report-shrank'), [less], part([item()]), USUAL).items).toEqual([item()]);
    expect(nextAccepted(planned('contract-gone'), [less], part([item()]), USUAL).items).toEqual([item()]);
    const grown = item({ sales: '150' });
    expect(nextAccepted(planned('report-shrank'), [grown], part([item()]), USUAL).items).toEqual([grown]);
  });

  test('less is accepted of what is left out, for nothing is billed', () => {
    const left = { ...planned(null), items: [{ id: 'item-1', outcome: 'excluded' }] } as unknown as Given;
    expect(nextAccepted(left, [less], part([item()]), USUAL).items).toEqual([less]);
  });

  test('a held fall by a lost credit is not accepted', () => {
    const credited = item({ creditSales: '-5' });
    expect(nextAccepted(planned('report-shrank'), [item()], part([credited]), USUAL).items).toEqual([credited]);
    const credit = item({ creditCost: '-5' });
    expect(nextAccepted(planned('report-shrank'), [item()], part([credit]), USUAL).items).toEqual([credit]);
  });

  test('remembers that it stood, and on charges, while it is held', () => {
    const held = item({ stood: false, sales: '130' });
    const before = item({ charged: true });
    expect(nextAccepted(planned('breaker-item'), [held], part([before]), USUAL).items).toEqual([
      { ...held, stood: true, charged: true },
    ]);
    expect(nextAccepted(planned('breaker-item'), [held], part([item()]), USUAL).items).toEqual([{ ...held, stood: true }]);
    expect(nextAccepted(planned('breaker-item'), [held], part([item({ stood: false })]), USUAL).items).toEqual([held]);
    expect(nextAccepted(planned(null), [item()], part([before]), USUAL).items).toEqual([item()]);
  });

  // Or until somebody released that.
  test('an item without lines is accepted until its money is gone', () => {
    const ghost = { contractKey: 'S-2', outcome: 'ghost' };
    const kept = nextAccepted(planned(null, [ghost]), [item()], part([item(), azure]), USUAL);
    expect(kept.items).toEqual([item(), azure]);
    const zeroed = nextAccepted(planned(null, [{ ...ghost, outcome: 'zeroed' }]), [item()], part([item(), azure]), USUAL);
    expect(zeroed.items).toEqual([item()]);
    expect(nextAccepted(planned(null), [item()], part([item(), azure]), USUAL).items).toEqual([item()]);
    const released = { ...USUAL, isReleased: true };
    expect(nextAccepted(planned(null, [ghost]), [item()], part([item(), azure]), released).items).toEqual([item()]);
    const never = { ...azure, stood: false };
    expect(nextAccepted(planned(null), [item()], part([item(), never]), USUAL).items).toEqual([item(), never]);
    expect(nextAccepted(planned(null), [item()], part([item(), never]), released).items).toEqual([item()]);
  });

  // Also where they were read as of an unknown currency one day and of an unknown type the next.
  test('lines of what was never billed are accepted once', () => {
    const before = item({ currency: 'XXX', stood: false, lines: 2, creditCost: '-50', creditSales: '-60' });
    const renamed = item({ ...before, id: 'item-3', type: 'Unclassified', currency: 'EUR' });
    const keptWithOthers = (changes: Partial<AcceptedItem>, own = before): boolean =>
      nextAccepted(planned(null), [{ ...renamed, ...changes }], part([own]), USUAL).items.length === 2;
    expect(keptWithOthers({})).toBe(false);
    expect(keptWithOthers({ lines: 3, cost: '90', creditCost: '-60', sales: '130' })).toBe(false);
    expect(keptWithOthers({ contractKey: 'S-1' })).toBe(false);
    for (const changes of [
      { contractKey: 's-2' },
      { lines: 1 },
      { cost: '99.99' },
      { sales: '119.99' },
      { cost: '110', creditCost: '-40' },
      { sales: '130', creditSales: '-50' },
    ])
      expect({ changes, isKept: keptWithOthers(changes) }).toEqual({ changes, isKept: true });
    const withAnother = nextAccepted(planned(null), [renamed, azure], part([before]), USUAL);
    expect(withAnother.items.map(({ id }) => id)).toEqual(['item-3', azure.id]);
    const there = nextAccepted(planned(null), [renamed], part([before, renamed]), USUAL);
    expect(there.items.map(({ id }) => id)).toEqual(['item-3', 'item-1']);
  });

  test('is nothing of an organization that could not be billed at all', () => {
    const blind = { ...USUAL, isBlind: true };
    expect(nextAccepted(planned(null), [less], part([item(), azure]), blind)).toEqual(part([item(), azure], '2025-10-13'));
  });
});

describe('the accepted item that an amount belongs to', () => {
  const legacy = item({ type: 'Csp365Legacy', contractKey: 's-5', itemCode: 'OLD' });
  const all = [azure, item(), legacy];

  // In any case of letters; of licences the item code counts, too.
  test('an amount belongs to the item of its contract, type and code', () => {
    expect(acceptedOf(all, 'S-1', 'Csp365Nce', 'code')).toBe(all[1]);
    expect(acceptedOf(all, 's-1', 'Csp365Nce', 'OTHER')).toBeUndefined();
    expect(acceptedOf(all, 's-5', 'Csp365Legacy', 'old')).toBe(legacy);
    expect(acceptedOf(all, 's-5', 'Csp365Legacy', 'OTHER')).toBeUndefined();
    expect(acceptedOf(all, 's-2', 'AzurePlan', 'whatever')).toBe(azure);
    expect(acceptedOf(all, 's-2', 'Marketplace', null)).toBeUndefined();
    expect(acceptedOf(all, 's-9', 'Csp365Nce', 'CODE')).toBeUndefined();
  });
});

describe('what counts, and what does not', () => {
  const byHand = { sources: ['manual lines'] };

  test('a correction by hand does not say that a subscription is there', () => {
    const all = [contoso(part([item()]), []), fabrikam(null, [item({ id: 'item-7', ...byHand })])];
    expect(Object.fromEntries(movedSubscriptions(all))).toEqual({ 'ORG-1': [], 'org-2': [] });
    const withLines = fabrikam(null, [item({ id: 'item-7', sources: ['manual lines', 'svc-365'] })]);
    expect(movedSubscriptions([all[0]!, withLines]).get('ORG-1')).toHaveLength(1);
    const withOthers = [contoso(part([item(), azure]), [item(), item({ id: 'item-9', contractKey: 's-2', ...byHand })])];
    expect(compareReports(withOthers, [], settings())!.missing).toEqual(['record type Azure plan', 'service svc-azure']);
  });

  test.each<[string, Partial<AcceptedItem>, boolean]>([
    ['as it was', {}, false],
    ['more', { sales: '121', cost: '101' }, false],
    ['less in sales', { sales: '119' }, true],
    ['less in cost, and more in sales', { cost: '99', sales: '121' }, true],
    ['without a credit that it had', { creditSales: '1' }, true],
  ])('an item %s is less: %#', (_, changes, is) => {
    expect(isLess(item(changes), item())).toBe(is);
  });

  test('an old item counts only for what names it as its successor', () => {
    const here = item({ id: 'here' });
    expect(cameFor(here, item(), [item({ id: 'other', successors: ['item-1'] }), here])).toBe(false);
    expect(cameFor(here, item(), [item({ id: 'other' }), { ...here, successors: ['x', 'item-1'] }])).toBe(true);
    expect(cameFor(here, item({ successors: ['here'] }), [here])).toBe(true);
  });
});

describe('what is remembered of an item', () => {
  const given = (outcome: 'posted' | 'held', ghosts: string[] = []): Plan =>
    ({
      asOf: '2025-10-13',
      items: ['item-1', 'item-2', 'item-3'].map((id) => ({ id, outcome })),
      ghosts: ghosts.map((contractKey) => ({ contractKey, outcome: 'ghost' })),
    }) as unknown as Plan;
  const kept = (
    now: AcceptedItem[],
    before: AcceptedItem[],
    changes: Partial<Accepting> = {},
    plan = given('posted'),
  ): AcceptedItem[] => nextAccepted(plan, now, part(before), { ...USUAL, ...changes }).items;

  test('while less is held: all services of either, in order', () => {
    const [held] = kept(
      [item({ sales: '60', sources: ['svc-a', 'svc-365'] })],
      [item({ sources: ['svc-b'] })],
      {},
      given('held'),
    );
    expect(held!.sources).toEqual(['svc-365', 'svc-a', 'svc-b']);
  });

  test('where it came from, and nothing of where others came from', () => {
    const before = [azure, item({ successors: ['known'] })];
    const cameFrom = [
      { itemId: 'item-2', from: 'theirs' },
      { itemId: 'item-1', from: 'there' },
    ];
    expect(kept([item()], before, { cameFrom })).toMatchObject([{ id: 'item-1', successors: ['known', 'there'] }]);
    expect(kept([azure], [item({ successors: ['known'] }), azure])).toEqual([azure]);
  });

  test('what came for it, here and elsewhere, once its lines are gone', () => {
    const converted = item({ id: 'item-3', itemCode: 'NEW' });
    const elsewhere = { contractKey: 'S-1', organizationId: 'org-2', itemId: 'item-7' };
    const movedTo = [
      elsewhere,
      { ...elsewhere, contractKey: 'other', itemId: 'item-8' },
      { contractKey: 's-1', organizationId: 'org-2' },
    ];
    const plan = given('posted', ['s-1']);
    expect(kept([converted, { ...azure, id: 'item-9' }], [item({ successors: ['earlier'] })], { movedTo }, plan).at(-1)).toEqual(
      item({ successors: ['earlier', 'item-3', 'item-7'] }),
    );
    expect(kept([converted], [item(), converted], {}, plan).at(-1)).toEqual(item());
  });

  test('that it stood, and nothing of charges that is not known', () => {
    const [held] = kept([item({ stood: false, sales: '130' })], [item()], {}, given('held'));
    expect(held).toMatchObject({ stood: true });
    expect(held).not.toHaveProperty('charged');
  });

  test('all of an item is remembered where unlisted money has its key', () => {
    expect(kept([], [item(), azure], { leaves: (contractKey) => contractKey === 's-2' })).toEqual([azure]);
  });
});
