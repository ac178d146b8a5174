import { advised, command, option, type Advised, type Command } from '../basics/command.js';
import { amountText, big, type Big, grouped, money } from '../basics/decimal.js';
import type { PlannedItem, Reason, Step } from '../plan-types.js';
import type { Decimal, Month } from '../types.js';
import { isKeyOf, keysOf } from '../basics/closed-sets.js';

/**
 * What each reason means, what fixes it, and the command to continue with: one table for the plan, the status, the reports, the Web UI and the
 * operations guide, so that the same thing is never explained in two ways.
 */

/** Everything an amount that is not simply posted can be called: the reasons of the rules, and the two kinds of money without a line (rule 8). */
export type ReasonCode = Reason | 'ghost' | 'dismissed' | 'awaiting-report';

export type Advice = {
  /** The reason as people read it, in a few words; files and interfaces for programs keep the code. */
  inWords: string;
  /** What it means, in half a sentence. */
  meaning: string;
  /** What a person does about it. */
  remedy: string;
} & Next;

/** What to do next: plan the organization again, release its plan, release the whole month, or nothing. */
type Next =
  | {
      next: 'rerun';
      /** Text for `--reason`, so that the command can be copied as it stands. */
      because: string;
    }
  | { next: 'approve' | 'approve-all' | null };

export const ADVICE: Record<ReasonCode, Advice> = {
  'custom-service': {
    inWords: 'custom service',
    meaning: 'custom services are billed outside this export',
    remedy: 'Nothing to do.',
    next: null,
  },
  'record-type-off': {
    inWords: 'record type switched off',
    meaning: 'EXPORT_RECORD_TYPES leaves this record type out',
    remedy: 'Nothing if this is intended; otherwise change EXPORT_RECORD_TYPES and restart the worker.',
    next: 'rerun',
    because: 'record type switched on',
  },
  'service-off': {
    inWords: 'service switched off',
    meaning: 'EXCLUDE_SERVICES leaves this service out',
    remedy: 'Nothing if this is intended; otherwise change EXCLUDE_SERVICES and restart the worker.',
    next: 'rerun',
    because: 'service switched on',
  },
  'company-id-missing': {
    inWords: 'no Autotask company id',
    meaning: 'the organization has no Autotask company id in Cloudmore',
    remedy: 'To bill this customer, enter its Autotask company id in Cloudmore. Otherwise there is nothing to do.',
    next: 'rerun',
    because: 'company id filled in',
  },
  'company-id-invalid': {
    inWords: 'company id is not a number',
    meaning: 'the Autotask company id in Cloudmore is not a number',
    remedy: 'Correct the id in Cloudmore.',
    next: 'rerun',
    because: 'company id corrected',
  },
  'company-id-shared': {
    inWords: 'company id used twice',
    meaning: 'two active organizations name the same Autotask company',
    remedy: 'Correct one of them in Cloudmore, or list the company in ALLOW_SHARED_COMPANIES and restart the worker.',
    next: 'rerun',
    because: 'shared company settled',
  },
  'company-not-found': {
    inWords: 'company not in Autotask',
    meaning: 'Autotask has no company with this id',
    remedy: 'Correct the id in Cloudmore.',
    next: 'rerun',
    because: 'company id corrected',
  },
  'company-inactive': {
    inWords: 'company inactive',
    meaning: 'the company is inactive in Autotask',
    remedy: 'Activate the company in Autotask, or correct the id in Cloudmore.',
    next: 'rerun',
    because: 'company activated',
  },
  'currency-mismatch': {
    inWords: 'currencies differ',
    meaning: "the report's currency is not the company's",
    remedy: 'Change the currency on one side; amounts are never converted.',
    next: 'rerun',
    because: 'currency corrected',
  },
  unclassified: {
    inWords: 'kind of line not known',
    meaning: 'no rule says what kind of line this is',
    remedy: 'Correct the line in Cloudmore, or exclude its service with EXCLUDE_SERVICES.',
    next: 'rerun',
    because: 'line corrected',
  },
  'organization-unknown': {
    inWords: 'organization not in the list',
    meaning: 'the report has lines of an organization that is not in the list of organizations',
    remedy: 'Find it in Cloudmore: it was deleted, or the API user is not allowed to see it.',
    next: 'rerun',
    because: 'organization listed',
  },
  'contract-duplicate': {
    inWords: 'contract claimed twice',
    meaning: 'more than one contract, or more than one item, claims the same place',
    remedy: 'Keep one in Autotask; bring the other to zero first, then clear its subscription id.',
    next: 'rerun',
    because: 'duplicate contract cleared',
  },
  'contract-other-company': {
    inWords: "another company's contract",
    meaning: "the subscription's contract belongs to another company",
    remedy:
      'Correct the company id in Cloudmore; or bring that contract to zero first, then clear its subscription id and release the plan.',
    next: 'rerun',
    because: 'contract of the other company cleared',
  },
  'contract-inactive': {
    inWords: 'contract inactive',
    meaning: 'the contract is inactive',
    remedy:
      'Activate it in Autotask; or bring it to zero first, then clear its subscription id and release the plan, which makes a new contract.',
    next: 'rerun',
    because: 'contract activated',
  },
  'contract-unsuitable': {
    inWords: 'contract unsuitable',
    meaning: 'the contract cannot carry monthly amounts',
    remedy:
      'Bring it to zero in Autotask first, then clear its subscription id and release the plan, which makes a new contract.',
    next: 'rerun',
    because: 'contract replaced',
  },
  'contract-gone': {
    inWords: 'contract gone',
    meaning: 'what was made for it earlier is gone from Autotask, or can no longer be found there',
    remedy:
      "Find out who removed it. Give a contract its subscription id back; or, once none of the month's money is left on it, release the plan, which makes it again.",
    next: 'approve',
  },
  'product-needs-order': {
    inWords: 'product may need an order',
    meaning: 'the product of that name in Autotask may need an order before its charges are billed',
    remedy:
      'In Autotask, mark the product as not requiring procurement, or give another product the external product id that billing uses; or rename this one, and billing makes its own.',
    next: 'rerun',
    because: 'product settled',
  },
  'cost-in-other-currency': {
    inWords: 'cost in another currency',
    meaning: "the customer is billed in another currency than Autotask's internal one, which costs are kept in",
    remedy:
      'Convert it with FOREIGN_COST=convert, which needs an exchange rate in Autotask; or accept a wrong margin there with FOREIGN_COST=as-reported; or bill it manually. Invoices are right in each case.',
    next: 'rerun',
    because: 'cost accepted',
  },
  'billed-elsewhere': {
    inWords: 'billed by another contract',
    meaning: "somebody else's contract bills the same product in the same month: it would be billed twice",
    remedy:
      'End that contract in Autotask before the month, set the units of its service to 0, or dismiss it with a reason (billing takeover).',
    next: 'rerun',
    because: 'other contract settled',
  },
  'service-ambiguous': {
    inWords: 'several services with one key',
    meaning: 'several active services or products carry the same key',
    remedy: 'Deactivate all but one in Autotask.',
    next: 'rerun',
    because: 'service deactivated',
  },
  'period-frozen': {
    inWords: 'already approved and posted',
    meaning: 'the month is approved and posted in Autotask, and the report has changed since',
    remedy: 'Unpost the period and correct it there, or set AFTER_FREEZE=charge to catch up in the next open month.',
    next: 'rerun',
    because: 'period unposted',
  },
  'report-shrank': {
    inWords: 'report shrank',
    meaning: 'the report has less than the last accepted report of the same month, and nothing explains why',
    remedy:
      'Check the report in Cloudmore: the amount is billed again as soon as it is back there. Release the plan only if the amount should go.',
    next: 'approve',
  },
  'outcome-missing': {
    inWords: 'no outcome',
    meaning: 'the report has lines, but no run recorded an outcome for them',
    remedy: "Look at the organization's workflow; the next run plans it again.",
    next: 'rerun',
    because: 'outcome missing',
  },
  'contract-disagrees': {
    inWords: 'contract says something else',
    meaning: 'what organizations were recorded as billed on one contract is not what it holds',
    remedy:
      'Check the contract in Autotask, and whether two organizations in Cloudmore share one subscription; the next run compares again.',
    next: 'rerun',
    because: 'contract looked at',
  },
  'breaker-month': {
    inWords: "month's breaker",
    meaning: "the report is much smaller than last month's, or last month's is not available",
    remedy: "Check Cloudmore's Microsoft consent; release the month if the report is right.",
    next: 'approve-all',
  },
  'breaker-organization': {
    inWords: "customer's breaker",
    meaning: "the organization's sales moved more than the breaker allows, or are large and new",
    remedy: 'Check the plan, and release it if it is right.',
    next: 'approve',
  },
  'breaker-item': {
    inWords: "item's breaker",
    meaning: "the item's amount or price is more, or less, than the breaker allows",
    remedy: 'Check the plan, and release it if it is right.',
    next: 'approve',
  },
  'breaker-contracts': {
    inWords: 'breaker for new contracts',
    meaning: 'more new contracts than the breaker allows',
    remedy: "Check the organization's Autotask company id; release the plan if it is right.",
    next: 'approve',
  },
  skipped: {
    inWords: 'skipped',
    meaning: 'an operator left it out this month',
    remedy: 'Nothing. To bill it anyway:',
    next: 'rerun',
    because: 'skip lifted',
  },
  undone: {
    inWords: 'taken back',
    meaning: 'the month was billed and taken back',
    remedy: 'Nothing. To bill it again:',
    next: 'rerun',
    because: 'to be billed again',
  },
  'awaiting-approval': {
    inWords: 'awaiting approval',
    meaning: 'the plan waits to be released',
    remedy: 'Check the plan, and release it if it is right.',
    next: 'approve',
  },
  'canary-waits': {
    inWords: 'waits for the first customer',
    meaning: 'another customer is billed alone first, and this one follows automatically',
    remedy:
      'Nothing, unless the message says that there is nothing to write for that customer; the first run that finds nothing left to do for it bills the others. To bill this one now, if its plan is right:',
    next: 'approve',
  },
  'month-closed': {
    inWords: 'month closed',
    meaning: 'the month is closed, and the report or Autotask has changed since',
    remedy: 'Check the difference, and release it if it is right; then close the month again.',
    next: 'approve',
  },
  unreadable: {
    inWords: 'record unreadable',
    meaning: 'a record it depends on cannot be read, or contradicts another',
    remedy: 'Correct the record named in the message.',
    next: 'rerun',
    because: 'record corrected',
  },
  'api-error': {
    inWords: 'Autotask error',
    meaning: 'Autotask refused a step or did not answer',
    remedy: 'Fix the problem in the message. Outages are retried automatically.',
    next: 'rerun',
    because: 'cause fixed',
  },
  'verify-mismatch': {
    inWords: 'read back differently',
    meaning: 'Autotask shows something other than what was written',
    remedy: 'Somebody edited it in the meantime; the next plan balances it.',
    next: 'rerun',
    because: 'balance it again',
  },
  'outcome-unknown': {
    inWords: 'answer missing',
    meaning: 'an answer is missing, and Autotask could not be read afterwards',
    remedy: 'Nothing: billing looks for it first, and never sends it again blindly. To retry now:',
    next: 'rerun',
    because: 'look again',
  },
  ghost: {
    inWords: 'ghost',
    meaning: 'Autotask holds money without a line in the report',
    remedy:
      'Check the subscription in Cloudmore; set its units to 0 in Autotask if it has ended. If it is right as it is, dismiss it.',
    next: 'rerun',
    because: 'ghost settled',
  },
  dismissed: {
    inWords: 'dismissed',
    meaning: 'money without a line that a person checked and dismissed; it counts again when its amount changes',
    remedy: 'Nothing to do.',
    next: null,
  },
  'awaiting-report': {
    inWords: 'awaiting report',
    meaning: "last month's amounts stand until the report arrives",
    remedy: 'Nothing to do.',
    next: null,
  },
};

/** Every reason code there is. */
export const REASON_CODES = keysOf(ADVICE);

/** The advice for a code; null for one that this version does not know (evidence of a later one). */
export const adviceFor = (code: string | null): Advice | null => (code !== null && isKeyOf(ADVICE, code) ? ADVICE[code] : null);

/** A reason as people read it; a code that this version does not know stays as it is. */
export const reasonInWords = (code: string): string => adviceFor(code)?.inWords ?? code;

/** What Autotask holds of an item, and what the report says; where no money differs, what does. */
export function differenceText({ id, sales, currency, standing, ...item }: PlannedItem, steps: Step[]): string {
  const { cost, currency: costCurrency } = item.booked ?? { cost: item.cost, currency };
  const held = standing?.before ?? { sales: '0', cost: '0' };
  const moved = { sales: big(sales).minus(held.sales), cost: big(cost).minus(held.cost) };
  const pair = (amounts: { sales: Decimal; cost: Decimal }): string =>
    `${costCurrency === currency ? grouped(amounts.sales) : amountText(amounts.sales, currency)} / ${amountText(amounts.cost, costCurrency)}`;
  if (!moved.sales.eq(0) || !moved.cost.eq(0))
    return `Autotask holds ${pair(held)}, the report says ${pair({ sales, cost })}: ${signed(moved.sales, currency)} / ${signed(moved.cost, costCurrency)}.`;
  const own = steps.filter(({ items }) => items.includes(id)).map(({ summary }) => summary);
  return `Autotask holds the ${pair({ sales, cost })} of the report${own.length === 0 ? '' : `; what differs: ${own.join('; ')}`}.`;
}

/** An amount that moved, with its sign, as people read it: "+1,386.00". */
export const signed = (amount: Big, currency: string): string => `${amount.gt(0) ? '+' : ''}${grouped(money(amount, currency))}`;

/** Whether a person continues by releasing what is held. */
export const isReleasable = (code: string | null): boolean => ['approve', 'approve-all'].includes(adviceFor(code)?.next ?? '');

/** Whose month it is: what a command names. */
export interface Addressee {
  month: Month;
  organizationId: string;
  /** The plan that waits; a release names it. */
  planDigest: string | null;
}

/** The command to continue with once the cause is fixed, ready to be copied; null if there is nothing to do. */
export function commandFor(code: string | null, { month, organizationId, planDigest }: Addressee): Command | null {
  const advice = adviceFor(code);
  const organization = option('--organization', organizationId);
  switch (advice?.next) {
    case 'rerun':
      return command('rerun', month, ...organization, '--reason', advice.because);
    case 'approve':
      return command('approve', month, ...organization, ...(planDigest === null ? [] : option('--digest', planDigest)));
    case 'approve-all':
      return command('approve', month, '--breakers');
    default:
      return null;
  }
}

/** The command that people are told for an item: its own where it has one, else its reason's. */
export const commandOf = (
  { reason, command: own }: { reason: string | null; command?: Command | null | undefined },
  addressee: Addressee,
): Command | null => (own === undefined ? commandFor(reason, addressee) : own);

/** A whole month that is held (rule 1.4): why, and the command that releases it. */
export const heldMonthAdvice = (heldMonth: string, month: Month): Advised =>
  advised(`${heldMonth} Release all of it:`, command('approve', month, '--breakers'));
