import { describe, expect, test } from '@jest/globals';
import { compareWithAccepted, type AcceptedOrganization } from '../../shared/billing/report/comparison.js';
import { cutReport } from '../../shared/billing/report/facts.js';
import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import type { Report } from '../../shared/billing/types.js';
import { accepted, line, organization, report, settings, SUBSCRIPTION } from './builders.js';

/** Rule 1.6, before anything is planned: the report next to what was accepted of it, organization by organization. */

const fabrikam = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
const both = [organization({ id: 'ORG-1' }), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const part = (...items: AcceptedItem[]): AcceptedOrganization['part'] => ({ asOf: '2025-10-11', items });
const was = (organizationId: string, organizationName: string, ...items: AcceptedItem[]): AcceptedOrganization => ({
  organizationId,
  organizationName,
  part: part(...items),
});
const against = (kept: AcceptedOrganization[], changes: Partial<Report> = {}): ReturnType<typeof compareWithAccepted> =>
  compareWithAccepted(cutReport(report({ organizations: both, ...changes }), '2025-10-12'), kept, settings());

describe('a report next to what was accepted of it', () => {
  test('is as it was where nothing was', () => {
    const cut = cutReport(report(), '2025-10-12');
    expect(compareWithAccepted(cut, [], settings())).toEqual({ ...cut, gone: [] });
  });

  test('each organization has what was accepted of it, in any case', () => {
    const { facts, organizations, gone } = against([was('org-1', 'Contoso', accepted())], { lines: [line(), fabrikam] });
    expect(organizations.map((slice) => slice.accepted)).toEqual([part(accepted()), undefined]);
    expect(organizations.map((slice) => 'accepted' in slice)).toEqual([true, false]);
    expect(facts.comparison).toMatchObject({ asOf: '2025-10-11' });
    expect(gone).toEqual([]);
  });

  test('misses an organization that nobody names any more, with what it had', () => {
    const items = [accepted({ id: 'item-9', contractKey: 'gone-1', subscriptionId: 'gone-1' })];
    const { facts, gone } = against([was('org-9', 'Gone Ltd', ...items)]);
    expect(facts.comparison!.missing).toEqual(['organization Gone Ltd']);
    expect(gone).toEqual([{ organizationId: 'org-9', organizationName: 'Gone Ltd', items }]);
  });

  // It is not missed itself where another organization has all of it.
  test('an organization that is gone misses only what no other has', () => {
    const moved = accepted({ id: 'item-9', contractKey: SUBSCRIPTION.toUpperCase() });
    const left = accepted({ id: 'item-8', contractKey: 'gone-1', subscriptionId: 'gone-1' });
    expect(against([was('org-9', 'Gone Ltd', moved, left)]).gone).toMatchObject([{ items: [{ id: 'item-8' }] }]);
    expect(against([was('org-9', 'Gone Ltd', moved)]).gone).toEqual([]);
    expect(against([was('org-9', 'Gone Ltd')]).gone).toEqual([]);
  });
});

describe('a subscription whose lines another organization has now', () => {
  const moved = { lines: [line({ organizationId: 'org-2', organizationName: 'Fabrikam' })], subscriptions: [] };
  const { organizations } = against([was('org-1', 'Contoso', accepted())], moved);
  const [from, to] = [
    organizations.find(({ organization: { id } }) => id === 'ORG-1')!,
    organizations.find(({ organization: { id } }) => id === 'org-2')!,
  ];

  test('moved there, as the one it left is reported', () => {
    const itemId = to.cameFrom![0]!.itemId;
    expect(from.movedTo).toEqual([{ contractKey: SUBSCRIPTION, organizationId: 'org-2', itemId, from: 'item-1' }]);
    expect([from.arrived, from.cameFrom]).toEqual([undefined, undefined]);
  });

  test('arrived there once, as the one that has it is told', () => {
    expect(to.arrived).toEqual([SUBSCRIPTION]);
    expect(to.cameFrom).toEqual([{ itemId: expect.any(String), from: 'item-1' }]);
    expect('movedTo' in to).toBe(false);
  });

  // Each item comes from where it was.
  test('a subscription of two items arrives once', () => {
    const second = accepted({ id: 'item-2', itemCode: 'SECOND' });
    const two = against([was('org-1', 'Contoso', accepted(), second)], moved).organizations.find(
      ({ organization: { id } }) => id === 'org-2',
    )!;
    expect(two.arrived).toEqual([SUBSCRIPTION]);
    expect(two.cameFrom!.map(({ from: id }) => id)).toEqual(['item-1', 'item-2']);
  });
});
