import { kindAndKey, madeBy, madeIn } from '../../shared/billing/basics/step-kinds.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { Plan } from '../../shared/billing/plan-types.js';
import type { VerifyRequest } from '../../shared/messages/messages.js';
import { noteRecord } from '../../shared/evidence/remembered.js';
import type { Dependencies } from '../dependencies.js';

/**
 * What the read-back has shown of what was written, and what it has not. A charge that was seen and is gone later was deleted by a person, and is made again;
 * a charge or row that never showed is not made again automatically (rule 6.6): it may be there, hidden.
 */
export async function noteShown(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker, stops, refused }: Pick<VerifyRequest, 'broker' | 'stops' | 'refused'>,
  plan: Plan,
  check: Plan,
): Promise<void> {
  const made = madeIn(plan.steps);
  if (made.size === 0) return;
  for (const { standing } of check.items)
    for (const { chargeId, key } of standing?.charges ?? [])
      if (chargeId !== null && made.has(kindAndKey({ kind: 'charge', key })))
        await noteRecord(evidence, broker, { kind: 'charge', id: chargeId, key: fold(key), isSeen: true });
  const contractOf = new Map(check.items.map(({ id, contractId }) => [id, contractId]));
  const unsent = new Set([...stops.flatMap(({ items }) => items), ...refused]);
  for (const step of check.steps) {
    const missing = madeBy(step);
    if (missing?.kind !== 'row' || !made.has(kindAndKey(missing)) || step.items.some((id) => unsent.has(id))) continue;
    const [contractId = 0] = step.items.flatMap((id) => contractOf.get(id) ?? []);
    await noteRecord(evidence, broker, { kind: 'row', id: contractId, key: fold(missing.key), isSeen: false });
  }
}
