import { daysCovered } from '../basics/month.js';
import { RECORD_TYPE_RULES, RECORD_TYPES } from '../basics/record-types.js';
import { fold, isGuid, same } from '../basics/text.js';
import { MANUAL, type ItemType, type Line } from '../types.js';

/** Rule 2.1: what kind of line this is. A manual line takes the type of its subscription's item later (rule 2.3). */
export type LineType = ItemType;

const KNOWN = new Map<string, LineType>(
  [
    ...RECORD_TYPES.flatMap((type) => [type, ...RECORD_TYPE_RULES[type].alsoCalled].map((name) => [name, type] as const)),
    ['CustomService', 'CustomService'] as const,
    [MANUAL, MANUAL] as const,
  ].map(([name, type]) => [fold(name), type]),
);

const CHARGE_TYPES = new Set(
  [
    'new',
    'renew',
    'cycleCharge',
    'cycleFee',
    'addQuantity',
    'removeQuantity',
    'cancelImmediate',
    'cancel',
    'convert',
    'customerCredit',
    'proRate',
    'cycleInstanceProrate',
    'other',
  ].map(fold),
);

/** The line's type by rule 2.1; the checks stand in the rule's order and use only what the line has. */
export function classify(line: Line): LineType {
  const own = KNOWN.get(fold(line.recordType));
  if (own === MANUAL && line.isCustomService) return 'CustomService';
  if (own !== undefined) return own;
  if (line.isCustomService) return 'CustomService';
  if (fold(line.publisherName) !== '' && !fold(line.publisherName).startsWith('microsoft')) return 'Marketplace';
  if (same(line.subscriptionDescription, 'Azure plan') || same(line.productName, 'Azure plan')) return 'AzurePlan';
  if (isReservation(line.productName) || isReservation(line.skuName)) return 'ReservedInstance';
  if (fold(line.productId).startsWith('cfq7ttc0')) return 'Csp365Nce';
  if (fold(line.productId).startsWith('dg7gmgf0')) return isOneTime(line) && coversOneDay(line) ? 'Perpetual' : 'Subscription';
  if (isGuid(line.itemCode ?? '') && fold(line.serviceName).includes('microsoft 365')) return 'Csp365Legacy';
  if (
    fold(line.chargeType) === '' &&
    fold(line.productId) === '' &&
    fold(line.itemCode) === '' &&
    fold(line.subscriptionId) !== ''
  )
    return MANUAL;
  return 'Unclassified';
}

/** Rule 2.4: charge types nobody has described are summed like any other, and mentioned. */
export const isKnownChargeType = (chargeType: string | null): boolean =>
  fold(chargeType) === '' || CHARGE_TYPES.has(fold(chargeType));

const isReservation = (name: string | null): boolean => /reserved|reservation|savings plan/i.test(name ?? '');
const isOneTime = (line: Line): boolean => /^one.?time$/i.test((line.paymentFrequency ?? '').trim());
// A perpetual licence has no term, so a line without an end covers no more than its day.
const coversOneDay = (line: Line): boolean =>
  line.startDay === null || line.endDay === null || daysCovered(line.startDay, line.endDay) <= 1;
