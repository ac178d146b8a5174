import { cutReport } from '../../shared/billing/report/facts.js';
import type { GhostContext } from '../../shared/billing/ghosts/ghost-plan.js';
import { indexPrices } from '../../shared/billing/report/items.js';
import { indexNames, NOTHING_NAMED, type Named } from '../../shared/billing/report/named.js';
import type { ContractPlan } from '../../shared/billing/contracts/plan-contract.js';
import type { Item, Step } from '../../shared/billing/plan-types.js';
import type { Books } from '../../shared/billing/types.js';
import { accepted, AS_OF, CODE, contract, line, MONTH, plan, report, running, settings, SUBSCRIPTION } from './builders.js';

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
    costs: 'as-reported',
    facts,
    organizationId: 'org-1',
    currency: 'EUR',
    itemCharges: new Map(),
    accepted: [accepted()],
    moved: new Set(),
    arrived: new Set(),
    whyStray: null,
    isUnclear: false,
    ...changes,
  };
};

export type Decision = ContractPlan['decisions'][number];

/** What a contract's plan decides of another item. */
export function decision(item: Partial<Item> = {}, outcome: Decision['outcome'] = 'posted'): Decision {
  const posted = plan({ books: running() }).items[0]!;
  const planned = { ...posted, id: 'new', itemCode: 'NEW', exactSales: '130', lines: [line()], ...item };
  return { ...posted, outcome, item: planned, steps: [] } as unknown as Decision;
}

export const planOf = (decisions: Decision[], contractSteps: Step[] = []): ContractPlan => ({
  ...{ contractKey: SUBSCRIPTION, contract: contract(), contractSteps, lastSteps: [], isNew: false, endDay: null },
  ...{ notes: [], carried: [], needsDetail: false, decisions },
});
