import type { Books, Gone, Line, UnreadableRecord } from '../../../shared/billing/types.js';
import { books, charge, CODE, line, plan, running, service, subscription, SUBSCRIPTION, type Situation } from '../builders.js';
import { KEY } from './row-and-charge.js';
import { outcome, planned, table, written } from './table.js';

/** Rules 2.6 and 6.6: what came and cannot be read, and what is gone. */

const record = (kind: UnreadableRecord['kind'], changes: Partial<UnreadableRecord> = {}): UnreadableRecord => ({
  vendor: 'Autotask',
  kind,
  path: kind,
  id: 1,
  record: '1',
  member: 'member',
  value: '?',
  problem: 'is not understood',
  contractId: null,
  companyId: null,
  keys: [],
  ...changes,
});
const withUnreadable = (held: Books, ...unreadable: UnreadableRecord[]): Situation => ({ books: { ...held, unreadable } });
const azure = line({ recordType: 'AzurePlan', itemCode: null, productName: 'Azure plan' });

export const unreadable = table('2', 'Item', planned(outcome), [
  ['2.6 a row of its contract', withUnreadable(running(), record('row', { contractId: 100 })), 'held unreadable'],
  ['2.6 a row of another contract', withUnreadable(running(), record('row', { contractId: 101 })), 'posted'],
  ['2.6 a row of an unknown contract', withUnreadable(running(), record('row')), 'held unreadable'],
  [
    '2.6 our charge on its contract',
    withUnreadable(running(), record('charge', { contractId: 100, keys: ['CM-2025-10-1'] })),
    'held unreadable',
  ],
  [
    '2.6 somebody else’s charge on it',
    withUnreadable(running(), record('charge', { contractId: 100, keys: ['PO 77'] })),
    'posted',
  ],
  [
    '2.6 somebody else’s charge for Azure, which counts towards it (7.8)',
    { ...withUnreadable(running(), record('charge', { contractId: 100, keys: [''] })), report: { lines: [azure] } },
    'held unreadable',
  ],
  [
    '2.6 a contract that carries its id',
    withUnreadable(running(), record('contract', { keys: [SUBSCRIPTION] })),
    'held unreadable',
  ],
  ['2.6 a contract that carries another id', withUnreadable(books(), record('contract', { keys: ['another'] })), 'posted'],
  [
    '2.6 a contract whose id cannot be read, where a new one would be made',
    withUnreadable(books(), record('contract', { keys: null })),
    'held unreadable',
  ],
  ['2.6 such a contract of another company', withUnreadable(books(), record('contract', { keys: null, companyId: 8 })), 'posted'],
  ['2.6 such a contract, where its own is there', withUnreadable(running(), record('contract', { keys: null })), 'posted'],
  ['2.6 its service', withUnreadable(books(), record('service', { keys: [CODE] })), 'held unreadable'],
  [
    '2.6 a service without a readable key, where a new one would be made',
    withUnreadable(books(), record('service', { keys: null })),
    'held unreadable',
  ],
  ['2.6 such a service, where its own is there', withUnreadable(running(), record('service', { keys: null })), 'posted'],
  ['2.6 another service', withUnreadable(books(), record('service', { keys: ['another'] })), 'posted'],
  [
    '2.6 its product',
    { ...withUnreadable(books(), record('product', { keys: ['azure plan'] })), report: { lines: [azure] } },
    'held unreadable',
  ],
  ['2.6 its company', withUnreadable(books({ companies: [] }), record('company', { id: 7 })), 'held unreadable'],
  ['2.6 another company', withUnreadable(books({ companies: [] }), record('company', { id: 8 })), 'held company-not-found'],
]);

const missing = (kind: Gone['kind'], key: string, held: Books): Situation => ({
  books: { ...held, gone: [{ kind, id: 77, key, why: 'It is gone.' }] },
});
const released = (situation: Situation): Situation => ({ ...situation, approvedDigest: plan(situation).digest });
const deleted = missing('contract', SUBSCRIPTION, books({ services: [service()] }));
const billedByCharge = { report: { lines: [azure] } };
const itsCharge = plan(billedByCharge).steps.flatMap((step) => (step.kind === 'postCharge' ? [step.chargeKey] : []))[0]!;

// The row's service is gone: what stands on the row does not show, and the item's charge would take all of its amount.
const onService = (id: number): Situation => ({
  books: {
    ...running(),
    services: [],
    charges: [charge({ key: KEY, price: '12', cost: '10' })],
    gone: [{ kind: 'service', id, key: CODE, why: 'It is gone.' }],
  },
});
const balancedWith = (changes: Partial<Line>): Situation => ({
  ...onService(50),
  report: { lines: [line({ sales: '12', cost: '10', ...changes })] },
});
const NEW_CODE = 'CFQ7TTC0NEW';
const converted: Situation = {
  ...onService(50),
  report: { lines: [line({ itemCode: NEW_CODE })], subscriptions: [subscription({ itemCode: NEW_CODE })] },
};

// The row does not show: its charge would take all of the amount, or is seen to be all of it.
const rowHidden = (price: string, cost: string, id = 100): Situation => ({
  books: {
    ...running(),
    rows: [],
    charges: [charge({ key: KEY, price, cost })],
    gone: [{ kind: 'row', id, key: `${SUBSCRIPTION}|${CODE}|2025-10`, why: 'It is gone.' }],
  },
});

export const gone = table('6', 'Item – written', planned(outcome, written), [
  ['6.6 its contract was deleted', deleted, 'held contract-gone – nothing'],
  ['6.6 and a person released the plan', released(deleted), 'posted – 2025-10-01: 10 units × 12.0000 / 10.0000'],
  ['6.6 the contract of another subscription', missing('contract', 'another', running()), 'posted – nothing'],
  ['6.6 its service, which would be made again', missing('service', CODE, books()), 'held contract-gone – nothing'],
  ['6.6 the service that its row stands on', onService(50), 'held contract-gone – nothing'],
  ['6.6 the service of another row of its contract', converted, 'held contract-gone – nothing'],
  ['6.6 the same if its charge alone makes up the amount', balancedWith({}), 'held contract-gone – nothing'],
  [
    '6.6 the service of another item',
    missing('service', 'another', running(9, '108', '90')),
    'posted – 2025-10-01: 10 units × 12.0000 / 10.0000',
  ],
  ['6.6 a contract that exists after all', missing('contract', SUBSCRIPTION, running()), 'posted – nothing'],
  [
    '6.6 its charge, which was written and never showed',
    { ...missing('charge', itsCharge, running()), ...billedByCharge },
    'held contract-gone – nothing',
  ],
  ['6.6 its row, which no longer shows, next to its charge', rowHidden('-12', '-10'), 'held contract-gone – nothing'],
  ['6.6 the same if the charge alone makes up the amount', rowHidden('120', '100'), 'held contract-gone – nothing'],
  ['6.6 a row of another contract', rowHidden('120', '100', 101), 'posted – nothing'],
  [
    '6.6 usage on the contract of such a row',
    { ...billedByCharge, books: { ...running(), gone: rowHidden('0', '0').books!.gone! } },
    'posted – create charge 10 × 12.0000 / 10.0000',
  ],
]);
