import { createHash } from 'node:crypto';
import type { Books, Line, Report } from '../../shared/billing/types.js';

/**
 * The arithmetic of billing once more, deliberately naive: what each subscription's month must add up to, and what stands in Autotask for it. Whole
 * numbers instead of decimals, loops instead of rules; of the product it knows only the shapes of its data.
 */
export interface Money {
  sales: bigint;
  cost: bigint;
}

/** One subscription and product of a month: rule 4.1, amounts in hundredths, which is what posting bills; rounded once. */
export interface ModelItem extends Money {
  /** What the report says, in units of 10^-10. */
  exactSales: bigint;
  exactCost: bigint;
  contractKey: string;
  type: string;
  code: string | null;
  currency: string;
  lines: number;
}

/** Decimals that are kept: more than any amount of the stories has. */
const DIGITS = 10;

/** "-12.5" as a whole number of 10^-10. */
export function exact(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(DIGITS, '0'));
  return text.startsWith('-') ? -value : value;
}

/** So many decimals, half away from zero. */
export function rounded(value: bigint, decimals: number): bigint {
  const unit = 10n ** BigInt(DIGITS - decimals);
  const size = value < 0n ? -value : value;
  const units = (size + unit / 2n) / unit;
  return value < 0n ? -units : units;
}

const DECIMALS: Record<string, number> = { EUR: 2, JPY: 0, KWD: 3, USD: 2 };
export const decimalsOf = (currency: string): number => DECIMALS[currency]!;

/** Decimals that Autotask keeps of whatever it posts. */
export const POSTED = 2;

/** An item's total in hundredths: whole yen, and of dinars no more than posting keeps. */
function billed(value: bigint, currency: string): bigint {
  const decimals = Math.min(decimalsOf(currency), POSTED);
  return rounded(value, decimals) * 10n ** BigInt(POSTED - decimals);
}

const LICENCE = 'Csp365Nce';

/** The items of one organization's lines. Manual lines take the item of their subscription (2.3); those without one are of no kind. */
export function modelItems(lines: Line[], report: Pick<Report, 'subscriptions'>): ModelItem[] {
  const items = new Map<string, ModelItem>();
  for (const line of lines) {
    const { type, code } = kindOf(line, lines, report);
    const keyCode = line.subscriptionId === null ? (code ?? line.productName) : type === LICENCE ? code : null;
    const key = [line.subscriptionId, type, keyCode, line.currency].join('|');
    const contractKey = line.subscriptionId ?? hashOf(line.organizationId, type, keyCode);
    const item = items.get(key) ?? {
      contractKey,
      type,
      code,
      currency: line.currency,
      lines: 0,
      sales: 0n,
      cost: 0n,
      exactSales: 0n,
      exactCost: 0n,
    };
    item.lines += 1;
    item.exactSales += exact(line.sales);
    item.exactCost += exact(line.cost);
    item.sales = billed(item.exactSales, line.currency);
    item.cost = billed(item.exactCost, line.currency);
    items.set(key, item);
  }
  return [...items.values()];
}

interface Kind {
  type: string;
  code: string | null;
}

function kindOf(line: Line, lines: Line[], { subscriptions }: Pick<Report, 'subscriptions'>): Kind {
  if (line.recordType !== 'ManualBillingLine') return { type: line.recordType!, code: line.itemCode };
  if (line.subscriptionId === null) return { type: 'Unclassified', code: line.itemCode };
  const listed = subscriptions.find(
    ({ id, organizationId }) => id === line.subscriptionId && organizationId === line.organizationId,
  );
  const siblings = lines.filter(
    (other) => other.subscriptionId === line.subscriptionId && other.recordType !== 'ManualBillingLine',
  );
  const near = siblings.filter(({ currency }) => currency === line.currency);
  const home = homeAmong(near.length > 0 ? near : siblings, listed?.itemCode ?? null);
  if (home) return home;
  return listed ? { type: listed.recordType, code: listed.itemCode } : { type: 'Unclassified', code: line.itemCode };
}

function homeAmong(siblings: Line[], listedCode: string | null): Kind | null {
  const candidates = new Map<string, Kind & { sales: bigint }>();
  for (const { recordType, itemCode, sales } of siblings) {
    const key = `${recordType}|${recordType === LICENCE ? itemCode : ''}`;
    const candidate = candidates.get(key) ?? { type: recordType!, code: itemCode, sales: 0n };
    candidate.sales += exact(sales);
    candidates.set(key, candidate);
  }
  const order = (kind: Kind): string => `${(kind.code ?? '').toLowerCase()}|${kind.type}`;
  const sorted = [...candidates.values()].sort((left, right) =>
    left.sales === right.sales ? (order(left) < order(right) ? -1 : 1) : left.sales > right.sales ? -1 : 1,
  );
  return sorted.find(({ code }) => listedCode !== null && code === listedCode) ?? sorted[0] ?? null;
}

/** Rule 6.1: what the contract carries in place of a subscription id. */
function hashOf(organizationId: string, type: string, code: string | null): string {
  const members = ['default', organizationId.toLowerCase(), null, type, code?.toLowerCase() ?? null];
  return `cm-${createHash('sha256').update(JSON.stringify(members)).digest('hex').slice(0, 32)}`;
}

/** What posting would bill for a contract and a month: its rows, and the charges that carry the month in their key. Other people's services do not count. */
export function standing(books: Books, contractKey: string, month: string): Money {
  const contract = books.contracts.find(({ subscriptionId }) => subscriptionId?.toLowerCase() === contractKey.toLowerCase());
  const ours = new Set(
    books.services.filter(({ key }) => key !== null && /^(cfq7ttc0|cloudmore:)/i.test(key)).map(({ id }) => id),
  );
  const sum = (parts: { price: string; cost: string }[], side: 'price' | 'cost'): bigint =>
    parts.reduce((total, part) => total + rounded(exact(part[side]), POSTED), 0n);
  const parts = [
    ...books.rows.filter((row) => row.contractId === contract?.id && row.startDay.startsWith(month) && ours.has(row.serviceId)),
    ...books.charges.filter((charge) => charge.contractId === contract?.id && charge.key.startsWith(`CM-${month}-`)),
  ];
  return { sales: sum(parts, 'price'), cost: sum(parts, 'cost') };
}
