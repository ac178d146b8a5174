import type { Step } from '../../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../../shared/messages/messages.js';
import type { Dependencies } from '../dependencies.js';
import type { Done } from './steps.js';

/** An activity takes no further step when it has worked this long: what it did is reported, and an operator's skip is heard. */
export const BATCH_MS = 20_000;

/**
 * Carries out a step, and those of its kind that were given with it while all goes well. The first answers for itself: its failure is the activity's, with
 * Temporal's retries. A later one that meets a difficulty ends the activity before it; the workflow begins the next activity with it, where it is the first.
 * So every step has retries and an outcome of its own, and none is reported that was not carried out.
 */
export async function carryOutBatch<S extends Step>(
  { autotask, clock }: Pick<Dependencies, 'autotask' | 'clock'>,
  { more = [], ...request }: StepRequest<S>,
  carryOut: (request: StepRequest<S>) => Promise<Done>,
): Promise<StepDone> {
  const counted = async (step: S): Promise<StepDone> => {
    const { result, calls } = await autotask.countCalls(() => carryOut({ ...request, step }));
    return { ...result, calls: { autotask: calls, cloudmore: 0 } };
  };
  const until = clock.now().getTime() + BATCH_MS;
  const done = [await counted(request.step)];
  for (const step of more) {
    // What Autotask refused may concern the steps that come next (rule 7.0): the workflow knows their items.
    if (done.at(-1)!.result === 'refused' || clock.now().getTime() > until) break;
    const next = await counted(step).catch(() => null);
    if (next === null) break;
    done.push(next);
  }
  const [first, ...others] = done as [StepDone, ...StepDone[]];
  return others.length === 0 ? first : { ...first, more: others };
}
