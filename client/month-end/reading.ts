import { reportMonthOf } from '../../shared/billing/basics/month.js';
import type { UnassignedLine } from '../../shared/billing/types.js';
import { compare, type Comparison } from '../../shared/close/compare.js';
import { uncounted } from '../../shared/close/counted.js';
import type { Invoiced } from '../../shared/close/invoiced.js';
import { standingOf, switchedOffOf, type SwitchedOff } from '../../shared/close/sides.js';
import type { Config } from '../../shared/config.js';
import type { Vendors } from '../../shared/vendors.js';
import { invoicedOf } from './invoiced.js';
import { readSides, type CloseRequest } from './sides.js';

/** Both sides of a month read again for the close and compared. What it means is decided in `shared/close` alone. */
export interface Reading extends Comparison {
  unassigned: UnassignedLine[];
  /** What is switched off but still billed. */
  switchedOff: SwitchedOff[];
  /** What customers had been charged by then. */
  invoiced: Invoiced;
  /** What could not be read and may be money of the month: nothing is certified with it. */
  unread: string[];
}

export async function readForClose(config: Config, vendors: Vendors, request: CloseRequest): Promise<Reading> {
  const { month, asOf, claims, dismissed } = request;
  const sides = await readSides(config, vendors, request);
  const { report, reported, records, customers, companyNames, currencyOf, internalCurrency, ours, unread } = sides;
  const { subscriptionUdf } = config.autotask;
  const standing = standingOf(records, { month, subscriptionUdf, ours, dismissed }, unread);
  const comparison = compare({
    ...{ reported, standing, claims, customers, companyNames, currencyOf },
    costRateOf: (currency) => {
      const rate = request.costRates?.[currency];
      return rate === undefined ? null : { rate, currency: internalCurrency };
    },
    settings: config.settings,
  });
  const differences = [...uncounted(report.counted ?? [], reported, reportMonthOf(report), asOf), ...comparison.differences];
  const invoiced = await invoicedOf(config, vendors.autotask, sides, request);
  const switchedOff = switchedOffOf(records, { month, subscriptionUdf, ours }, sides);
  return { ...comparison, differences, switchedOff, unassigned: report.unassigned, invoiced, unread };
}
