import type { Because, Reason } from '../plan-types.js';

/** Why an item is not billed. Workflows load this file, so it imports nothing that runs. */

/** The rule that knows a reason. */
const RULES: Record<Reason, string> = {
  'custom-service': '2.2',
  'record-type-off': '2.2',
  'service-off': '2.2',
  unclassified: '2.2',
  'organization-unknown': '3.4',
  'company-id-missing': '3.1',
  'company-id-invalid': '3.2',
  'company-id-shared': '3.2',
  'company-not-found': '3.3',
  'company-inactive': '3.3',
  'currency-mismatch': '3.3',
  'service-ambiguous': '5.2',
  'product-needs-order': '5.3',
  'cost-in-other-currency': '3.5',
  'contract-duplicate': '6.1',
  'contract-other-company': '6.1',
  'contract-inactive': '6.1',
  'contract-unsuitable': '6.1',
  'contract-gone': '6.6',
  'billed-elsewhere': '6.7',
  unreadable: '2.6',
  'period-frozen': '7.5',
  'verify-mismatch': '7.9',
  'contract-disagrees': '7.9',
  'outcome-unknown': '7.9',
  'report-shrank': '1.6',
  'outcome-missing': '1.7',
  'breaker-month': '1.4',
  'breaker-organization': '9.1',
  'breaker-item': '9.2',
  'breaker-contracts': '9.3',
  skipped: '2.5',
  undone: '2.5',
  'awaiting-approval': '2.5',
  'canary-waits': '2.5',
  'month-closed': '2.5',
  'api-error': '2.5',
};

/** The rule that knows the reason. */
export const ruleOf = (reason: Reason): string => RULES[reason];

/** Why the item is not billed, as the last sentence of its derivation. */
export const stopped = (reason: Reason, text: string): Because => ({ rule: RULES[reason], text });
