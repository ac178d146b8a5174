import { big, isZero, posted, sum, ZERO, type Big } from '../basics/decimal.js';
import { addMonths, firstDay, monthOf, nextMonth, previousMonth } from '../basics/month.js';
import { byText, IndexBy } from '../basics/text.js';
import type { Books, Contract, Day, Month, Row } from '../types.js';

/** The month's row of one contract service, with its neighbours, as rules 7 and 8 look at them. */
export interface MonthRow {
  ids: number[];
  contractServiceId: number;
  serviceId: number;
  units: number;
  /** Extended amounts of all rows beginning in the month; a person's adjustment within it splits the row, and both parts are billed. */
  price: Big;
  cost: Big;
  /** What posting bills: each row is rounded separately. */
  posted: { price: Big; cost: Big };
  frozen: boolean;
  isSplit: boolean;
  /** Does not exist yet: an extension of this plan will make it, with what is in force at the contract's end (rule 6.4). */
  isExpected: boolean;
}

/** Nothing read yet. */
export const NO_BOOKS: Books = {
  internalCurrency: '',
  companies: [],
  contracts: [],
  rows: [],
  detailed: [],
  charges: [],
  services: [],
  products: [],
};

export interface RowView {
  row: MonthRow | null;
  previous: MonthRow | null;
  next: MonthRow | null;
  laterIsFrozen: boolean;
  /** Fewest units of any later row: a decrease carries forward into all of them, and none may become negative (`docs/vendors/autotask.md` 5.3). */
  fewestLater: number | null;
}

/** Of what no row is billed on. */
export const NO_ROWS: RowView = { row: null, previous: null, next: null, laterIsFrozen: false, fewestLater: null };

const rowsByContract = new IndexBy<Row>(({ contractId }) => contractId);

/** All rows of a contract. */
export const rowsOfContract = (books: Books, contractId: number): Row[] => rowsByContract.find(books.rows, contractId);

interface ViewedRows {
  contract: Contract;
  serviceId: number;
  month: Month;
  extendsFrom: Day | null;
}

/** Rows of one service on one contract, seen from the month. `extendsFrom` is the contract's last day where the plan extends it. */
export function viewRows(books: Books, { contract, serviceId, month, extendsFrom }: ViewedRows): RowView {
  const rows = rowsOfContract(books, contract.id).filter((row) => row.serviceId === serviceId);
  const row = rowOf(rows, month);
  const nextFirst = firstDay(nextMonth(month));
  const later = rows.filter(({ startDay }) => startDay >= nextFirst);
  const previous = rowOf(rows, previousMonth(month));
  const isThere = row !== null && (extendsFrom === null || !followsGap(row, previous, month, extendsFrom));
  return {
    row: isThere || extendsFrom === null ? row : expectedRow(rows, month, extendsFrom),
    previous,
    next: rowOf(rows, nextMonth(month)),
    laterIsFrozen: later.some(({ frozen }) => frozen),
    fewestLater: later.length === 0 ? null : Math.min(...later.map(({ units }) => units)),
  };
}

function rowOf(rows: Row[], month: Month): MonthRow | null {
  const inMonth = rows
    .filter((row) => monthOf(row.startDay) === month)
    .sort((left, right) => byText(left.startDay, right.startDay) || left.id - right.id);
  const first = inMonth[0];
  if (!first) return null;
  return {
    ids: inMonth.map(({ id }) => id),
    contractServiceId: first.contractServiceId,
    serviceId: first.serviceId,
    units: first.startDay === firstDay(month) ? first.units : 0,
    price: sum(inMonth.map((row) => row.price)),
    cost: sum(inMonth.map((row) => row.cost)),
    posted: {
      price: sum(inMonth.map((row) => posted(big(row.price)))),
      cost: sum(inMonth.map((row) => posted(big(row.cost)))),
    },
    frozen: inMonth.some((row) => row.frozen),
    isSplit: inMonth.length > 1 || first.startDay !== firstDay(month),
    isExpected: false,
  };
}

/**
 * The row is there because an extension was interrupted before the months between were at 0 (rule 6.4): it is as the row before it, and follows when the plan
 * brings that one to 0. One that somebody changed or approved in the meantime is left alone.
 */
const followsGap = (row: MonthRow, previous: MonthRow | null, month: Month, extendsFrom: Day): boolean =>
  firstGapMonth(extendsFrom, month) !== null && hasMoney(previous) && !row.frozen && isEqualRow(row, previous);

/** What carries forward into the month when the contract is extended: the last row before it, unless the gap between is brought to 0. */
function expectedRow(rows: Row[], month: Month, extendsFrom: Day): MonthRow | null {
  const last = rows
    .filter((row) => row.startDay < firstDay(month))
    .sort((left, right) => byText(right.startDay, left.startDay))[0];
  if (!last) return null;
  const gap = firstGapMonth(extendsFrom, month) !== null;
  const [price, cost] = gap ? [ZERO, ZERO] : [big(last.price), big(last.cost)];
  return {
    ids: [],
    contractServiceId: last.contractServiceId,
    serviceId: last.serviceId,
    units: gap ? 0 : last.units,
    price,
    cost,
    posted: { price: posted(price), cost: posted(cost) },
    frozen: false,
    isSplit: false,
    isExpected: true,
  };
}

/** The first month whose row an extension makes before the month of the report: it would bill an old amount (rule 6.4). Null when there is none. */
export function firstGapMonth(contractEnd: Day, month: Month): Month | null {
  const first = addMonths(monthOf(contractEnd), 1);
  return first < month ? first : null;
}

/** Contract services with more than one row on the same day are the same service put on the contract twice. */
export function isRepeated(books: Books, contractId: number, serviceId: number, month: Month): boolean {
  const services = rowsOfContract(books, contractId)
    .filter((row) => row.serviceId === serviceId && monthOf(row.startDay) === month)
    .map((row) => row.contractServiceId);
  return new Set(services).size > 1;
}

/** Whether two rows bill alike: units, price and cost. */
export const isEqualRow = (left: Pick<MonthRow, 'units' | 'price' | 'cost'>, right: MonthRow): boolean =>
  left.units === right.units && left.price.eq(right.price) && left.cost.eq(right.cost);

export const hasMoney = (row: MonthRow | null): row is MonthRow =>
  row !== null && (row.units !== 0 || !isZero(row.price) || !isZero(row.cost));
