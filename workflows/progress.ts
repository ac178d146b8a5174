import { big } from '../shared/billing/basics/decimal.js';
import type { Amounts, MonthResult, OrganizationResult } from '../shared/billing/results/results.js';
import { type MonthShown, type MonthSums } from '../shared/messages/messages.js';
import { LIST_BYTES, thatFit } from '../shared/messages/payload.js';
import { NOTHING } from './empty-month.js';
import { isParked } from '../shared/billing/results/status.js';

/** What a run shows of itself while it runs, from what its organizations told. The reconciliation itself is made by `closeRun`. */
export class SoFar {
  private readonly results = new Map<string, OrganizationResult>();

  /** `sums`: of the organizations that were settled before the run continued as new. */
  constructor(
    private readonly month: MonthResult,
    public sums: MonthSums = { settled: 0, report: NOTHING, posted: NOTHING, held: NOTHING, excluded: NOTHING },
  ) {}

  /** Takes in how an organization stands; its items stay with its own workflow. One that told before is counted as it stands now. */
  settle(result: OrganizationResult): void {
    const before = this.results.get(result.organizationId);
    if (before) this.sums = changed(this.sums, before, 'minus');
    this.sums = changed(this.sums, result, 'plus');
    this.results.set(result.organizationId, { ...result, items: [] });
  }

  /** The sums alone. */
  get total(): MonthResult {
    const { settled: _, ...sums } = this.sums;
    return { ...this.month, ...sums };
  }

  /** The sums, and as many organizations as an answer carries: those that wait for a person first. */
  get shown(): MonthShown {
    const all = [...this.results.values()];
    const waiting = all.filter(({ status }) => isParked(status));
    const others = all.filter(({ status }) => !isParked(status));
    return { ...this.total, organizations: thatFit([...waiting, ...others], LIST_BYTES), settled: this.sums.settled };
  }
}

type Sign = 'plus' | 'minus';

const changed = (sums: MonthSums, by: OrganizationResult, sign: Sign): MonthSums => ({
  settled: sums.settled + (sign === 'plus' ? 1 : -1),
  report: changedAmounts(sums.report, by.report, sign),
  posted: changedAmounts(sums.posted, by.posted, sign),
  held: changedAmounts(sums.held, by.held, sign),
  excluded: changedAmounts(sums.excluded, by.excluded, sign),
});

const changedAmounts = (amounts: Amounts, by: Amounts, sign: Sign): Amounts => ({
  lines: amounts.lines + (sign === 'plus' ? by.lines : -by.lines),
  cost: changedText(amounts.cost, by.cost, sign),
  sales: changedText(amounts.sales, by.sales, sign),
});

function changedText(amount: string, by: string, sign: Sign): string {
  const decimals = (by.split('.')[1] ?? '').length;
  return (sign === 'plus' ? big(amount).plus(by) : big(amount).minus(by)).toFixed(decimals);
}
