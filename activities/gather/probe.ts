import { addMonths } from '../../shared/billing/basics/month.js';
import type { SurveyRequest } from '../../shared/messages/messages.js';
import { earlierWrites } from '../../shared/evidence/earlier-writes.js';
import { ApiError } from '../../shared/http/errors.js';
import { counts, keepProbe, movingMoney, readProbe, refusalText } from '../../shared/probe/kept.js';
import { probe, type ProbeResult } from '../../shared/probe/probe.js';
import type { Dependencies } from '../dependencies.js';
import { SettingsRefused } from '../failures.js';

/**
 * Before a run may write in mode auto: the vendors must be known to behave as believed. A run that lacks a probe takes it. A tenant that was billed before is not
 * stopped for what it has lived with; its people are told (`send-notice.ts`).
 */
export async function demandProbe(
  dependencies: Dependencies,
  request: Pick<SurveyRequest, 'broker' | 'month' | 'mode'>,
): Promise<void> {
  if (!dependencies.probing.isDemanded || !mayWriteByItself(dependencies, request.mode)) return;
  const found = movingMoney(await currentProbe(dependencies, request));
  if (found.length === 0) return;
  const today = dependencies.clock.now().toISOString().slice(0, 10);
  if ((await earlierWrites(dependencies.evidence, request.broker, today)) === null) throw new SettingsRefused(refusalText(found));
}

function mayWriteByItself({ mode, organizationModes }: Dependencies, asked: string | null): boolean {
  if (asked !== null && asked !== 'auto') return false;
  return mode === 'auto' || organizationModes.some((one) => one.mode === 'auto');
}

async function currentProbe(
  { evidence, autotask, cloudmore, probing, clock, heartbeat, signal }: Dependencies,
  { broker, month }: Pick<SurveyRequest, 'broker' | 'month'>,
): Promise<ProbeResult> {
  const kept = await readProbe(evidence, broker);
  if (kept !== null && counts(kept, probing)) return kept;
  const result = await probe({
    ...probing,
    autotask,
    cloudmore,
    month: addMonths(month, probing.reportMonthOffset - 1),
    now: () => clock.now(),
    onVerdict: ({ id }, done, all) => heartbeat(`probe of the vendors: ${id}, ${done} of ${all}`),
    signal: signal(),
  });
  await keepProbe(evidence, broker, result);
  if (!result.isWhole)
    throw new ApiError(
      'unavailable',
      'The probe of the vendors could not ask everything. It is taken again before anything is written.',
    );
  return result;
}
