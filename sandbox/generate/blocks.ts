import { instantOf, type Month } from './calendar.js';
import type { BlockName, Charge } from './charge.js';
import { monthsOf, type GeneratedOrganization } from './organization.js';
import { corrected, subscriptionsOf } from './report.js';
import type { Wanted } from './options.js';

/** A block of the monthly billing report, without its organizations. */
export interface Block {
  key: string;
  name: BlockName;
  month: Month;
  billingDate: string;
  currencyCode: string;
  availableFrom?: string;
  availableUntil?: string;
  /** A restatement of the block before it. */
  isCorrection: boolean;
}

/** Day of the month and currency of each kind of block (`docs/vendors/cloudmore.md` 5.1): custom services on their own day, legacy after its cycle. */
const KINDS: [BlockName, day: string, currency: string][] = [
  ['custom', '01', 'EUR'],
  ['customUsd', '01', 'USD'],
  ['nce', '08', 'EUR'],
  ['manual', '10', 'EUR'],
  ['legacy', '16', 'EUR'],
];

/** The day on which a correction is there. */
export const CORRECTED_ON = '20';

/** The blocks of both months, and the correction where one is wanted. */
export function blocksOf({ month, changed }: Pick<Wanted, 'month' | 'changed'>): Block[] {
  return monthsOf(month).flatMap((reported) =>
    KINDS.flatMap(([name, day, currencyCode]): Block[] => {
      const block = {
        key: `${reported}/${name}`,
        name,
        month: reported,
        billingDate: instantOf(`${reported}-${day}`),
        currencyCode,
        isCorrection: false,
      };
      if (name !== 'nce' || reported !== month || changed === 0) return [block];
      const moment = instantOf(`${month}-${CORRECTED_ON}`);
      return [
        { ...block, availableUntil: moment },
        { ...block, key: `${block.key}/corrected`, availableFrom: moment, isCorrection: true },
      ];
    }),
  );
}

/** Charges of an organization in a block. */
export function chargesIn(
  { name, month, isCorrection }: Block,
  { sources }: GeneratedOrganization,
  correct: (charges: Charge[]) => Charge[],
): Charge[] {
  const charges = sources.filter(({ block }) => block === name).flatMap((source) => source.charges(month));
  return isCorrection ? subscriptionsOf(charges).flatMap(correct) : charges;
}

/**
 * Corrects whole subscriptions, as many as it takes for the share of all lines seen so far: a price is wrong for a subscription, not for one of its
 * lines.
 */
export function createCorrection(share: number): (charges: Charge[]) => Charge[] {
  let seen = 0;
  let done = 0;
  return (charges) => {
    seen += charges.length;
    if (done + charges.length > Math.round(seen * share)) return charges;
    done += charges.length;
    return charges.map(corrected);
  };
}
