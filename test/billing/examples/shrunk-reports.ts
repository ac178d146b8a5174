import { chargeKeyOf, itemHash } from '../../../shared/billing/basics/keys.js';
import type { Books, Line, Report } from '../../../shared/billing/types.js';
import {
  books,
  charge,
  contract,
  line,
  manualLine,
  organization,
  plan,
  row,
  running,
  service,
  subscription,
  SUBSCRIPTION,
  type Situation,
} from '../builders.js';
import { KEY } from './row-and-charge.js';
import { ghosts, outcome, planned, table, written } from './table.js';
import { BREAKERS_OFF } from '../../../shared/billing/plan/breaker-limits.js';

/** Rule 1.6: reports that are smaller than the last accepted one of the same month. */

const fabrikam = line({ organizationId: 'org-2', organizationName: 'Fabrikam', subscriptionId: 'other' });
const organizations = [organization(), organization({ id: 'org-2', name: 'Fabrikam', companyIdText: '8' })];
const of = (...lines: Line[]): Partial<Report> => ({ lines: [...lines, fabrikam], organizations });

/** Contoso's licence as the accepted report had it: 10 units on a row that was written for October, and more on a charge. */
const billed: Books = books({
  contracts: [contract({ startDay: '2025-10-01' })],
  services: [service()],
  rows: [row(), row({ id: 1001, startDay: '2025-11-01', endDay: '2025-11-30' })],
});
const withCharge = (price: string, cost = '0'): Books => ({ ...billed, charges: [charge({ key: KEY, price, cost })] });
const twelve = line({ quantity: '12', sales: '144.00', cost: '120.00' });
const dozen = withCharge('24', '20');
const credit = manualLine({ sales: '-25.00', cost: '0' });

const since = (before: Partial<Report>, now: Partial<Report>, changes: Partial<Situation> = {}): Situation => ({
  report: now,
  accepted: before,
  acceptedOn: '2025-10-12',
  asOf: '2025-10-13',
  books: billed,
  ...changes,
});

// An Azure plan next to it: another record type, of another service.
const azure = line({ subscriptionId: 'az-1', recordType: 'AzurePlan', itemCode: null, serviceId: 'svc-azure', sales: '75.00' });
const usage = (held: Books, price = '75'): Books => ({
  ...held,
  contracts: [...held.contracts, contract({ id: 101, subscriptionId: 'az-1', number: 'az-1' })],
  detailed: [...held.detailed, 101],
  charges: [...held.charges, charge({ id: 2001, contractId: 101, key: usageKey(), price, cost: '100' })],
});
function usageKey(): string {
  const step = plan({ report: { lines: [azure] } }).steps.find(({ kind }) => kind === 'postCharge');
  return step?.kind === 'postCharge' ? step.chargeKey : '';
}

/** Of the same licence, under a code that it had before. */
const OLD_KEY = chargeKeyOf(
  '2025-10',
  itemHash({
    ...{ broker: 'default', organizationId: 'org-1', subscriptionId: SUBSCRIPTION },
    ...{ type: 'Csp365Nce', codeOrProduct: 'CFQ7TTC0OLD' },
  }),
);
const formerly = { ...billed, services: [service(), service({ id: 51, key: 'CFQ7TTC0OLD' })] };

const whole = of(line());
const ended = { subscriptions: [subscription({ status: 'Cancelled' })] };
const BIG = { quantity: '100', sales: '6000.00', cost: '5000.00' };
const large = { ...billed, rows: billed.rows.map((one) => ({ ...one, units: 100, price: '6000', cost: '5000' })) };
const carried = running(10, '120', '100');

const over = { status: 'Expired', endDay: '2025-10-12' };
const hand = manualLine({ subscriptionId: 'az-1', sales: '-25.00', cost: '0', serviceId: 'svc-azure' });
const bare = line({ subscriptionId: null });
const OTHER_LISTED = { subscriptions: [subscription(), subscription({ id: 'az-1', itemCode: 'CFQ7TTC0NEW' })] };
/** The same licence as it was billed while its line had no subscription id. */
const BARE_KEY = plan({ report: of(bare) }).items[0]!.contractKey;
const bareBilled: Books = {
  ...billed,
  contracts: [contract({ startDay: '2025-10-01', subscriptionId: BARE_KEY, number: BARE_KEY })],
};

const visio = line({ subscriptionId: null, recordType: 'Perpetual', itemCode: 'DG7GMGF0D5RK-0001', productName: 'Visio' });
const visioOf2 = { ...visio, organizationId: 'org-2', organizationName: 'Fabrikam' };
const VISIO_KEY = plan({ report: of(visio) }).items[0]!.contractKey;
const visioBilled: Books = {
  ...billed,
  contracts: [contract({ startDay: '2025-10-01', subscriptionId: VISIO_KEY, number: VISIO_KEY })],
  services: [service({ key: 'cloudmore:perpetual' })],
};

const released = (situation: Situation): Situation => ({ ...situation, approvedDigest: plan(situation).digest });

export const shrunkReports = table('1', 'Items – ghosts – written', planned(outcome, ghosts, written), [
  ['1.6 its lines are gone: what stands waits for a person', since(whole, of()), 'nothing – ghost 120.00 (1.6) – nothing'],
  [
    '1.6 if its contract is not billed on, it is not awaited either',
    since(
      whole,
      { lines: [{ ...fabrikam, recordType: 'AzurePlan', itemCode: null }], organizations },
      { books: { ...billed, contracts: [contract({ startDay: '2025-10-01', isRecurringService: false })] } },
    ),
    'nothing – ghost 120.00 (8.3) – nothing',
  ],
  ['1.6 released', released(since(whole, of())), 'nothing – zeroed 120.00 (1.6) – create charge 1 × -120.0000 / -100.0000'],
  [
    '1.6 its subscription has ended',
    since(whole, { ...of(), ...ended }),
    'nothing – zeroed 120.00 (8.2) – create charge 1 × -120.0000 / -100.0000',
  ],
  [
    '1.6 it ended in the month, or later: the earlier amounts were due',
    since(whole, { ...of(), subscriptions: [subscription(over)] }),
    'nothing – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 one list says that it has ended, another that it continues',
    since(whole, { ...of(), subscriptions: [subscription({ status: 'Deleted' }), subscription()] }),
    'nothing – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 its lines now belong to another organization, and are billed there',
    since(whole, of(), { moved: [subscription().id] }),
    'nothing – zeroed 120.00 (8.2) – create charge 1 × -120.0000 / -100.0000',
  ],
  [
    '1.6 another item code of the subscription is new in the report',
    since(whole, of(line({ itemCode: 'CFQ7TTC0NEW' }))),
    'posted – zeroed 120.00 (8.2) – 2025-10-01: 10 units × 12.0000 / 10.0000; create charge 1 × -120.0000 / -100.0000',
  ],
  [
    '1.6 the other was there all along',
    since(of(line(), line({ itemCode: 'CFQ7TTC0NEW' })), of(line({ itemCode: 'CFQ7TTC0NEW' }))),
    'posted – ghost 120.00 (1.6) – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  [
    '1.6 only a manual line is left of it',
    since(of(line(), credit), of(credit), { books: withCharge('-25') }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 such a line did not replace it, although it now has another item’s code',
    since(of(line(), azure, hand), { ...of(line(), hand), ...OTHER_LISTED }, { books: usage(billed, '50') }),
    'held report-shrank; posted – ghost 50.00 (1.6) – nothing',
  ],
  [
    '1.6 its line lost the subscription id: it is not billed again on a separate contract',
    since(whole, of(bare)),
    'held report-shrank – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 its line has got one',
    since(of(bare), whole, { books: bareBilled }),
    'held report-shrank – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 a perpetual licence whose line lost its item code',
    since(of(visio), of({ ...visio, itemCode: null }), { books: visioBilled }),
    'held report-shrank – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 one that another organization had is not billed again here',
    since(of(visioOf2), of(visio), { books: books() }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 nor if it got a subscription id in between',
    since(of(visioOf2), of({ ...visio, subscriptionId: SUBSCRIPTION }), { books: books() }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 nor without item code, where it comes to the same',
    since(of({ ...visioOf2, itemCode: null }), of(visio), { books: books() }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 a different amount without item code is a different item',
    since(of({ ...visioOf2, itemCode: null, sales: '121.00' }), of(visio), { books: books() }),
    'posted – nothing – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  [
    '1.6 what came to 0.00 there stands for nothing',
    since(of({ ...visioOf2, sales: '0', cost: '0' }), of(visio), { books: books() }),
    'posted – nothing – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  [
    '1.6 the other organization still has it',
    since(of(visioOf2), of(visio, visioOf2), { books: books() }),
    'posted – nothing – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  [
    '1.6 another product without subscription id is billed',
    since(whole, of({ ...bare, itemCode: 'CFQ7TTC0NEW' })),
    'posted – ghost 120.00 (1.6) – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  [
    '1.6 lower in a report that is whole',
    since(of(twelve), whole, { books: dozen }),
    'posted – nothing – delete charge 1 × 0.0000 / 0.0000',
  ],
  [
    '1.6 lower in a report that lost another record type',
    since(of(twelve, azure), whole, { books: usage(dozen) }),
    'held report-shrank – ghost 75.00 (1.6) – nothing',
  ],
  [
    '1.6 lower in a report that lost another organization',
    since(of(twelve), { lines: [line()], organizations }, { books: dozen }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 lower in a report from an earlier day than the last',
    since(of(twelve), whole, { books: dozen, asOf: '2025-10-11' }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 lower to less than a tenth',
    since(of(line(BIG)), of(line({ ...BIG, sales: '500.00' })), { books: large }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 the same with breakers switched off',
    since(of(line(BIG)), of(line({ ...BIG, sales: '500.00' })), { books: large, settings: { breakers: BREAKERS_OFF } }),
    'posted – nothing – create charge 1 × -5500.0000 / 0.0000',
  ],
  [
    '1.6 lower by a credit, whatever else is missing',
    since(of(line(), azure), of(line(), credit), { books: usage(billed) }),
    'posted – ghost 75.00 (1.6) – create charge 1 × -25.0000 / 0.0000',
  ],
  [
    '1.6 a credit that disappears again raises nothing',
    since(of(line(), credit), whole, { books: withCharge('-25') }),
    'held report-shrank – nothing – nothing',
  ],
  [
    '1.6 a higher amount is billed, whatever is missing',
    since(of(line(), azure), of(twelve), { books: usage(billed) }),
    'posted – ghost 75.00 (1.6) – create charge 1 × 24.0000 / 20.0000',
  ],
  [
    '1.6 more, next to a charge that cannot be shown to be over',
    since(of(twelve), of(twelve), { books: { ...formerly, charges: [charge({ key: OLD_KEY, price: '24', cost: '20' })] } }),
    'held report-shrank – ghost 24.00 (1.6) – nothing',
  ],
  ['1.6 what stands already is only compared', since(of(twelve), whole, { books: billed }), 'posted – nothing – nothing'],
  [
    '1.6 no accepted report is known: what was written for the month stays',
    { ...since(whole, of()), accepted: undefined },
    'nothing – ghost 120.00 (1.6) – nothing',
  ],
  [
    '1.6 what last month carries on is a matter of section 8',
    { ...since(whole, of()), accepted: undefined, books: carried },
    'nothing – ghost 120.00 (8.3) – nothing',
  ],
]);
