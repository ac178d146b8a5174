import type { Dependencies } from '../activities/dependencies.js';
import { lastDay } from '../shared/billing/basics/month.js';
import { runMonth } from './month.js';
import { tablesOf } from './rig.js';
import type { SandboxProcess } from './sandbox-process.js';

const MONTH_BEFORE = { month: '2025-09', asOf: '2025-10-01' };

/** A tenant that has contracts, rows and charges already: the month before October 2025 is billed; people approve, post and invoice it. */
export async function establish(sandbox: SandboxProcess, dependencies: Dependencies): Promise<void> {
  const { month, asOf } = MONTH_BEFORE;
  await sandbox.control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
  await runMonth(dependencies, { broker: 'default', month, asOf });
  const through = lastDay(month);
  await sandbox.control('POST', 'autotask/freeze', { through });
  const { contracts } = await tablesOf(sandbox);
  for (const companyID of new Set(contracts.map((contract) => contract['companyID'])))
    await sandbox.control('POST', 'autotask/invoice', { companyID, through });
}
