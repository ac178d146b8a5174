import type { MonthResult } from '../../shared/billing/results/results.js';
import { SUMS, type Sum } from './file.js';

/** A month's result and what Autotask holds, in the words of the expectations. */

/** The sums that are something, "sales / cost". */
export function sumsOf(result: MonthResult): Partial<Record<Sum, string>> {
  const shown = SUMS.map((sum) => [sum, result[sum]] as const).filter(([, { lines }]) => lines > 0);
  return Object.fromEntries(shown.map(([sum, { sales, cost }]) => [sum, `${sales} / ${cost}`]));
}

/** What became of the items by subscription; several of one subscription in the order of their words. */
export function itemsOf({ organizations }: MonthResult): Record<string, string> {
  const shown = new Map<string, string[]>();
  for (const { subscriptionId, outcome, reason } of organizations.flatMap(({ items }) => items))
    shown.set(subscriptionId, [...(shown.get(subscriptionId) ?? []), reason === null ? outcome : `${outcome} ${reason}`]);
  return Object.fromEntries([...shown].map(([key, words]) => [key, words.sort().join(', ')]));
}

type Rec = Record<string, unknown>;
export interface HeldState {
  autotask: Record<'contracts' | 'unitRows' | 'charges' | 'services', Rec[]>;
}

/** What stands on each contract: its days, its rows with equal months together, its charges. */
export function holdsOf({ autotask }: HeldState): Record<string, string[]> {
  const shown = new Map<string, string[]>();
  for (const contract of autotask.contracts) {
    const key = nameOf(contract);
    const days = `${day(contract.startDate)} to ${day(contract.endDate)}${contract.status === 1 ? '' : ', inactive'}`;
    shown.set(key, [...(shown.get(key) ?? []), days, ...rowsOf(contract, autotask), ...chargesOf(contract, autotask)]);
  }
  return Object.fromEntries(shown);
}

function nameOf(contract: Rec): string {
  const fields = contract.userDefinedFields as { name: string; value: string | null }[] | undefined;
  return (fields?.find(({ name }) => name === 'Subscription ID')?.value ||
    contract.contractNumber ||
    contract.contractName) as string;
}

const day = (value: unknown): string => String(value).slice(0, 10);
const month = (value: unknown): string => String(value).slice(0, 7);

function rowsOf(contract: Rec, { unitRows, services }: HeldState['autotask']): string[] {
  const rows = unitRows.filter(({ contractID }) => contractID === contract.id);
  const served = services.filter(({ id }) => rows.some(({ serviceID }) => serviceID === id));
  served.sort((left, right) => String(left.invoiceDescription).localeCompare(String(right.invoiceDescription)));
  return served.flatMap((service) => {
    const own = rows
      .filter(({ serviceID }) => serviceID === service.id)
      .sort((left, right) => String(left.startDate).localeCompare(String(right.startDate)));
    return runs(own).map((text) => (served.length > 1 ? `${String(service.invoiceDescription)} ${text}` : text));
  });
}

/** Rows of following months that bill alike are reported together. A row that is split is reported with its day. */
function runs(rows: Rec[]): string[] {
  const shown: { from: string; to: string; text: string }[] = [];
  for (const row of rows) {
    const text = rowText(row);
    const last = shown.at(-1);
    const at = day(row.startDate).endsWith('-01') ? month(row.startDate) : day(row.startDate);
    if (last?.text === text) last.to = at;
    else shown.push({ from: at, to: at, text });
  }
  return shown.map(({ from, to, text }) => `${from === to ? from : `${from} to ${to}`}: ${text}`);
}

function rowText({ units, price, cost, approveAndPostDate }: Rec): string {
  const amounts = units === 0 ? '0 units' : `${String(units)} units, ${decimals(price)} / ${decimals(cost)}`;
  return approveAndPostDate ? `${amounts}, approved` : amounts;
}

function chargesOf(contract: Rec, { charges }: HeldState['autotask']): string[] {
  return charges
    .filter(({ contractID }) => contractID === contract.id)
    .map((charge) => {
      const of = /^CM-(\d{4}-\d{2})-/.exec(String(charge.internalPurchaseOrderNumber))?.[1];
      const at = day(charge.datePurchased);
      const what = of === undefined ? ' of others' : of === month(at) ? '' : ` for ${of}`;
      const quantity = charge.unitQuantity === 1 ? '' : `${String(charge.unitQuantity)} × `;
      return `charge ${at}${what}: ${quantity}${decimals(charge.unitPrice)} / ${decimals(charge.unitCost)}${charge.isBilled ? ', billed' : ''}`;
    });
}

/** With at least two decimals, and with all there are. */
function decimals(value: unknown): string {
  const text = String(value);
  const given = /\.(\d+)$/.exec(text)?.[1]?.length ?? 0;
  return given < 2 ? Number(text).toFixed(2) : text;
}
