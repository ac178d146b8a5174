import { big, type Big, grouped, plain, posted, sum } from '../basics/decimal.js';
import { chargeKeyOf, itemHash, parseChargeKey } from '../basics/keys.js';
import { codeOrProduct } from '../report/items.js';
import { isHashKey } from '../contracts/find-or-make.js';
import { monthOf } from '../basics/month.js';
import { stopped } from '../derivation/rule-of-reason.js';
import { fold, groupBy, same } from '../basics/text.js';
import type { Outcome } from './results.js';
import type { PlannedItem } from '../plan-types.js';
import type { Books, Decimal, Month } from '../types.js';
import { PRODUCTS, SHARED_SERVICES } from '../basics/record-types.js';
import { isOpenForPerson } from './status.js';

/**
 * What a month says is posted, against what stands (rule 7.9). Each organization is compared with its own part of Autotask; here everything that is claimed of
 * one contract and service, by anybody, is added up and compared with the money that was last seen there. Numbers of its own: no plan is asked.
 */

/** The money of one contract in the month, as it was read: rows by their service's key, charges one by one. */
export interface ContractMoney {
  contractId: number;
  rows: { key: string; sales: Decimal; cost: Decimal }[];
  /** `key` is the base of a key of ours, or the key of the product that another made it on. */
  charges: { key: string; sales: Decimal; cost: Decimal }[];
}

/** Money on contracts, and when it was read, ISO time. */
export interface SeenMoney {
  at: string;
  contracts: ContractMoney[];
}

/** What stands on the contracts that posted items name. */
export function seenMoney(
  items: Pick<PlannedItem, 'contractId' | 'outcome'>[],
  books: Books,
  month: Month,
  at: string,
): SeenMoney {
  const ids = new Set(
    items.flatMap(({ contractId, outcome }) => (outcome === 'posted' && contractId !== null ? [contractId] : [])),
  );
  const services = new Map(books.services.map(({ id, key }) => [id, fold(key)]));
  const products = new Map(books.products.map(({ id, key, name }) => [id, productKey(key, name)]));
  const rows = groupBy(
    books.rows.filter(({ contractId, startDay }) => ids.has(contractId) && monthOf(startDay) === month),
    ({ contractId }) => contractId,
  );
  const charges = groupBy(books.charges, ({ contractId }) => contractId);
  const keyOf = ({ key, day, productId }: Books['charges'][number]): string | null => {
    const own = parseChargeKey(key);
    if (own !== null) return own.month === month ? own.base : null;
    return productId !== null && monthOf(day) === month ? (products.get(productId) ?? null) : null;
  };
  return {
    at,
    contracts: [...ids].map((contractId) => ({
      contractId,
      rows: (rows.get(contractId) ?? []).map(({ serviceId, price, cost }) => ({
        key: services.get(serviceId) ?? '',
        ...billed(price, cost),
      })),
      charges: (charges.get(contractId) ?? []).flatMap((charge) => {
        const key = keyOf(charge);
        return key === null ? [] : [{ key, ...billed(charge.price, charge.cost) }];
      }),
    })),
  };
}

/** Posting rounds each row and each charge separately. */
const billed = (price: Decimal, cost: Decimal): { sales: Decimal; cost: Decimal } => ({
  sales: plain(posted(big(price))),
  cost: plain(posted(big(cost))),
});

/** A product is found by its key, else by its exact name (5.3). */
const productKey = (key: string | null, name: string): string =>
  fold(Object.values(PRODUCTS).find((product) => product.key === key || product.name === name)?.key ?? '');

// ---------------------------------------------------------------------------------------------------------------- comparing

interface Claim {
  organizationId: string;
  organizationName: string;
  itemId: string;
  contractId: number;
  /** The service or product it is billed on, folded. */
  place: string;
  chargeKeys: string[];
  name: string;
  sales: Decimal;
  cost: Decimal;
}

/** Items whose contract does not show what is claimed of it, with what is wrong in words. */
export interface Disagreement {
  organizationId: string;
  itemId: string;
  message: string;
}

/** Adds up what outcomes claim, one after the other, and compares at the end. */
export class Claims {
  private readonly claims: Claim[] = [];
  private readonly seen = new Map<number, { at: string; money: ContractMoney }>();

  constructor(
    private readonly broker: string,
    private readonly month: Month,
    /** All organizations that a subscription was ever named for: its charges may stand under the key of an earlier one. */
    private readonly ownersOf: (subscriptionId: string) => string[],
  ) {}

  add({
    organizationId,
    organizationName,
    items,
    seen,
  }: Pick<Outcome, 'organizationId' | 'organizationName' | 'items' | 'seen'>): void {
    // Evidence of earlier releases does not say what stood.
    if (seen === undefined) return;
    for (const money of seen.contracts)
      if (seen.at > (this.seen.get(money.contractId)?.at ?? '')) this.seen.set(money.contractId, { at: seen.at, money });
    for (const item of items)
      if (item.outcome === 'posted' && item.contractId !== null)
        this.claims.push(this.claimOf(item, { organizationId, organizationName, contractId: item.contractId }));
  }

  disagreements(): Disagreement[] {
    return [...groupBy(this.claims, ({ contractId, place }) => `${contractId} ${place}`).values()].flatMap((claims) => {
      const money = this.seen.get(claims[0].contractId)?.money;
      return money === undefined ? [] : this.compared(claims, money);
    });
  }

  private compared(claims: Claim[], { contractId, rows, charges }: ContractMoney): Disagreement[] {
    const { place } = claims[0]!;
    const keys = new Set([place, ...claims.flatMap(({ chargeKeys }) => chargeKeys)]);
    const standing = [...rows.filter(({ key }) => key === place), ...charges.filter(({ key }) => keys.has(key))];
    const [stands, claimed] = [totalOf(standing), totalOf(claims)];
    if (stands.sales.eq(claimed.sales) && stands.cost.eq(claimed.cost)) return [];
    const parts = claims.map(({ organizationName, name, sales }) => `${grouped(sales)} of ${name} for ${organizationName}`);
    const message = `Contract ${contractId} shows ${shown(stands)} in ${this.month}, but ${shown(claimed)} is said to be posted on it: ${parts.join(', ')}.`;
    return claims.map(({ organizationId, itemId }) => ({ organizationId, itemId, message }));
  }

  private claimOf(
    { id, type, subscriptionId, itemCode, contractKey, productName, sales, cost, booked }: PlannedItem,
    whose: Pick<Claim, 'organizationId' | 'organizationName' | 'contractId'>,
  ): Claim {
    const code = codeOrProduct(type, subscriptionId, itemCode, null);
    const owners = [whose.organizationId, ...this.ownersOf(contractKey)];
    const hashOf = (organizationId: string): string =>
      itemHash({ broker: this.broker, organizationId, subscriptionId, type, codeOrProduct: code });
    // A contract without subscription id carries the hash itself (6.1).
    const hashes = isHashKey(contractKey) ? [contractKey.slice('cm-'.length)] : owners.map(hashOf);
    return {
      ...whose,
      itemId: id,
      place: fold(PRODUCTS[type]?.key ?? SHARED_SERVICES[type]?.key ?? itemCode),
      chargeKeys: hashes.map((hash) => fold(chargeKeyOf(this.month, hash))),
      name: productName,
      sales,
      cost: booked?.cost ?? cost,
    };
  }
}

const totalOf = (parts: { sales: Decimal; cost: Decimal }[]): { sales: Big; cost: Big } => ({
  sales: sum(parts.map(({ sales }) => sales)),
  cost: sum(parts.map(({ cost }) => cost)),
});
const shown = ({ sales, cost }: { sales: Big; cost: Big }): string => `${grouped(plain(sales))} / ${grouped(plain(cost))}`;

/** The outcome with what disagrees held, until a run finds that it agrees. */
export function withDisagreements(outcome: Outcome, all: Disagreement[]): Outcome {
  const own = new Map(
    all.filter(({ organizationId }) => same(organizationId, outcome.organizationId)).map((one) => [one.itemId, one.message]),
  );
  if (own.size === 0) return outcome;
  const items = outcome.items.map((item): PlannedItem => {
    const message = own.get(item.id);
    if (message === undefined || item.outcome !== 'posted') return item;
    const reason = 'contract-disagrees';
    return { ...item, outcome: 'held', reason, message, because: [...item.because, stopped(reason, message)] };
  });
  const status = isOpenForPerson(outcome.status) ? outcome.status : 'NeedsAttention';
  return { ...outcome, items, status };
}
