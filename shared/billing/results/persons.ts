import { grouped } from '../basics/decimal.js';
import type { Decimal } from '../types.js';

/** What moves more than `BILLING_TWO_PERSONS_ABOVE` is released by two persons. */

/** What a release is still without, in words; `first` is the person who has released it. */
export const personsMissing = (limit: Decimal, first: string | null): string =>
  `It moves more than ${grouped(limit)} (BILLING_TWO_PERSONS_ABOVE), so two people have to release it, each by name: ` +
  (first === null ? 'nobody has so far. A signal from the Web UI carries no name.' : `${first} has; another person has to.`);
