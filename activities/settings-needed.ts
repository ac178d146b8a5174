import type { MonthRequest } from '../shared/contract.js';
import { earlierWrites, modeMissing } from '../shared/evidence/earlier-writes.js';
import type { Dependencies } from './dependencies.js';
import { SettingsRefused } from './failures.js';

/**
 * Before a run reads anything: where `BILLING_MODE` has no value, an installation that billed before says so instead of billing nothing from now on. Whoever
 * asks for shadow mode by name gets it.
 */
export async function demandMode(
  { evidence, isModeSet, clock }: Pick<Dependencies, 'evidence' | 'isModeSet' | 'clock'>,
  { broker, mode }: Pick<MonthRequest, 'broker' | 'mode'>,
): Promise<void> {
  if (isModeSet || mode === 'shadow') return;
  const evidenceOf = await earlierWrites(evidence, broker, clock.now().toISOString().slice(0, 10));
  if (evidenceOf !== null) throw new SettingsRefused(modeMissing(evidenceOf));
}
