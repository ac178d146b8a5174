import { advised, command, type Advised } from '../../../shared/billing/basics/command.js';
import { monthDue, previousMonth } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import type { BaseConfig } from '../../../shared/config.js';
import type { MonthRead } from '../../../shared/evidence/months.js';
import { listed, type Finding } from '../../checks/check.js';

/** What a new installation does next: shadow until the difference is understood, approve until a month went well, then auto. */

/** One paragraph a step; a command ends it. */
export function nextStep(
  config: BaseConfig,
  findings: Finding[],
  day: string,
  read: (month: Month) => MonthRead | null,
): Advised[] {
  const wrong = findings.filter(({ isGood }) => !isGood).map(({ check }) => check);
  if (wrong.length > 0) return [advised(`Fix what is marked above (${listed([...new Set(wrong)])}), then:`, command('doctor'))];
  const month = monthDue(day, config.reportMonthOffset);
  const latest = read(month) ?? read(previousMonth(month));
  const run = command('run', month, '--wait');
  switch (config.mode) {
    case 'shadow':
      if (latest === null)
        return [
          advised('See what would be done:', command('plan', month)),
          advised('Then let the worker do the same, writing nothing:', run),
        ];
      return [
        advised('See how that differs from what Autotask holds:', command('report', latest.result.month)),
        advised('When it is understood, set BILLING_MODE=approve, restart the worker, and:', run),
      ];
    case 'approve':
      if (latest === null || latest.result.mode !== 'approve')
        return [advised('Plan each customer and wait for its release:', run)];
      if (latest.result.organizations.some(({ status }) => status === 'AwaitingApproval'))
        return [
          advised('Check what waits, and release each one:', command('status', latest.result.month)),
          advised('Or all of it:', command('approve', latest.result.month, '--all')),
        ];
      return [
        advised(
          'The month is released. When you trust it, set BILLING_MODE=auto, restart the worker, and:',
          command('schedule', 'apply'),
        ),
      ];
    case 'auto':
      return [
        advised('Nothing: it runs every day. To see what waits:', command('status', month)),
        advised('For monitoring:', command('status', '--check')),
      ];
  }
}
