import { toWire } from '../../autotask/days.js';
import type { Raw } from '../../autotask/probing.js';
import { addDays } from '../../billing/basics/month.js';
import type { Day } from '../../billing/types.js';
import { ApiError } from '../../http/errors.js';
import { chargesOf, dayOf, messageOf } from './made.js';
import type { Asking } from './probe.js';

/** Questions about charges, each of which is deleted before the next one is made. */

const FINE = '0.0123';
const CENT = '0.01';

export async function askCharges(asking: Asking): Promise<void> {
  const { today, months, answer } = asking;
  const fine = await charged(asking, 'decimals', toWire(today), FINE);
  if ('record' in fine) {
    const kept = String(fine.record.unitprice);
    answer('chargeDecimals', String(kept.split('.')[1]?.length ?? 0), `a unit price of ${FINE} is ${kept}`);
  } else answer('chargeDecimals', null, fine.why);

  const outside = addDays(months[0], -1);
  const early = await charged(asking, 'outside', toWire(outside), CENT);
  if ('record' in early) answer('outside', 'allowed', `a charge of ${outside}, the day before the contract begins, was made`);
  else answer('outside', early.isRefused ? 'refused' : null, early.why);

  const midnight = await charged(asking, 'midnight', `${today}T00:00:00Z`, CENT);
  const morning = await charged(asking, 'morning', toWire(today), CENT);
  if (!('record' in midnight) || !('record' in morning)) {
    answer('days', null, [midnight, morning].flatMap((one) => ('why' in one ? [one.why] : [])).join('; '));
    return;
  }
  const read = [midnight, morning].map(({ record }) => dayOf(record.datepurchased));
  answer(
    'days',
    wordOf(read, today),
    `midnight is read as ${String(midnight.record.datepurchased)}, 10:15 as ${String(morning.record.datepurchased)}`,
  );
}

const wordOf = ([midnight, morning]: Day[], today: Day): string =>
  morning !== today ? '10:15 is another day' : midnight === today ? 'both are the day' : 'midnight is another day';

type Charged = { record: Raw } | { why: string; isRefused: boolean };

const LOOKS = [0, 250, 1_000, 4_000, 8_000];

/** Makes a charge, reads it, and deletes it. */
async function charged(
  { autotask, contractId, names, settings, pause }: Asking,
  what: string,
  at: string,
  price: string,
): Promise<Charged> {
  const key = `${names.charge}-${what}`;
  let lost: string | null = null;
  try {
    await autotask.chargeAt({ contractId, key, at, price, billingCodeId: settings.productBillingCodeId });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.effect === 'none') return { why: error.message, isRefused: error.kind === 'rejected' };
    lost = messageOf(error);
  }
  for (const wait of LOOKS) {
    await pause(wait);
    const record = (await chargesOf(autotask, contractId)).find(
      ({ internalpurchaseordernumber }) => internalpurchaseordernumber === key,
    );
    if (record === undefined) continue;
    await autotask.deleteCharge(contractId, record.id);
    return { record };
  }
  return { why: lost ?? 'the charge was made and is not found', isRefused: false };
}
