import type { Amounts, MonthResult } from '../shared/billing/results/results.js';
import { NO_CALLS, NO_WRITES } from '../shared/billing/results/results.js';
import { addDays, lastDay } from '../shared/billing/basics/month.js';
import type { Day, Month } from '../shared/billing/types.js';
import type { Mode, OrganizationBillingInput, OrganizationSummary } from '../shared/messages/messages.js';
import type { OrganizationStatus } from '../shared/billing/results/status.js';

/** What a workflow shows before anything is known: nothing counted, nothing posted. */

export const NOTHING: Amounts = { lines: 0, cost: '0.00', sales: '0.00' };
const RECHECK_DAYS = 10;

/** An organization of which nothing is known, or what was known last, with a message. */
export function blankSummary(
  { organizationId, month }: OrganizationBillingInput,
  status: OrganizationStatus,
  message: string | null,
  last: OrganizationSummary | null = null,
): OrganizationSummary {
  const blank = {
    companyId: null,
    report: NOTHING,
    posted: NOTHING,
    held: NOTHING,
    excluded: NOTHING,
    otherCurrencies: [],
    items: [],
    planDigest: null,
    waitsSince: null,
  };
  return {
    status,
    outcome: last?.outcome ?? null,
    result: { organizationId, organizationName: '', workflowId: null, ...blank, ...last?.result, status },
    message,
    mayHeal: message !== null,
    staysOpen: message !== null,
    closesOn: last?.closesOn ?? addDays(lastDay(month), RECHECK_DAYS + 1),
    details:
      message === null
        ? `**${status}**`
        : `**${status}**\n\n${message}\n\nIt tries again automatically; to try again now, send the signal \`rerun\`.`,
  };
}

export const blankMonth = (broker: string, month: Month, asOf: Day, mode: Mode): MonthResult => ({
  broker,
  month,
  asOf,
  currency: '',
  mode,
  report: NOTHING,
  posted: NOTHING,
  held: NOTHING,
  excluded: NOTHING,
  unassigned: NOTHING,
  awaiting: NOTHING,
  ghosts: NOTHING,
  rounding: { cost: '0', sales: '0' },
  otherCurrencies: [],
  writes: NO_WRITES,
  calls: NO_CALLS,
  digest: '',
  organizations: [],
});
