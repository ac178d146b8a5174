import { describe, expect, test } from '@jest/globals';
import { decideContract, numberFor } from '../../shared/billing/contracts/find-or-make.js';
import { indexNames, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { Books, Contract, Row } from '../../shared/billing/types.js';
import { AS_OF, books, charge, CODE, contract, MONTH, plan, row, service, SUBSCRIPTION, type Situation } from './builders.js';

/** Rules 6.1 and 6.4: which contract carries a subscription, and whether it can be extended. */

const found = (held: Partial<Books>, key = SUBSCRIPTION, billed: number[] = []): string => {
  const names = indexNames({ ...NOTHING_NAMED, contracts: billed.map((id) => [id, key, []]) }, 'default');
  const decision = decideContract(key, { companyId: 7, month: MONTH, asOf: AS_OF, books: books(held), names });
  const id = decision.kind === 'missing' ? '' : ` ${decision.contract?.id ?? 'none'}`;
  return `${decision.kind}${id}${decision.kind === 'held' ? ` ${decision.reason}` : ''}`;
};
const both = (first: Partial<Contract>, second: Partial<Contract>): Partial<Books> => ({
  contracts: [contract(first), contract({ id: 101, ...second })],
});
const DUPLICATE = 'held none contract-duplicate';

describe('of two contracts that carry a subscription', () => {
  const later = { startDay: '2025-11-01' };
  test.each<[string, Partial<Contract>, Partial<Contract>, string]>([
    ['one has ended, one begins with the month', { endDay: '2025-09-30' }, { startDay: '2025-10-01' }, 'found 101'],
    ['one ends on the first, one comes later', { endDay: '2025-10-01' }, later, 'found 100'],
    [
      'one has ended, one begins on the last',
      { endDay: '2025-09-30' },
      { startDay: '2025-10-31' },
      'held 101 contract-unsuitable',
    ],
    ['one covers the month, the other comes later', {}, later, 'found 100'],
    ['both cover it', {}, {}, DUPLICATE],
    ['neither does, and one is active', { endDay: '2025-09-30', isActive: false }, later, 'later 101'],
    ['neither does, and both are', { endDay: '2025-09-30' }, later, DUPLICATE],
  ])('the month’s is taken: %s', (_, first, second, expected) => {
    expect(found(both(first, second))).toBe(expected);
  });
});

test('an ended inactive contract is taken; one inactive on the day waits', () => {
  const inactive = (endDay: string): string => found({ contracts: [contract({ isActive: false, endDay })] });
  expect([inactive('2025-09-30'), inactive('2025-10-11'), inactive(AS_OF)]).toEqual([
    'found 100',
    'found 100',
    'held 100 contract-inactive',
  ]);
});

describe('a contract of another company', () => {
  const HELD = 'held 100 contract-other-company';
  const theirs = (changes: Partial<Contract>, held: Partial<Books> = {}): Partial<Books> => ({
    contracts: [contract({ companyId: 8, subscriptionId: null, number: null, ...changes })],
    ...held,
  });
  const hash = `cm-${'0'.repeat(32)}`;
  test.each<[string, Partial<Contract>, string, number[], string]>([
    ['its field', { subscriptionId: SUBSCRIPTION }, SUBSCRIPTION, [], HELD],
    ['its number, which nobody else makes', { number: SUBSCRIPTION }, SUBSCRIPTION, [], HELD],
    ['its number, next to another in its field', { number: SUBSCRIPTION, subscriptionId: 'x' }, SUBSCRIPTION, [], 'missing'],
    ['a hash as its number', { number: hash }, hash, [], HELD],
    ['a number that may be anybody’s', { number: 's-1' }, 's-1', [], 'missing'],
    ['such a number, where it was billed on', { number: 's-1' }, 's-1', [100], HELD],
    ['such a number, where another was', { number: 's-1' }, 's-1', [101], 'missing'],
  ])('counts, or not, with %s', (_, ...[changes, key, billed, expected]) => {
    expect(found(theirs(changes), key, billed)).toBe(expected);
  });

  const charged = (...[changes]: Parameters<typeof charge>): Partial<Books> => ({
    charges: [charge({ key: 'PO 1', ...changes })],
  });
  test.each<[string, Partial<Books>, Partial<Contract>, string]>([
    ['a row of the month', { rows: [row()] }, {}, HELD],
    ['a row of another month', { rows: [row({ startDay: '2025-09-01' })] }, {}, 'missing'],
    ['a row of nothing', { rows: [row({ units: 0, price: '0', cost: '0' })] }, {}, 'missing'],
    ['a charge of the month', charged({}), {}, HELD],
    ['a charge of another month', charged({ day: '2025-11-01' }), {}, 'missing'],
    ['a charge for the month, dated later', charged({ key: `CM-${MONTH}-${'0'.repeat(20)}`, day: '2025-11-01' }), {}, HELD],
    ['a charge for another month, dated now', charged({ key: `CM-2025-09-${'0'.repeat(20)}` }), {}, 'missing'],
    ['a row, and another id', { rows: [row()] }, { subscriptionId: 'other' }, 'missing'],
    ['a row, at the company itself', { rows: [row()] }, { companyId: 7 }, 'missing'],
  ])('with a lost id: %s', (_, held, changes, expected) => {
    expect(found(theirs(changes, held), SUBSCRIPTION, [100])).toBe(expected);
  });

  test('that was never billed on does not', () => {
    expect(found(theirs({}, { rows: [row()] }), SUBSCRIPTION, [101])).toBe('missing');
  });
});

// A shortened one could be another’s.
test('a number names a contract by the whole key alone', () => {
  expect([numberFor('x'.repeat(50)), numberFor('x'.repeat(51))]).toEqual(['x'.repeat(50), null]);
});

// It would carry on units of that service.
describe('6.4 an ended contract whose service Autotask does not show is held', () => {
  const ended = (changes: Partial<Row>, services = [service()], endDay = '2025-08-31', named: Situation['named'] = {}): Plan =>
    plan({
      named,
      books: books({
        contracts: [contract({ endDay })],
        rows: [row({ startDay: '2025-08-01', endDay: '2025-08-31', ...changes })],
        services,
      }),
    });
  const stepsOf = ({ steps, items }: Plan): [string | null, boolean, boolean] => [
    items[0]!.reason,
    steps.some(({ kind }) => kind === 'extendContract'),
    steps.some((step) => step.kind === 'postAdjustment' && step.purpose === 'gap'),
  ];

  test.each<[what: string, made: Plan, told: [string | null, boolean, boolean]]>([
    ['is extended where it is shown, the months between at 0', ended({}), [null, true, true]],
    // September stayed billed, and nobody heard of it.
    ['waits where it is hidden', ended({}, []), ['unreadable', false, false]],
    ['waits also where it ended last month', ended({}, [], '2025-09-30'), ['unreadable', false, false]],
    ['is extended where it ends on the month’s first day', ended({}, [], '2025-10-01'), [null, true, false]],
    ['is extended where those units are 0', ended({ units: 0, price: '0', cost: '0' }, []), [null, true, false]],
  ])('%s', (_, made, told) => expect(stepsOf(made)).toEqual(told));

  test.each<[what: string, named: Situation['named'], told: [string | null, boolean, boolean]]>([
    ['on this contract', { contracts: [[100, SUBSCRIPTION, [[50, CODE]]]] }, ['unreadable', false, false]],
    // An ended contract that was taken over was extended, and its units billed next to the same on the copy.
    ['billed on another contract alone', { contracts: [[999, 'other', [[50, CODE]]]] }, ['unreadable', false, false]],
    ['billed by no contract, seen with it', { services: [[50, CODE]] }, ['unreadable', false, false]],
    ['billed by nobody, as far as known', { services: [[49, CODE]] }, [null, true, false]],
  ])('a copy has its key, %s', (_, named, told) =>
    expect(stepsOf(ended({}, [service({ key: null }), service({ id: 51 })], '2025-08-31', named))).toEqual(told),
  );

  test('is extended where its service kept its key', () => {
    const named = { services: [[50, CODE]] } satisfies Situation['named'];
    expect(stepsOf(ended({}, [service()], '2025-08-31', named))).toEqual([null, true, true]);
  });

  test('names the key that is lost, and both ways out', () => {
    expect(ended({}, [service({ key: null })], '2025-08-31', { services: [[50, CODE]] }).items[0]!.message).toBe(
      `Contract 100 has to be extended, and its 10 units of service 50 would continue: it stood for ${CODE} and has lost that key, so they would be billed in addition. Restore its key, or set the units to 0 there.`,
    );
  });

  // A wrong end took away what had been billed in September.
  test('brings no month to 0 that was billed after the stated end', () => {
    const rows = ['2025-08', '2025-09'].map((month, at) => row({ id: 900 + at, startDay: `${month}-01`, endDay: `${month}-28` }));
    const planned = (more: Partial<Contract>): Plan =>
      plan({ books: books({ contracts: [contract({ endDay: '2025-08-31', ...more })], rows, services: [service()] }) });
    expect(stepsOf(planned({}))).toEqual(['unreadable', false, false]);
    expect(planned({}).items[0]!.message).toContain(
      'it is not known when it ended: Autotask says on 2025-08-31, and 10 units of service 50 stand there from 2025-09-01 on',
    );
    // An extension that was interrupted made them.
    expect(stepsOf(planned({ extendedFrom: '2025-08-31' }))).toEqual([null, true, true]);
  });

  test('says which service, and what to do', () => {
    expect(ended({}, []).items[0]!.message).toBe(
      'Contract 100 has to be extended, and its 10 units of service 50 would continue: Autotask does not show that service, so it is not known what they bill. Let the API user see it, or set the units to 0 there.',
    );
  });
});
