import { describe, expect, test } from '@jest/globals';
import type { GhostContext, GhostPlan } from '../../shared/billing/ghosts/ghost-plan.js';
import { planGhosts } from '../../shared/billing/ghosts/ghosts.js';
import { mayZero, shrinksBecause } from '../../shared/billing/ghosts/why.js';
import type { AcceptedItem } from '../../shared/billing/report/accepted.js';
import { indexPrices } from '../../shared/billing/report/items.js';
import type { ContractPlan } from '../../shared/billing/contracts/plan-contract.js';
import type { Ghost, Step } from '../../shared/billing/plan-types.js';
import type { Named } from '../../shared/billing/report/named.js';
import type { Books, RecordType, Settings, Subscription } from '../../shared/billing/types.js';
import {
  accepted,
  books,
  charge,
  CODE,
  company,
  contract,
  line,
  plan,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
} from './builders.js';
import { KEY } from './examples/row-and-charge.js';
import { context, decision, NAMED, planOf, type Decision } from './ghost-context.js';

/** Rule 8: why money without a line may go, or has to stay. */

const EXTENDS = { kind: 'extendContract', items: ['new'] } as Step;

describe('why a report has no line any more for what it had', () => {
  const why = (
    changes: Partial<GhostContext>,
    decisions: Decision[] | null = null,
    { code = CODE, type = 'Csp365Nce' }: { code?: string | null; type?: RecordType } = {},
  ): string | null => {
    const found = shrinksBecause(
      { contractKey: SUBSCRIPTION, itemCode: code, type, plan: decisions === null ? undefined : planOf(decisions) },
      context(books(), changes),
    );
    return found === null ? null : `${found.evidence}: ${found.message}`;
  };
  const listed = (changes: Partial<Subscription>): Partial<GhostContext> => ({
    subscriptions: [subscription(changes)],
    accepted: null,
  });
  const NEW = 'replaced: Replaced by NEW.';
  const kept = accepted({ id: 'new', itemCode: 'NEW', sales: '130' });

  test.each<[string, string | null, string | null]>([
    ['its subscription has ended', why(listed({ status: ' Cancelled ' })), 'ended: The subscription is cancelled in Cloudmore.'],
    ['its subscription continues', why(listed({})), null],
    ['nothing is listed, and nothing billed', why({ accepted: null }), null],
    ['another code is billed, which came since', why({}, [decision()]), NEW],
    ['another is, which is more since', why({ accepted: [accepted(), { ...kept, sales: '129' }] }, [decision()]), NEW],
    ['another is, which was there as much all along', why({ accepted: [accepted(), kept] }, [decision()]), null],
    [
      'another is, which was there, and came when its lines went',
      why({ accepted: [accepted({ successors: ['new'] }), kept] }, [decision()]),
      NEW,
    ],
    [
      'another is, which came when another item’s lines went',
      why({ accepted: [accepted(), kept, accepted({ id: 'x', itemCode: 'X', successors: ['new'] })] }, [decision()]),
      null,
    ],
    ['another is held', why({}, [decision({}, 'held')]), null],
    [
      'two others are billed',
      why({}, [decision(), decision({ id: 'more', itemCode: null, type: 'AzurePlan' })]),
      'replaced: Replaced by NEW, AzurePlan.',
    ],
    [
      'its lines are another organization’s',
      why({ moved: new Set([SUBSCRIPTION]) }),
      'moved: Its lines are billed to another organization.',
    ],
    ['another subscription’s are', why({ moved: new Set(['other']) }), null],
  ])('where %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  const unknown = (changes: Partial<GhostContext> = {}): Partial<GhostContext> => ({ accepted: null, ...changes });
  test.each<[string, string | null, string | null]>([
    ['another licence is billed', why(unknown(), [decision()]), NEW],
    ['another licence is, the list still names this', why(listed({}), [decision()]), null],
    ['another licence is, the list names that', why(listed({ itemCode: 'NEW' }), [decision()]), NEW],
    ['what is not a licence is billed', why(unknown(), [decision({ type: 'AzurePlan' })]), null],
    ['it was no licence itself', why(unknown(), [decision()], { type: 'AzurePlan', code: null }), null],
    ['another licence is held', why(unknown(), [decision({}, 'held')]), null],
  ])('no known report: %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  const never = accepted({ stood: false });
  const all = { accepted: [never, kept], arrived: new Set([SUBSCRIPTION]) };
  const ARRIVED = 'moved: Its lines belong to this organization now and are billed.';
  test.each<[string, string | null, string | null]>([
    ['and they are billed', why(all, [decision()]), ARRIVED],
    ['and one of them is, another held', why(all, [decision({}, 'held'), decision()]), ARRIVED],
    ['and they are held', why(all, [decision({}, 'held')]), null],
    ['and nothing is planned on the contract', why(all), null],
    ['but it was billed here before', why({ ...all, accepted: [accepted(), kept] }, [decision()]), null],
    ['but another subscription’s did', why({ ...all, arrived: new Set(['other']) }, [decision()]), null],
  ])('lines from another organization, %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  describe('for a charge of a subscription that another organization had', () => {
    const charged = (own: AcceptedItem[], type: RecordType = 'Csp365Nce'): string | null =>
      why({ accepted: [...own, kept], arrived: new Set([SUBSCRIPTION]) }, [decision()], {
        code: type === 'Csp365Nce' ? CODE : null,
        type,
      });
    const other = accepted({ id: 'other', itemCode: 'OTHER' });

    test.each<[string, string | null, string | null]>([
      ['its item came to be what is billed', charged([other, accepted({ successors: ['new'] })]), NEW],
      ['one of another type did', charged([accepted({ type: 'AzurePlan', successors: ['new'] })]), ARRIVED],
      ['one of another code did', charged([accepted({ itemCode: 'OTHER', successors: ['new'] })]), ARRIVED],
      ['one of another subscription did', charged([accepted({ contractKey: 'other', successors: ['new'] })]), ARRIVED],
      ['none of its type ever stood', charged([accepted({ stood: true, type: 'Marketplace' })], 'AzurePlan'), ARRIVED],
      [
        'one of its type stood',
        charged([accepted({ type: 'AzurePlan' }), accepted({ id: 'y', type: 'AzurePlan', stood: false })], 'AzurePlan'),
        null,
      ],
    ])('where %s', (_, found, expected) => {
      expect(found).toBe(expected);
    });
  });
});

describe('whether money may be brought to nothing', () => {
  const may = (changes: Partial<GhostContext>, held = running(), on = contract()): boolean =>
    mayZero(on, SUBSCRIPTION, context(held, changes));
  const unknown = { knownSubscriptions: new Set<string>(), accepted: null };
  const others = [accepted({ contractKey: 'other' }), accepted({ contractKey: SUBSCRIPTION.toUpperCase() })];

  test.each<[string, boolean, boolean]>([
    ['its subscription is the organization’s', may({}), true],
    ['nobody knows whose it is', may(unknown), false],
    ['it was accepted here', may({ ...unknown, accepted: others }), true],
    ['others alone were accepted here', may({ ...unknown, accepted: others.slice(0, 1) }), false],
    ['its contract is not one that is billed on', may({}, running(), contract({ isActive: false })), false],
  ])('where %s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

interface Decided {
  decided?: ContractPlan;
  isHeld?: boolean;
  named?: Named | undefined;
}

const ghosts = (held: Books, changes: Partial<GhostContext> = {}, { decided, isHeld = false, named }: Decided = {}): GhostPlan =>
  planGhosts(held.contracts[0]!, decided, isHeld, context(held, changes, named));
const listed = ({ ghosts: found }: GhostPlan): string[] =>
  found.map(({ outcome, rule, sales, evidence }: Ghost) => `${outcome} ${sales} (${rule})${evidence ? ` ${evidence}` : ''}`);

describe('a row without a line', () => {
  const carried = running();
  const changed: Books = {
    ...carried,
    rows: carried.rows.map((one) => (one.startDay === '2025-10-01' ? { ...one, units: 9, price: '108', cost: '90' } : one)),
  };
  const late = { asOf: '2025-10-25' };
  const notAccepted = { ...late, accepted: [accepted({ id: 'x', itemCode: 'X' })] };

  test.each<[string, string[], string[]]>([
    ['that the month’s report had and last month carried on', listed(ghosts(carried, late)), ['zeroed 120.00 (1.6)']],
    ['that neither the report had nor last month carried on', listed(ghosts(changed, notAccepted)), ['ghost 108.00 (8.3)']],
    [
      'of which no report is known, and that last month carried on',
      listed(ghosts(carried, { ...late, accepted: null })),
      ['ghost 120.00 (8.3)'],
    ],
    [
      'of which none is known, and that was written for the month',
      listed(ghosts(changed, { ...late, accepted: null })),
      ['zeroed 108.00 (1.6)'],
    ],
    [
      'the same, where last month was not read',
      listed(ghosts({ ...changed, detailed: [] }, { ...late, accepted: null })),
      ['ghost 108.00 (8.3)'],
    ],
    [
      'the same, where last month had none',
      listed(ghosts({ ...changed, rows: changed.rows.slice(1) }, { ...late, accepted: null })),
      ['ghost 108.00 (8.3)'],
    ],
    [
      'of which none is known, on a new contract',
      listed(ghosts({ ...carried, contracts: [contract({ startDay: '2025-10-01' })] }, { ...late, accepted: null })),
      ['zeroed 120.00 (1.6)'],
    ],
    [
      'whose subscription has ended',
      listed(ghosts(carried, { ...notAccepted, subscriptions: [subscription({ status: 'Deleted' })] })),
      ['zeroed 120.00 (8.2) ended'],
    ],
    [
      'that another licence of the subscription replaced',
      listed(ghosts(carried, notAccepted, { decided: planOf([decision()]) })),
      ['zeroed 120.00 (8.2) replaced'],
    ],
    [
      'that was paid once, in a month before',
      listed(ghosts(carried, { ...notAccepted, prices: indexPrices([price({ paymentMonths: 12 })]) })),
      ['zeroed 120.00 (8.2) paid-once'],
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  // Its record type has not come.
  test('a row is not awaited for a subscription that moved', () => {
    const { facts } = context(carried);
    const early = { facts: { ...facts, recordTypes: [] }, accepted: [] };
    expect(listed(ghosts(carried, early))).toEqual(['awaiting 120.00 (8.1)']);
    const theirs = { ...early, knownSubscriptions: new Set<string>() };
    expect(listed(ghosts(carried, theirs, { named: { ...NAMED, subscriptions: [[SUBSCRIPTION, 'org-2', []]] } }))).toEqual([
      'ghost 120.00 (8.3)',
    ]);
  });

  test('is left alone next to a held item of its contract', () => {
    expect(listed(ghosts(carried, late, { isHeld: true }))).toEqual([]);
    expect(listed(ghosts(carried, late, { decided: planOf([decision({}, 'posted'), decision({ id: 'b' }, 'held')]) }))).toEqual(
      [],
    );
    expect(listed(ghosts(carried, { ...late, accepted: [] }, { decided: planOf([]) }))).toEqual(['ghost 120.00 (8.3)']);
  });

  test('a row extended from an earlier month is not a ghost', () => {
    const ended = (endDay: string): Books => ({ ...carried, contracts: [contract({ endDay })], rows: carried.rows.slice(0, 1) });
    const extended = planOf([decision({}, 'posted')], [EXTENDS]);
    expect(listed(ghosts(ended('2025-12-31'), notAccepted, { decided: extended }))).toEqual([]);
    expect(listed(ghosts(ended('2025-10-01'), notAccepted, { decided: extended }))).toEqual([]);
    expect(ghosts(ended('2025-09-30'), notAccepted, { decided: extended }).ghosts).toHaveLength(1);
  });

  test('that an extension will make was in no report of the month', () => {
    const ended = { ...carried, contracts: [contract({ endDay: '2025-09-30' })], rows: carried.rows.slice(0, 1) };
    const found = ghosts(
      ended,
      { ...late, subscriptions: [], accepted: [accepted(), accepted({ id: 'new', itemCode: 'NEW', sales: '130' })] },
      { decided: planOf([decision({})], [EXTENDS]) },
    );
    expect(found.ghosts.map(({ rule }) => rule)).toEqual(['8.2']);
  });

  test("a row next to the report's line elsewhere names both contracts", () => {
    const lost = contract({ subscriptionId: null, number: null });
    const held: Books = {
      ...running(),
      contracts: [lost, contract({ id: 101 })],
      detailed: [100, 101],
      rows: [row(), row({ id: 5, contractId: 101, contractServiceId: 201 })],
    };
    const decided = plan({ books: held, named: { contracts: [[100, SUBSCRIPTION, [[50, CODE]]]] }, asOf: '2025-10-25' });
    expect(decided.ghosts).toMatchObject([
      {
        contractId: 100,
        outcome: 'ghost',
        rule: '8.3',
        message:
          "120.00 EUR of Business Premium (1 year, paid monthly) is on contract 100, but the report's line for it is billed on another contract: both are billed. Set its units to 0 in Autotask, or restore its id and delete the other.",
      },
    ]);
    const at = (home: number | null, named?: Named): string[] => {
      const itemCharges = new Map([[KEY.toLowerCase(), { home, type: 'Csp365Nce' as const, itemCode: CODE }]]);
      const changes = { ...late, itemCharges, subscriptions: [subscription({ status: 'Deleted' })] };
      return listed(ghosts(carried, changes, { named }));
    };
    const handedOn: Named = { ...NAMED, subscriptions: [[SUBSCRIPTION, 'org-1', [], ['org-9']]] };
    expect([at(100), at(null), at(101), at(101, handedOn)]).toEqual([
      ['zeroed 120.00 (8.2) ended'],
      ['zeroed 120.00 (8.2) ended'],
      ['ghost 120.00 (8.3)'],
      ['ghost 120.00 (8.3)'],
    ]);
  });

  // A charge next to a row of nobody’s is looked at by itself.
  test('a row and its charge share one fate', () => {
    const charges = [charge({ key: KEY, price: '5', cost: '0' })];
    expect(listed(ghosts({ ...carried, charges }, notAccepted))).toEqual(['ghost 125.00 (8.3)']);
    const foreign = { ...carried, services: [service({ key: 'FOREIGN' })], charges };
    expect(listed(ghosts(foreign, notAccepted))).toEqual(['zeroed 5.00 (1.6)']);
    const hash = '0'.repeat(32);
    const withoutId = { ...foreign, contracts: [contract({ subscriptionId: `cm-${hash}` })] };
    const ofIt = [charge({ key: `CM-2025-10-${hash.slice(0, 20)}`, price: '5' })];
    expect(listed(ghosts({ ...withoutId, charges: ofIt }, notAccepted))).toEqual(['ghost 5.00 (8.4)']);
    const found = ghosts(foreign, notAccepted);
    expect(found.notes.map(({ code }) => code)).toEqual(['foreign-row']);
  });
});

describe('what a customer billed in another currency no longer has goes', () => {
  const gone = (changes: Partial<Settings>, costRates: Books['costRates']): string[] =>
    plan({
      report: {
        lines: [line({ subscriptionId: 'other', currency: 'USD' })],
        subscriptions: [subscription({ status: 'Deleted' })],
      },
      books: {
        ...running(),
        companies: [company({ currency: 'USD' })],
        charges: [charge({ key: KEY, cost: '4', billed: true })],
        ...(costRates && { costRates }),
      },
      settings: changes,
      asOf: '2025-10-25',
    })
      .steps.filter(({ kind }) => kind === 'postCharge')
      .map(({ summary }) => summary);

  const CHARGED = 'Charge Business Premium (1 year, paid monthly):';
  test.each<[string, string[], string]>([
    [
      'with the cost in the tenant’s currency, where costs are converted',
      gone({ foreignCost: 'convert' }, { USD: '0.9' }),
      `${CHARGED} -5.00 USD / -4.00 EUR`,
    ],
    [
      'with the cost in the customer’s, where no rate is known',
      gone({ foreignCost: 'convert' }, {}),
      `${CHARGED} -5.00 / -4.00 USD`,
    ],
    ['with the cost in the customer’s, where nothing is converted', gone({}, { USD: '0.9' }), `${CHARGED} -5.00 / -4.00 USD`],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual([expected]);
  });
});
