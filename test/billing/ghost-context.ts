import { cutReport } from '../../shared/billing/facts.js';
import type { GhostContext } from '../../shared/billing/ghosts.js';
import { indexPrices } from '../../shared/billing/items.js';
import { indexNames, NOTHING_NAMED, type Named } from '../../shared/billing/named.js';
import type { Books } from '../../shared/billing/types.js';
import { accepted, AS_OF, CODE, MONTH, report, settings, SUBSCRIPTION } from './builders.js';

/** Where money without a line is looked for: the builders' organization, with its licence known and accepted. */

export const NAMED: Named = { ...NOTHING_NAMED, codes: [[CODE.toLowerCase(), 'Csp365Nce']] };

export const context = (held: Books, changes: Partial<GhostContext> = {}, named: Named = NAMED): GhostContext => {
  const { facts } = cutReport(report(), AS_OF, named);
  return {
    month: MONTH,
    asOf: AS_OF,
    isOver: false,
    companyId: 7,
    books: held,
    settings: settings(),
    prices: indexPrices(facts.prices),
    subscriptions: [],
    knownSubscriptions: new Set([SUBSCRIPTION]),
    names: indexNames(named, 'default'),
    disputed: new Set(),
    contested: new Map(),
    refused: new Set(),
    facts,
    organizationId: 'org-1',
    currency: 'EUR',
    itemCharges: new Map(),
    accepted: [accepted()],
    moved: new Set(),
    arrived: new Set(),
    whyStray: null,
    ...changes,
  };
};
