import { isSuitable } from '../contracts/find-or-make.js';
import { standingDoubt } from '../contracts/doubt.js';
import { isOwn } from '../contracts/ours.js';
import type { ContractPlan, ItemDecision } from '../contracts/plan-contract.js';
import { soughtText } from '../basics/decimal.js';
import { reportMonthOf } from '../basics/month.js';
import { isLicence } from '../basics/record-types.js';
import { fold, same } from '../basics/text.js';
import { acceptedOf, acceptedUnder, cameFor, isByHand, isNewOrMore } from '../report/accepted.js';
import { endedBefore, endedSubscription } from '../report/ended.js';
import { listedSubscription } from '../report/items.js';
import type { Ghost, GhostEvidence } from '../plan-types.js';
import type { Contract, RecordType, Service, Subscription } from '../types.js';
import type { GhostContext } from './ghost-plan.js';

/** Rules 8.2 and 1.6: why money without a line may be brought to nothing, and where only a person can tell. */

/** A service of ours on a contract. */
export interface OnContract {
  contract: Contract;
  contractKey: string;
  service: Service;
}

/** The same where its record type is known. */
export interface OfType extends OnContract {
  type: RecordType;
}

/** With what is planned for the contract, if anything. */
export interface Planned {
  plan: ContractPlan | undefined;
}

/** Only on a contract that we would bill on, on which all could be read, of a subscription that is this organization's, all of whose lines have an owner (2.7, 8.2, 8.7). */
export const mayZero = (contract: Contract, contractKey: string, context: GhostContext): boolean =>
  context.whyStray === null &&
  !context.isUnclear &&
  isSuitable(contract) &&
  standingDoubt(context.books, contract.id) === null &&
  (isOwn(contractKey, context) || isAccepted(contractKey, context));

/** Whether the last accepted report of the month had the subscription here. */
const isAccepted = (contractKey: string, { accepted }: GhostContext): boolean =>
  accepted !== null && acceptedUnder(accepted, contractKey).length > 0;

export interface Why {
  evidence: GhostEvidence;
  message: string;
}

/** 8.2: why the amount may be brought to nothing without a line; null where only a person can tell. */
export function reasonToZero(
  { contractKey, service, type, plan }: Omit<OfType, 'contract'> & Planned,
  context: GhostContext,
): Why | null {
  const ended = endedSubscription(context.subscriptions, contractKey);
  if (ended) return endedBecause(ended);
  const listed = listedSubscription(context.subscriptions, contractKey);
  const others = isLicence(type) ? (plan?.decisions.filter(({ item }) => isLicence(item.type) && !isByHand(item)) ?? []) : [];
  if (others.length > 0 && !same(listed?.itemCode, service.key)) return replacedBy(others);
  return isPaidOnce(service, type, context) ? { evidence: 'paid-once', message: 'Paid once, and not in this month.' } : null;
}

const endedBecause = ({ status }: Subscription): Why => ({
  evidence: 'ended',
  message: `The subscription is ${status.trim().toLowerCase()} in Cloudmore.`,
});

const replacedBy = (others: ItemDecision[]): Why => ({
  evidence: 'replaced',
  message: `Replaced by ${others.map(({ item }) => item.itemCode ?? item.type).join(', ')}.`,
});

interface ShrinksBecauseInput extends Planned {
  contractKey: string;
  itemCode: string | null;
  type: RecordType;
}

/** What explains that a report has no lines any more for what it had in the same month: less than for what last month carries on (8.2). */
export function shrinksBecause(
  { contractKey, itemCode, type, plan }: ShrinksBecauseInput,
  { subscriptions, accepted, moved, arrived, facts, asOf }: GhostContext,
): Why | null {
  const ended = endedBefore(subscriptions, contractKey, reportMonthOf(facts), asOf);
  if (ended) return endedBecause(ended);
  const listed = listedSubscription(subscriptions, contractKey);
  const gone = accepted === null ? undefined : acceptedOf(accepted, contractKey, type, itemCode);
  const isOther = ({ item }: ItemDecision): boolean => {
    if (accepted === null) return isLicence(type) && isLicence(item.type) && !same(listed?.itemCode, itemCode);
    const now = { id: item.id, sales: item.exactSales };
    return gone === undefined ? isNewOrMore(now, accepted) : cameFor(now, gone, accepted);
  };
  // What somebody entered by hand does not say what Cloudmore itself has.
  const billed = plan?.decisions.filter(({ item, outcome }) => outcome === 'posted' && !isByHand(item)) ?? [];
  const others = billed.filter(isOther);
  if (others.length > 0) return replacedBy(others);
  // While it was held here, the standing amount still belonged to another organization.
  if (gone?.stood !== true && arrived.has(fold(contractKey)) && billed.length > 0)
    return { evidence: 'moved', message: 'Its lines belong to this organization now and are billed.' };
  return moved.has(fold(contractKey)) ? { evidence: 'moved', message: 'Its lines are billed to another organization.' } : null;
}

export function withReason(standing: Ghost, why: Why | null, { id }: Contract): Ghost {
  if (why !== null) return { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  const amount = soughtText(standing.sales, standing.currency);
  return {
    ...standing,
    rule: '1.6',
    evidence: null,
    message: `${amount} is on contract ${id}, but the report no longer has the line that it had earlier in the same month. Nothing says that it ended. It stays until the report names it again or somebody releases the plan.`,
  };
}

export const isPaidOnce = ({ key }: Service, type: RecordType, { prices }: GhostContext): boolean =>
  type === 'Perpetual' || (prices.get(fold(key))?.some((price) => (price.paymentMonths ?? 0) > 1) ?? false);
