import { propertiesOf } from '../../shared/http/properties.js';
import type { Autotask, Condition, Currency } from '../../shared/autotask/index.js';
import { lastDay, reportMonthOf } from '../../shared/billing/basics/month.js';
import type { Day, Month, Report } from '../../shared/billing/types.js';
import { unreadOfReport, unreadText } from '../../shared/billing/results/unread.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Claim, Customer } from '../../shared/close/compare.js';
import { readable } from '../../shared/close/fields.js';
import { fold, oursOf, PRODUCT_NAMES, type KnownFrom, type Ours } from '../../shared/close/ours.js';
import { companyOf, reportedOf, type Dismissed, type Records, type Reported } from '../../shared/close/sides.js';
import type { Config } from '../../shared/config.js';
import type { Vendors } from '../../shared/vendors.js';

/** Both sides of a month read in bulk, for the close and for what was invoiced. */

export interface CloseRequest {
  month: Month;
  asOf: Day;
  /** What the run left out; and what it holds, of which nothing is certified. */
  claims: Claim[];
  held: Claim[];
  /** What people set aside, and what was ever named and billed on: as the evidence has it. */
  dismissed: Dismissed[];
  named: KnownFrom['named'];
  /** The month's rates, by currency (rule 3.5); absent where costs are not converted. */
  costRates?: Record<string, string>;
  onProgress: (what: string) => void;
}

/** Both vendors as they are now, apart from the planner. */
export interface Sides {
  report: Report;
  reported: Reported[];
  records: Records;
  customers: Customer[];
  companyNames: Map<number, string>;
  currencyOf: (companyId: number) => string;
  internalCurrency: string;
  ours: Ours;
  unread: string[];
}

export async function readSides(
  config: Config,
  { autotask, cloudmore }: Vendors,
  { month, asOf, named, onProgress }: Pick<CloseRequest, 'month' | 'asOf' | 'named' | 'onProgress'>,
): Promise<Sides> {
  const report = await cloudmore.readReport({ month, onProgress });
  const reported = reportedOf(report.lines, reportMonthOf(report), asOf);
  const records = await readRecords(autotask, { month, subscriptionUdf: config.autotask.subscriptionUdf, named }, onProgress);
  const currencies = await autotask.readCurrencies();
  const unread = unreadOfReport(report)
    .filter(({ bearsOnMonth }) => bearsOnMonth)
    .map(unreadText);
  const read = readable(records.companies, 'Companies', unread, (company) => [companyOf(company)]);
  const companies = new Map(read.map((company) => [company.id, company]));
  return {
    ...{ report, reported, records, unread },
    customers: customersOf(report.organizations, reported),
    companyNames: new Map([...companies].map(([id, { name }]) => [id, name])),
    internalCurrency: currencyName(null, currencies),
    currencyOf: (companyId) => currencyName(companies.get(companyId)?.currencyId ?? null, currencies),
    ours: oursOf({ named, report, settings: config.settings }),
  };
}

function currencyName(id: number | null, currencies: Currency[]): string {
  const found = id === null ? undefined : currencies.find((currency) => currency.id === id);
  return (found ?? currencies.find(({ isInternal }) => isInternal))?.code ?? '';
}

/** Organizations as Cloudmore lists them, and those that only lines still name. */
function customersOf(
  organizations: { id: string; name: string; companyIdText: string | null }[],
  reported: Reported[],
): Customer[] {
  const customers = new Map<string, Customer>();
  for (const { organizationId, organizationName } of reported)
    customers.set(fold(organizationId), { organizationId, organizationName, companyIdText: null });
  for (const { id, name, companyIdText } of organizations)
    customers.set(fold(id), { organizationId: id, organizationName: name, companyIdText });
  return [...customers.values()];
}

// ---------------------------------------------------------------------------------------------------------------- Autotask's records

const DAY_MS = 86_400_000;
/** Values in one list of a query. */
export const CHUNK = 200;

/**
 * A day of margin before the first; 10:15 UTC of the last day lies after that day's beginning in every zone, and before the next day's. Which rows are the
 * month's is decided exactly afterwards (`docs/vendors/autotask.md` 2.7).
 */
async function readRecords(
  autotask: Autotask,
  { month, subscriptionUdf, named }: { month: Month; subscriptionUdf: string; named: KnownFrom['named'] },
  onProgress: (what: string) => void,
): Promise<Records> {
  const first = Date.parse(`${month}-01T00:00:00Z`);
  const at = (days: number): string => new Date(first + days * DAY_MS).toISOString();
  const contracts = await readContracts(autotask, subscriptionUdf, named, onProgress);
  const rows = await autotask.query(
    'ContractServiceUnits',
    [
      { op: 'gte', field: 'startDate', value: at(-1) },
      { op: 'lte', field: 'startDate', value: `${lastDay(month)}T10:15:00Z` },
    ],
    { onProgress },
  );
  const products = await autotask.query('Products', [PRODUCTS]);
  const charges = await autotask.query('ContractCharges', [chargeCondition(products, month, at)], { onProgress });
  const canceled = await autotask.canceledStatus();
  if (canceled === undefined)
    throw new ApiError(
      'malformed',
      'Autotask shows no status of charges (ContractCharges.status), so it is not known which of them somebody canceled.',
    );
  const services = await autotask.query('Services', [{ op: 'gte', field: 'id', value: 0 }], { onProgress });
  const companies = await readCompanies(autotask, contracts);
  return { companies, contracts, rows, charges, services, products, canceled };
}

/** Those that carry an id, by one query for the field and one for the number; and those that we billed on, no matter what they carry today. */
async function readContracts(
  autotask: Autotask,
  subscriptionUdf: string,
  named: KnownFrom['named'],
  onProgress: (what: string) => void,
): Promise<unknown[]> {
  const contracts = new Map<number, unknown>();
  const add = async (condition: Condition): Promise<void> => {
    for (const contract of await autotask.query('Contracts', [condition], { onProgress }))
      contracts.set(Number(propertiesOf(contract)['id']), contract);
  };
  await add({ op: 'exist', field: subscriptionUdf, udf: true });
  await add({ op: 'exist', field: 'contractNumber' });
  const others = named.contracts.map(([id]) => id).filter((id) => !contracts.has(id));
  for (let start = 0; start < others.length; start += CHUNK)
    await add({ op: 'in', field: 'id', value: others.slice(start, start + CHUNK) });
  return [...contracts.values()];
}

/** Products of ours, and those that another connector made under the names that stand for the same. */
const PRODUCTS: Condition = {
  op: 'or',
  items: [
    { op: 'beginsWith', field: 'externalProductID', value: 'cloudmore:' },
    { op: 'in', field: 'name', value: Object.keys(PRODUCT_NAMES) },
  ],
};

/** Charges with a key of ours, and those of the month on the products that we bill by: another connector may have made them. */
function chargeCondition(products: unknown[], month: Month, at: (days: number) => string): Condition {
  const keyed: Condition = { op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: `CM-${month}-` };
  if (products.length === 0) return keyed;
  const others: Condition[] = [
    { op: 'in', field: 'productID', value: products.map((product) => propertiesOf(product)['id']) },
    { op: 'gte', field: 'datePurchased', value: at(-1) },
    { op: 'lte', field: 'datePurchased', value: at(LONGEST_MONTH_DAYS + 1) },
  ];
  return { op: 'or', items: [keyed, { op: 'and', items: others }] };
}

const LONGEST_MONTH_DAYS = 31;

async function readCompanies(autotask: Autotask, contracts: unknown[]): Promise<unknown[]> {
  const ids = [...new Set(contracts.map((contract) => propertiesOf(contract)['companyID']))].map(Number);
  const companies: unknown[] = [];
  for (let start = 0; start < ids.length; start += CHUNK)
    companies.push(...(await autotask.query('Companies', [{ op: 'in', field: 'id', value: ids.slice(start, start + CHUNK) }])));
  return companies;
}
