import { toWireNumber } from '../../autotask/translate.js';
import { decimal } from '../../autotask/values.js';
import { type Big, big, grouped, plain } from '../../billing/basics/decimal.js';
import { addDays, lastDay, monthOf } from '../../billing/basics/month.js';
import type { Raw } from '../../autotask/probing.js';
import type { Day } from '../../billing/types.js';
import { ApiError } from '../../http/errors.js';
import { dayOf, messageOf, rowsOf } from './made.js';
import type { Asking } from './probe.js';

/** Questions about services, and about the rows that adjustments make of them. Rows begin next month: with the end of this one all of them go. */

const CENT = '0.01';
/** At ten units four decimals make 0.12 and two make 0.10. */
const FINE = '0.0123';
const UNITS = 10;
/** Enough for a part of a month to differ from a whole one in cents. */
const MORE_UNITS = 20;
const MIDDLE = 14;

export async function askRows(asking: Asking): Promise<void> {
  const serviceId = await askNames(asking);
  const [, next, , fourth] = asking.months;
  await adjust(asking, { service: serviceId, day: next, unitChange: 1, unitPrice: CENT });
  await seenRows(asking, (rows) => rows.length > 0);
  const contractServiceId = await contractServiceOf(asking, serviceId);
  if (await askFirstDay(asking, contractServiceId)) await askAgain(asking, contractServiceId);
  else asking.answer('again', null, 'not asked: not even one adjustment on the first day of a row is taken');
  await askExtend(asking);
  await askProration(asking, contractServiceId, fourth);
  await askCreateOnly(asking, contractServiceId);
}

/** Makes two services of one name; answers the first one's id. */
async function askNames({ autotask, names, settings, answer, made }: Asking): Promise<number> {
  const service = (key: string) => ({
    name: names.service,
    description: names.service,
    key,
    unitPrice: CENT,
    unitCost: CENT,
    billingCodeId: settings.serviceBillingCodeId,
    slaId: settings.slaId,
  });
  const make = async (key: string): Promise<number> => {
    try {
      return await autotask.createService(service(`${names.key}-${key}`));
    } catch (error) {
      if (error instanceof ApiError && error.effect === 'unknown')
        made.doubts.push(`whether a service ${names.service} was made is not known: ${error.message}`);
      throw error;
    }
  };
  const first = await make('a');
  try {
    await make('b');
    answer('names', 'allowed', 'a second service of the same name was made');
  } catch (error) {
    answer('names', isRefusal(error) ? 'refused' : null, messageOf(error));
  }
  return first;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof ApiError && error.effect === 'none' && ['rejected', 'duplicate'].includes(error.kind);

interface AdjustInput {
  service: number | { contractServiceId: number };
  day: Day;
  unitChange: number;
  unitPrice: string | null;
}

function adjust({ autotask, contractId }: Asking, { service, day, unitChange, unitPrice }: AdjustInput): Promise<void> {
  const what =
    typeof service === 'number'
      ? { serviceId: service, contractServiceId: null }
      : { serviceId: 0, contractServiceId: service.contractServiceId };
  return autotask.createAdjustment({ contractId, ...what, day, unitChange, unitPrice, unitCost: unitPrice });
}

async function contractServiceOf({ autotask, contractId }: Asking, serviceId: number): Promise<number> {
  const found = await autotask.read('ContractServices', [{ op: 'eq', field: 'contractID', value: contractId }]);
  const own = found.find(({ serviceid }) => serviceid === serviceId);
  if (own === undefined) throw new Error('the service that was put on the contract is not found there');
  return own.id;
}

const LOOKS = [0, 250, 1_000, 4_000, 8_000];

/** Rows as soon as they are as expected; as they are then, where they do not become so. */
async function seenRows({ autotask, contractId, pause }: Asking, isThere: (rows: Raw[]) => boolean): Promise<Raw[]> {
  let rows: Raw[] = [];
  for (const wait of LOOKS) {
    await pause(wait);
    rows = await rowsOf(autotask, contractId);
    if (isThere(rows)) break;
  }
  return rows;
}

/** Null where it is not a number. */
function amountOf(value: unknown): Big | null {
  const read = decimal.safeParse(value);
  return read.success ? big(read.data) : null;
}

const rowAt = (rows: Raw[], day: Day): Raw | undefined => rows.find(({ startdate }) => dayOf(startdate) === day);
const unitsAt = (rows: Raw[], day: Day): number => Number(rowAt(rows, day)?.units ?? 0);

/** What came of an adjustment: the rows, or the refusal. One whose answer was lost counts by what the rows show. */
async function tried(asking: Asking, sending: Promise<void>, isThere: (rows: Raw[]) => boolean): Promise<Raw[] | ApiError> {
  try {
    await sending;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.effect === 'none') return error;
  }
  return seenRows(asking, isThere);
}

/** The row of the month after next gets ten units of a finer price: it is there already, and no adjustment is of that day. */
async function askFirstDay(asking: Asking, contractServiceId: number): Promise<boolean> {
  const [, , day] = asking.months;
  const isThere = (rows: Raw[]): boolean => unitsAt(rows, day) === UNITS;
  const came = await tried(
    asking,
    adjust(asking, { service: { contractServiceId }, day, unitChange: UNITS - 1, unitPrice: FINE }),
    isThere,
  );
  if (came instanceof ApiError) {
    asking.answer('firstDay', came.kind === 'duplicate' ? 'duplicate' : null, came.message);
    asking.answer('decimals', null, 'not asked: no row has the finer price');
    return false;
  }
  const row = rowAt(came, day);
  const price = amountOf(row?.price);
  asking.answer(
    'firstDay',
    isThere(came) ? 'changes' : 'other',
    `the row of ${day} has ${String(row?.units)} units, ${String(row?.price)}`,
  );
  asking.answer(
    'decimals',
    price?.gte('0.12') && price.lt('0.13') ? '4 or more' : price?.eq('0.1') ? '2' : 'other',
    `${UNITS} units at ${FINE} are ${String(row?.price)}`,
  );
  return true;
}

async function askAgain(asking: Asking, contractServiceId: number): Promise<void> {
  const [, , day] = asking.months;
  const isThere = (rows: Raw[]): boolean => unitsAt(rows, day) === UNITS + 1;
  const came = await tried(
    asking,
    adjust(asking, { service: { contractServiceId }, day, unitChange: 1, unitPrice: null }),
    isThere,
  );
  if (came instanceof ApiError) asking.answer('again', came.kind === 'duplicate' ? 'refused' : null, came.message);
  else asking.answer('again', isThere(came) ? 'taken' : 'other', `the row has ${unitsAt(came, day)} units after it`);
}

async function askExtend(asking: Asking): Promise<void> {
  const [, , third, fourth, fifth] = asking.months;
  await asking.autotask.updateContract(asking.contractId, { endDay: addDays(fifth, -1) });
  const rows = await seenRows(asking, (seen) => rowAt(seen, fourth) !== undefined);
  const [before, added] = [unitsAt(rows, third), rowAt(rows, fourth)];
  if (added === undefined) return asking.answer('extend', 'no row', `nothing begins on ${fourth}`);
  const units = Number(added.units);
  asking.answer(
    'extend',
    units === 0 ? 'empty' : units === before ? 'carry' : 'other',
    `the row of ${fourth} has ${units} units, the one before ${before}`,
  );
}

/** In the middle of the last month twenty units more. */
async function askProration(asking: Asking, contractServiceId: number, first: Day): Promise<void> {
  const day = addDays(first, MIDDLE);
  const came = await tried(
    asking,
    adjust(asking, { service: { contractServiceId }, day, unitChange: MORE_UNITS, unitPrice: CENT }),
    (rows) => rowAt(rows, day) !== undefined,
  );
  if (came instanceof ApiError) return asking.answer('proration', null, came.message);
  const [earlier, later] = [rowAt(came, first), rowAt(came, day)];
  if (earlier === undefined || later === undefined) return asking.answer('proration', 'not divided', `no row begins on ${day}`);
  const days = Number(lastDay(monthOf(first)).slice(8));
  const [units, price] = [amountOf(later.units), amountOf(later.price)];
  const whole = units?.times(CENT);
  // Without a division, which would cut digits off: the price of all days next to that of the days left.
  const isByDays =
    whole &&
    price
      ?.times(days)
      .minus(whole.times(days - MIDDLE))
      .abs()
      .lte(big(CENT).times(days));
  const isWhole = whole && price?.minus(whole).abs().lt('0.005');
  const is = isByDays ? 'by days' : isWhole ? 'whole' : 'other';
  const end = dayOf(earlier.enddate) === addDays(day, -1) ? 'on the day before' : `on ${dayOf(earlier.enddate)}`;
  asking.answer(
    'proration',
    is,
    `${String(later.units)} units at ${CENT} from ${day} on are ${String(later.price)}; the row before ends ${end}`,
  );
}

async function askCreateOnly({ autotask, contractId, answer }: Asking, id: number): Promise<void> {
  const priceOf = async (): Promise<Big> => {
    const [found] = await autotask.read('ContractServices', [{ op: 'eq', field: 'id', value: id }]);
    const price = amountOf(found?.unitprice);
    if (price === null) throw new Error('the price of the contract service cannot be read');
    return price;
  };
  const before = await priceOf();
  try {
    const sent = plain(before.plus(CENT));
    await autotask.patch(`Contracts/${contractId}/Services`, { id, contractID: contractId, unitPrice: toWireNumber(sent) });
    const after = await priceOf();
    answer(
      'createOnly',
      after.eq(before) ? 'ignored' : 'changed',
      `the price of a contract service was sent as ${sent} and is ${grouped(plain(after))}`,
    );
  } catch (error) {
    answer('createOnly', isRefusal(error) ? 'refused' : null, messageOf(error));
  }
}
