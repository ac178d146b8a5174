import type { MonthEndDone, MonthEndRequest } from '../../shared/messages/month-end.js';
import type { Dependencies } from '../dependencies.js';

/** Does what a person asked for on the page. A refusal is an answer, not a failure: trying again would change nothing. */
export function endMonth(
  { office, autotask, heartbeat, clock }: Pick<Dependencies, 'office' | 'autotask' | 'heartbeat' | 'clock'>,
  request: MonthEndRequest,
): Promise<MonthEndDone> {
  if (office !== null) return office.endMonth(request, autotask, heartbeat);
  const text = 'The worker that runs cannot do this. Nothing was done.';
  return Promise.resolve({ isGood: false, text, lines: [], at: clock.now().toISOString() });
}
