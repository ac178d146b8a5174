import { isRecord } from '../../http/properties.js';
import { addMonths, firstDay, lastDay } from '../../billing/basics/month.js';
import { fold, same } from '../../billing/basics/text.js';
import type { Month } from '../../billing/types.js';
import { CARRIES_NUMBER, carriesField, LIST_LENGTH, rowsFrom } from '../../autotask/conditions.js';
import { fromWire } from '../../autotask/days.js';
import { LABELS } from '../../autotask/needs.js';
import type { Autotask, Condition } from '../../autotask/index.js';
import type { Cloudmore } from '../../cloudmore/index.js';
import { lowerFields, textOf } from '../once.js';
import { COMPANY_PROPERTY, SUBSCRIPTION_UDF } from './names.js';

/** What a month is billed from, as both vendors send it: raw records, whose anonymisation is not this file's business. */

export type Rec = Record<string, unknown>;

export interface RecordedSides {
  cloudmore: Record<'definitions' | 'organizations' | 'services' | 'blocks' | 'invoices', Rec[]> & {
    prices: { serviceId: string; items: Rec[] }[];
    subscriptions: Record<'nce' | 'legacy' | 'azure', Rec[]>;
  };
  autotask: Record<
    'companies' | 'billingCodes' | 'services' | 'products' | 'contracts' | 'contractServices' | 'rows' | 'charges' | 'currencies',
    Rec[]
  >;
  /** Values of the picklists that are read, by the field. */
  picklists: Record<string, { value: string; label: string; isActive: boolean }[]>;
  /** Kinds of which there were more than are recorded. */
  cut: string[];
}

export interface CollectOptions {
  autotask: Autotask;
  cloudmore: Cloudmore;
  month: Month;
  companyProperty: string;
  subscriptionUdf: string;
  billingCodeIds: number[];
  onProgress?: (what: string) => void;
}

/** Customers, contracts and records of a kind that one recording holds at most. */
const MOST = LIST_LENGTH;
const MONTHS_BEFORE = 2;
const MONTHS_AFTER = 3;

export async function collect(options: CollectOptions): Promise<RecordedSides> {
  const cut: string[] = [];
  const cloudmore = await collectCloudmore(options, cut);
  const companies = companyIdsOf(cloudmore.organizations);
  const { picklists, ...autotask } = await collectAutotask(options, companies, cut);
  return { cloudmore, autotask, picklists, cut };
}

// ---------------------------------------------------------------------------------------------------------------- Cloudmore

async function collectCloudmore(
  { cloudmore, month, companyProperty, onProgress }: CollectOptions,
  cut: string[],
): Promise<RecordedSides['cloudmore']> {
  const list = async (path: string): Promise<Rec[]> => recordsOf(await cloudmore.get(path));
  onProgress?.(`recording the report of ${month}`);
  const blocks = await reportBlocks(cloudmore, month);
  const services = await list('services');
  const organizations: Rec[] = [];
  const listed = await cloudmore.listOrganizations();
  if (listed.length > MOST) cut.push('organizations');
  for (const { id } of listed.slice(0, MOST)) {
    onProgress?.(`recording organizations: ${organizations.length} of ${listed.length}`);
    const detail = await cloudmore.organizationDetail(id);
    if (isRecord(detail)) organizations.push(renamedProperties(detail, companyProperty));
  }
  const prices: { serviceId: string; items: Rec[] }[] = [];
  for (const service of services) {
    const id = textOf(lowerFields(service).id);
    if (id !== null) prices.push({ serviceId: id, items: await list(`services/${encodeURIComponent(id)}/pricelist`) });
  }
  return {
    definitions: (await list('settings/CustomProperties')).map((one) => renamedName(one, companyProperty)),
    organizations,
    services,
    blocks,
    invoices: await invoicesOf(cloudmore, month),
    prices,
    subscriptions: {
      nce: await list('services/csp/nce/subscriptions'),
      legacy: await list('services/csp/Subscriptions'),
      azure: await list('services/azure/Subscriptions'),
    },
  };
}

/** The month's report as it came: a block's own members, and in it the customers' parts. */
async function reportBlocks(cloudmore: Cloudmore, month: Month): Promise<Rec[]> {
  const parts = new Map<unknown, unknown[]>();
  const see = (organization: unknown, block: unknown): void => void parts.set(block, [...(parts.get(block) ?? []), organization]);
  await cloudmore.watchReport(month, lastDay(month), { see });
  return [...parts].map(([block, organizations]) => ({ ...(block as Rec), organizations }));
}

async function invoicesOf(cloudmore: Cloudmore, month: Month): Promise<Rec[]> {
  const found: Rec[] = [];
  for (const invoice of recordsOf(await cloudmore.get('billing/azurereports/AzureOneTimeInvoiceList'))) {
    const { invoicenumber, invoicedate } = lowerFields(invoice);
    const number = textOf(invoicenumber);
    if (number === null || !String(invoicedate).startsWith(month)) continue;
    found.push({ ...invoice, report: { items: await cloudmore.invoiceRecords(number, Infinity) } });
  }
  return found;
}

const renamedName = (record: Rec, companyProperty: string): Rec =>
  same(textOf(record['name']), companyProperty) ? { ...record, name: COMPANY_PROPERTY } : record;

const renamedProperties = (detail: Rec, companyProperty: string): Rec =>
  Object.fromEntries(
    Object.entries(detail).map(([name, value]) => [
      name,
      name.toLowerCase() === 'customproperties'
        ? recordsOf(value)
            .map((one) => renamedName(one, companyProperty))
            .filter((one) => one['name'] === COMPANY_PROPERTY)
        : value,
    ]),
  );

function companyIdsOf(organizations: Rec[]): number[] {
  const texts = organizations.flatMap((one) =>
    recordsOf(lowerFields(one).customproperties).map((property) => textOf(lowerFields(property).value) ?? ''),
  );
  return [...new Set(texts.filter((text) => /^\d{1,12}$/.test(text)).map(Number))];
}

// ---------------------------------------------------------------------------------------------------------------- Autotask

async function collectAutotask(
  { autotask, month, subscriptionUdf, billingCodeIds, onProgress }: CollectOptions,
  linked: number[],
  cut: string[],
): Promise<RecordedSides['autotask'] & Pick<RecordedSides, 'picklists'>> {
  const page = async (entity: string, filter: Condition[]): Promise<Rec[]> => {
    onProgress?.(`recording ${entity}`);
    const records = (await autotask.sample(entity, filter, MOST)).map(lowerFields);
    if (records.length === MOST) cut.push(entity);
    return records;
  };
  const listed = async (entity: string, field: string, values: number[], rest: Condition[] = []): Promise<Rec[]> =>
    values.length === 0 ? [] : page(entity, [{ op: 'in', field, value: values.slice(0, MOST - rest.length) }, ...rest]);
  const contracts = unique([
    ...(await page('Contracts', [carriesField(subscriptionUdf)])),
    ...(await page('Contracts', [CARRIES_NUMBER])),
    ...(await listed('Contracts', 'companyID', linked)),
  ]).slice(0, MOST);
  const ids = contracts.map(({ id }) => Number(id));
  const around = rowsFrom(addMonths(month, -MONTHS_BEFORE), addMonths(month, MONTHS_AFTER));
  const contractServices = await listed('ContractServices', 'contractID', ids);
  const charges = await listed('ContractCharges', 'contractID', ids, [
    { op: 'gte', field: 'datePurchased', value: `${firstDay(addMonths(month, -1))}T00:00:00Z` },
  ]);
  const companies = [...new Set([...linked, ...contracts.map(({ companyid }) => Number(companyid))])];
  return {
    companies: await listed('Companies', 'id', companies),
    billingCodes: await listed('BillingCodes', 'id', billingCodeIds),
    services: await page('Services', [{ op: 'gte', field: 'id', value: 0 }]),
    products: await page('Products', [{ op: 'exist', field: 'externalProductID' }]),
    contracts: contracts.map((one) => withUdf(one, subscriptionUdf)),
    contractServices,
    rows: await listed('ContractServiceUnits', 'contractID', ids, around),
    charges,
    currencies: await page('Currencies', [{ op: 'gte', field: 'id', value: 0 }]),
    picklists: await picklistsOf(autotask),
  };
}

const unique = (records: Rec[]): Rec[] => [...new Map(records.map((one) => [one.id, one])).values()];

/** Our field alone, under the name that everybody has. */
const withUdf = (contract: Rec, subscriptionUdf: string): Rec => {
  const own = recordsOf(contract.userdefinedfields).filter(({ name }) => same(textOf(name), subscriptionUdf));
  return { ...contract, userdefinedfields: own.map(({ value }) => ({ name: SUBSCRIPTION_UDF, value: value ?? null })) };
};

/** The values that are found by their labels; the levels of service as numbers alone, for their names are the broker's own. */
async function picklistsOf(autotask: Autotask): Promise<RecordedSides['picklists']> {
  const wanted = [...new Set(LABELS.map(([entity, field]) => `${entity}.${field}`)), 'Contracts.serviceLevelAgreementID'];
  const found: RecordedSides['picklists'] = {};
  for (const name of wanted) {
    const [entity = '', field = ''] = name.split('.');
    const values = (await autotask.picklists.fields(entity)).find((one) => same(one.name, field))?.picklistvalues ?? [];
    const labels = new Set<string>(
      LABELS.filter(([of, own]) => `${of}.${own}` === name).map(([, , label]) => label.toLowerCase()),
    );
    found[name] = values.map(({ value, label, isactive }) => ({
      value: String(value),
      label: labels.has(fold(label)) ? label : `Value ${value}`,
      isActive: isactive !== false,
    }));
  }
  return found;
}

// ---------------------------------------------------------------------------------------------------------------- small things

export const recordsOf = (value: unknown): Rec[] => (Array.isArray(value) ? value.filter(isRecord) : []);

/** The day of a date as the product reads it. */
export const dayText = (value: unknown): string | null => {
  const text = textOf(value);
  return text === null || Number.isNaN(Date.parse(text)) ? null : fromWire(text);
};
