import { describe, expect, test } from '@jest/globals';
import {
  indexNames,
  joinNames,
  mergeNames,
  MOST_EARLIER_OWNERS,
  namesOf,
  namesOfItems,
  namesOfServices,
  NOTHING_NAMED,
  type Named,
} from '../../shared/billing/report/named.js';
import type { PlannedItem } from '../../shared/billing/plan-types.js';
import type { Report } from '../../shared/billing/types.js';
import { CODE, line, manualLine, organization, plan, report, running, service, subscription } from './builders.js';

/** What Cloudmore ever named: who had a subscription, and had it earlier (rules 7.7, 8.6). */

const had = (...subscriptions: Named['subscriptions']): Named => ({ ...NOTHING_NAMED, subscriptions });
const by = (...owners: string[]): Named => joinNames(owners.map((owner) => had(['s-1', owner, []])));
const ownersOf = (named: Named): string[] => indexNames(named, 'default').ownersOf('S-1');

describe('the owners of a subscription', () => {
  test.each([
    ['one that nobody named has none', NOTHING_NAMED, []],
    ['one that never moved has one', by('a', 'a'), ['a']],
    ['one that moved twice has three, the last one first', mergeNames(by('a', 'b'), by('c')), ['c', 'b', 'a']],
    ['one that came back is of the one who has it now', mergeNames(by('a', 'b'), by('a')), ['a', 'b']],
    ['evidence of earlier releases knows the last alone', mergeNames(had(['s-1', 'a', ['svc']]), by('b')), ['b', 'a']],
    ['what two sources name is joined', joinNames([by('a', 'b'), mergeNames(by('c'), by('d'))]), ['d', 'c', 'b', 'a']],
  ])('%s', (_, named, owners) => expect(ownersOf(named)).toEqual(owners));

  test('of too many the earliest is forgotten first', () => {
    const many = Array.from({ length: MOST_EARLIER_OWNERS + 2 }, (_, index) => `o-${index}`);
    const owners = ownersOf(many.reduce((known, owner) => mergeNames(known, by(owner)), NOTHING_NAMED));
    expect(owners).toEqual([...many].reverse().slice(0, MOST_EARLIER_OWNERS + 1));
  });

  // What is kept stays the same value.
  test('the same report twice adds nothing', () => {
    const report = had(['s-1', 'b', []], ['s-1', 'a', ['svc']], ['s-1', 'c', []]);
    const once = mergeNames(NOTHING_NAMED, report);
    expect(mergeNames(once, report)).toEqual(once);
    expect(by('a', 'a')).toEqual(had(['s-1', 'a', []]));
  });
});

test('keys of its services tell what a subscription was billed on', () => {
  const named: Named = {
    ...NOTHING_NAMED,
    contracts: [
      [
        100,
        's-1',
        [
          [50, 'code-a'],
          [51, 'code-b'],
        ],
      ],
      [101, 's-2', []],
    ],
  };
  expect(indexNames(named, 'default').codesBilled('S-1')).toEqual(['code-a', 'code-b']);
  expect(indexNames(named, 'default').codesBilled('s-9')).toEqual([]);
});

describe('what a service stood for', () => {
  const code = (named: Partial<Named>): string | null =>
    indexNames({ ...NOTHING_NAMED, ...named }, 'default').codeOnContract(100, 50);

  test.each<[what: string, named: Partial<Named>, code: string | null]>([
    [
      'what it had when this contract was billed on it',
      { contracts: [[100, 's-1', [[50, 'here']]]], services: [[50, 'seen']] },
      'here',
    ],
    ['what it had when it was seen last', { contracts: [[101, 's-2', [[50, 'there']]]], services: [[50, 'seen']] }, 'seen'],
    ['what it had when another contract was billed on it', { contracts: [[101, 's-2', [[50, 'there']]]] }, 'there'],
    ['nothing, of another service', { contracts: [[100, 's-1', [[51, 'here']]]], services: [[51, 'seen']] }, null],
  ])('is %s', (_, named, expected) => expect(code(named)).toBe(expected));

  test('only services with a named code or shared key are remembered', () => {
    const names = indexNames({ ...NOTHING_NAMED, codes: [['code-a', 'Csp365Nce']] }, 'default');
    const services = [
      service({ id: 1, key: ' CODE-A' }),
      service({ id: 2, key: 'Cloudmore:Perpetual' }),
      service({ id: 3, key: 'Hours' }),
      service({ id: 4, key: null }),
    ];
    expect(namesOfServices(services, names)).toEqual({
      ...NOTHING_NAMED,
      services: [
        [1, 'code-a'],
        [2, 'cloudmore:perpetual'],
      ],
    });
  });

  test('a service stood for what was seen last', () => {
    const seen = (...services: [number, string][]): Named => ({ ...NOTHING_NAMED, services });
    expect(mergeNames(seen([1, 'a'], [2, 'b']), seen([1, 'c'])).services).toEqual([
      [1, 'c'],
      [2, 'b'],
    ]);
    expect(joinNames([seen([1, 'a']), NOTHING_NAMED, seen([2, 'b'])]).services).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
    expect(mergeNames(NOTHING_NAMED, NOTHING_NAMED)).toEqual(NOTHING_NAMED);
  });
});

describe('what a report names', () => {
  const named = (changes: Partial<Report>): Named =>
    namesOf(report({ lines: [], previousLines: [], subscriptions: [], organizations: [], ...changes }));

  test('is its subscriptions, codes and organizations, of lists and of both months', () => {
    expect(
      named({
        lines: [line({ subscriptionId: 'S-Now', itemCode: 'NOW', serviceId: 'SVC', serviceName: 'Now' })],
        previousLines: [line({ subscriptionId: 'S-Before', itemCode: ' ', organizationId: 'ORG-2', organizationName: 'Second' })],
        subscriptions: [subscription({ id: 'S-Listed', itemCode: 'LISTED', organizationId: 'Org-3' })],
        organizations: [organization({ id: 'ORG-1', name: 'Contoso now' })],
      }),
    ).toEqual({
      subscriptions: [
        ['s-listed', 'org-3', []],
        ['s-before', 'org-2', ['svc-365', 'microsoft 365 csp direct']],
        ['s-now', 'org-1', ['svc', 'now']],
      ],
      unsubscribed: [],
      organizations: [
        ['org-2', 'Second'],
        ['org-1', 'Contoso'],
        ['org-1', 'Contoso now'],
      ],
      codes: [
        ['listed', 'Csp365Nce'],
        ['now', 'Csp365Nce'],
      ],
      contracts: [],
    });
  });

  // Corrections by hand are not.
  test('lines without subscription are named by what makes their contract', () => {
    const lines = [
      line({ subscriptionId: null, recordType: 'Perpetual', itemCode: 'DG7' }),
      line({ subscriptionId: ' ', recordType: 'Perpetual', itemCode: null, productName: 'Server' }),
      manualLine({ subscriptionId: null }),
    ];
    expect(named({ lines }).unsubscribed.map(([identity]) => identity)).toEqual([
      { organizationId: 'org-1', type: 'Perpetual', codeOrProduct: 'DG7' },
      { organizationId: 'org-1', type: 'Perpetual', codeOrProduct: 'Server' },
    ]);
    expect(named({ lines }).subscriptions).toEqual([]);
  });

  test('custom services and unknown record types name nothing', () => {
    expect(named({ lines: [line({ isCustomService: true })] })).toEqual(NOTHING_NAMED);
    expect(named({ lines: [manualLine({ itemCode: 'CODE' })] }).codes).toEqual([]);
  });
});

test('a contract is known by what was posted and its service', () => {
  const [posted] = plan({ books: running() }).items;
  const { standing } = posted!;
  const of = (changes: Partial<PlannedItem>) => namesOfItems([{ ...posted!, contractKey: 'S-1', ...changes }]);
  expect(of({})).toEqual({ ...NOTHING_NAMED, contracts: [[100, 's-1', [[50, CODE.toLowerCase()]]]] });
  const bare = { ...NOTHING_NAMED, contracts: [[100, 's-1', []]] };
  expect([of({ standing: null }), of({ standing: { ...standing!, row: null } })]).toEqual([bare, bare]);
  expect(of({ standing: { ...standing!, row: { ...standing!.row!, serviceId: null } } })).toEqual(bare);
  expect([of({ contractId: null }), of({ outcome: 'held' })]).toEqual([NOTHING_NAMED, NOTHING_NAMED]);
});

describe('what was known and is named again', () => {
  const identity = { organizationId: 'org-1', type: 'Perpetual' as const, codeOrProduct: 'DG7' };
  const other = { ...identity, codeOrProduct: 'DG8' };
  const only = (changes: Partial<Named>): Named => ({ ...NOTHING_NAMED, ...changes });

  test('of one without subscription its services are joined, whatever the case', () => {
    const known = only({ unsubscribed: [[identity, ['a']]] });
    const more = only({
      unsubscribed: [
        [{ ...identity, codeOrProduct: 'dg7' }, ['b']],
        [other, ['c']],
      ],
    });
    expect(mergeNames(known, more).unsubscribed).toEqual([
      [identity, ['a', 'b']],
      [other, ['c']],
    ]);
  });

  test('services of a contract are joined, and the later key wins', () => {
    const known = only({ contracts: [[100, 's-1', [[50, 'a']]]] });
    const more = only({ contracts: [[100, 's-2', [[51, 'b']]]] });
    expect(mergeNames(known, more).contracts).toEqual([
      [
        100,
        's-2',
        [
          [50, 'a'],
          [51, 'b'],
        ],
      ],
    ]);
    const names = indexNames(more, 'default');
    expect([names.contracts(), names.contractsOf('S-2')]).toEqual([[100], [100]]);
    expect(mergeNames(NOTHING_NAMED, more)).toEqual(more);
  });

  test.each<[string, Named['codes'], string]>([
    [
      'the first type',
      [
        ['x', 'AzurePlan'],
        ['x', 'Marketplace'],
      ],
      'AzurePlan',
    ],
    [
      'a licence’s where it ever was one',
      [
        ['x', 'AzurePlan'],
        ['x', 'Csp365Nce'],
      ],
      'Csp365Nce',
    ],
    [
      'the first licence’s',
      [
        ['x', 'Csp365Legacy'],
        ['x', 'Csp365Nce'],
      ],
      'Csp365Legacy',
    ],
  ])('a code keeps %s', (_, codes, type) => {
    expect(mergeNames(NOTHING_NAMED, only({ codes })).codes).toEqual([['x', type]]);
  });
});
