import fc from 'fast-check';
import { CODE } from '../billing/builders.js';

/** A month of two customers, day by day, and what its vendors leave out on each of them. */

export const MONTH = '2025-10';
export const OTHER_CODE = 'CFQ7TTC0OFFLIST';
export const CONVERTED = 'CFQ7TTC0CONVERTED';
export const COMPANIES = [7, 8] as const;

/** What is sold to each customer. Each is billed on a day of its own, so that a run for an earlier day knows less. */
export const PLACES = [
  { type: 'Csp365Nce', service: 'svc-365', code: CODE },
  { type: 'Csp365Nce', service: 'svc-365', code: OTHER_CODE },
  { type: 'AzurePlan', service: 'svc-azure', code: null },
  { type: 'Marketplace', service: 'svc-azure', code: null },
  { type: 'Perpetual', service: 'svc-software', code: 'DG7PERPETUAL' },
] as const;

export interface LyingStory {
  /** Whether both customers are billed to one company. */
  isShared?: boolean;
  days: LyingDay[];
}

export interface LyingDay {
  /** Of the month, in any order. */
  day: number;
  changes: Change[];
  lost: Lost[];
  hidden: Hidden[];
}

/** What happens at Cloudmore before the day: to the place of an organization, by number. */
export interface Change {
  kind: 'more' | 'less' | 'credit' | 'ended' | 'converted' | 'withdrawn' | 'moved';
  organization: number;
  place: number;
  quantity: number;
  cents: number;
}

/** What the day's report leaves out. A customer is left out of the list of organizations, an organization only of the lines. */
export interface Lost {
  what:
    | 'customer'
    | 'organization'
    | 'listed organization'
    | 'service'
    | 'record type'
    | 'subscription'
    | 'corrections'
    | 'subscription list'
    | 'price list';
  organization: number;
  place: number;
}

/** A record that the search does not show on the day. */
export interface Hidden {
  kind: 'contract' | 'service' | 'charge';
  which: number;
  answersById: boolean;
}

const place = { organization: fc.nat(COMPANIES.length - 1), place: fc.nat(PLACES.length - 1) };

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('more', 'more', 'more', 'more', 'less', 'credit', 'ended', 'converted', 'withdrawn', 'moved'),
  ...place,
  quantity: fc.integer({ min: 1, max: 60 }),
  cents: fc.integer({ min: 1, max: 9_000 }),
});

const lost: fc.Arbitrary<Lost> = fc.record({
  what: fc.constantFrom(
    'customer',
    'organization',
    'listed organization',
    'service',
    'record type',
    'subscription',
    'corrections',
    'subscription list',
    'price list',
  ),
  ...place,
});

/** A charge that was seen and does not answer by its id either was deleted by a person, and is made again (7.7). */
const hidden: fc.Arbitrary<Hidden> = fc
  .record({
    kind: fc.constantFrom('contract' as const, 'contract' as const, 'service' as const, 'charge' as const),
    which: fc.nat(20),
    answersById: fc.boolean(),
  })
  .map((one) => ({ ...one, answersById: one.answersById || one.kind === 'charge' }));

/** None on most days, or one or two. */
const now = <Value>(one: fc.Arbitrary<Value>, none: number): fc.Arbitrary<Value[]> =>
  fc.oneof(
    { weight: none, arbitrary: fc.array(one, { maxLength: 0 }) },
    { weight: 1, arbitrary: fc.array(one, { maxLength: 2 }) },
  );

export const lyingStory: fc.Arbitrary<LyingStory> = fc.record({
  isShared: fc.boolean(),
  days: fc.array(
    fc.record({
      day: fc.oneof({ weight: 4, arbitrary: fc.constant(20) }, { weight: 1, arbitrary: fc.integer({ min: 3, max: 28 }) }),
      changes: fc.array(change, { maxLength: 5 }),
      lost: now(lost, 1),
      hidden: now(hidden, 3),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});
