import type { UndoMonth } from '../../activities/decide/preview-undo.js';
import type { Month } from '../../shared/billing/types.js';
import type { Config } from '../../shared/config.js';
import type { Evidence } from '../../shared/evidence/index.js';
import type { Vendors } from '../../shared/vendors.js';
import { today } from '../context.js';
import { notRunYet } from '../months.js';
import { reachable } from '../reachable.js';

/** The way back as it is now, for these organizations or all. Reads Autotask, writes nothing. */
export async function previewWayBack(
  config: Config,
  evidence: Evidence,
  { month, organizations }: { month: Month; organizations: string[] },
  { heartbeat, vendors }: { heartbeat: (what: string) => void; vendors?: Vendors },
): Promise<UndoMonth> {
  const { createDependencies } = await import('../../worker/dependencies.js');
  const { previewUndo } = await import('../../activities/decide/preview-undo.js');
  const { Slices } = await import('../../activities/gather/report-slices.js');
  const dependencies = { ...createDependencies(config, { evidence, vendors }), heartbeat };
  const request = { broker: config.broker, month, asOf: today(config.schedule.timeZone) };
  const filter = organizations.length > 0 ? organizations : null;
  const shown = await reachable(() => previewUndo(dependencies, new Slices(evidence), { ...request, organizations: filter }));
  if (shown === null) throw notRunYet(month);
  return shown;
}
