import { propertiesOf } from '../http/properties.js';
import { Big } from 'big.js';
import type { CountedLines } from '../billing/report/counted.js';
import { readDay } from '../door/index.js';
import { whoseId } from './whose.js';

/**
 * Counts the lines and amounts of the monthly billing report as it comes, by code of its own: nothing here is decoded, classified or left out, so that what
 * the planner makes of the lines can be compared with what there was (rule 1.7). It never fails; what it cannot read it counts as that.
 */
export class ReportCount {
  /** All that the report had, once it is whole. */
  counted: CountedLines[] = [];
  private readonly byBlock = new Map<unknown, RawLine[]>();

  /** Sees every organization before it is taken out of the answer. */
  readonly before =
    (take: (organization: unknown, block: unknown) => void) =>
    (organization: unknown, block: unknown): void => {
      this.see(organization, block);
      take(organization, block);
    };

  /** Takes an organization out of a block. What the block says of date and currency may come after it. */
  private see(rawOrganization: unknown, rawBlock: unknown): void {
    const lines = this.byBlock.get(rawBlock) ?? [];
    this.byBlock.set(rawBlock, lines);
    const whose = {
      organizationId: whoseId(rawOrganization),
      organizationName: textOf(member(rawOrganization, 'organizationName')) ?? '',
      currency: textOf(member(rawOrganization, 'currencyCode')),
    };
    for (const amounts of amountsOf(rawOrganization)) lines.push({ ...whose, ...amounts });
  }

  /** Adds up a report that is whole: what was taken out of its blocks, and what is still in them. */
  finish(report: unknown): void {
    const groups = new Map<string, CountedLines & { exact: Sides }>();
    for (const block of listOf(report)) {
      for (const organization of listOf(member(block, 'organizations'))) this.see(organization, block);
      const day = readDay(member(block, 'billingDate'));
      const currency = textOf(member(block, 'currencyCode'));
      for (const line of this.byBlock.get(block) ?? []) addTo(groups, line, day, currencyOf(currency ?? line.currency));
    }
    this.counted = [...groups.values()].map(({ exact, ...counted }) => ({
      ...counted,
      cost: exact.cost.toFixed(),
      sales: exact.sales.toFixed(),
    }));
  }
}

interface Sides {
  cost: Big;
  sales: Big;
}

interface RawLine extends Sides {
  organizationId: string | null;
  organizationName: string;
  currency: string | null;
  isReadable: boolean;
}

function addTo(
  groups: Map<string, CountedLines & { exact: Sides }>,
  { organizationId, organizationName, isReadable, cost, sales }: RawLine,
  day: string | null,
  currency: string,
): void {
  const key = JSON.stringify([organizationId?.trim().toLowerCase() ?? null, currency, day]);
  const group = groups.get(key) ?? {
    organizationId,
    organizationName: organizationName === '' ? (organizationId ?? '') : organizationName,
    currency,
    day,
    lines: 0,
    cost: '0',
    sales: '0',
    unreadable: 0,
    exact: { cost: new Big(0), sales: new Big(0) },
  };
  group.lines += 1;
  group.unreadable += isReadable ? 0 : 1;
  group.exact = { cost: group.exact.cost.plus(cost), sales: group.exact.sales.plus(sales) };
  groups.set(key, group);
}

/** Amounts of every line below an organization. What is there instead of a list is one line that cannot be read: whatever is in it, it is there. */
function* amountsOf(organization: unknown): Generator<Sides & { isReadable: boolean }> {
  for (const service of below(organization, 'services'))
    for (const item of service === UNREADABLE ? [UNREADABLE] : below(service, 'items'))
      for (const line of item === UNREADABLE ? [UNREADABLE] : below(item, 'products'))
        yield line === UNREADABLE ? { ...NO_AMOUNTS, isReadable: false } : lineAmounts(line);
}

const UNREADABLE = Symbol('a list that cannot be read');
const NO_AMOUNTS: Sides = { cost: new Big(0), sales: new Big(0) };

function below(record: unknown, name: string): unknown[] {
  const value = member(record, name);
  return Array.isArray(value) ? value : [UNREADABLE];
}

function lineAmounts(line: unknown): Sides & { isReadable: boolean } {
  const [cost, sales] = [amountOf(member(line, 'totalCostPrice')), amountOf(member(line, 'totalSalesPrice'))];
  return { cost: cost ?? NO_AMOUNTS.cost, sales: sales ?? NO_AMOUNTS.sales, isReadable: cost !== null && sales !== null };
}

/** A member by its name, in whatever case. */
function member(record: unknown, name: string): unknown {
  const members = propertiesOf(record);
  if (Object.hasOwn(members, name)) return members[name];
  const folded = name.toLowerCase();
  const other = Object.keys(members).find((one) => one.toLowerCase() === folded);
  return other === undefined ? undefined : members[other];
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const textOf = (value: unknown): string | null =>
  (typeof value === 'string' || typeof value === 'number') && String(value).trim() !== '' ? String(value).trim() : null;

function amountOf(value: unknown): Big | null {
  const text = textOf(value);
  return text !== null && /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?$/i.test(text)
    ? new Big(text.replace(/^\+/, ''))
    : null;
}

/** ISO 4217 for "no currency". */
const NO_CURRENCY = 'XXX';
const currencyOf = (code: string | null): string =>
  code !== null && /^[a-z]{3}$/i.test(code) ? code.toUpperCase() : NO_CURRENCY;
