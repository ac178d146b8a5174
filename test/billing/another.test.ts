import { expect, test } from '@jest/globals';
import { isOfAnother } from '../../shared/billing/contracts/ours.js';
import { contractKeyOf, itemHash } from '../../shared/billing/basics/keys.js';
import type { JointCompany } from '../../shared/billing/report/facts.js';
import { indexNames, NOTHING_NAMED } from '../../shared/billing/report/named.js';
import { line, settings, SUBSCRIPTION } from './builders.js';

/** Rule 8: of two organizations that name one company, which looks after a contract there. */

const joint = (changes: Partial<JointCompany> = {}): JointCompany => ({
  ...{ companyId: 7, organizationIds: ['org-1', 'org-2'], subscriptionIds: [], unsubscribed: [] },
  ...changes,
});
const claimedBy = (...organizations: string[]): Partial<JointCompany> => ({
  claims: organizations.map((organizationId) => ({
    ...line({ organizationId }),
    subscriptionId: SUBSCRIPTION,
    type: 'Csp365Nce',
  })),
});
const isAnothers = (
  changes: Partial<JointCompany>,
  organizationId = 'org-1',
  known: string[] = [],
  { companyId = 7, owner = 'nobody', contractKey = SUBSCRIPTION } = {},
): boolean =>
  isOfAnother(contractKey, {
    names: indexNames({ ...NOTHING_NAMED, subscriptions: [[SUBSCRIPTION, owner, []]] }, 'default'),
    ...{ companyId, organizationId, knownSubscriptions: new Set(known), settings: settings(), whyStray: null },
    facts: { jointCompanies: [joint(changes)] },
  });

/** A licence without subscription id of the second organization: its contract is known by the hash alone. */
const perpetual = { organizationId: 'org-2', type: 'Perpetual' as const, codeOrProduct: 'dg7gmgf0d5rk' };
const bare: Partial<JointCompany> = { unsubscribed: [perpetual] };
const hash = contractKeyOf(itemHash({ broker: settings().broker, subscriptionId: null, ...perpetual }));

test.each<[string, boolean, boolean]>([
  ['another is billed there without a subscription id', isAnothers(bare, 'org-1', [], { contractKey: hash }), true],
  ['it is billed there without a subscription id itself', isAnothers(bare, 'org-2', [], { contractKey: hash }), false],
  ['another is billed elsewhere without a subscription id', isAnothers(bare), false],
  ['its company is named by one organization alone', isAnothers({}, 'org-2', [], { companyId: 8 }), false],
  ['it has lines for it', isAnothers(claimedBy('org-1')), false],
  ['another has lines for it', isAnothers(claimedBy('org-2')), true],
  ['both have lines for it', isAnothers(claimedBy('org-2', 'org-1')), false],
  ['another has lines, though this one lists it', isAnothers(claimedBy('org-2'), 'org-1', [SUBSCRIPTION]), true],
  ['it is billed for it or has it listed', isAnothers({ subscriptionIds: [SUBSCRIPTION] }, 'org-1', [SUBSCRIPTION]), false],
  ['another is billed for it or has it listed', isAnothers({ subscriptionIds: [SUBSCRIPTION] }), true],
  ['nobody knows it, and it is the first', isAnothers({}), false],
  ['nobody knows it, and it is not the first', isAnothers({}, 'org-2'), true],
  ['it is not the first, and had it last', isAnothers({}, 'org-2', [], { owner: 'org-2' }), false],
  ['it is the first, and another had it last', isAnothers({}, 'org-1', [], { owner: 'org-2' }), true],
])('another’s contract? Where %s', (_, found, expected) => {
  expect(found).toBe(expected);
});
