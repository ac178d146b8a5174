import type { Decimal } from '../billing/types.js';
import type { Evidence } from './evidence.js';

/** What people said of contracts of others that bill what the report has too: each with its reason, by contract and service. */
export interface TakeoverDismissal {
  contractId: number;
  serviceId: number;
  /** What stood there when it was looked at. */
  amount: Decimal;
  reason: string;
  /** ISO time. */
  at: string;
}

const prefixOf = (broker: string): string => `takeover/${broker}/`;

/** Of one contract and service the latest counts. */
export async function keepTakeoverDismissals(evidence: Evidence, broker: string, dismissals: TakeoverDismissal[]): Promise<void> {
  for (const one of dismissals)
    await evidence.point(`${prefixOf(broker)}${one.contractId}-${one.serviceId}`, await evidence.put(one));
}

export async function readTakeoverDismissals(evidence: Evidence, broker: string): Promise<TakeoverDismissal[]> {
  const names = await evidence.names(prefixOf(broker));
  const refs = await Promise.all(names.map((name) => evidence.pointer(name)));
  return Promise.all(refs.filter((ref) => ref !== null).map((ref) => evidence.get<TakeoverDismissal>(ref)));
}
