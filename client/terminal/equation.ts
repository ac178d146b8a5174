import { amountText, grouped } from '../../shared/billing/basics/decimal.js';
import type { Amounts } from '../../shared/billing/results/results.js';

/** What every view of a month has to come to: "7,077.60 = posted 7,011.60 + held 0.00 + excluded 66.00 EUR". */
export const equationOf = ({
  report,
  posted,
  held,
  excluded,
  currency,
}: Record<'report' | 'posted' | 'held' | 'excluded', Amounts> & { currency: string }): string =>
  `${grouped(report.sales)} = posted ${grouped(posted.sales)} + held ${grouped(held.sales)} + excluded ${amountText(excluded.sales, currency)}`;
