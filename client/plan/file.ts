import { us } from '../terminal/called.js';
import { z } from 'zod';
import type { Effort } from '../../shared/autotask/effort.js';
import type { Calls, MonthResult } from '../../shared/billing/results/results.js';
import type { Day, Month } from '../../shared/billing/types.js';
import type { Unlinked } from '../../shared/billing/report/unlinked.js';
import { CommandError, EXIT } from '../terminal/exit.js';
import { readNamedJson } from '../files.js';
import type { ShownPlan } from './text.js';

/** A plan on file: `plan --out` keeps it, `approve --plan` releases exactly that. */
export interface PlanFile {
  broker: string;
  month: Month;
  asOf: Day;
  currency: string;
  totals: Omit<MonthResult, 'organizations'>;
  calls: Calls;
  effort: Effort;
  organizations: ShownPlan[];
  /** Customers with lines and without a company, the largest first. */
  unlinked: Unlinked[];
}

/** What a release needs of it: whose plan of which month has which digest. */
const schema = z.object({
  broker: z.string(),
  month: z.string(),
  organizations: z.array(
    z.object({ organizationId: z.string(), organizationName: z.string(), digest: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});
export type KeptPlans = z.infer<typeof schema>;

/** Reads the file; throws, with what was expected, when it is not a plan of this broker and month. */
export async function readPlanFile(path: string, broker: string, month: Month): Promise<KeptPlans> {
  const kept = schema.safeParse(await readNamedJson(path, `what ${us()} plan MONTH --out FILE keeps`));
  if (!kept.success)
    throw usage(
      `${path} is not a plan (${kept.error.issues[0]?.path.join('.') ?? ''}). Make one with: ${us()} plan ${month} --out ${path}`,
    );
  if (kept.data.month !== month) throw usage(`${path} is a plan of ${kept.data.month}, not of ${month}.`);
  if (kept.data.broker !== broker)
    throw usage(`${path} is a plan of the broker ${kept.data.broker}, not of ${broker} (BILLING_BROKER).`);
  return kept.data;
}

const usage = (message: string): CommandError => new CommandError(EXIT.usage, message);
