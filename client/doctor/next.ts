import { addDays, monthOf, previousMonth } from '../../shared/billing/month.js';
import type { Month } from '../../shared/billing/types.js';
import type { BaseConfig } from '../../shared/config.js';
import type { MonthRead } from '../../shared/evidence/months.js';
import { listed, type Finding } from './check.js';

/** What a new installation does next: shadow until the difference is understood, approve until a month went well, then by itself. */

/** One paragraph a step; a command ends it. */
export function nextStep(config: BaseConfig, findings: Finding[], day: string, read: (month: Month) => MonthRead | null): string {
  const wrong = findings.filter(({ isGood }) => !isGood).map(({ check }) => check);
  if (wrong.length > 0) return `Mend what is marked above (${listed([...new Set(wrong)])}), then: billing doctor`;
  const month = monthOf(addDays(day, -1));
  const latest = read(month) ?? read(previousMonth(month));
  const run = `billing run ${month} --wait`;
  switch (config.mode) {
    case 'shadow':
      if (latest === null)
        return `Look at what would be done: billing plan ${month}\nThen let the worker do the same, writing nothing: ${run}`;
      return `Read the difference to what Autotask holds: billing report ${latest.result.month}\nWhen it is understood, set BILLING_MODE=approve, restart the worker, and: ${run}`;
    case 'approve':
      if (latest === null || latest.result.mode !== 'approve') return `Plan each customer and wait for its release: ${run}`;
      if (latest.result.organizations.some(({ status }) => status === 'AwaitingApproval'))
        return `Look at what waits, and release it one by one: billing status ${latest.result.month}\nOr all of it: billing approve ${latest.result.month} --all`;
      return 'The month is released. When you trust it, set BILLING_MODE=auto, restart the worker, and: billing schedule apply';
    case 'auto':
      return `Nothing: it runs every day. What waits: billing status ${month}\nFor monitoring: billing status --check`;
  }
}
