import { big } from '../basics/decimal.js';
import { same } from '../basics/text.js';
import type { Ghost } from '../plan-types.js';

/** Rule 8.8: money without a line that a person has looked at is set aside until its amount changes. It stays listed and counts no more. */
export interface Dismissal {
  contractId: number;
  reason: string;
  /** Who said so, where that is known. */
  actor: string | null;
  /** ISO time. */
  at: string;
  /** What stood there when it was looked at. */
  ghosts: DismissedGhost[];
}

/** Its contract where nobody knows on which one it stood (rule 8.9). */
export const UNKNOWN_CONTRACT = 0;

export interface DismissedGhost extends Pick<Ghost, 'serviceId' | 'chargeId' | 'currency' | 'cost' | 'sales'> {
  /** Only of an amount that neither a row nor a charge shows: what it was billed for. */
  item?: Pick<Ghost, 'contractKey' | 'itemCode'>;
  /** Why, where it was dismissed before and for another reason. */
  reason?: string;
}

export const dismissed = ({ serviceId, chargeId, contractKey, itemCode, currency, cost, sales }: Ghost): DismissedGhost => ({
  serviceId,
  ...(chargeId === undefined ? {} : { chargeId }),
  ...(serviceId === null && chargeId === undefined ? { item: { contractKey, itemCode } } : {}),
  currency,
  cost,
  sales,
});

/** What people read about it. */
export const ghostText = ({ message, dismissed: reason }: Ghost): string =>
  reason === undefined ? message : `${message} Dismissed: ${reason}`;

/** The reason code it is listed under. */
export function ghostReason({
  outcome,
  reason,
  dismissed: why,
}: Ghost): 'awaiting-report' | 'report-shrank' | 'ghost' | 'dismissed' {
  if (outcome === 'awaiting') return 'awaiting-report';
  return why === undefined ? (reason ?? 'ghost') : 'dismissed';
}

/** Whether the ghost waits for a person. */
export const isOpen = ({ outcome, dismissed: reason }: Pick<Ghost, 'outcome' | 'dismissed'>): boolean =>
  outcome === 'ghost' && reason === undefined;

/** The ghosts, with the reason on those that were dismissed with exactly this amount. */
export const setAside = (ghosts: Ghost[], dismissals: Dismissal[]): Ghost[] =>
  ghosts.map(({ dismissed: _, ...ghost }) => {
    const found = dismissals
      .filter(({ contractId }) => contractId === ghost.contractId)
      .flatMap(({ reason, ghosts: seen }) => seen.map((one) => ({ reason, ...one })))
      .find((one) => isSame(one, dismissed(ghost)));
    return ghost.outcome === 'ghost' && found ? { ...ghost, dismissed: found.reason } : ghost;
  });

/** What was set aside on the contract before stays so; of the same row or charge the amount that was looked at last counts. */
export function withEarlier(dismissal: Dismissal, earlier: Dismissal | null): Dismissal {
  const isReplaced = (one: DismissedGhost): boolean => dismissal.ghosts.some((other) => isSamePlace(one, other));
  const kept = (earlier?.ghosts ?? []).filter((one) => !isReplaced(one)).map((one) => ({ reason: earlier!.reason, ...one }));
  return { ...dismissal, ghosts: [...kept, ...dismissal.ghosts] };
}

const isSamePlace = (left: DismissedGhost, right: DismissedGhost): boolean =>
  left.serviceId === right.serviceId &&
  left.chargeId === right.chargeId &&
  same(left.item?.contractKey ?? '', right.item?.contractKey ?? '') &&
  same(left.item?.itemCode ?? '', right.item?.itemCode ?? '');

const isSame = (seen: DismissedGhost, now: DismissedGhost): boolean =>
  isSamePlace(seen, now) && same(seen.currency, now.currency) && big(seen.sales).eq(now.sales) && big(seen.cost).eq(now.cost);
