import { big, isZero, sum, plain } from '../../../shared/billing/basics/decimal.js';
import { fold, groupBy, present } from '../../../shared/billing/basics/text.js';
import { SAME_PRODUCT, sameProduct, type ForeignRow } from '../../../shared/billing/contracts/elsewhere.js';
import type { Day, Decimal, Line } from '../../../shared/billing/types.js';
import type { TakeoverDismissal } from '../../../shared/evidence/takeover.js';
import { nameScore } from '../../../shared/likeness.js';

/** Which contracts of others bill in a month what the report has too: found by product, ranked by the amount that would be billed twice. */

/** Names this alike are worth checking where the amount is the same too. */
const LIKE = 60;

/** A customer with its lines of the month. */
export interface TakenOver {
  organizationId: string;
  organizationName: string;
  companyId: number;
  lines: Line[];
}

export interface BilledElsewhere {
  organizationName: string;
  companyId: number;
  contractId: number;
  contractName: string;
  serviceId: number;
  serviceName: string;
  product: string;
  itemCode: string | null;
  /** What the contract bills in the month: the amount that would stand twice. */
  amount: Decimal;
  currency: string;
  /** `held`: the same product by its identifier or name. `listed`: weaker, only to be looked at. */
  strength: 'held' | 'listed';
  why: string;
  /** The period, where the contract bills a longer one than a month at once: `amount` is the month's part. */
  covers?: { from: Day; to: Day };
  /** 0 to 100: how alike the names are. */
  score: number;
}

/** The largest first. */
export function billedElsewhere(customers: TakenOver[], rows: ForeignRow[]): BilledElsewhere[] {
  const rowsOf = groupBy(rows, ({ contract }) => contract.companyId);
  return customers
    .flatMap((customer) => ofCustomer(customer, rowsOf.get(customer.companyId) ?? []))
    .sort((left, right) => big(right.amount).abs().cmp(big(left.amount).abs()) || left.contractId - right.contractId);
}

interface Sold {
  product: string;
  itemCode: string | null;
  sales: Decimal;
  currency: string;
}

function ofCustomer(customer: TakenOver, rows: ForeignRow[]): BilledElsewhere[] {
  const sold = soldOf(customer.lines);
  return rows.flatMap((row) => {
    if (isZero(big(row.amount))) return [];
    const best = sold.flatMap((one) => compared(one, row) ?? []).sort(byStrength)[0];
    if (best === undefined) return [];
    const { one, ...match } = best;
    return [
      {
        organizationName: customer.organizationName,
        companyId: customer.companyId,
        contractId: row.contract.id,
        contractName: row.contract.name,
        serviceId: row.serviceId,
        serviceName: row.serviceName,
        product: one.product,
        itemCode: one.itemCode,
        amount: plain(big(row.amount)),
        ...(row.covers === undefined ? {} : { covers: row.covers }),
        currency: one.currency,
        ...match,
      },
    ];
  });
}

const soldOf = (lines: Line[]): Sold[] =>
  [...groupBy(lines, (line) => fold(line.itemCode ?? line.productName)).values()].map((own) => ({
    product: own.map(({ productName }) => productName).find((name) => name !== null) ?? own[0].serviceName,
    itemCode: present(own[0].itemCode),
    sales: plain(sum(own.map(({ sales }) => sales))),
    currency: own[0].currency,
  }));

type Match = Pick<BilledElsewhere, 'strength' | 'why' | 'score'> & { one: Sold };

/** Identifier, or name, decide; the amount only ranks. */
function compared(one: Sold, { serviceName, references, amount }: ForeignRow): Match | null {
  const score = nameScore(serviceName, one.product);
  const why = sameProduct(references, one.itemCode, score);
  if (why !== null) return { one, strength: 'held', why, score: score >= SAME_PRODUCT ? score : 100 };
  const isSameAmount = big(one.sales).eq(amount);
  if (score >= LIKE)
    return { one, strength: 'listed', why: `names somewhat alike (${score})${isSameAmount ? ', same amount' : ''}`, score };
  return isSameAmount ? { one, strength: 'listed', why: 'same amount', score } : null;
}

const byStrength = (left: Match, right: Match): number =>
  left.strength === right.strength ? right.score - left.score : left.strength === 'held' ? -1 : 1;

export const isSameFinding = (dismissal: TakeoverDismissal, found: BilledElsewhere): boolean =>
  dismissal.contractId === found.contractId && dismissal.serviceId === found.serviceId && big(dismissal.amount).eq(found.amount);
