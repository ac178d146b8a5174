import { propertiesOf } from '../http/properties.js';
import { z } from 'zod';
import { big, plain } from '../billing/basics/decimal.js';
import { parseChargeKey } from '../billing/basics/keys.js';
import { same } from '../billing/basics/text.js';
import type { Charge, Company, Contract, Decimal, Product, Row, Service, UnreadableRecord } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { lowerKeys } from './lower-keys.js';
import { isCanceled, problemOfStatus, type CanceledStatus } from './charge-status.js';
import { readExtended } from './extended.js';
import { decodeAs, MISSING, Unreadable, type Hints } from './unreadable.js';
import {
  amount,
  choice,
  choiceOrNull,
  day,
  dayOrNull,
  decimal,
  decimalOrNull,
  flag,
  idSchema,
  neededText,
  text,
  units,
} from './values.js';

/** Autotask's records to ours. Unknown properties are ignored; what is needed and not understood makes the record unreadable, and says which member it is. */

const companySchema = z.object({ id: idSchema, companyname: text.optional(), isactive: flag, currencyid: idSchema.nullable() });
const contractSchema = z.object({
  id: idSchema,
  companyid: idSchema,
  contractname: text.optional(),
  contractnumber: text,
  status: choice,
  contracttype: choice,
  contractperiodtype: choiceOrNull,
  startdate: day,
  enddate: day,
  servicelevelagreementid: choiceOrNull.optional(),
  userdefinedfields: z.array(z.unknown()).nullish(),
});
const udfSchema = z.object({ name: z.string(), value: text });
const rowSchema = z.object({
  id: idSchema,
  contractid: idSchema,
  contractserviceid: idSchema,
  serviceid: idSchema,
  startdate: day,
  enddate: day,
  units,
  price: decimalOrNull,
  cost: decimalOrNull,
  approveandpostdate: dayOrNull,
});
const chargeSchema = z.object({
  id: idSchema,
  contractid: idSchema,
  internalpurchaseordernumber: text,
  productid: idSchema.nullable(),
  datepurchased: day,
  unitquantity: decimal,
  unitprice: decimal,
  unitcost: decimalOrNull,
  isbilled: flag.nullable(),
  isbillabletocompany: flag.nullish(),
  status: z.unknown().optional(),
});
const serviceSchema = z.object({
  id: idSchema,
  name: text.optional(),
  invoicedescription: text,
  isactive: flag,
  unitprice: amount,
  unitcost: decimalOrNull.optional(),
});
const productSchema = z.object({
  id: idSchema,
  name: neededText,
  externalproductid: text,
  isactive: flag,
  doesnotrequireprocurement: flag.nullish(),
});
const contractServiceSchema = z.object({ id: idSchema, contractid: idSchema, serviceid: idSchema, invoicedescription: text });
const currencySchema = z.object({
  id: idSchema,
  name: z.string().regex(/^[a-z]{3}$/i),
  isinternalcurrency: flag,
  exchangerate: z.unknown().optional(),
});

/** Members that are read of each kind of record, in lower case; one that is optional here may be absent. */
export const READ_MEMBERS: Record<string, string[]> = Object.fromEntries(
  Object.entries({
    Companies: companySchema,
    Contracts: contractSchema,
    ContractServices: contractServiceSchema,
    ContractServiceUnits: rowSchema,
    ContractCharges: chargeSchema,
    Services: serviceSchema,
    Products: productSchema,
    Currencies: currencySchema,
  }).map(([entity, { shape }]) => [entity, Object.keys(shape).filter((member) => member !== 'userdefinedfields')]),
);

export interface ContractService {
  id: number;
  contractId: number;
  serviceId: number;
  invoiceDescription: string | null;
}

export interface Currency {
  id: number;
  code: string;
  isInternal: boolean;
  /** What one unit of it is in the internal currency; null where that cannot be read. */
  rate: Decimal | null;
}

/** Picklist values of the tenant, resolved by label. */
export interface ContractValues {
  recurringService: number;
  monthly: number;
  active: number;
}

const NOBODYS = { contractId: null, companyId: null, keys: null };

export function toCompany(record: unknown, currencies: Currency[]): Company {
  const about = { kind: 'company', path: 'Companies' } as const;
  const company = decodeAs(companySchema, about, record);
  const currency = currencies.find((candidate) => candidate.id === company.currencyid)?.code ?? null;
  // Taken for "no currency of its own" the company would be billed in another one.
  if (currency === null && company.currencyid !== null)
    throw unreadable({
      ...about,
      id: company.id,
      member: 'currencyid',
      value: String(company.currencyid),
      problem: 'is not a currency that Currencies has',
    });
  return { id: company.id, name: company.companyname ?? '', isActive: company.isactive, currency };
}

function unreadable(
  finding: Pick<UnreadableRecord, 'kind' | 'path' | 'member' | 'problem'> & { id: number } & Partial<UnreadableRecord>,
  whenAll: ApiError | null = null,
): Unreadable {
  return new Unreadable({ vendor: 'Autotask', record: String(finding.id), value: null, ...NOBODYS, ...finding }, whenAll);
}

/** What a query asked for: a contract that it finds has a value there, or the value has another name. */
export type SearchedBy = 'field' | 'number';

export function toContract(
  record: unknown,
  values: ContractValues,
  subscriptionUdf: string,
  searchedBy: SearchedBy | null = null,
): Contract {
  const about = { kind: 'contract', path: 'Contracts' } as const;
  const udf = udfOf(record, subscriptionUdf);
  const hints: Hints = (members) => {
    const number = members.text('contractnumber');
    const keys =
      udf === undefined || number === undefined ? null : [udf, readExtended(number).number].filter((key) => key !== null);
    return { contractId: members.id('id'), companyId: members.id('companyid'), keys };
  };
  const contract = decodeAs(contractSchema, about, record, hints);
  const { id, companyid } = contract;
  if (udf === undefined)
    throw unreadable({
      ...about,
      id,
      contractId: id,
      companyId: companyid,
      member: 'userDefinedFields',
      problem: `has no text for "${subscriptionUdf}"`,
    });
  const hidden =
    searchedBy !== null && (searchedBy === 'field' ? udf === null && isWithout(record, subscriptionUdf) : isNull(record));
  if (hidden)
    throw unreadable({
      ...about,
      id,
      contractId: id,
      companyId: companyid,
      member: searchedBy === 'field' ? 'userDefinedFields' : 'contractNumber',
      problem: FOUND_BY_IT,
      keys: searchedBy === 'number' && udf !== null ? [udf] : null,
    });
  return {
    id,
    companyId: companyid,
    name: contract.contractname ?? '',
    ...readExtended(contract.contractnumber),
    subscriptionId: udf,
    isActive: contract.status === values.active,
    isRecurringService: contract.contracttype === values.recurringService,
    isMonthly: contract.contractperiodtype === values.monthly,
    startDay: contract.startdate,
    endDay: contract.enddate,
    slaId: contract.servicelevelagreementid ?? null,
  };
}

/** A contract that was found by a value which it does not show may carry any id: taken for one without, it would be made once more. */
const FOUND_BY_IT = 'is empty, and the contract was found by it';
const isNull = (record: unknown): boolean => propertiesOf(lowerKeys(record))['contractnumber'] === null;

/** Whether the field has no value at all, not even an empty one. */
function isWithout(record: unknown, subscriptionUdf: string): boolean {
  const { userdefinedfields: list } = propertiesOf(lowerKeys(record));
  const ours = Array.isArray(list) ? list.filter((field) => same(nameOf(field), subscriptionUdf)) : [];
  return ours.every((field) => (propertiesOf(field)['value'] ?? null) === null);
}

/** The value of our user-defined field, whatever the others hold; null where there is none, undefined where it cannot be read. */
function udfOf(record: unknown, subscriptionUdf: string): string | null | undefined {
  const lower = lowerKeys(record);
  const list: unknown =
    typeof lower === 'object' && lower !== null && 'userdefinedfields' in lower ? lower.userdefinedfields : null;
  if (list === null || list === undefined) return null;
  if (!Array.isArray(list)) return undefined;
  const ours = list.filter((field: unknown) => nameOf(field) !== null && same(nameOf(field), subscriptionUdf));
  const values = ours.map((field) => udfSchema.safeParse(field));
  if (values.some(({ success }) => !success)) return undefined;
  return values[0]?.data?.value ?? null;
}

const nameOf = (field: unknown): string | null =>
  typeof field === 'object' && field !== null && 'name' in field && typeof field.name === 'string' ? field.name : null;

/**
 * Without the right to see costs they come back empty (`docs/vendors/autotask.md` 1). Taken for 0 they would be posted once more in every run, so an empty one is
 * refused where there must be one: `isOurs` says whether.
 */
function costOf(
  finding: Pick<UnreadableRecord, 'kind' | 'path' | 'contractId'> & { id: number; member: string },
  cost: Decimal | null,
  isOurs: boolean,
): Decimal {
  if (cost !== null) return cost;
  if (!isOurs) return '0';
  throw unreadable(
    { ...finding, problem: MISSING },
    new ApiError(
      'unauthorized',
      `Autotask shows no cost of ${finding.path} ${finding.id}: the API user may not see costs. Give its security level the permission to view cost.`,
    ),
  );
}

const onContract: Hints = (members) => ({ ...NOBODYS, contractId: members.id('contractid') });

export function toRow(record: unknown): Row {
  const about = { kind: 'row', path: 'ContractServiceUnits' } as const;
  const row = decodeAs(rowSchema, about, record, onContract);
  if (row.price === null && row.units !== 0)
    throw unreadable({ ...about, id: row.id, contractId: row.contractid, member: 'price', problem: MISSING });
  return {
    id: row.id,
    contractId: row.contractid,
    contractServiceId: row.contractserviceid,
    serviceId: row.serviceid,
    startDay: row.startdate,
    endDay: row.enddate,
    units: row.units,
    price: row.price ?? '0',
    cost: costOf({ ...about, id: row.id, contractId: row.contractid, member: 'cost' }, row.cost, row.units !== 0),
    frozen: row.approveandpostdate !== null,
  };
}

/** Whether the row shows that costs are shown. */
export const hasUnits = ({ units }: Row): boolean => units !== 0;

export function toCharge(record: unknown, canceled: CanceledStatus): Charge {
  const about = { kind: 'charge', path: 'ContractCharges' } as const;
  const charge = decodeAs(chargeSchema, about, record, (members) => {
    const key = members.text('internalpurchaseordernumber');
    return { ...onContract(members), keys: key === undefined ? null : [key ?? ''] };
  });
  const key = charge.internalpurchaseordernumber ?? '';
  // It is found by its product or by a key of ours: one that shows neither does not show its key, and may be ours.
  if (charge.productid === null && !KEYED.test(key))
    throw unreadable({
      ...about,
      id: charge.id,
      contractId: charge.contractid,
      member: 'productid',
      problem: MISSING,
      keys: key === '' ? null : [key],
    });
  const problem = problemOfStatus(charge.status, canceled);
  // No call takes a canceled one back: a person deletes the charge, or gives it another status.
  if (problem !== null && isOurs({ key }))
    throw unreadable({
      ...about,
      id: charge.id,
      contractId: charge.contractid,
      member: 'status',
      value: JSON.stringify(charge.status),
      problem,
      keys: [key],
    });
  const cost = { ...about, id: charge.id, contractId: charge.contractid, member: 'unitcost', keys: [key] };
  // Others' charges that are read count for what they stand next to (7.8): their cost as much as their price.
  if (charge.unitcost === null && !isOurs({ key })) throw unreadable({ ...cost, problem: MISSING });
  const unitCost = costOf(cost, charge.unitcost, true);
  const isFree = isCanceled(charge.status, canceled) || charge.isbillabletocompany === false;
  return {
    id: charge.id,
    contractId: charge.contractid,
    key,
    productId: charge.productid,
    day: charge.datepurchased,
    quantity: charge.unitquantity,
    unitPrice: charge.unitprice,
    unitCost,
    price: isFree ? '0' : plain(big(charge.unitquantity).times(charge.unitprice)),
    cost: plain(big(charge.unitquantity).times(unitCost)),
    billed: charge.isbilled ?? false,
    ...(isFree ? { notBillable: true as const } : {}),
  };
}

const KEYED = /^cm-/i;
export const isOurs = ({ key }: Pick<Charge, 'key'>): boolean => parseChargeKey(key) !== null;

export function toService(record: unknown): Service {
  const service = decodeAs(serviceSchema, { kind: 'service', path: 'Services' }, record, (members) => {
    const key = members.text('invoicedescription');
    return { ...NOBODYS, keys: key === undefined ? null : [key ?? ''] };
  });
  return {
    id: service.id,
    name: service.name ?? '',
    key: service.invoicedescription,
    isActive: service.isactive,
    unitPrice: service.unitprice,
    unitCost: service.unitcost ?? null,
  };
}

export function toProduct(record: unknown): Product {
  const product = decodeAs(productSchema, { kind: 'product', path: 'Products' }, record, (members) => {
    const [key, name] = [members.text('externalproductid'), members.text('name')];
    // Without its name it may be the one that is found by it.
    return { ...NOBODYS, keys: key === undefined || name == null ? null : [key ?? '', name] };
  });
  return {
    id: product.id,
    name: product.name,
    key: product.externalproductid,
    isActive: product.isactive,
    ...(product.doesnotrequireprocurement === false ? { needsOrder: true as const } : {}),
  };
}

export function toContractService(record: unknown): ContractService {
  const about = { kind: 'contractService', path: 'ContractServices' } as const;
  const service = decodeAs(contractServiceSchema, about, record, onContract);
  return {
    id: service.id,
    contractId: service.contractid,
    serviceId: service.serviceid,
    invoiceDescription: service.invoicedescription,
  };
}

export function toCurrency(record: unknown): Currency {
  const currency = decodeAs(currencySchema, { kind: 'currency', path: 'Currencies' }, record);
  return {
    id: currency.id,
    code: currency.name.toUpperCase(),
    isInternal: currency.isinternalcurrency,
    rate: rateOf(currency.exchangerate),
  };
}

/** An invalid rate holds what needs it, and nothing else: the currency itself can be read. */
function rateOf(value: unknown): Decimal | null {
  const text = typeof value === 'number' || typeof value === 'string' ? String(value).trim() : '';
  if (!RATE.test(text)) return null;
  const rate = big(text);
  return rate.gt(0) ? plain(rate) : null;
}

/** Eight digits before the point and twelve behind it are more than any rate has. */
const RATE = /^\d{1,8}(\.\d{1,12})?$/;

/** A decimal as a JSON number. Throws where the number would not print the same digits again. */
export function toWireNumber(value: Decimal): number {
  const result = Number(value);
  if (!Number.isFinite(result) || !big(String(result)).eq(value))
    throw new ApiError('rejected', 'An amount has more digits than Autotask can take.');
  return result;
}
