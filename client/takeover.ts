import { big, sum, plain } from '../shared/billing/decimal.js';
import { fold, groupBy, present } from '../shared/billing/text.js';
import type { Decimal, Line, Row } from '../shared/billing/types.js';
import type { TakeoverDismissal } from '../shared/evidence/takeover.js';
import { nameScore, names, type ExistingService } from './services.js';

/** Which contracts of others bill in a month what the report has too: found by product, ranked by the amount that would be billed twice. */

/** Names this alike are the same product. */
const SAME_PRODUCT = 88;
/** Names this alike are worth a look where the amount is the same too. */
const LIKE = 60;

/** A contract of a customer that is not one of the report's subscriptions. */
export interface ForeignContract {
  id: number;
  name: string;
  companyId: number;
  endDay: string;
}

/** A customer with its lines of the month, and what stands on others' contracts at its company. */
export interface TakenOver {
  organizationId: string;
  organizationName: string;
  companyId: number;
  lines: Line[];
  contracts: ForeignContract[];
  /** The month's rows on them, with the amount of all units. */
  rows: (Pick<Row, 'id' | 'contractId' | 'serviceId' | 'units' | 'startDay'> & { price: Decimal })[];
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
  /** 0 to 100: how alike the names are. */
  score: number;
}

/** The largest first. What was dismissed with this amount is left out. */
export function billedElsewhere(
  customers: TakenOver[],
  services: Map<number, ExistingService>,
  isDismissed: (found: BilledElsewhere) => boolean = () => false,
): BilledElsewhere[] {
  return customers
    .flatMap((customer) => ofCustomer(customer, services))
    .filter((found) => !isDismissed(found))
    .sort((left, right) => big(right.amount).abs().cmp(big(left.amount).abs()) || left.contractId - right.contractId);
}

interface Sold {
  product: string;
  itemCode: string | null;
  sales: Decimal;
  currency: string;
}

function ofCustomer(customer: TakenOver, services: Map<number, ExistingService>): BilledElsewhere[] {
  const sold = soldOf(customer.lines);
  const contracts = new Map(customer.contracts.map((contract) => [contract.id, contract]));
  return customer.rows.flatMap((row) => {
    const contract = contracts.get(row.contractId);
    const service = services.get(row.serviceId);
    if (contract === undefined || service === undefined || row.units === 0 || big(row.price).eq(0)) return [];
    const best = sold.flatMap((one) => compared(one, service, row.price) ?? []).sort(byStrength)[0];
    if (best === undefined) return [];
    const { one, ...match } = best;
    return [
      {
        organizationName: customer.organizationName,
        companyId: customer.companyId,
        contractId: contract.id,
        contractName: contract.name,
        serviceId: service.id,
        serviceName: service.name,
        product: one.product,
        itemCode: one.itemCode,
        amount: plain(big(row.price)),
        currency: one.currency,
        ...match,
      },
    ];
  });
}

const soldOf = (lines: Line[]): Sold[] =>
  [...groupBy(lines, (line) => fold(line.itemCode ?? line.productName)).values()].map((own) => ({
    product: own.map(({ productName }) => productName).find((name) => name !== null) ?? own[0]!.serviceName,
    itemCode: present(own[0]!.itemCode),
    sales: plain(sum(own.map(({ sales }) => sales))),
    currency: own[0]!.currency,
  }));

type Match = Pick<BilledElsewhere, 'strength' | 'why' | 'score'> & { one: Sold };

/** Identifier, or name, decide; the amount only ranks. */
function compared(one: Sold, service: ExistingService, amount: Decimal): Match | null {
  const score = nameScore(service.name, one.product);
  if (one.itemCode !== null && names(service, one.itemCode)) return { one, strength: 'held', why: 'same identifier', score: 100 };
  if (score >= SAME_PRODUCT) return { one, strength: 'held', why: `names alike (${score})`, score };
  const isSameAmount = big(one.sales).eq(amount);
  if (score >= LIKE)
    return { one, strength: 'listed', why: `names somewhat alike (${score})${isSameAmount ? ', same amount' : ''}`, score };
  return isSameAmount ? { one, strength: 'listed', why: 'same amount', score } : null;
}

const byStrength = (left: Match, right: Match): number =>
  left.strength === right.strength ? right.score - left.score : left.strength === 'held' ? -1 : 1;

export const isSameFinding = (dismissal: TakeoverDismissal, found: BilledElsewhere): boolean =>
  dismissal.contractId === found.contractId && dismissal.serviceId === found.serviceId && big(dismissal.amount).eq(found.amount);
