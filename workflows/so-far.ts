import { big } from '../shared/billing/decimal.js';
import type { Amounts, MonthResult, OrganizationResult } from '../shared/billing/results.js';
import { NOTHING } from './blank.js';

/** What a run shows of itself while it runs, from what its organizations told. The reconciliation itself is made by `closeRun`. */

export function soFar(month: MonthResult, organizations: OrganizationResult[]): MonthResult {
  const total = (part: 'report' | 'posted' | 'held' | 'excluded'): Amounts =>
    organizations.map((organization) => organization[part]).reduce(addAmounts, NOTHING);
  return {
    ...month,
    report: total('report'),
    posted: total('posted'),
    held: total('held'),
    excluded: total('excluded'),
    organizations,
  };
}

const addAmounts = (left: Amounts, right: Amounts): Amounts => ({
  lines: left.lines + right.lines,
  cost: addText(left.cost, right.cost),
  sales: addText(left.sales, right.sales),
});

const addText = (left: string, right: string): string =>
  big(left)
    .plus(right)
    .toFixed((right.split('.')[1] ?? '').length);
