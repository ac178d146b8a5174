import type { Elsewhere } from '../../../shared/billing/contracts/elsewhere.js';
import type { Plan } from '../../../shared/billing/plan-types.js';
import { books, CODE, contract, line, running, SUBSCRIPTION, type Situation } from '../builders.js';
import { outcome, planned, table, written } from './table.js';

/** Section 6.7: what others bill already. */

type Row = Elsewhere['rows'][number];

const other = (changes: Partial<Row> = {}): Row => ({
  contract: { id: 900, companyId: 7, name: 'Licences', number: '2024-17', endDay: '2026-12-31' },
  serviceId: 90,
  serviceName: 'M365 licence',
  references: ['CFQ7TTC0LCHC:0002'],
  amount: '120.00',
  alike: {},
  ...changes,
});
const nobodys = { references: ['Managed workplace'] };
const alike = (score: number): Row => other({ ...nobodys, alike: { 'business premium': score } });
const withOthers = (rows: Row[], changes: Partial<Elsewhere> = {}): Situation => ({
  books: books({ elsewhere: { companies: [7], rows, unread: [], ...changes } }),
});
const ofContract = (changes: Partial<Row['contract']>): Row => other({ contract: { ...other().contract, ...changes } });
const unread = (companyId: number | null, keys: string[] | null = null): Situation =>
  withOthers([], { unread: [{ companyId, keys, message: 'Contract 900 cannot be read.' }] });
const looks = ({ needsElsewhere }: Plan): string => (needsElsewhere ? 'others are looked at' : 'known');

const POSTED = 'posted – 2025-10-01: 10 units × 12.0000 / 10.0000 – known';
const HELD = 'held billed-elsewhere – nothing – known';
const UNKNOWN = 'held unreadable – nothing – known';

export const billedElsewhere = table('6', 'Item – written – others’ contracts', planned(outcome, written, looks), [
  ['6.7 a contract would be made, and nothing was checked', {}, POSTED.replace('known', 'others are looked at')],
  ['6.7 nobody bills it', withOthers([]), POSTED],
  ['6.7 another contract bills Microsoft’s product and SKU', withOthers([other()]), HELD],
  ['6.7 it bills the whole item code', withOthers([other({ references: [CODE.toLowerCase()] })]), HELD],
  ['6.7 a service whose name is 88 % similar to the product’s', withOthers([alike(88)]), HELD],
  ['6.7 87 % similar', withOthers([alike(87)]), POSTED],
  ['6.7 the same amount for something else', withOthers([other(nobodys)]), POSTED],
  ['6.7 the product, and another amount', withOthers([other({ amount: '7.00' })]), HELD],
  ['6.7 the product, with nothing billed', withOthers([other({ amount: '0' })]), POSTED],
  ['6.7 at another company', withOthers([ofContract({ companyId: 8 })]), POSTED],
  ['6.7 a person said why both are right', withOthers([other({ dismissed: 'a second tenant' })]), POSTED],
  [
    '6.7 a contract with a subscription of the customer’s as its number',
    withOthers([ofContract({ number: SUBSCRIPTION })]),
    POSTED,
  ],
  ['6.7 a contract of others cannot be read', unread(7), UNKNOWN],
  ['6.7 it is unknown whose', unread(null), UNKNOWN],
  ['6.7 one of another company', unread(8), POSTED],
  ['6.7 one that carries the subscription', unread(7, [SUBSCRIPTION]), POSTED],
  [
    '6.7 billed on its own contract already',
    { books: { ...running(), elsewhere: { companies: [7], rows: [other()], unread: [] } } },
    'posted – nothing – known',
  ],
  [
    '6.7 its own contract has none of it yet',
    {
      books: books({ contracts: [contract()], elsewhere: { companies: [7], rows: [other()], unread: [] } }),
      report: { lines: [line()] },
    },
    POSTED,
  ],
]);
