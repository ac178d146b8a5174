import { describe, expect, test } from '@jest/globals';
import {
  acceptedItem,
  compareReports,
  isFallen,
  isNewOrMore,
  movedSubscriptions,
  nextAccepted,
  type AcceptedItem,
  type Compared,
} from '../../shared/billing/report/accepted.js';
import { big } from '../../shared/billing/basics/decimal.js';
import { hasEnded } from '../../shared/billing/report/ended.js';
import type { Item, Plan } from '../../shared/billing/plan-types.js';
import { line, manualLine, settings, subscription } from './builders.js';
import { item, azure, part, contoso, fabrikam, USUAL } from './accepted-context.js';

/** Rule 1.6, piece by piece: what a report had, and how two compare. */

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

describe('a report against the last accepted one', () => {
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
