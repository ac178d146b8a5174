import type { UndoPlan } from '../billing/plan/undo.js';
import type { Month } from '../billing/types.js';
import type { Undone } from '../messages/messages.js';
import type { Evidence } from './evidence.js';
import { nameSegment } from './months.js';

/** Months that were taken back, organization by organization, and the ways back that people released. */

const undonePrefix = (broker: string, month: Month): string => `undone/${broker}/${month}/`;

const undoneName = (broker: string, month: Month, organizationId: string): string =>
  `${undonePrefix(broker, month)}${nameSegment(organizationId)}`;

/** Says which organizations' month was taken back, by one read for all of them. */
export async function undoneIn(evidence: Evidence, broker: string, month: Month): Promise<(organizationId: string) => boolean> {
  const names = new Set(await evidence.names(undonePrefix(broker, month)));
  return (organizationId) => names.has(undoneName(broker, month, organizationId));
}

/** Null where it was not taken back, or somebody reran it since. */
export async function readUndone(
  evidence: Evidence,
  broker: string,
  month: Month,
  organizationId: string,
): Promise<Undone | null> {
  const ref = await evidence.pointer(undoneName(broker, month, organizationId));
  return ref === null ? null : evidence.get<Undone>(ref);
}

interface MarkUndoneInput {
  broker: string;
  month: Month;
  organizationId: string;
  undone: Undone;
}

export async function markUndone(evidence: Evidence, { broker, month, organizationId, undone }: MarkUndoneInput): Promise<void> {
  await evidence.point(undoneName(broker, month, organizationId), await evidence.put(undone));
}

/** Somebody reran it: it is billed like any other. */
export const liftUndone = (evidence: Evidence, broker: string, month: Month, organizationId: string): Promise<void> =>
  evidence.unpoint(undoneName(broker, month, organizationId));

const wayName = (broker: string, digest: string): string => `undos/${broker}/${digest}`;

/** Keeps a way back that somebody releases, as it was shown. */
export async function keepUndo(evidence: Evidence, broker: string, undo: UndoPlan): Promise<void> {
  await evidence.point(wayName(broker, undo.digest), await evidence.put(undo, undo.organizationId));
}

/** Null where it is not kept. */
export async function keptUndo(evidence: Evidence, broker: string, digest: string): Promise<UndoPlan | null> {
  const ref = await evidence.pointer(wayName(broker, digest));
  return ref === null ? null : evidence.get<UndoPlan>(ref);
}
