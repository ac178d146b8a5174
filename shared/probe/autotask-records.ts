import { rowsOfMonth } from '../autotask/conditions.js';
import { fromWire } from '../autotask/days.js';
import { addDays, daysCovered, lastDay, monthOf, nextMonth } from '../billing/basics/month.js';
import { big, round, ZERO, type Big } from '../billing/basics/decimal.js';
import { fold, groupBy } from '../billing/basics/text.js';
import type { Day, Month } from '../billing/types.js';
import type { AutotaskSeen, Raw } from './autotask-seen.js';
import { lowerFields, numberOf, textOf, type Fields } from './once.js';
import { confirmed, contradicted, notSeen, some, type Verdict } from './verdict.js';
import { PRODUCTS } from '../billing/basics/record-types.js';

/** A4 to A7: whether records are as they are read: contracts, their rows, what was posted, and the catalogue. */

const BY_ID = 10;

/** The day that the product reads; null where the text is not a date. */
function dayOf(value: unknown): Day | null {
  const text = textOf(value);
  return text === null || Number.isNaN(Date.parse(text)) ? null : fromWire(text);
}

// ---------------------------------------------------------------------------------------------------------------- A4

export async function byId(seen: AutotaskSeen): Promise<Verdict> {
  const listed = (await seen.contracts()).slice(0, BY_ID);
  if (listed.length === 0) return notSeen('no recurring contract is shown');
  const other: number[] = [];
  for (const contract of listed) {
    const answer = lowerFields(await seen.autotask.get(`Contracts/${contract.id}`));
    const single = lowerFields(answer.item);
    const names = ['companyid', 'contractnumber', 'startdate', 'enddate', 'status', 'contracttype'];
    if (names.some((name) => single[name] !== contract[name]) || seen.keyOf(single) !== seen.keyOf(contract))
      other.push(contract.id);
  }
  return other.length === 0 ? confirmed(`${listed.length} are the same`) : contradicted(`others by id: ${some(other)}`);
}

export async function days(seen: AutotaskSeen): Promise<Verdict> {
  const contracts = await seen.contracts();
  if (contracts.length === 0) return notSeen('no recurring contract is shown');
  const texts = contracts.flatMap(({ startdate, enddate }) => [startdate, enddate]);
  const unread = texts.filter((text) => dayOf(text) === null);
  if (unread.length > 0) return contradicted(`no dates: ${some(unread.map((text) => JSON.stringify(text) ?? 'nothing'))}`);
  const isMidnight = texts.every((text) => /^\d{4}-\d\d-\d\d(T00:00:00(\.0+)?Z?)?$/.test(String(text)));
  if (isMidnight) return confirmed('midnight in UTC');
  const times = new Set(texts.map((text) => String(text).slice(10)));
  // A zone has two times of the day at most, in summer and in winter.
  return times.size <= 2
    ? confirmed(`the tenant's midnight in UTC (${some(times)})`)
    : contradicted(`at ${times.size} times of the day: ${some(times)}`);
}

/** Contracts whose field somebody else filled: ours have the same id as their number. */
export async function connectorContracts(seen: AutotaskSeen): Promise<Raw[]> {
  return (await seen.byField()).filter((one) => {
    const [key, number] = [seen.keyOf(one), textOf(one.contractnumber)];
    return key !== null && fold(key) !== fold(number);
  });
}

/** What stands for each subscription that the connector before us billed, by month: from rows, where there are any. */
export async function connectorAmounts(seen: AutotaskSeen): Promise<ConnectorAmounts[]> {
  const theirs = new Map((await connectorContracts(seen)).map((one) => [one.id, seen.keyOf(one)!]));
  const amounts = new Map<string, Map<Month, Big>>();
  for (const row of await seen.rows()) {
    const key = theirs.get(numberOf(row.contractid) ?? -1);
    const [from, price] = [dayOf(row.startdate), numberOf(row.price)];
    if (key === undefined || from === null || price === null) continue;
    const months = amounts.get(key) ?? new Map<Month, Big>();
    amounts.set(key, months.set(monthOf(from), (months.get(monthOf(from)) ?? ZERO).plus(big(String(price)))));
  }
  return [...amounts].map(([key, months]) => ({ key, months }));
}

export interface ConnectorAmounts {
  /** What the user-defined field holds. */
  key: string;
  months: Map<Month, Big>;
}

export async function connector(seen: AutotaskSeen): Promise<Verdict> {
  const theirs = await connectorContracts(seen);
  if (theirs.length === 0) return notSeen('there is no contract of another connector');
  const odd = theirs.filter(({ startdate }) => dayOf(startdate)?.slice(8) !== '01');
  return odd.length === 0
    ? confirmed(`${theirs.length} contracts, all from a first of a month`)
    : contradicted(`${odd.length} of ${theirs.length} begin on another day: ${some(odd.map(({ id }) => id))}`);
}

// ---------------------------------------------------------------------------------------------------------------- A5

interface Placed {
  row: Raw;
  from: Day;
  to: Day;
  contract: { from: Day; to: Day };
}

/** Rows whose days, and whose contract's days, are dates. */
async function placed(seen: AutotaskSeen): Promise<Placed[]> {
  const contracts = new Map((await seen.contracts()).map((one) => [one.id, one]));
  return (await seen.rows()).flatMap((row) => {
    const contract = contracts.get(numberOf(row.contractid) ?? -1);
    const [from, to] = [dayOf(row.startdate), dayOf(row.enddate)];
    const whole = { from: dayOf(contract?.startdate), to: dayOf(contract?.enddate) };
    if (from === null || to === null || whole.from === null || whole.to === null) return [];
    return [{ row, from, to, contract: { from: whole.from, to: whole.to } }];
  });
}

const NO_ROWS = notSeen('no recurring contract has rows in these months');

/** The day in a month on which a period begins that began on this day of some other month. */
const sameDayIn = (month: Month, day: Day): Day => {
  const wanted = `${month}-${day.slice(8)}`;
  return wanted > lastDay(month) ? lastDay(month) : wanted;
};

export async function grid(seen: AutotaskSeen): Promise<Verdict> {
  const rows = await placed(seen);
  if (rows.length === 0) return NO_ROWS;
  // A row that was divided within its month begins on a day of its own; its first part does not.
  const firsts = [...groupBy(rows, ({ row, from }) => `${String(row.contractserviceid)} ${monthOf(from)}`).values()].map(
    (parts) => parts.reduce((first, part) => (part.from < first.from ? part : first)),
  );
  const off = firsts.filter(({ from, contract }) => from !== sameDayIn(monthOf(from), contract.from));
  return off.length <= firsts.length * EXCEPTIONS
    ? confirmed(`${firsts.length - off.length} of ${firsts.length} months begin on the contract's day`)
    : contradicted(`${off.length} of ${firsts.length} months begin on another day: rows ${some(off.map(({ row }) => row.id))}`);
}
/** What was put on a contract in the middle of a month begins then, which is nothing wrong. */
const EXCEPTIONS = 0.2;

export async function extended(seen: AutotaskSeen): Promise<Verdict> {
  const prices = new Map((await seen.contractServices()).map((one) => [one.id, numberOf(one.unitprice)]));
  const votes = { all: 0, one: 0 };
  const unit: number[] = [];
  for (const { row, from, to } of await placed(seen)) {
    const [units, price] = [numberOf(row.units), numberOf(row.price)];
    const each = prices.get(numberOf(row.contractserviceid) ?? -1);
    if (units === null || units < 2 || price === null || price === 0 || !each) continue;
    if (daysCovered(from, to) < FULL_MONTH) continue;
    if (near(price, big(each).times(units))) votes.all += 1;
    else if (near(price, big(each))) {
      votes.one += 1;
      unit.push(row.id);
    }
  }
  if (votes.all + votes.one === 0) return notSeen('no row of more than one unit shows it');
  return votes.one > votes.all
    ? contradicted(`rows ${some(unit)} carry the price of one unit`)
    : confirmed(`${votes.all} of ${votes.all + votes.one} rows`);
}
const FULL_MONTH = 28;
const near = (price: number, expected: ReturnType<typeof big>): boolean => round(big(price).minus(expected), 2).abs().lte(0.01);

export async function costs(seen: AutotaskSeen): Promise<Verdict> {
  const priced: Fields[] = [...(await seen.rows()), ...(await seen.services())].filter(
    (one) => Number(one.price ?? one.unitprice ?? 0) > 0,
  );
  if (priced.length === 0) return notSeen('nothing has a price yet');
  return priced.some((one) => (one.cost ?? one.unitcost ?? null) !== null) ? confirmed('shown') : contradicted('come back empty');
}

export async function split(seen: AutotaskSeen): Promise<Verdict> {
  const parts = [...groupBy(await placed(seen), ({ row, from }) => `${String(row.contractserviceid)} ${monthOf(from)}`).values()]
    .filter((rows) => rows.length > 1)
    .map((rows) => [...rows].sort((left, right) => (left.from < right.from ? -1 : 1)));
  if (parts.length === 0) return notSeen('there is no split row');
  const odd = parts.filter((rows) => rows.some(({ from }, index) => index > 0 && addDays(rows[index - 1]!.to, 1) !== from));
  return odd.length === 0
    ? confirmed(`${parts.length} divided months`)
    : contradicted(`rows ${some(odd.map(([first]) => first!.row.id))} end otherwise`);
}

export async function lastRow(seen: AutotaskSeen): Promise<Verdict> {
  const ends = [...groupBy(await placed(seen), ({ row }) => row.contractserviceid).values()]
    .map((rows) => rows.reduce((last, one) => (one.to > last.to ? one : last)))
    .filter(({ contract }) => monthOf(contract.to) <= nextMonth(seen.month) && monthOf(contract.to) >= seen.month);
  if (ends.length === 0) return notSeen('no contract with rows ends this month or the next');
  const short = ends.filter(({ to, contract }) => to !== contract.to);
  return short.length <= ends.length / 2
    ? confirmed(`${ends.length - short.length} of ${ends.length} contracts`)
    : contradicted(`${short.length} of ${ends.length} do not: rows ${some(short.map(({ row }) => row.id))} are their last`);
}

export async function filter(seen: AutotaskSeen): Promise<Verdict> {
  const ids = (await seen.contracts()).map(({ id }) => id);
  if (ids.length === 0) return NO_ROWS;
  const all = await seen.autotask.sample('ContractServiceUnits', [{ op: 'in', field: 'contractID', value: ids }], 500);
  const rows = all.map(lowerFields);
  // Of more than a page the rest is not known.
  const wanted = rows.filter(({ startdate }) => dayOf(startdate)?.slice(0, 7) === seen.month).map(({ id }) => id);
  if (wanted.length === 0) return notSeen(`no row begins in ${seen.month}`);
  const conditions = [{ op: 'in', field: 'contractID', value: ids }, ...rowsOfMonth(seen.month, [])];
  const found = new Set((await seen.autotask.sample('ContractServiceUnits', conditions, 500)).map((row) => lowerFields(row).id));
  const missed = wanted.filter((id) => !found.has(id));
  return missed.length === 0
    ? confirmed(`all ${wanted.length} of ${seen.month}`)
    : contradicted(`${missed.length} of ${wanted.length} are missed: rows ${some(missed.map(String))}`);
}

// ---------------------------------------------------------------------------------------------------------------- A6

export async function frozen(seen: AutotaskSeen): Promise<Verdict> {
  const named = [...new Set((await seen.items()).flatMap((one) => numberOf(one.contractserviceperiodid) ?? []))].slice(0, 100);
  if (named.length === 0) return notSeen('there is no billing item of a recurring service');
  const rows = await seen.autotask.sample('ContractServiceUnits', [{ op: 'in', field: 'id', value: named }], 500);
  const open = rows.map(lowerFields).filter((row) => textOf(row.approveandpostdate) === null);
  if (rows.length === 0) return contradicted('billing items name rows that are not shown');
  return open.length === 0
    ? confirmed(`${rows.length} posted rows say so`)
    : contradicted(`rows ${some(open.map(({ id }) => String(id)))} are billed and do not say so`);
}

export async function decimals(seen: AutotaskSeen): Promise<Verdict> {
  const amounts = (await seen.items()).flatMap((one) => [numberOf(one.extendedprice), numberOf(one.totalamount)]);
  const known = amounts.filter((amount) => amount !== null);
  if (known.length === 0) return notSeen('there is no billing item of a recurring service');
  const long = known.filter((amount) => !round(big(amount), 2).eq(amount));
  return long.length === 0 ? confirmed(`${known.length} amounts`) : contradicted(`more decimals: ${some(long)}`);
}

// ---------------------------------------------------------------------------------------------------------------- A7

export async function names(seen: AutotaskSeen): Promise<Verdict> {
  const services = await seen.services();
  if (services.length === 0) return notSeen('there is no service yet');
  const twice = [...groupBy(services, ({ name }) => fold(textOf(name)))].filter(([, all]) => all.length > 1);
  return twice.length === 0
    ? confirmed(`${services.length} services, each with a name of its own`)
    : contradicted(`names of several services: ${some(twice.map(([name]) => name))}`);
}

export async function inactive(seen: AutotaskSeen): Promise<Verdict> {
  const services = await seen.services();
  if (services.length === 0) return notSeen('there is no service yet');
  const keyed = services.filter((one) => one.isactive === false && textOf(one.invoicedescription) !== null);
  return keyed.length === 0
    ? confirmed('none')
    : contradicted(`inactive, with a key: ${some(keyed.map((one) => textOf(one.name) ?? one.id))}`);
}

export async function procurement({ autotask }: AutotaskSeen): Promise<Verdict> {
  const ours = Object.values(PRODUCTS);
  const items = [
    { op: 'in', field: 'externalProductID', value: ours.map(({ key }) => key) },
    { op: 'in', field: 'name', value: ours.map(({ name }) => name) },
  ];
  const products = (await autotask.sample('Products', [{ op: 'or', items }], 100)).map(lowerFields);
  if (products.length === 0) return notSeen('there are none of them yet');
  const ordered = products.filter(({ doesnotrequireprocurement }) => doesnotrequireprocurement === false);
  return ordered.length === 0
    ? confirmed(`${products.length} products`)
    : contradicted(`need procurement: ${some(ordered.map(({ name, id }) => textOf(name) ?? String(id)))}`);
}

export async function currencies({ autotask }: AutotaskSeen): Promise<Verdict> {
  const internal = (await autotask.readCurrencies()).filter(({ isInternal }) => isInternal);
  return internal.length === 1
    ? confirmed(internal[0]!.code)
    : contradicted(`${internal.length} currencies are marked as internal`);
}
