import { describe, expect, test } from '@jest/globals';
import {
  acceptedItem,
  acceptedOf,
  cameFor,
  compareReports,
  isFallen,
  isLess,
  isNewOrMore,
  movedSubscriptions,
  nextAccepted,
  type AcceptedItem,
  type AcceptedPart,
  type Accepting,
  type Compared,
} from '../../shared/billing/report/accepted.js';
import { big } from '../../shared/billing/basics/decimal.js';
import { hasEnded } from '../../shared/billing/report/ended.js';
import type { Item, Plan } from '../../shared/billing/plan-types.js';
import { accepted, line, manualLine, settings, subscription } from './builders.js';

/** Rule 1.6, piece by piece: what a report had, how two compare, and what counts as accepted from then on. */

const item = (changes: Partial<AcceptedItem> = {}): AcceptedItem =>
  accepted({ contractKey: 's-1', subscriptionId: 's-1', itemCode: 'CODE', ...changes });
const azure = item({
  id: 'item-2',
  contractKey: 's-2',
  subscriptionId: 's-2',
  type: 'AzurePlan',
  itemCode: null,
  sources: ['svc-azure'],
});
const part = (items: AcceptedItem[], asOf = '2025-10-12'): AcceptedPart => ({ asOf, items });
const contoso = (accepted: AcceptedPart | null, now: AcceptedItem[]): Compared => ({
  organizationId: 'ORG-1',
  organizationName: 'Contoso',
  accepted,
  now,
});
const fabrikam = (accepted: AcceptedPart | null, now: AcceptedItem[]): Compared => ({
  organizationId: 'org-2',
  organizationName: 'Fabrikam',
  accepted,
  now,
});

const USUAL: Accepting = { isReleased: false, isBlind: false, movedTo: [], cameFrom: [], leaves: () => false };

describe('an item of a report', () => {
  const of = (lines: Item['lines']): AcceptedItem =>
    acceptedItem({ ...plannedItem, lines, exactCost: '1', exactSales: '2' }, 's-1', true);
  const plannedItem = {
    id: 'item-1',
    type: 'Csp365Nce',
    subscriptionId: 's-1',
    itemCode: 'CODE',
    currency: 'EUR',
  } as Item;

  test('an item sums its lines, and credits apart', () => {
    const credit = manualLine({ sales: '-25.00', cost: '3' });
    const rebate = line({ sales: '4.00', cost: '-7.50' });
    expect(of([line(), credit, rebate])).toMatchObject({
      lines: 3,
      cost: '1',
      sales: '2',
      creditSales: '-25',
      creditCost: '-7.5',
      stood: true,
    });
    expect(of([line()])).toMatchObject({ creditSales: '0', creditCost: '0' });
    expect(of([line()])).not.toHaveProperty('charged');
    expect(acceptedItem({ ...plannedItem, lines: [line()], exactCost: '1', exactSales: '2' }, 's-1', true, false)).toMatchObject({
      charged: false,
    });
  });

  // What was entered by hand is named apart.
  test('an item names its services once, in order', () => {
    const lines = [manualLine(), line({ serviceId: 'SVC-B' }), line({ serviceId: 'svc-a' }), line({ serviceId: 'svc-b' })];
    expect(of(lines).sources).toEqual(['manual lines', 'svc-a', 'svc-b']);
  });
});

describe('a report beside the last accepted one', () => {
  const compare = (...all: Compared[]): ReturnType<typeof compareReports> => compareReports(all, [], settings());

  test('of which nothing is known is compared with nothing', () => {
    expect(compare(contoso(null, [item()]))).toBeNull();
  });

  test('misses nothing where everything is there, and is of the latest day', () => {
    expect(compare(contoso(part([item()], '2025-10-14'), [item()]), fabrikam(part([azure], '2025-10-11'), [azure]))).toEqual({
      asOf: '2025-10-14',
      missing: [],
      fallenTypes: [],
      fallenSources: [],
    });
  });

  test('names the record types, services and organizations that are missing, in words', () => {
    const byHand = item({ id: 'item-3', contractKey: 's-3', subscriptionId: 's-3', sources: ['manual lines'] });
    expect(compare(contoso(part([item(), byHand]), [item()]), fabrikam(part([azure]), []))?.missing).toEqual([
      'record type Azure plan',
      'manual lines',
      'service svc-azure',
      'organization Fabrikam',
    ]);
  });

  test('names what is missing in order', () => {
    expect(compare(contoso(part([item(), azure]), []))?.missing.slice(0, 2)).toEqual([
      'record type Azure plan',
      'record type Microsoft 365 (NCE)',
    ]);
  });

  test("an organization's id matches in any case; without lines it is missing", () => {
    const again = { ...contoso(null, [item()]), organizationId: 'org-1' };
    expect(compare({ ...contoso(part([item()]), []), organizationName: 'x' }, again)?.missing).toEqual([]);
    expect(compare(contoso(part([item()]), []), fabrikam(null, [azure]))?.missing).toContain('organization Contoso');
  });

  test.each(['Cancelled', ' canceled ', 'Deleted', 'expired'])('does not miss what has ended: %s', (status) => {
    const subscriptions = [subscription({ id: 'S-2', status })];
    expect(compareReports([contoso(part([item(), azure]), [item()])], subscriptions, settings())?.missing).toEqual([]);
  });

  test.each(['Active', 'Pending cancellation', 'not deleted'])('misses what is %s', (status) => {
    expect(hasEnded(subscription({ status }))).toBe(false);
    const subscriptions = [subscription({ id: 's-2', status })];
    expect(compareReports([contoso(part([item(), azure]), [item()])], subscriptions, settings())?.missing).toHaveLength(2);
  });

  // What has no subscription is missed.
  test('an item that became another of its subscription is not missed', () => {
    const converted = item({ id: 'item-9', contractKey: 'S-2' });
    expect(compare(contoso(part([item(), azure]), [item(), converted]))?.missing).toEqual([]);
    const perpetual = item({ id: 'item-8', contractKey: 'cm-1', subscriptionId: null, type: 'Perpetual' });
    expect(compare(contoso(part([perpetual]), [item({ contractKey: 'cm-1' })]))?.missing).toEqual([
      'record type Perpetual licences',
    ]);
  });

  test('an ended subscription whose item is there counts like any other', () => {
    const subscriptions = [subscription({ id: 's-2', status: 'Cancelled' })];
    const all = [contoso(part([item(), azure]), [item(), { ...azure, sales: '10' }])];
    expect(compareReports(all, subscriptions, settings())?.fallenTypes).toEqual(['AzurePlan']);
  });

  test('the types and services that more than halved are named in order', () => {
    const now = [item({ sales: '59.99' }), { ...azure, sales: '59.99' }];
    expect(compare(contoso(part([azure, item()]), now))).toMatchObject({
      fallenTypes: ['AzurePlan', 'Csp365Nce'],
      fallenSources: ['svc-365', 'svc-azure'],
    });
    expect(compare(contoso(part([item()]), [item({ sales: '60' })]))).toMatchObject({ fallenTypes: [], fallenSources: [] });
  });

  test('compares each currency by itself: one of two that fell is enough', () => {
    const dollars = item({ id: 'item-4', contractKey: 's-4', subscriptionId: 's-4', currency: 'USD' });
    expect(compare(contoso(part([item(), dollars]), [item(), { ...dollars, sales: '10' }]))?.fallenTypes).toEqual(['Csp365Nce']);
    expect(compare(contoso(part([item(), dollars]), [item()]))?.fallenTypes).toEqual(['Csp365Nce']);
  });

  test.each([
    ['100', '49.99', 50, true],
    ['100', '50', 50, false],
    ['100', '0', 0, false],
    ['0', '-5', 50, false],
    ['-100', '-200', 50, false],
  ])('%s to %s at %d %% is a fall: %s', (before, now, percent, is) => {
    expect(isFallen(big(before), big(now), percent)).toBe(is);
  });
});

describe('subscriptions whose lines another organization has', () => {
  const moved = (...all: Compared[]): unknown => Object.fromEntries(movedSubscriptions(all));

  test('moved there, where they are new or more', () => {
    const there = item({ id: 'item-7', contractKey: 'S-1' });
    expect(moved(contoso(part([item()]), []), fabrikam(null, [there]))).toEqual({
      'ORG-1': [{ contractKey: 's-1', organizationId: 'org-2', itemId: 'item-7', from: 'item-1' }],
      'org-2': [],
    });
    const grown = fabrikam(part([{ ...there, sales: '1' }]), [there]);
    expect(moved(contoso(part([item()]), []), grown)).toMatchObject({ 'ORG-1': [{ organizationId: 'org-2' }] });
  });

  test('lines held on their first day count as moved later, too', () => {
    const there = item({ id: 'item-7' });
    const movedTo = [{ contractKey: 's-1', organizationId: 'org-2', itemId: 'item-7' }];
    const given = { asOf: '2025-10-13', items: [], ghosts: [{ contractKey: 's-1', outcome: 'ghost' }] } as unknown as Plan;
    const kept = nextAccepted(given, [], part([item()]), { ...USUAL, movedTo });
    expect(kept.items).toEqual([{ ...item(), successors: ['item-7'] }]);
    expect(moved(contoso(kept, []), fabrikam(part([there]), [there]))).toMatchObject({ 'ORG-1': movedTo });
    const another = item({ id: 'item-8' });
    expect(moved(contoso(kept, []), fabrikam(part([another]), [another]))).toMatchObject({ 'ORG-1': [] });
  });

  test('lines move back though their first owner has no more now', () => {
    const [here, there] = [item(), item({ id: 'item-7' })];
    const given = { asOf: '2025-10-13', items: [], ghosts: [] } as unknown as Plan;
    const cameFrom = [{ itemId: 'item-7', from: 'item-1' }];
    const kept = nextAccepted(given, [there], undefined, { ...USUAL, cameFrom });
    expect(moved(contoso(part([here]), [here]), fabrikam(kept, []))).toMatchObject({ 'org-2': [{ itemId: 'item-1' }] });
    const later = nextAccepted(given, [there], kept, USUAL);
    expect(moved(contoso(part([here]), [here]), fabrikam(later, []))).toMatchObject({ 'org-2': [{ itemId: 'item-1' }] });
  });

  // They were there all along, are still here, are another item here, or have no subscription.
  test('lines that never left have not moved', () => {
    const there = item({ id: 'item-7' });
    expect(moved(contoso(part([item()]), []), fabrikam(part([there]), [there]))).toEqual({ 'ORG-1': [], 'org-2': [] });
    expect(moved(contoso(part([item()]), [item()]), fabrikam(null, [there]))).toEqual({ 'ORG-1': [], 'org-2': [] });
    expect(moved(contoso(part([item()]), [item({ id: 'item-9' })]))).toEqual({ 'ORG-1': [] });
    const perpetual = item({ subscriptionId: null });
    expect(moved(contoso(part([perpetual]), []), fabrikam(null, [there]))).toEqual({ 'ORG-1': [], 'org-2': [] });
    expect(moved(contoso(null, []), fabrikam(null, [there]))).toEqual({ 'ORG-1': [], 'org-2': [] });
    expect(moved(contoso(part([item()]), []), fabrikam(null, [azure]))).toEqual({ 'ORG-1': [], 'org-2': [] });
  });

  test('are more only with more sales', () => {
    expect(isNewOrMore(item(), [item()])).toBe(false);
    expect(isNewOrMore(item({ sales: '120.01' }), [item()])).toBe(true);
    expect(isNewOrMore(item(), [azure])).toBe(true);
  });
});

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
    const keptBeside = (changes: Partial<AcceptedItem>, own = before): boolean =>
      nextAccepted(planned(null), [{ ...renamed, ...changes }], part([own]), USUAL).items.length === 2;
    expect(keptBeside({})).toBe(false);
    expect(keptBeside({ lines: 3, cost: '90', creditCost: '-60', sales: '130' })).toBe(false);
    expect(keptBeside({ contractKey: 'S-1' })).toBe(false);
    for (const changes of [
      { contractKey: 's-2' },
      { lines: 1 },
      { cost: '99.99' },
      { sales: '119.99' },
      { cost: '110', creditCost: '-40' },
      { sales: '130', creditSales: '-50' },
    ])
      expect({ changes, isKept: keptBeside(changes) }).toEqual({ changes, isKept: true });
    const besideAnother = nextAccepted(planned(null), [renamed, azure], part([before]), USUAL);
    expect(besideAnother.items.map(({ id }) => id)).toEqual(['item-3', azure.id]);
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
    const besideLines = fabrikam(null, [item({ id: 'item-7', sources: ['manual lines', 'svc-365'] })]);
    expect(movedSubscriptions([all[0]!, besideLines]).get('ORG-1')).toHaveLength(1);
    const beside = [contoso(part([item(), azure]), [item(), item({ id: 'item-9', contractKey: 's-2', ...byHand })])];
    expect(compareReports(beside, [], settings())!.missing).toEqual(['record type Azure plan', 'service svc-azure']);
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
