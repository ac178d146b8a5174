import type { Evidence } from '../../evidence/index.js';
import type { WriteProbeResult } from './probe.js';

/** The tenant's behaviour as the latest probe that writes has seen it, kept as evidence. */

const name = (broker: string): string => `probes/${broker}/writes`;

export async function keepWriteProbe(evidence: Evidence, broker: string, result: WriteProbeResult): Promise<void> {
  await evidence.point(name(broker), await evidence.put(result));
}

export async function readWriteProbe(evidence: Evidence, broker: string): Promise<WriteProbeResult | null> {
  const ref = await evidence.pointer(name(broker));
  return ref === null ? null : evidence.get<WriteProbeResult>(ref);
}
