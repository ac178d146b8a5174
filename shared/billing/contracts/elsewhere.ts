import { big, grouped, isZero, text } from '../basics/decimal.js';
import type { Doubt } from './doubt.js';
import { addDays, firstDay } from '../basics/month.js';
import type { Names } from '../report/named.js';
import { standsFor } from './ours.js';
import { fold } from '../basics/text.js';
import type { Item } from '../plan-types.js';
import type { Contract, Day, Decimal, Month } from '../types.js';

/**
 * Rule 6.7: what another tool, or a person, bills already for the product that a contract would be made for. Product and period decide; what the contract
 * bills only ranks. Nothing is reduced by it: the item waits.
 */

/** Names this alike, of 100, are the same product. */
export const SAME_PRODUCT = 88;

/** A row of the month on a contract without a subscription id, at a company for which a contract would be made. */
export interface ForeignRow {
  contract: Pick<Contract, 'id' | 'companyId' | 'name' | 'number' | 'endDay'>;
  serviceId: number;
  serviceName: string;
  /** Texts of the service that may name a vendor's product: its key, part numbers, external ids. */
  references: string[];
  /** All units of the month; of a longer period the month's part. */
  amount: Decimal;
  /** The period, where it is longer than a month: it is already billed, no matter what ends now. Absent in all other rows. */
  covers?: { from: Day; to: Day };
}

/** A contract, row or service of others that came and cannot be read, or did not come: it may bill the same. */
export interface UnreadForeign {
  /** Null where nobody can tell whose it is. */
  companyId: number | null;
  /** Texts that a contract carries as its ids; null where even those cannot be read, or where it is not a contract. */
  keys: string[] | null;
  message: string;
}

export interface Elsewhere {
  /** Companies that were looked at; of others nothing is known. */
  companies: number[];
  rows: (ForeignRow & {
    /** How alike the service's name is to names of the company's products, 0 to 100, by folded name. */
    alike: Record<string, number>;
    /** Why a person said that it is right alongside the report. */
    dismissed?: string;
  })[];
  unread: UnreadForeign[];
}

/** "CFQ7TTC0LCHC-0002-P1Y-Monthly" is product and SKU, then terms. */
const SKU = /^([A-Z0-9]{12})[-:/ ]?(\d{4})/i;

/** Whether the texts have the vendor's product and SKU, or the whole code. */
export function namesProduct(references: string[], itemCode: string): boolean {
  const texts = references.map(fold);
  if (texts.includes(fold(itemCode))) return true;
  const match = SKU.exec(itemCode);
  if (match === null) return false;
  const wanted = fold(`${match[1]}${match[2]}`);
  return texts.some((text) => text.replaceAll(/[-:/ ]/g, '').startsWith(wanted));
}

/** Why it is the same product; null where it is not, or only looks alike. */
export function sameProduct(references: string[], itemCode: string | null, score: number): string | null {
  if (itemCode !== null && namesProduct(references, itemCode)) return 'same identifier';
  return score >= SAME_PRODUCT ? `names alike (${score})` : null;
}

/** Stands for a contract of which nothing but its ids is known. */
const NO_CONTRACT = -1;

export interface LookedElsewhere {
  companyId: number;
  month: Month;
  books: { elsewhere?: Elsewhere };
  names: Names;
  knownSubscriptions: Set<string>;
}

/** What holds an item for which a contract would be made; null where nobody bills its product, or nobody has looked yet. */
export function elsewhereDoubt(
  item: Item,
  { companyId, month, books, names, knownSubscriptions }: LookedElsewhere,
): Doubt | null {
  const { elsewhere } = books;
  if (elsewhere === undefined) return null;
  const isOurs = (contract: { id: number; number: string | null }): boolean =>
    standsFor({ ...contract, subscriptionId: null }, { names, knownSubscriptions }) !== null;
  const found = elsewhere.rows
    .filter((row) => row.contract.companyId === companyId && row.dismissed === undefined && !isZero(big(row.amount)))
    // What carries a subscription as its number, or was billed on by us, is rule 8's.
    .filter(({ contract }) => !isOurs(contract))
    .flatMap((row) => {
      const why = sameProduct(row.references, item.itemCode, row.alike[fold(item.productName)] ?? 0);
      return why === null ? [] : [{ row, why }];
    })
    .sort((left, right) => big(right.row.amount).abs().cmp(big(left.row.amount).abs()))[0];
  if (found !== undefined) return { reason: 'billed-elsewhere', message: elsewhereText(found, month) };
  const unread = elsewhere.unread.find(
    (one) =>
      (one.companyId === null || one.companyId === companyId) &&
      !(one.keys ?? []).some((number) => isOurs({ id: NO_CONTRACT, number })),
  );
  return unread === undefined
    ? null
    : { reason: 'unreadable', message: `${unread.message} It is not known whether it already bills ${item.productName}.` };
}

function elsewhereText({ row, why }: { row: ForeignRow; why: string }, month: Month): string {
  const { contract, serviceName, amount, covers } = row;
  const first = firstDay(month);
  if (covers !== undefined)
    return `Contract ${contract.id} (${contract.name}) bills ${serviceName} in one amount from ${covers.from} to ${covers.to}, of which ${grouped(text(big(amount), 2))} is for ${month}: ${why}. End it in Autotask by ${covers.to} and bill this one from then on, or say why both are right.`;
  return `Contract ${contract.id} (${contract.name}) already bills ${serviceName} with ${grouped(text(big(amount), 2))} in ${month}: ${why}. End it in Autotask on ${addDays(first, -1)}, set the units of this service there to 0 from ${first}, or say why both are right.`;
}

/** Whether others' contracts must be looked at before the plan means anything: it would make one, and nobody has looked. */
export const isLookedAt = ({ elsewhere }: { elsewhere?: Elsewhere }, companyId: number | null): boolean =>
  companyId === null || elsewhere?.companies.includes(companyId) === true;
