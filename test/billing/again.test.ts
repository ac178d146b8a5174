import { describe, expect, test } from '@jest/globals';
import type { Books, Charge, Line, Report, Subscription } from '../../shared/billing/types.js';
import {
  AS_OF,
  books,
  charge,
  CODE,
  contract,
  line,
  manualLine,
  organization,
  plan,
  price,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from './builders.js';
import { KEY } from './examples/row-and-charge.js';

/** Rule 1.6: a line that lost or got its subscription id or item code is not billed a second time, and one entered by hand replaces none of Cloudmore's own. */

const fabrikam = line({
  organizationId: 'org-2',
  organizationName: 'Fabrikam',
  subscriptionId: 'other',
  itemCode: 'OTHER',
  sales: '9000',
});
const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const byHand = manualLine({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other', sales: '9000' });
/** Next to so much of others that nothing falls by a breaker's limit. */
const of = (...lines: Line[]): Partial<Report> => ({ lines: [...lines, fabrikam, byHand], organizations });

/** What a line was billed as: on a contract under its own key, on a row of October. */
function billedAs(before: Line, serviceKey: string): Books {
  const key = plan({ report: of(before) }).items[0]!.contractKey;
  return books({
    contracts: [contract({ startDay: '2025-10-01', subscriptionId: key, number: key })],
    services: [service({ key: serviceKey })],
    rows: [row(), row({ id: 1001, startDay: '2025-11-01', endDay: '2025-11-30' })],
  });
}

interface Change {
  held?: Partial<Books>;
  accepted?: Partial<Report> | undefined;
  serviceKey?: string;
  situation?: Partial<Situation>;
}

/** Why what a line has become is held; null where it is billed. */
function why(before: Line, now: Line | Line[], { held, serviceKey = CODE, situation, ...rest }: Change = {}): string | null {
  const decided = plan({
    report: of(...[now].flat()),
    accepted: 'accepted' in rest ? rest.accepted : of(before),
    acceptedOn: AS_OF,
    asOf: '2025-10-13',
    books: { ...billedAs(before, serviceKey), ...held },
    ...situation,
  });
  const { outcome, reason, message } = decided.items.find(({ contractKey }) => contractKey !== 'second')!;
  return outcome === 'posted' ? null : `${reason}: ${/ for it: (.+?)\. /.exec(message!)?.[1] ?? message}`;
}

const again = (contractKey: string): string =>
  `report-shrank: 120.00 for the same is on contract 100 (${contractKey}) without a line, and one of them has no subscription id`;
const keyOf = (one: Line): string => plan({ report: of(one) }).items[0]!.contractKey;

const bare = (changes: Partial<Line> = {}): Line => line({ subscriptionId: null, ...changes });
const visio = bare({ recordType: 'Perpetual', itemCode: 'DG7GMGF0D5RK-0001', productName: 'Visio' });
const azure = line({ subscriptionId: 'az-1', recordType: 'AzurePlan', itemCode: null, productName: 'Azure plan' });
const second = line({ subscriptionId: 'second', itemCode: 'CFQ7TTC0SECOND' });
/** On the same subscription. */
const OF_OTHER_TYPES = ['Perpetual', 'Subscription', 'ReservedInstance', 'Marketplace', 'AzurePlan'].map((recordType) =>
  line({ recordType, itemCode: 'DG7GMGF0D5RK-0001' }),
);
const VISIO = 'cloudmore:perpetual';

describe('money of the same thing under another name holds its line', () => {
  test.each<[string, string | null, string | null]>([
    ['the subscription id is gone', why(line(), bare()), again(SUBSCRIPTION)],
    ['the line has got a subscription id', why(bare(), line()), again(keyOf(bare()))],
    ['it has the item code in other letters', why(line(), bare({ itemCode: CODE.toLowerCase() })), again(SUBSCRIPTION)],
    ['it has another item code: another licence', why(line(), bare({ itemCode: 'CFQ7TTC0NEW' })), null],
    ['it is of another record type', why(line(), bare({ recordType: 'Perpetual' })), null],
    [
      'it has another subscription id, and may be the same',
      why(line(), line({ subscriptionId: 'another' })),
      again(SUBSCRIPTION).replace('one of them has no subscription id', 'it may have got a new subscription id'),
    ],
    ['a perpetual licence lost it', why({ ...visio, subscriptionId: 'v-1' }, visio, { serviceKey: VISIO }), again('v-1')],
    ['somebody gave its service another code', why(line(), bare(), { serviceKey: 'CFQ7TTC0OLD' }), again(SUBSCRIPTION)],
    [
      'the accepted report had others besides',
      why(line(), [bare(), second], {
        accepted: of(second, ...OF_OTHER_TYPES, line()),
      }),
      again(SUBSCRIPTION),
    ],
    ['it lost the item code', why(visio, { ...visio, itemCode: null }, { serviceKey: VISIO }), again(keyOf(visio))],
    [
      'it has got an item code',
      why({ ...visio, itemCode: null }, visio, { serviceKey: VISIO }),
      again(keyOf({ ...visio, itemCode: null })),
    ],
    [
      'it has another code, without a subscription before and after',
      why(visio, { ...visio, itemCode: 'OTHER' }, { serviceKey: VISIO }),
      null,
    ],
    [
      'another code, and the shared service does not show the former',
      why(visio, { ...visio, itemCode: 'OTHER', subscriptionId: 'new' }, { serviceKey: VISIO, accepted: undefined }),
      again(keyOf(visio)),
    ],
    [
      'another code than the service it was billed on, no known report',
      why(bare(), line({ itemCode: 'CFQ7TTC0NEW' }), { accepted: undefined }),
      null,
    ],
    [
      'the code of the service it was billed on, no known report',
      why(bare(), line(), { accepted: undefined }),
      again(keyOf(bare())),
    ],
    [
      'another code, never a subscription, no known report',
      why(visio, { ...visio, itemCode: 'OTHER' }, { serviceKey: VISIO, accepted: undefined }),
      null,
    ],
    [
      'it is usage, which has no code to be identified by',
      why(azure, { ...azure, subscriptionId: null, itemCode: 'NEW' }, { serviceKey: 'cloudmore:azure-plan' }),
      again('az-1'),
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

// And no other line.
describe('such money holds a line that would be billed next to it', () => {
  /** The line without its id has a contract of its own already, with something on it in the month. */
  const whyWith = (stands: Partial<Books>, now = bare()): string | null => {
    const was = billedAs(line(), CODE);
    const key = keyOf(now);
    const contracts = [...was.contracts, contract({ id: 101, startDay: '2025-10-01', subscriptionId: key, number: key })];
    return why(line(), now, { held: { ...was, contracts, detailed: [100, 101], ...stands } });
  };
  const rowOf = (price: string, cost: string): Partial<Books> => ({
    rows: [
      row(),
      row({ id: 1001, startDay: '2025-11-01' }),
      row({ id: 1002, contractId: 101, contractServiceId: 201, price, cost }),
    ],
  });

  test.each<[string, string | null, string | null]>([
    ['nothing stands on its own contract yet', whyWith({}), again(SUBSCRIPTION)],
    // Lines that lose their id join another line without one: the customer paid for them twice, or had their credits twice.
    ['it may have joined what is billed there already', whyWith(rowOf('60', '50')), again(SUBSCRIPTION)],
    ['nothing changes there', whyWith(rowOf('120', '100')), null],
    [
      'both have a subscription id, and it is billed there already',
      whyWith(rowOf('60', '50'), line({ subscriptionId: 'another' })),
      null,
    ],
    ['its sales are', whyWith(rowOf('60', '0'), line({ subscriptionId: 'another' })), null],
    ['its cost is', whyWith(rowOf('0', '50'), line({ subscriptionId: 'another' })), null],
    ['there is nothing to bill', why(line(), bare({ sales: '0', cost: '0', unitSales: '0', unitCost: '0' })), null],
    [
      'what stood goes, because its subscription has ended',
      why(line(), bare(), { situation: { report: { ...of(bare()), subscriptions: [subscription({ status: 'Deleted' })] } } }),
      null,
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

// It is paid once and could not be ended.
test("what carries on from being paid once is not this month's money", () => {
  const situation: Situation = {
    report: { ...of(line(), bare()), prices: [price({ paymentMonths: 12 })] },
    books: running(),
    refused: [plan({ report: of(line()) }).items[0]!.id],
  };
  const { ghosts, items } = plan(situation);
  expect(ghosts.map(({ rule, outcome }) => `${rule} ${outcome}`)).toEqual(['7.6 ghost']);
  expect(items.map(({ outcome }) => outcome)).toEqual(['posted', 'posted']);
});

describe('a line entered by hand does not replace Cloudmore’s own', () => {
  const credit = (changes: Partial<Line> = {}): Line => manualLine({ sales: '-25.00', cost: '0', ...changes });
  const LEFT = 'report-shrank: Cloudmore’s own lines for it are gone, and only manual lines are left';
  const charged = (price: string, changes: Partial<Charge> = {}): Partial<Books> => ({
    charges: [charge({ key: KEY, price, ...changes })],
  });
  const left = (
    before: Line[],
    now: Line[],
    change: Partial<Subscription> = {},
    held: Partial<Books> = charged('-25'),
  ): string | null =>
    why(line(), now, {
      accepted: of(...before),
      held,
      situation: { report: { ...of(...now), subscriptions: [subscription(change)] } },
    });

  test.each<[string, string | null, string | null]>([
    ['it is all that is left', left([line(), credit()], [credit()]), LEFT],
    ['it is new, and all that is left', left([line()], [credit()]), LEFT],
    ['Cloudmore’s own are there still', left([line(), credit()], [line(), credit()]), null],
    ['there never was anything else', left([credit()], [credit()], {}, { ...charged('-20'), rows: [] }), null],
    [
      'there never was anything else, but of another subscription',
      left([credit(), second], [credit(), second], {}, { ...charged('-20'), rows: [] }),
      null,
    ],
    [
      'it is identified by another code, and corrected what is gone',
      left([line(), credit()], [credit()], { itemCode: 'CFQ7TTC0NEW' }),
      LEFT,
    ],
    ['it is identified by another code, and new', left([line()], [credit()], { itemCode: 'CFQ7TTC0NEW' }), null],
    [
      'it corrected what another subscription has still',
      left(
        [second, credit({ subscriptionId: 'second' }), credit()],
        [credit(), second, credit({ subscriptionId: 'second' })],
        { itemCode: 'CFQ7TTC0NEW' },
        { rows: [] },
      ),
      null,
    ],
    ['the subscription has ended', left([line(), credit()], [credit()], { status: 'Deleted' }), null],
    [
      'it ended in the month itself: what was due before was due',
      left([line(), credit()], [credit()], { status: 'Expired', endDay: '2025-10-12' }),
      LEFT,
    ],
    ['what stands is what it says', left([line(), credit()], [credit()], {}, { rows: [], ...charged('-25') }), null],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});
