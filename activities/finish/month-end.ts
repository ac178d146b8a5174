import type { MonthEndDone, MonthEndRequest } from '../../shared/messages/month-end.js';
import { ASKED_LATELY_MS, type Dependencies } from '../dependencies.js';

type Used = 'office' | 'autotask' | 'cloudmore' | 'attempt' | 'heartbeat' | 'clock';

/** Does what a person asked for on the page. A refusal is an answer, not a failure: trying again would change nothing. */
export function endMonth(
  { office, autotask, cloudmore, attempt, heartbeat, clock }: Pick<Dependencies, Used>,
  request: MonthEndRequest,
): Promise<MonthEndDone> {
  // A person asks, who may have put a refused log-in right since.
  if (attempt().number === 1) for (const vendor of [cloudmore, autotask]) vendor.askAgain(ASKED_LATELY_MS);
  if (office !== null) return office.endMonth(request, { autotask, cloudmore }, heartbeat);
  const text = 'The worker that runs cannot do this. Nothing was done.';
  return Promise.resolve({ isGood: false, text, lines: [], at: clock.now().toISOString() });
}
