import { ghostId } from '../basics/keys.js';
import { acceptedOf } from '../report/accepted.js';
import { planRowAndCharge, type AmountsPlan } from '../amounts/amounts.js';
import { postedText, postedWords, soughtText } from '../basics/decimal.js';
import { elsewhereAdvice, rowAdvice } from './ghost-advice.js';
import { looseCharges } from './loose-charges.js';
import { addDays, firstDay, reportMonthOf } from '../basics/month.js';
import { chargeKeysOn, isOfAnother, isOwn, isSwitchedOff, standsFor, typeOnContract } from '../contracts/ours.js';
import type { ContractPlan } from '../contracts/plan-contract.js';
import { hasMoney, isEqualRow, rowsOfContract, viewRows, type MonthRow, type RowView } from '../amounts/rows.js';
import { chargesOf, inUseFirst, isRefused, totalOf, type Billable, type Place } from '../amounts/standing.js';
import { same } from '../basics/text.js';
import type { Ghost, Note } from '../plan-types.js';
import type { Contract, RecordType, Service } from '../types.js';
import { SHARED_SERVICES, typeInWords } from '../basics/record-types.js';
import { mergeGhosts, NO_GHOSTS, type GhostContext, type GhostPlan } from './ghost-plan.js';
import {
  isPaidOnce,
  mayZero,
  reasonToZero,
  shrinksBecause,
  withReason,
  type OfType,
  type OnContract,
  type Planned,
} from './why.js';

/** Rule 8: money in Autotask without a line in the report. */

/**
 * Looks for ghosts on one contract. One with a held item is left alone (8.1), but for what was paid once and only an extension of this plan would give to the
 * month.
 */
export function planGhosts(
  contract: Contract,
  plan: ContractPlan | undefined,
  isHeld: boolean,
  context: GhostContext,
): GhostPlan {
  const contractKey = standsFor(contract, context);
  if (isOfAnother(contractKey, context)) return NO_GHOSTS;
  const isLeftAlone = isHeld || (plan?.decisions.some(({ outcome }) => outcome === 'held') ?? false);
  if (contractKey === null)
    return isLeftAlone ? NO_GHOSTS : looseCharges({ contract, contractKey: null, standsWithRow: () => false, plan }, context);
  const onContract = new Set(rowsOfContract(context.books, contract.id).map(({ serviceId }) => serviceId));
  const services = context.books.services.filter(
    (service) => onContract.has(service.id) && (!isLeftAlone || isCarriedOn(contract, service, plan, context)),
  );
  const parts = services
    .filter((service) => !isOnItem(service, plan))
    .map((service) =>
      ghostOfService({ contract, contractKey, service, rows: rowsOn(contract, service, plan, context), plan }, context),
    );
  if (isLeftAlone) return mergeGhosts(parts);
  const standsWithRow = (key: string): boolean =>
    services.some((service) => keysWithRow({ contract, contractKey, service, plan }, context).includes(key));
  return mergeGhosts([...parts, looseCharges({ contract, contractKey, standsWithRow, plan }, context)]);
}

/** What is taken to zero. */
interface ZeroInput extends OnContract {
  billable: Billable;
  rows: RowView;
  standing: Ghost;
  extendsFrom: string | null;
}

/** Keys that charges next to the service's row have, which share its fate (8.4), also where somebody split the row and only its later part has units. */
function keysWithRow({ contract, contractKey, service, plan }: OnContract & Planned, context: GhostContext): string[] {
  const { row } = rowsOn(contract, service, plan, context);
  const type = hasMoney(row) ? typeOnContract(contract, service, context) : null;
  return type === null ? [] : chargeKeysOn(contractKey, service.key, type, context);
}

/** The service's rows on the contract, with what an extension of this plan will carry into the month. */
function rowsOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): RowView {
  return viewRows(context.books, {
    contract,
    serviceId: service.id,
    month: context.month,
    extendsFrom: extensionOf(contract, plan, context),
  });
}

function extensionOf(contract: Contract, plan: ContractPlan | undefined, { month }: GhostContext): string | null {
  const isExtended = plan?.contractSteps.some(({ kind }) => kind === 'extendContract') ?? false;
  return isExtended && contract.endDay < firstDay(month) ? contract.endDay : null;
}

/** What is paid once is not awaited in a month that only an extension of this plan gives it: its units had ended with the contract (7.6). */
function isCarriedOn(contract: Contract, service: Service, plan: ContractPlan | undefined, context: GhostContext): boolean {
  const type = typeOnContract(contract, service, context);
  return type !== null && extensionOf(contract, plan, context) !== null && isPaidOnce(service, type, context);
}

function ghostOfService(
  { contract, contractKey, service, rows, plan }: OnContract & Planned & { rows: RowView },
  context: GhostContext,
): GhostPlan {
  const { row, previous } = rows;
  if (!hasMoney(row)) return NO_GHOSTS;
  const type = typeOnContract(contract, service, context);
  if (type === null) return { ...NO_GHOSTS, notes: [foreignRow(contract, service, row, context)] };
  if (isSwitchedOff(type, contractKey, context)) return NO_GHOSTS;
  const billable = ghostBillable({ contract, contractKey, service, type }, context);
  const standing = ghost({ contract, contractKey, service, type, billable, row }, context);
  const extendsFrom = extensionOf(contract, plan, context);
  if (isBilledElsewhere(contract, billable, context))
    return {
      ...NO_GHOSTS,
      ghosts: [{ ...standing, ...elsewhereAdvice(contract, soughtText(standing.sales, standing.currency), service.name) }],
    };
  const isReported = wasReported({ contract, contractKey, service, type }, { row, previous }, context);
  if (isReported && mayZero(contract, contractKey, context)) {
    const why = shrinksBecause({ contractKey, itemCode: service.key, type, plan }, context);
    const explained = withReason(standing, why, contract);
    return zero({ contract, contractKey, service, billable, rows, standing: explained, extendsFrom }, context);
  }
  // What the month's own report had is not awaited, even if it may not be removed.
  if (!isReported && !isCarriedOn(contract, service, plan, context) && isAwaiting(type, contractKey, context))
    return {
      ...NO_GHOSTS,
      ghosts: [
        {
          ...standing,
          outcome: 'awaiting',
          rule: '8.1',
          message: `The report has no ${typeInWords(type)} line yet; last month's amounts stay on contract ${contract.id} until it does.`,
        },
      ],
    };
  const why = mayZero(contract, contractKey, context) ? reasonToZero({ contractKey, service, type, plan }, context) : null;
  if (why === null) return { ...NO_GHOSTS, ghosts: [standing] };
  const explained: Ghost = { ...standing, rule: '8.2', message: why.message, evidence: why.evidence };
  return zero({ contract, contractKey, service, billable, rows, standing: explained, extendsFrom }, context);
}

const isOnItem = (service: Service, plan: ContractPlan | undefined): boolean =>
  plan?.decisions.some(
    ({ item, outcome }) => outcome === 'posted' && same(SHARED_SERVICES[item.type]?.key ?? item.itemCode, service.key),
  ) ?? false;

const foreignRow = (contract: Contract, service: Service, { price }: MonthRow, { currency }: GhostContext): Note => ({
  code: 'foreign-row',
  itemId: null,
  message: `Contract ${contract.id} also bills ${postedWords(price, currency)} of service ${service.id} (${service.name}), which this product did not create and leaves alone.`,
});

/** 8.1: until the type's report has come, last month's amounts stand there; so they do while nothing at all is due (1.4: both months empty). */
function isAwaiting(type: RecordType, contractKey: string, context: GhostContext): boolean {
  const { facts, settings, asOf } = context;
  // No report will come for what no longer belongs to anybody, or has moved away.
  if (!isOwn(contractKey, context)) return false;
  const isNothingDue = facts.lines === 0 && facts.previousLines === 0;
  return (
    !facts.recordTypes.includes(type) &&
    (isNothingDue || asOf < addDays(firstDay(reportMonthOf(facts)), settings.ghostAfterDay - 1))
  );
}

/** Whether the report's own line for it is billed on another contract: this one lost its ids, and another was made. */
const isBilledElsewhere = (contract: Contract, { chargeKeys }: Billable, { itemCharges }: GhostContext): boolean =>
  chargeKeys.some((key) => {
    const home = itemCharges.get(key)?.home ?? contract.id;
    return home !== contract.id;
  });

// ---------------------------------------------------------------------------------------------------------------- what the month's report had before (1.6)

/**
 * Whether the month's own report had lines for the row before: the accepted one says so; where it is not known, a row that is not what the month before
 * carried into the month was written for it.
 */
function wasReported(
  { contract, contractKey, service, type }: OfType,
  { row, previous }: { row: MonthRow; previous: MonthRow | null },
  { accepted, month, books }: GhostContext,
): boolean {
  if (row.isExpected) return false;
  if (accepted !== null) return acceptedOf(accepted, contractKey, type, service.key) !== undefined;
  if (contract.startDay >= firstDay(month)) return true;
  return books.detailed.includes(contract.id) && previous !== null && !isEqualRow(row, previous);
}

const costCurrencyOf = ({ costs, currency }: GhostContext): string =>
  costs === null || costs === 'as-reported' ? currency : costs.currency;

const ghostBillable = ({ contract, contractKey, service, type }: OfType, context: GhostContext): Billable => ({
  id: ghostId({ contractKey, serviceId: service.id }),
  name: service.name,
  currency: context.currency,
  costCurrency: costCurrencyOf(context),
  cost: '0',
  sales: '0',
  quantity: '0',
  onRow: { sales: '0', cost: '0', quantity: '0' },
  isOneOff: false,
  chargeKeys: inUseFirst(context.books, contract.id, chargeKeysOn(contractKey, service.key, type, context)),
});

function ghost(
  { contract, contractKey, service, type, billable, row }: OfType & { billable: Billable; row: MonthRow },
  context: GhostContext,
): Ghost {
  const charges = chargesOf(context.books, contract.id, billable.chargeKeys);
  // Row and charges are rounded one by one, as everywhere (7): their exact sum could be a minor unit off.
  const { sales, cost } = totalOf([row.posted, ...charges]);
  const amount = soughtText(postedText(sales, context.currency), context.currency);
  return {
    contractId: contract.id,
    contractKey,
    serviceId: service.id,
    type,
    itemCode: service.key,
    currency: context.currency,
    quantity: String(row.units),
    cost: postedText(cost, context.currency),
    sales: postedText(sales, context.currency),
    outcome: 'ghost',
    rule: context.whyStray === null ? '8.3' : '8.7',
    ...rowAdvice({ contract, contractKey, amount, name: billable.name }, context),
  };
}

function zero(
  { contract, contractKey, service, billable, rows, standing, extendsFrom }: ZeroInput,
  context: GhostContext,
): GhostPlan {
  const place: Place = {
    month: context.month,
    isOver: context.isOver,
    contractKey,
    contract,
    startsLater: false,
    endDay: contract.endDay,
    extendsFrom,
    serviceKey: service.key,
    serviceId: service.id,
    productKey: null,
    productId: null,
    rows,
    isRefused: isRefused(billable.id, context),
    invoiceDescription: null,
  };
  // A frozen ghost is never touched (8.4), no matter what AFTER_FREEZE says.
  const plan: AmountsPlan = planRowAndCharge(billable, place, context.books, { ...context.settings, afterFreeze: 'hold' });
  if (plan.held !== null)
    return {
      ...NO_GHOSTS,
      ghosts: [{ ...standing, rule: '8.4', message: `${standing.message} Its period is approved and posted.` }],
    };
  if (plan.steps.length === 0) return NO_GHOSTS;
  const needsDetail = context.books.detailed.includes(contract.id) ? [] : [contract.id];
  return { ghosts: [{ ...standing, outcome: 'zeroed' }], steps: plan.steps, notes: [], needsDetail };
}
