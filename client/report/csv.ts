import { IN_REPORT, type Entry, type ReportDocument } from '../../shared/report/document.js';
import { marginOf } from '../../shared/report/margin.js';
import type { CsvSeparator } from '../../shared/config.js';
import { csvText, type CsvCell } from '../documents/spreadsheet.js';

/**
 * The month as one flat table for spreadsheets and programs: one row per amount, so that a pivot over `outcome` gives the report's sums (`in_report` says
 * which rows belong to it). Amounts are exact decimals, with a point where a comma separates. Files carry a byte order mark, because Excel reads UTF-8 only with one; standard output
 * carries none, because programs trip over it.
 */
const text = (value: string | number | null): CsvCell => ({ text: value === null ? '' : String(value) });
const number = (value: string | number): CsvCell => ({ number: String(value) });

const COLUMNS: [title: string, cell: (entry: Entry, report: ReportDocument) => CsvCell][] = [
  ['month', (_, { result }) => text(result.month)],
  ['outcome', ({ outcome }) => text(outcome)],
  ['in_report', ({ outcome }) => text(IN_REPORT.has(outcome) ? 'yes' : 'no')],
  ['sales', ({ sales }) => number(sales)],
  ['cost', ({ cost }) => number(cost)],
  ['currency', ({ currency }) => text(currency)],
  ['organization', ({ organizationName }) => text(organizationName)],
  ['organization_id', ({ organizationId }) => text(organizationId)],
  ['company_id', ({ companyId }) => text(companyId)],
  ['record_type', ({ recordType }) => text(recordType)],
  ['product', ({ productName }) => text(productName)],
  ['subscription_id', ({ subscriptionId }) => text(subscriptionId)],
  ['item_code', ({ itemCode }) => text(itemCode)],
  ['contract_id', ({ contractId }) => text(contractId)],
  ['quantity', ({ quantity }) => number(quantity)],
  ['lines', ({ lines }) => number(lines)],
  ['margin', (entry) => number(marginOf(entry, entry.currency).amount)],
  ['margin_percent', (entry) => number(marginOf(entry, entry.currency).share ?? '')],
  ['reason', ({ reason }) => text(reason)],
  ['message', ({ message }) => text(message)],
];

export const csvReport = (report: ReportDocument, separator: CsvSeparator): string =>
  csvText(
    COLUMNS.map(([title]) => title),
    report.entries.map((entry) => COLUMNS.map(([, cell]) => cell(entry, report))),
    separator,
  );
