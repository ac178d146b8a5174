/**
 * What the product believes of its two vendors and nobody has told it: one row each, in the order in which a probe asks. `npm test` holds every row against a
 * difference that turns it, and the end of `docs/operations.md` lists what is still inferred.
 */
import { keysOf } from '../billing/basics/closed-sets.js';
export interface Belief {
  /** The question's number in `docs/vendors/autotask.md` 12 or `docs/vendors/cloudmore.md` 10; null where neither has one. */
  question: number | null;
  what: string;
  /** Whether a run could bill wrong amounts, or something twice, where it is wrong; else something is held or stops. */
  movesMoney: boolean;
  /** What is read to find out. */
  how: string;
  /** What comes of it where it is wrong. */
  breaks: string;
}

/** Raised when a query or a belief changes: what was found out under an earlier one counts no more. */
export const BELIEFS_VERSION = 3;

const belief = (
  question: number | null,
  movesMoney: boolean,
  { what, how, breaks }: Pick<Belief, 'what' | 'how' | 'breaks'>,
): Belief => ({ question, what, movesMoney, how, breaks });

const AUTOTASK = {
  // -------------------------------------------------------------------------------------------------- address and quota
  'A1.zone': belief(null, false, {
    what: "Autotask's address is the zone's, and answers under v1.0",
    how: 'zone information, then ThresholdInformation',
    breaks: 'nothing can be read',
  }),
  'A1.threshold': belief(null, false, {
    what: 'ThresholdInformation reports the quota, and counts itself',
    how: 'ThresholdInformation twice',
    breaks: "calls are not held back when other tools use the tenant's quota",
  }),
  // -------------------------------------------------------------------------------------------------- what the tenant describes
  'A2.access': belief(22, true, {
    what: 'the API user sees and may change all records of the ten kinds',
    how: 'entityInformation of each',
    breaks: 'records it does not see are created again every day',
  }),
  'A2.members': belief(null, true, {
    what: 'every field that we read exists under its name',
    how: "each kind's fields",
    breaks: 'a value under another name is read as missing',
  }),
  'A2.searched': belief(9, true, {
    what: 'every field that we search by exists and is searchable',
    how: "each kind's fields",
    breaks: 'existing records are not found',
  }),
  'A2.udf': belief(null, true, {
    what: 'contracts have the user-defined field, as searchable text',
    how: "contracts' user-defined fields",
    breaks: 'a contract cannot be found by its subscription',
  }),
  'A2.required': belief(11, false, {
    what: 'new records need no fields beyond those that we send',
    how: "each kind's fields",
    breaks: 'new records are refused; their items are held',
  }),
  'A2.labels': belief(17, false, {
    what: 'the picklists have the labels that we look values up by',
    how: "each kind's fields",
    breaks: 'the run stops',
  }),
  // -------------------------------------------------------------------------------------------------- searches
  'A3.survey': belief(21, true, {
    what: 'contracts are found by the user-defined field and by their number, and neither way misses a contract that the other finds',
    how: "the survey's own two queries",
    breaks: 'contracts are created again every day',
  }),
  'A3.lookup': belief(null, true, {
    what: 'the look-up before creating a contract finds an existing one',
    how: 'the look-up itself, for five existing contracts',
    breaks: 'a contract is created twice if an answer is lost',
  }),
  'A3.case': belief(null, false, {
    what: 'texts are compared case-insensitively',
    how: 'the same look-up in the other case',
    breaks: 'nothing: the survey makes its own comparison',
  }),
  'A3.or': belief(21, false, {
    what: 'an OR group with a user-defined field finds what its conditions find',
    how: 'counts: field, number, both, either',
    breaks: 'nothing: none of our queries has such a group',
  }),
  'A3.flags': belief(null, false, {
    what: 'every record is either true or false',
    how: 'counts of companies: active, inactive, all',
    breaks: "customers' companies are missing from suggestions",
  }),
  'A3.list': belief(null, false, {
    what: 'a list of 500 values is accepted',
    how: 'contracts by 500 ids',
    breaks: 'the survey stops',
  }),
  'A3.charges': belief(null, true, {
    what: 'our charges are found by the beginning of their order number',
    how: "the survey's condition, for existing charges",
    breaks: 'charges are created again',
  }),
  'A3.ignored': belief(null, true, {
    what: 'a condition that cannot be applied is refused, not ignored',
    how: 'a query by a field that is not there',
    breaks: 'a search finds records it was not asked for, or misses some it was',
  }),
  // -------------------------------------------------------------------------------------------------- contracts
  'A4.ids': belief(22, true, {
    what: 'a contract is the same in a list and by its id',
    how: 'ten contracts, by list and each by id',
    breaks: 'records that a search hides are taken for deleted',
  }),
  'A4.days': belief(20, true, {
    what: "days come as midnight in UTC, or as the tenant's midnight in UTC",
    how: "contracts' first and last days",
    breaks: 'amounts land in the month before or after',
  }),
  'A4.connector': belief(null, true, {
    what: "contracts made by another connector have a subscription's id in the user-defined field and begin on the first of a month",
    how: 'contracts with the field filled and no number of ours',
    breaks: 'existing contracts are not taken over, and their month is billed a second time',
  }),
  // -------------------------------------------------------------------------------------------------- rows
  'A5.grid': belief(null, true, {
    what: "each month, a contract's row begins on the contract's start day",
    how: 'rows of those contracts, three months back and ahead',
    breaks: "a month's row is not found, and its amount is billed again",
  }),
  'A5.extended': belief(null, true, {
    what: "a row's price covers all its units",
    how: 'rows of more than one unit against the price of their service',
    breaks: 'amounts are wrong by the quantity',
  }),
  'A5.costs': belief(null, true, {
    what: 'costs are visible',
    how: 'rows and services with a price',
    breaks: 'the run stops, or costs are posted again',
  }),
  'A5.split': belief(6, false, {
    what: 'a split row ends the day before the next part begins',
    how: 'rows that do not begin on a day of the grid',
    breaks: 'nothing: only first days are used',
  }),
  'A5.end': belief(3, false, {
    what: "a contract's rows extend to its last day",
    how: 'rows of contracts that end within three months',
    breaks: 'the amount of the missing month is held or becomes a charge',
  }),
  'A5.filter': belief(20, true, {
    what: "a month's rows are found by their first day, in the tenant's time zone too",
    how: "the survey's condition against all rows of the same contracts",
    breaks: 'rows are missed, and their amounts are posted again',
  }),
  // -------------------------------------------------------------------------------------------------- what was posted
  'A6.frozen': belief(2, true, {
    what: 'a row shows when it has been approved and posted',
    how: 'billing items of a closed month against the rows that they name',
    breaks: 'amounts already billed to the customer are changed',
  }),
  'A6.decimals': belief(13, true, {
    what: 'billing items have two decimals',
    how: 'billing items of a closed month',
    breaks: 'certificates are off by cents',
  }),
  // -------------------------------------------------------------------------------------------------- catalogue
  'A7.names': belief(10, false, {
    what: 'no two services have the same name',
    how: 'all services',
    breaks: 'a service cannot be created; its items are held',
  }),
  'A7.inactive': belief(10, false, {
    what: 'no inactive service has a key that we need',
    how: 'all services',
    breaks: 'the items of that service are held',
  }),
  'A7.procurement': belief(null, false, {
    what: 'our products do not require procurement',
    how: 'products by our keys and names',
    breaks: 'charges wait for a purchase order',
  }),
  'A7.currencies': belief(null, false, {
    what: 'exactly one currency is the internal one',
    how: 'all currencies',
    breaks: 'the run stops',
  }),
  // -------------------------------------------------------------------------------------------------- errors
  'A8.missing': belief(16, false, {
    what: 'a missing record is answered with null or 404',
    how: 'a contract by an id that nobody has',
    breaks: 'the run stops',
  }),
  'A8.text': belief(null, false, {
    what: 'text in place of a number finds nothing, or is refused',
    how: 'a contract by a text as its id',
    breaks: 'nothing: our ids are always numbers',
  }),
  'A8.url': belief(null, false, {
    what: 'an address of more than 2,048 characters is refused',
    how: 'a query in an address of 2,100 characters',
    breaks: 'nothing: queries are sent in the body',
  }),
} satisfies Record<string, Belief>;

const CLOUDMORE = {
  'C1.description': belief(1, true, {
    what: 'the API description has every path that we use, and every member that money depends on',
    how: '/swagger/v1/swagger.json',
    breaks: 'a member under another name is read as missing',
  }),
  'C2.token': belief(null, false, {
    what: 'the log-in accepts the secret as Basic and says how long the token lasts',
    how: 'the log-in',
    breaks: 'nothing can be read',
  }),
  'C3.services': belief(null, false, {
    what: 'services say whether they are custom',
    how: 'the list of services',
    breaks: 'custom services are billed, or nothing is billed',
  }),
  'C3.organizations': belief(6, true, {
    what: 'the list of organizations and their details agree',
    how: 'the list, and ten details',
    breaks: "one customer's lines are billed to another, or not at all",
  }),
  'C3.property': belief(6, true, {
    what: "the company's id is in an organization property, in the organization's details",
    how: 'property definitions, and ten details',
    breaks: 'nothing is billed',
  }),
  'C4.subscriptions': belief(1, true, {
    what: 'subscriptions name their organization and their end date',
    how: 'the three lists of subscriptions',
    breaks: 'an ended subscription continues to be billed',
  }),
  'C4.prices': belief(7, true, {
    what: 'the price list has item codes and payment frequencies that we understand',
    how: 'the price list of one service',
    breaks: 'one-time payments are billed every month',
  }),
  'C5.words': belief(4, false, {
    what: 'a report task says that it is running or done in known words',
    how: "last month's report, every poll of its task",
    breaks: 'the run stops',
  }),
  'C5.members': belief(1, true, {
    what: "the report's lines have every member that money depends on",
    how: "last month's report",
    breaks: 'amounts recur, or continue after their end',
  }),
  'C5.values': belief(1, true, {
    what: 'every value in the report is understood',
    how: "last month's report",
    breaks: 'the lines are held',
  }),
  'C6.end': belief(2, true, {
    what: 'a report includes its last day',
    how: 'the same month up to the first of the next',
    breaks: 'lines of the last day are never billed',
  }),
  'C6.dates': belief(2, true, {
    what: 'lines of a month are dated within it',
    how: "last month's report",
    breaks: 'lines are billed in two months, or not at all',
  }),
  'C7.invoice': belief(5, false, {
    what: "the vendor's invoice names Cloudmore's organizations, subscriptions and sales prices",
    how: 'one invoice',
    breaks: 'lines without an organization are not reported',
  }),
  'C8.sums': belief(null, true, {
    what: 'the totals of customers, services and subscriptions are the sums of their lines',
    how: "last month's report, before anything is scaled",
    breaks: 'lines are missing from the report, or are in it twice',
  }),
  'C8.types': belief(1, false, {
    what: 'the kind of every line can be recognised',
    how: "last month's report, by the rules of billing",
    breaks: 'the lines are held as unclassified',
  }),
  'C8.payment': belief(9, true, {
    what: 'every licence is known to be paid either once or monthly',
    how: "last month's report with the price list, by the rules of billing",
    breaks: 'one-time payments are billed every month',
  }),
  'C8.subscriptions': belief(12, true, {
    what: "the report's subscriptions are those in the lists",
    how: "last month's report against the lists of subscriptions",
    breaks: 'ended subscriptions continue to be billed, or a second contract is created',
  }),
  'C8.takeover': belief(null, true, {
    what: "the former connector's contracts are found by the report's subscriptions",
    how: "last month's report against contracts with the field filled and no number of ours",
    breaks: 'customers are billed twice',
  }),
  'C8.offset': belief(2, true, {
    what: 'the former connector billed each report in the month that REPORT_MONTH_OFFSET gives',
    how: "last month's report by subscription against that connector's rows of the month, and of the ones before and after",
    breaks: 'the month in which the connector ends is billed twice, or not at all',
  }),
  'C8.source': belief(5, true, {
    what: 'the former connector billed from the source that REPORT_SOURCE names',
    how: "last month's report and invoices by subscription, where they differ, against that connector's rows of the month",
    breaks: 'amounts differ from what the connector billed, and manual corrections are wrongly billed or left out',
  }),
} satisfies Record<string, Belief>;

export const BELIEFS = { ...AUTOTASK, ...CLOUDMORE };
export type AutotaskBelief = keyof typeof AUTOTASK;
export type CloudmoreBelief = keyof typeof CLOUDMORE;
export type BeliefId = keyof typeof BELIEFS;

export const AUTOTASK_BELIEFS = keysOf(AUTOTASK);
export const CLOUDMORE_BELIEFS = keysOf(CLOUDMORE);
