import { addDays, monthOf, previousMonth } from '../../shared/billing/month.js';
import type { Month } from '../../shared/billing/types.js';
import type { BaseConfig } from '../../shared/config.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import type { Finding } from './check.js';

/** What a new installation does next: shadow until the difference is understood, approve until a month went well, then by itself. */

export function nextStep(config: BaseConfig, findings: Finding[], day: string, read: (month: Month) => MonthRead | null): string {
  if (findings.some(({ isGood }) => !isGood)) return 'Mend what is marked above, then: billing doctor';
  const month = monthOf(addDays(day, -1));
  const latest = read(month) ?? read(previousMonth(month));
  const run = `billing run ${month} --wait`;
  switch (config.mode) {
    case 'shadow':
      if (latest === null)
        return `Look at what would be done: billing plan ${month}. Then let the worker do the same, writing nothing: ${run}`;
      return `Read the difference to what Autotask holds: billing report ${latest.result.month}. When it is understood, set BILLING_MODE=approve, restart the worker, and: ${run}`;
    case 'approve':
      if (latest === null || latest.result.mode !== 'approve') return `Plan each customer and wait for its release: ${run}`;
      if (latest.result.organizations.some(({ status }) => status === 'AwaitingApproval'))
        return `Release what waits, one by one or all: billing status ${latest.result.month}, then billing approve ${latest.result.month} --all`;
      return 'The month is released. When you trust it, set BILLING_MODE=auto, restart the worker, and: billing schedule apply';
    case 'auto':
      return `Nothing: it runs every day. What waits: billing status ${month}; for monitoring: billing status --check`;
  }
}
