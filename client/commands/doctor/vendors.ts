import type { Config } from '../../../shared/config.js';
import { addMonths, monthOf } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import { connectVendors } from '../../../shared/vendors.js';
import { today } from '../../context.js';
import { autotaskChecks } from '../../checks/autotask.js';
import { performAfter, type Finding } from '../../checks/check.js';
import { cloudmoreChecks } from '../../checks/cloudmore.js';

/** Both vendors, each after its log-in. Cloudmore's links are compared with Autotask's companies, so Autotask comes first. Lines are those of `month`, the last one by default. */
export async function checkVendors(config: Config, month?: Month): Promise<Finding[]> {
  const of = month ?? addMonths(monthOf(today(config.schedule.timeZone)), -1 - config.reportMonthOffset);
  const { autotask, cloudmore } = connectVendors(config);
  const first = await performAfter(autotaskChecks(config, autotask));
  const reached = { cloudmore, autotask: first[0]!.isGood ? autotask : null };
  return [...first, ...(await performAfter(cloudmoreChecks(config, reached, of)))];
}
