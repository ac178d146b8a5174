import { Autotask } from '../../shared/autotask/index.js';
import type { Config } from '../../shared/config.js';
import { autotaskChecks } from './autotask.js';
import { performAfter, type Finding } from './check.js';
import { cloudmoreChecks } from './cloudmore.js';

/** Both vendors, each after its log-in. Cloudmore's links are compared with Autotask's companies, so Autotask comes first. */
export async function checkVendors(config: Config): Promise<Finding[]> {
  const autotask = new Autotask(config.autotask);
  const first = await performAfter(autotaskChecks(config, autotask));
  return [...first, ...(await performAfter(cloudmoreChecks(config, first[0]!.isGood ? autotask : null)))];
}
