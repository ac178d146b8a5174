import { UNKNOWN_CONTRACT } from './dismissal.js';
import { isOfKind, type AcceptedItem } from '../report/accepted.js';
import { big, isZero, money, soughtText } from '../basics/decimal.js';
import { command } from '../basics/command.js';
import { ghostsUnder, type GhostContext } from './ghost-plan.js';
import { shrinksBecause } from './why.js';
import { monthOf } from '../basics/month.js';
import { chargeKeysOn, isSwitchedOff, standsFor, typeOnContract } from '../contracts/ours.js';
import { rowsOfContract } from '../amounts/rows.js';
import { chargesOf } from '../amounts/standing.js';
import { fold, groupBy, IndexBy, OncePer, same } from '../basics/text.js';
import type { ContractPlan } from '../contracts/plan-contract.js';
import type { Ghost } from '../plan-types.js';
import type { Books, Contract, Month, RecordType, Service } from '../types.js';
import { typeInWords } from '../basics/record-types.js';

/**
 * Rule 8.9: what the accepted report of the month had and was billed, and neither the report nor Autotask shows any more. Two answers that are silent at once
 * are no proof that nothing is there: it is listed with what stood, and only a person can tell that it is gone.
 */

/** What of a plan may explain it. */
export interface Explaining {
  /** Ids of all items the report has now. */
  present: Set<string>;
  /** Folded contract keys with a held item: those are reported already, and left alone (8.1). */
  held: Set<string>;
  contracts: ContractPlan[];
  ghosts: Ghost[];
}

export function unseenGhosts(context: GhostContext, explaining: Explaining): Ghost[] {
  return vanished(context.accepted, explaining.present)
    .filter((item) => !isExplained(item, context, explaining) && !isShown(item, context))
    .map((item) => unseenGhost(item, context.month, contractIdOf(item, context), UNSEEN));
}

/** The same of an organization that has no plan, for nobody names it any more, or it names no company. `isTold`: whether another plan reports the key, or leaves it alone. */
export const goneGhosts = (
  items: AcceptedItem[],
  context: GhostContext,
  isMentioned: (contractKey: string) => boolean,
  why = UNSEEN,
): Ghost[] =>
  vanished(items, NOTHING)
    .filter(({ contractKey, type }) => !isMentioned(contractKey) && !isSwitchedOff(type, contractKey, context))
    .filter((item) => !isShown(item, context))
    .map((item) => unseenGhost(item, context.month, contractIdOf(item, context), why));

const NOTHING = new Set<string>();

/** The same where Autotask could not be read at all. */
export const unreadGhosts = (accepted: AcceptedItem[] | null, present: Set<string>, month: Month): Ghost[] =>
  vanished(accepted, present).map((item) => unseenGhost(item, month, UNKNOWN_CONTRACT, UNREAD));

/** What was posted of the accepted report and has no line any more. */
const vanished = (accepted: AcceptedItem[] | null, present: Set<string>): AcceptedItem[] =>
  (accepted ?? []).filter(
    ({ id, stood, sales, cost }) => stood && !present.has(id) && !(isZero(big(sales)) && isZero(big(cost))),
  );

function isExplained(item: AcceptedItem, context: GhostContext, { held, contracts, ghosts }: Explaining): boolean {
  const { contractKey, itemCode } = item;
  const type = item.type as RecordType;
  const key = fold(contractKey);
  if (held.has(key) || isSwitchedOff(type, contractKey, context)) return true;
  const own = ghostsUnder(ghosts, contractKey);
  if (own.some((ghost) => ghost.serviceId === null || isOfKind(item, ghost.type, ghost.itemCode))) return true;
  const [plan] = plansByContract.find(contracts, contractKey);
  return shrinksBecause({ contractKey, itemCode, type, plan }, context) !== null;
}

const plansByContract = new IndexBy<ContractPlan>(({ contractKey }) => contractKey);

/** Whether Autotask shows what the item stood on: at 0 units somebody has ended it. What stood on a charge is gone with the charge, or hidden. */
function isShown(item: AcceptedItem, context: GhostContext): boolean {
  const { books } = context;
  // A contract that no search shows is left alone with all that it bills (6.6), and reported here, also where its id still leads to it.
  if ((books.gone ?? []).some(({ kind, key }) => kind === 'contract' && same(key, item.contractKey))) return false;
  const own = contractsWith(item.contractKey, context);
  const keys = chargeKeysOn(item.contractKey, item.itemCode, item.type, context);
  if (own.some(({ id }) => chargesOf(books, id, keys).length > 0)) return true;
  return item.charged !== true && own.some((contract) => hasRow(contract, item, context));
}

const contractsByKey = new OncePer((context: GhostContext) =>
  groupBy(context.books.contracts, (contract) => fold(standsFor(contract, context))),
);
const contractsWith = (contractKey: string, context: GhostContext): Contract[] =>
  contractsByKey.of(context).get(fold(contractKey)) ?? [];

const servicesById = new IndexBy<Service>(({ id }) => id);

function hasRow(contract: Contract, item: AcceptedItem, context: GhostContext): boolean {
  const { books, month } = context;
  const rows = rowsOfContract(books, contract.id).filter(({ startDay }) => monthOf(startDay) === month);
  return rows.some(({ serviceId }) => {
    const [service] = servicesById.find(books.services, serviceId);
    const type = service === undefined ? null : typeOnContract(contract, service, context);
    return type !== null && isOfKind(item, type, service!.key);
  });
}

function contractIdOf({ contractKey }: AcceptedItem, context: GhostContext): number {
  const known = [
    ...contractsWith(contractKey, context).map(({ id }) => id),
    ...idsOf(context.books, contractKey),
    ...context.names.contractsOf(contractKey),
  ];
  return known[0] ?? UNKNOWN_CONTRACT;
}

/** Contracts with the key that are gone, or cannot be read. */
const idsOf = ({ gone = [], unreadable = [] }: Books, contractKey: string): number[] => [
  ...gone.filter(({ kind, key }) => kind === 'contract' && same(key, contractKey)).map(({ id }) => id),
  ...unreadable.flatMap(({ kind, id, keys }) =>
    kind === 'contract' && id !== null && (keys ?? []).some((key) => same(key, contractKey)) ? [id] : [],
  ),
];

const UNSEEN = 'neither the report nor Autotask shows it now';
export const UNLINKED = 'its customer is no longer exported, and Autotask does not show it';
const UNREAD = 'the report no longer names it, and Autotask could not be read';

function unseenGhost(item: AcceptedItem, month: Month, contractId: number, why: string): Ghost {
  const { contractKey, type, itemCode, currency } = item;
  const sales = money(big(item.sales), currency);
  const where =
    contractId === UNKNOWN_CONTRACT ? `subscription ${contractKey}` : `contract ${contractId}, subscription ${contractKey}`;
  return {
    contractId,
    contractKey,
    serviceId: null,
    type: type as RecordType,
    itemCode,
    currency,
    quantity: '0',
    cost: money(big(item.cost), currency),
    sales,
    outcome: 'ghost',
    rule: '8.9',
    reason: 'report-shrank',
    message: `${soughtText(sales, currency)} of ${itemCode ?? typeInWords(type)} was on ${where}, but ${why}. Check whether it is still there; if it was removed on purpose, dismiss it.`,
    command: command('dismiss', month, ...placeOf(contractId, contractKey), '--reason', 'removed on purpose'),
  };
}

/** How `billing dismiss` names it. */
const placeOf = (contractId: number, contractKey: string): string[] =>
  contractId === UNKNOWN_CONTRACT ? ['--subscription', contractKey] : ['--contract', String(contractId)];
