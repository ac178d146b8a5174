import { firstDay, lastDay, nextMonth } from '../billing/basics/month.js';
import type { Day, Line, Month, Price, Subscription } from '../billing/types.js';
import type { ReportSource } from '../cloudmore/config.js';
import type { Cloudmore } from '../cloudmore/index.js';
import type { Derivable } from '../cloudmore/derivable.js';
import type { ConnectorAmounts } from './autotask-records.js';
import { lowerFields, once, textOf, type Fields } from './once.js';

/** What beliefs about Cloudmore are judged by. No limit of calls is known there; reports are the expensive part, and three are asked for. */

const DETAILS = 10;
const INVOICE_LINES = 500;

/** What one poll of a report task showed. */
export interface TaskLook {
  status: number;
  /** Names of the members that came; none where there was no body. */
  members: string[];
  state: string | null;
}

export interface ReportSeen {
  lines: Line[];
  absent: Derivable[];
  unreadable: number;
  /** Customers, services and subscriptions whose total is not the sum of their lines. */
  unbalanced: string[];
  totals: number;
}

interface CloudmoreSettings {
  companyProperty: string;
  /** Members that the broker says Cloudmore does not have. */
  absentMembers: string[];
}

/** What somebody else made in Autotask, `REPORT_MONTH_OFFSET` and `REPORT_SOURCE`. */
interface Foreign {
  /** Subscription ids on their contracts; null where that is not known. */
  keys: () => Promise<string[] | null>;
  /** What the connector before us billed for them. */
  amounts: ConnectorAmounts[];
  offset: number;
  source: ReportSource;
}

export class CloudmoreSeen {
  /** Looks at the monthly report's task, whatever came of it. */
  readonly looks: TaskLook[] = [];

  constructor(
    readonly cloudmore: Cloudmore,
    readonly month: Month,
    readonly settings: CloudmoreSettings,
    readonly foreign: Foreign,
  ) {}

  readonly services = once(() => this.cloudmore.services());
  readonly organizations = once(() => this.cloudmore.listOrganizations());

  readonly details = once(async () => {
    const found: { id: string; detail: Fields }[] = [];
    for (const { id } of (await this.organizations()).slice(0, DETAILS))
      found.push({ id, detail: lowerFields(await this.cloudmore.organizationDetail(id)) });
    return found;
  });

  readonly subscriptions = once((): Promise<Subscription[]> => this.cloudmore.subscriptions());

  readonly prices = once(async (): Promise<Price[]> => {
    const found: Price[] = [];
    for (const { id, isCustom } of await this.services()) if (!isCustom) found.push(...(await this.cloudmore.priceList(id)));
    return found;
  });

  readonly report = once(() => this.reportUpTo(lastDay(this.month), this.looks));
  readonly longerReport = once(() => this.reportUpTo(firstDay(nextMonth(this.month)), []));

  private async reportUpTo(endDay: Day, looks: TaskLook[]): Promise<ReportSeen> {
    const sums: Sums = { unbalanced: [], totals: 0 };
    const read = await this.cloudmore.watchReport(this.month, endDay, {
      onLook: ({ status, json }) => {
        const fields = lowerFields(json);
        looks.push({ status, members: Object.keys(fields), state: textOf(fields.status ?? fields.state) });
      },
      see: (organization) => compareTotals(organization, sums),
    });
    return { lines: read.lines, absent: read.absent, unreadable: read.unreadable, ...sums };
  }

  readonly invoices = once(() => this.cloudmore.invoicesOf(this.month));

  /** The month's invoice, or the latest one; its first lines as they came. */
  readonly invoice = once(async () => {
    const answer = await this.cloudmore.get('billing/azurereports/AzureOneTimeInvoiceList');
    const invoices = (Array.isArray(answer) ? answer : []).map(lowerFields);
    const dated = invoices
      .map((one) => ({ number: textOf(one.invoicenumber), day: textOf(one.invoicedate) ?? '' }))
      .sort((left, right) => (left.day < right.day ? 1 : -1));
    const chosen = dated.find(({ day }) => day.startsWith(this.month)) ?? dated[0];
    if (chosen?.number == null) return { invoices: invoices.length, lines: null };
    const records = await this.cloudmore.invoiceRecords(chosen.number, INVOICE_LINES);
    return { invoices: invoices.length, lines: records.map(lowerFields) };
  });
}

// ---------------------------------------------------------------------------------------------------------------- sums

interface Sums {
  unbalanced: string[];
  totals: number;
}

/** Compares a customer's totals with its lines, at every level that has one. Amounts are added in ten-thousandths, so that no digit is lost. */
function compareTotals(organization: unknown, sums: Sums): void {
  addUp(organization, ['services', 'items', 'products'], 'a customer', sums);
}

const LEVELS = ['a customer', 'a service', 'a subscription'];
const SCALE = 10_000;

function addUp(raw: unknown, [list, ...rest]: string[], what: string, sums: Sums): number {
  const fields = lowerFields(raw);
  const total = amountOf(fields.totalsalesprice);
  if (list === undefined) return total ?? 0;
  const parts: unknown[] = Array.isArray(fields[list]) ? fields[list] : [];
  const next = LEVELS[LEVELS.indexOf(what) + 1] ?? 'a line';
  const sum = parts.reduce((all: number, part) => all + addUp(part, rest, next, sums), 0);
  if (total !== null) {
    sums.totals += 1;
    if (Math.abs(total - sum) > SCALE / 100) sums.unbalanced.push(`${what} (${total / SCALE}, its lines ${sum / SCALE})`);
  }
  return sum;
}

function amountOf(value: unknown): number | null {
  const text = textOf(value);
  return text === null || Number.isNaN(Number(text)) ? null : Math.round(Number(text) * SCALE);
}
