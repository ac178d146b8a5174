import * as z from 'zod';
import { deniedSchema } from './rights.js';

/** Collections whose records can be added and stay hidden. */
const HIDEABLE = ['Contracts', 'Services', 'Products', 'ContractCharges', 'ContractServiceUnits'] as const;

/**
 * What is unknown about the real API, or differs between tenants (`docs/vendors/autotask.md` 11 and 12). The defaults are the best guess; whatever runs
 * against the sandbox must be right under every setting.
 */
export const behaviourSchema = z.strictObject({
  /** An adjustment on the first day of an existing row changes it, or fails as a duplicate. */
  periodStart: z.enum(['update', 'duplicate']).default('update'),
  /** A second adjustment of a contract service on one day is refused as a duplicate, or carried out like the first. */
  secondAdjustment: z.enum(['refuse', 'merge']).default('refuse'),
  /** Rows that a later end date adds have the last units, or none. */
  extend: z.enum(['carry', 'empty']).default('carry'),
  /** An adjustment that touches a posted row adds a prorated billing item, or is refused. */
  afterPost: z.enum(['prorateItem', 'reject']).default('prorateItem'),
  /** Reading an id that does not exist answers `{"item":null}`, or 404. */
  missing: z.enum(['null', '404']).default('null'),
  /** What an update answers as `itemId`. */
  patchAnswer: z.enum(['itemId', 'null']).default('itemId'),
  /** A change of a create-only or read-only field is refused, or dropped silently. */
  createOnly: z.enum(['refuse', 'ignore']).default('refuse'),
  /** A query without a condition returns everything, or is refused. */
  emptyFilter: z.enum(['all', 'refuse']).default('all'),
  /** Whether two services may have the same name. */
  uniqueServiceNames: z.boolean().default(false),
  /** The database speaks for itself: duplicates are reported in its words, and each tenth query is the victim of a deadlock, once. */
  sqlTexts: z.boolean().default(false),
  /** How long a write stays invisible to queries, in real milliseconds: the sandbox's clock may stand still. */
  visibleAfterMs: z.number().int().min(0).default(0),
  callsPerHour: z.number().int().min(1).default(10_000),
  /** The slow-down from half of the quota on is reported in the journal, or waited for as well. */
  slowDown: z.enum(['told', 'waited']).default('told'),
  /** Requests in flight per tracking identifier and entity. */
  threads: z.number().int().min(1).default(3),
  /** Decimals kept of unit prices and unit costs, on rows and on charges. */
  unitPriceDecimals: z.number().int().min(0).max(8).default(4),
  /** What the API user may not do, such as `Services.create`. */
  denied: deniedSchema.default([]),
  /** Without the right to see costs they come back empty. */
  costs: z.enum(['shown', 'hidden']).default('shown'),
  /** The zone in which instants are cut to days. */
  timeZone: z.string().refine(isTimeZone, 'not a time zone such as Europe/Oslo').default('UTC'),
  /** What a condition on a user-defined field does inside of an OR group. */
  userDefinedFieldInOr: z.enum(['works', 'findsNothing', 'actsAsAnd', 'refused']).default('works'),
  /** Collections in which the user may add records, and then not see what it added. For ContractServiceUnits: no row of a service it added. */
  hidesAdded: z.array(z.enum(HIDEABLE)).default([]),
  /** Rights in the metadata are given in words, or as numbers. */
  accessValues: z.enum(['words', 'numbers']).default('words'),
  /** Days are given as midnight UTC, or as the tenant's midnight in UTC. */
  dateOutput: z.enum(['midnight', 'localMidnightAsUtc']).default('midnight'),
});

export type Behaviour = z.infer<typeof behaviourSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
