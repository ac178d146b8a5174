import { Claims, seenMoney } from '../../../shared/billing/results/claims.js';
import type { Books } from '../../../shared/billing/types.js';
import { charge, line, plan, running, SUBSCRIPTION, type Situation } from '../builders.js';
import { keyOf } from './earlier-owners.js';
import { KEY } from './row-and-charge.js';
import { table } from './table.js';

/** Rule 7.9, the month as a whole: what all outcomes claim of a contract, against what was last seen there. */

interface Look {
  organization?: string;
  situation: Situation;
  /** What is seen after the plan; default: what it was made from. */
  shows?: Books;
  at?: string;
}

const MONTH = '2025-10';

function disagreeing(looks: Look[]): string {
  const claims = new Claims('default', MONTH, () => ['org-1', 'org-9']);
  for (const { organization = 'org-1', situation, shows = situation.books ?? running(), at = '2025-10-12T03:00:00Z' } of looks) {
    const { items } = plan(situation);
    claims.add({ organizationId: organization, organizationName: organization, items, seen: seenMoney(items, shows, MONTH, at) });
  }
  const said = claims.disagreements().map(({ organizationId, message }) => {
    const [, stands, claimed] = /shows ([\d.]+) [^,]*, but ([\d.]+) /.exec(message)!;
    return `${organizationId}: ${stands} for ${claimed}`;
  });
  return said.join('; ') || 'nothing';
}

const inBalance: Situation = { books: running() };
const charged: Situation = { books: { ...running(10, '115'), charges: [charge({ key: KEY, price: '5' })] } };
const ofFormer: Situation = {
  books: { ...running(10, '115'), charges: [charge({ key: keyOf('org-9', line()), price: '5' })] },
  named: { subscriptions: [[SUBSCRIPTION, 'org-9', []]] },
};
const azureLine = line({ recordType: 'AzurePlan', itemCode: null, subscriptionQuantity: '10', sales: '75.01', cost: '68.83' });
const ofConnector: Situation = {
  report: { lines: [azureLine] },
  books: {
    ...running(),
    rows: [],
    products: [{ id: 70, name: 'Azure Plan', key: null, isActive: true }],
    charges: [charge({ key: 'PO 4711', productId: 70, price: '75.01', cost: '68.83' })],
  },
};
const withOthers: Books = { ...running(), charges: [charge({ key: 'CM-2025-10-00000000000000000000', price: '9' })] };
const lost: Books = { ...running(), rows: [] };

export const claims = table('7', 'Held as contract-disagrees', disagreeing, [
  ['7.9 a row equals what is posted on its contract', [{ situation: inBalance }], 'nothing'],
  ['7.9 also with a charge next to the row', [{ situation: charged }], 'nothing'],
  ['7.9 also where another made the charge (7.8)', [{ situation: ofConnector }], 'nothing'],
  [
    '7.9 also with a charge that was made for the organization that had the subscription before',
    [{ situation: ofFormer }],
    'nothing',
  ],
  ['7.9 other amounts on the contract do not count', [{ situation: inBalance, shows: withOthers }], 'nothing'],
  [
    '7.9 two organizations were recorded as billed on one contract, which shows the amount once',
    [{ situation: inBalance }, { organization: 'org-2', situation: inBalance }],
    'org-1: 120 for 240; org-2: 120 for 240',
  ],
  ['7.9 the contract does not show what was recorded as posted', [{ situation: inBalance, shows: lost }], 'org-1: 0 for 120'],
]);
