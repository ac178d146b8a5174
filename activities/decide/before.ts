import type { Evidence } from '../../shared/evidence/index.js';
import { nameSegment } from '../../shared/evidence/months.js';
import type { Ref } from '../../shared/messages/messages.js';

/** Where an organization's month began: the plan, and the books it was made from, that first wrote something. `billing undo` leads back to it. */
export const beforeName = (broker: string, month: string, organizationId: string): string =>
  `before/${broker}/${month}/${nameSegment(organizationId)}`;

/** Remembers it before the first step; later plans of the month leave it as it is. */
export async function noteBefore(
  evidence: Evidence,
  { broker, month, organizationId }: { broker: string; month: string; organizationId: string },
  plan: Ref,
): Promise<void> {
  const name = beforeName(broker, month, organizationId);
  if ((await evidence.pointer(name)) === null) await evidence.point(name, plan);
}
