import { fold } from '../../shared/billing/basics/text.js';
import type { PostAdjustmentStep } from '../../shared/billing/plan-types.js';
import type { Month } from '../../shared/billing/types.js';
import type { StepRequest, VerifyRequest } from '../../shared/messages/messages.js';
import { EvidenceMissing, type Evidence } from '../../shared/evidence/index.js';
import type { Dependencies } from '../dependencies.js';

/**
 * Rule 5.4 over refusals and interruptions. The text goes on a contract service that is there only after its first adjustment, and by then no plan says any
 * more that it was new: so the text is noted before the adjustment is sent, and stays noted until the contract service carries it, or one of somebody's own.
 */
interface Owed {
  contractId: number;
  serviceId: number;
  /** What the contract service shows as long as it has no own text. */
  serviceKey: string;
  text: string;
}

const prefixOf = (broker: string, month: Month): string => `descriptions/${broker}/${month}/`;
const nameOf = (broker: string, month: Month, { contractId, serviceId }: Owed): string =>
  `${prefixOf(broker, month)}${contractId}-${serviceId}`;
const contractOf = (name: string): number => Number(name.slice(name.lastIndexOf('/') + 1).split('-')[0]);

/** Notes the text of a contract service that the adjustment makes. Next month's units end on the same one, which is described once. */
export async function noteDescription(
  { evidence }: Pick<Dependencies, 'evidence'>,
  { broker, month, organizationId, step }: StepRequest<PostAdjustmentStep>,
  contractId: number,
  serviceId: number,
): Promise<void> {
  if (step.invoiceDescription === null || step.purpose === 'one-off') return;
  const owed: Owed = { contractId, serviceId, serviceKey: step.serviceKey, text: step.invoiceDescription };
  await evidence.point(nameOf(broker, month, owed), await evidence.put(owed, organizationId));
}

/** Contracts of which a text was noted in the month and not written yet. */
export async function undescribedContracts(evidence: Evidence, broker: string, month: Month): Promise<Set<number>> {
  return new Set((await evidence.names(prefixOf(broker, month))).map(contractOf));
}

/** Writes the texts that are owed on these contracts. What a contract service shows decides: a text of somebody's own is left alone. */
export async function describeServices(
  { autotask, evidence, heartbeat, signal }: Dependencies,
  { broker, month }: Pick<VerifyRequest, 'broker' | 'month'>,
  contractIds: Set<number>,
): Promise<void> {
  const names = (await evidence.names(prefixOf(broker, month))).filter((name) => contractIds.has(contractOf(name)));
  if (names.length === 0) return;
  const ids = [...new Set(names.map(contractOf))].sort((left, right) => left - right);
  const contractServices = await autotask.readContractServices(ids, { onProgress: heartbeat, signal: signal() });
  for (const name of names) {
    const owed = await owedBy(evidence, name);
    if (owed === null) continue;
    const { contractId, serviceId, serviceKey, text } = owed;
    const target = contractServices.find((each) => each.contractId === contractId && each.serviceId === serviceId);
    // One that does not show yet is looked for by the next run.
    if (target === undefined) continue;
    const shown = fold(target.invoiceDescription);
    if (shown === '' || shown === fold(serviceKey)) await autotask.updateContractService(contractId, target.id, text);
    await evidence.unpoint(name);
  }
}

/** A note that was lost or altered is given up: no money hangs on it. */
async function owedBy(evidence: Evidence, name: string): Promise<Owed | null> {
  try {
    const ref = await evidence.pointer(name);
    return ref === null ? null : await evidence.get<Owed>(ref);
  } catch (error) {
    if (!(error instanceof EvidenceMissing)) throw error;
    await evidence.unpoint(name);
    return null;
  }
}
