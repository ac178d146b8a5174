import { big } from '../../../shared/billing/basics/decimal.js';
import { namesProduct } from '../../../shared/billing/contracts/elsewhere.js';
import { byText, fold } from '../../../shared/billing/basics/text.js';
import type { Decimal } from '../../../shared/billing/types.js';
import type { ExistingService } from '../../../shared/autotask/existing-service.js';
import { bareName, likeness } from '../../../shared/likeness.js';

/** Which existing service of Autotask is meant by a product of the report: a suggestion with its reason, never a decision. */

/** A product of the month, by the code its service would be found by. */
export interface SoldProduct {
  itemCode: string;
  /** Product and terms, as its service would be named. */
  name: string;
  unitPrice: Decimal | null;
  /** Sales of the month. */
  sales: Decimal;
  currency: string;
}

export type Verdict = 'found' | 'identifier' | 'same name' | 'similar' | 'unsure' | 'none';

export interface ServiceSuggestion extends SoldProduct {
  service: ExistingService | null;
  verdict: Verdict;
  /** 0 to 100. */
  certainty: number;
}

const SIMILAR = 85;
const WORTH_SHOWING = 70;
/** A second service this close makes the best one unsure. */
const LEAD = 4;
const PRICE_BONUS = 5;
/** A suggestion for every product, the largest amount first. Services that a product is found by already are not candidates for others. */
export function suggestServices(products: SoldProduct[], services: ExistingService[]): ServiceSuggestion[] {
  const codes = new Set(products.map(({ itemCode }) => fold(itemCode)));
  const free = services.filter((one) => one.isActive && !codes.has(fold(one.key)));
  return onceEach(products.map((product) => suggestFor(product, services, free))).sort(
    (left, right) => big(right.sales).abs().cmp(big(left.sales).abs()) || byText(left.itemCode, right.itemCode),
  );
}

/** A service stands for one code: of several terms of a product the one with its price, else the surest, else the largest. The others get separate services. */
function onceEach(suggestions: ServiceSuggestion[]): ServiceSuggestion[] {
  const best = new Map<number, ServiceSuggestion>();
  for (const one of suggestions) {
    const before = one.service === null ? undefined : best.get(one.service.id);
    if (one.service !== null && (before === undefined || rank(one, before) > 0)) best.set(one.service.id, one);
  }
  return suggestions.map((one) =>
    one.service === null || best.get(one.service.id) === one ? one : { ...one, service: null, verdict: 'none', certainty: 0 },
  );
}

const hasItsPrice = ({ service, unitPrice }: ServiceSuggestion): number =>
  service?.unitPrice != null && unitPrice !== null && big(service.unitPrice).eq(unitPrice) ? 1 : 0;
const rank = (left: ServiceSuggestion, right: ServiceSuggestion): number =>
  hasItsPrice(left) - hasItsPrice(right) || left.certainty - right.certainty || big(left.sales).abs().cmp(big(right.sales).abs());

function suggestFor(product: SoldProduct, services: ExistingService[], free: ExistingService[]): ServiceSuggestion {
  const found = services.find((one) => one.isActive && fold(one.key) === fold(product.itemCode));
  if (found) return { ...product, service: found, verdict: 'found', certainty: 100 };
  const byId = free.filter((one) => carries(one, product.itemCode));
  if (byId.length > 0) {
    const ranked = byId.map((service) => ({ service, score: similarity(service, product) })).sort(byScore);
    return {
      ...product,
      service: ranked[0]!.service,
      verdict: byId.length === 1 ? 'identifier' : 'unsure',
      certainty: byId.length === 1 ? 99 : 80,
    };
  }
  const [best, second] = free.map((service) => ({ service, score: similarity(service, product) })).sort(byScore);
  if (!best || best.score < WORTH_SHOWING) return { ...product, service: null, verdict: 'none', certainty: 0 };
  const isAhead = best.score - (second?.score ?? 0) >= LEAD;
  const isSame = bareName(best.service.name) === bareName(product.name);
  const verdict = !isAhead ? 'unsure' : isSame ? 'same name' : best.score >= SIMILAR ? 'similar' : 'unsure';
  return { ...product, service: best.service, verdict, certainty: Math.min(best.score, 98) };
}

const byScore = (left: { score: number; service: ExistingService }, right: { score: number; service: ExistingService }): number =>
  right.score - left.score || left.service.id - right.service.id;

const carries = ({ key, references }: ExistingService, itemCode: string): boolean =>
  namesProduct([...references, ...(key === null ? [] : [key])], itemCode);

/** Names in any order of words; the same price tells terms apart that names do not. */
function similarity({ name, unitPrice }: ExistingService, product: SoldProduct): number {
  const [left, right] = [bareName(name), bareName(product.name)];
  if (left === '' || right === '') return 0;
  const isSamePrice = unitPrice !== null && product.unitPrice !== null && big(unitPrice).eq(product.unitPrice);
  return likeness(left, right) + (isSamePrice ? PRICE_BONUS : 0);
}
