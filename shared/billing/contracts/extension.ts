import { isOurKey } from './catalogue.js';
import type { AmountsPlan } from '../amounts/amounts.js';
import { isRead, type Doubt } from './doubt.js';
import type { PriceList } from '../report/items.js';
import { firstDay } from '../basics/month.js';
import { firstGapMonth, rowsOfContract } from '../amounts/rows.js';
import { byText, groupBy } from '../basics/text.js';
import type { Names } from '../report/named.js';
import type { PostAdjustmentStep, Step } from '../plan-types.js';
import type { Books, Contract, Day, Month, Row } from '../types.js';

/** Rule 6.4: a contract whose subscription continues is extended, and what the extension makes for months before the report's is brought to 0. */
export interface Extension {
  contract: Contract;
  contractKey: string;
  endDay: Day;
  /** Items that cannot be posted without it. */
  items: string[];
  month: Month;
  books: Books;
  prices: PriceList;
  names: Names;
}

/**
 * An adjustment carries forward into all later rows. An extension may make its rows without units, and Autotask refuses to go below them: a contract that
 * reaches the month already is extended when its amounts are written, but for a catch-up that is dated in what the extension gives it (7.5).
 */
export const extendsLast = (amounts: AmountsPlan[], fromDay: Day, month: Month): boolean =>
  fromDay >= firstDay(month) && amounts.every(({ extendTo }) => extendTo === null);

export const endsUnits = (step: Step): boolean => step.kind === 'postAdjustment' && step.purpose === 'one-off';

export function extensionSteps(extension: Extension): Step[] {
  const { contract, contractKey, endDay, items, month } = extension;
  const extend: Step = {
    kind: 'extendContract',
    items,
    summary: `Contract ${contract.name}: end ${contract.endDay} → ${endDay}`,
    contractKey,
    contractId: contract.id,
    fromDay: contract.endDay,
    toDay: endDay,
  };
  const gap = firstGapMonth(contract.endDay, month);
  return gap === null ? [extend] : [extend, ...gapSteps(extension, gap)];
}

/** Of each contract service the last row before the day. */
function lastRows(books: Books, contractId: number, day: Day): Row[] {
  const rows = rowsOfContract(books, contractId).filter((row) => row.startDay < day);
  return [...groupBy(rows, (row) => row.contractServiceId).values()].map(
    (group) => group.sort((left, right) => byText(right.startDay, left.startDay))[0],
  );
}

/**
 * Rule 6.4: why a contract that has ended before the month cannot be extended; null where it can. What carries on of a service that Autotask does not show
 * may be ours or not: nobody could bring it to 0. What was billed on a service that has lost its key since would stand next to what is billed on another. Rows after its
 * end were billed by somebody, and not made by an extension.
 */
export function carriesUnseen(
  { books, month, prices, names }: Pick<Extension, 'books' | 'month' | 'prices' | 'names'>,
  contract: Contract,
): Doubt | null {
  if (contract.endDay >= firstDay(month)) return null;
  const stands = rowAfterEnd(books, contract, month);
  if (stands !== undefined)
    return {
      reason: 'unreadable',
      message: `Contract ${contract.id} has to be extended, and it is not known when it ended: Autotask says on ${contract.endDay}, and ${stands.units} units of service ${stands.serviceId} stand there from ${stands.startDay} on, which nothing may bring to 0. Check its end date there, or set the units to 0.`,
    };
  const keys = new Map(books.services.map(({ id, key }) => [id, key]));
  const isLost = (serviceId: number): boolean =>
    !isOurKey(keys.get(serviceId) ?? null, prices, names) && names.codeOnContract(contract.id, serviceId) !== null;
  const unseen = lastRows(books, contract.id, firstDay(month)).find(
    ({ units, serviceId }) => units !== 0 && (!isRead(books, serviceId) || isLost(serviceId)),
  );
  if (unseen === undefined) return null;
  const { units, serviceId } = unseen;
  const why = isRead(books, serviceId)
    ? `it stood for ${names.codeOnContract(contract.id, serviceId)} and has lost that key, so they would be billed in addition. Restore its key`
    : 'Autotask does not show that service, so it is not known what they bill. Let the API user see it';
  return {
    reason: 'unreadable',
    message: `Contract ${contract.id} has to be extended, and its ${units} units of service ${serviceId} would continue: ${why}, or set the units to 0 there.`,
  };
}

/** A row of a month that the contract had ended before: an extension that is not finished made it, or the end is not the one that it says. */
function rowAfterEnd(books: Books, { id, endDay, extendedFrom }: Contract, month: Month): Row | undefined {
  const gap = firstGapMonth(endDay, month);
  if (gap === null || extendedFrom !== undefined) return undefined;
  const between = (row: Row): boolean => row.startDay >= firstDay(gap) && row.startDay < firstDay(month);
  return rowsOfContract(books, id).find((row) => row.units !== 0 && between(row));
}

function gapSteps({ contract, contractKey, items, books, prices, names }: Extension, gap: Month): PostAdjustmentStep[] {
  const last = lastRows(books, contract.id, firstDay(gap));
  const keyOf = new Map(books.services.filter(({ key }) => isOurKey(key, prices, names)).map(({ id, key }) => [id, key]));
  return last.flatMap((row) => {
    const serviceKey = keyOf.get(row.serviceId);
    return row.units === 0 || !serviceKey ? [] : [gapStep(contract, { contractKey, items, row, serviceKey, day: firstDay(gap) })];
  });
}

interface GapStepInput {
  contractKey: string;
  items: string[];
  row: Row;
  serviceKey: string;
  day: Day;
}

const gapStep = (
  contract: Contract,
  { contractKey, items, row: { serviceId, contractServiceId }, serviceKey, day }: GapStepInput,
): PostAdjustmentStep => ({
  kind: 'postAdjustment',
  items,
  summary: `${contract.name}: 0 units from ${day}, the contract had ended`,
  contractKey,
  contractId: contract.id,
  serviceKey,
  serviceId,
  contractServiceId,
  day,
  units: 0,
  unitPrice: null,
  unitCost: null,
  before: null,
  expectsUnits: null,
  purpose: 'gap',
  invoiceDescription: null,
});
