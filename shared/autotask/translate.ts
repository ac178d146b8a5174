import { z } from 'zod';
import { big, plain } from '../billing/decimal.js';
import { parseChargeKey } from '../billing/keys.js';
import { present, same } from '../billing/text.js';
import type { Charge, Company, Contract, Decimal, Product, Row, Service } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { fromWire } from './days.js';
import { lowerKeys } from './transport.js';

/** Autotask's records to ours. Unknown properties are ignored, missing ones are null, and one that is needed and not there is a loud error with its path. */

const id = z.coerce.number().int();
const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => present(value === null || value === undefined ? null : String(value)));
const day = z.string().min(1).transform(fromWire);
const flag = z.union([z.boolean(), z.number()]).nullish().transform(Boolean);
const number = z.coerce
  .number()
  .nullish()
  .transform((value) => value ?? null);
/** A decimal as its shortest text: JSON numbers of up to 15 digits survive it exactly. */
const decimal = z.union([z.number(), z.string()]).transform((value): Decimal => plain(big(String(value))));
const amount = decimal.nullish().transform((value) => value ?? '0');

const userDefinedFields = z
  .array(z.object({ name: z.string(), value: text }))
  .nullish()
  .transform((fields) => fields ?? []);

const companySchema = z.object({ id, companyname: text, isactive: flag, currencyid: number });
const contractSchema = z.object({
  id,
  companyid: id,
  contractname: text,
  contractnumber: text,
  status: number,
  contracttype: number,
  contractperiodtype: number,
  startdate: day,
  enddate: day,
  servicelevelagreementid: number,
  userdefinedfields: userDefinedFields,
});
const rowSchema = z.object({
  id,
  contractid: id,
  contractserviceid: id,
  serviceid: id,
  startdate: day,
  enddate: day,
  units: z.coerce
    .number()
    .nullish()
    .transform((value) => value ?? 0),
  price: amount,
  cost: decimal.nullish(),
  approveandpostdate: text,
});
const chargeSchema = z.object({
  id,
  contractid: id,
  internalpurchaseordernumber: text,
  productid: id.nullish().transform((value) => value ?? null),
  datepurchased: day,
  unitquantity: amount,
  unitprice: amount,
  unitcost: decimal.nullish(),
  isbilled: flag,
});
const serviceSchema = z.object({
  id,
  name: text,
  invoicedescription: text,
  isactive: flag,
  unitprice: amount,
  unitcost: decimal.nullish(),
});
const productSchema = z.object({ id, name: text, externalproductid: text, isactive: flag });
const contractServiceSchema = z.object({ id, contractid: id, serviceid: id, invoicedescription: text });
const currencySchema = z.object({ id, name: text, isinternalcurrency: flag });

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
}

/** Picklist values of the tenant, resolved by label. */
export interface ContractValues {
  recurringService: number;
  monthly: number;
  active: number;
}

/** Decodes a record; the error names the entity, the record and the property. */
export function decode<Schema extends z.ZodType>(schema: Schema, entity: string, record: unknown): z.infer<Schema> {
  const result = schema.safeParse(lowerKeys(record));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new ApiError('malformed', `Autotask's ${entity} ${recordId(record)}: ${issue?.path.join('.')}: ${issue?.message}`);
}

function recordId(record: unknown): string {
  const lower = lowerKeys(record);
  return typeof lower === 'object' && lower !== null && 'id' in lower ? String(lower.id) : '(no id)';
}

export function toCompany(record: unknown, currencies: Currency[]): Company {
  const company = decode(companySchema, 'company', record);
  const currency = currencies.find((candidate) => candidate.id === company.currencyid)?.code ?? null;
  return { id: company.id, name: company.companyname ?? '', isActive: company.isactive, currency };
}

export function toContract(record: unknown, values: ContractValues, subscriptionUdf: string): Contract {
  const contract = decode(contractSchema, 'contract', record);
  return {
    id: contract.id,
    companyId: contract.companyid,
    name: contract.contractname ?? '',
    number: contract.contractnumber,
    subscriptionId: contract.userdefinedfields.find(({ name }) => same(name, subscriptionUdf))?.value ?? null,
    isActive: contract.status === values.active,
    isRecurringService: contract.contracttype === values.recurringService,
    isMonthly: contract.contractperiodtype === values.monthly,
    startDay: contract.startdate,
    endDay: contract.enddate,
    slaId: contract.servicelevelagreementid,
  };
}

/**
 * Without the right to see costs they come back empty (`autotask.md` 1). Taken for 0 they would be posted once more in every run, so an empty one is
 * refused where there must be one: `isOurs` says whether.
 */
function costOf(what: string, recordId: number, cost: Decimal | null | undefined, isOurs: boolean): Decimal {
  if (cost === null || cost === undefined) {
    if (!isOurs) return '0';
    throw new ApiError(
      'unauthorized',
      `Autotask shows no cost of the ${what} ${recordId}: the API user may not see costs. Give its security level the permission to view cost.`,
    );
  }
  return cost;
}

export function toRow(record: unknown): Row {
  const row = decode(rowSchema, 'contract service units', record);
  return {
    id: row.id,
    contractId: row.contractid,
    contractServiceId: row.contractserviceid,
    serviceId: row.serviceid,
    startDay: row.startdate,
    endDay: row.enddate,
    units: row.units,
    price: row.price,
    cost: costOf('contract service units', row.id, row.cost, row.units !== 0),
    frozen: row.approveandpostdate !== null,
  };
}

export function toCharge(record: unknown): Charge {
  const charge = decode(chargeSchema, 'contract charge', record);
  const key = charge.internalpurchaseordernumber ?? '';
  const unitCost = costOf('contract charge', charge.id, charge.unitcost, parseChargeKey(key) !== null);
  return {
    id: charge.id,
    contractId: charge.contractid,
    key,
    productId: charge.productid,
    day: charge.datepurchased,
    quantity: charge.unitquantity,
    unitPrice: charge.unitprice,
    unitCost,
    price: plain(big(charge.unitquantity).times(charge.unitprice)),
    cost: plain(big(charge.unitquantity).times(unitCost)),
    billed: charge.isbilled,
  };
}

export function toService(record: unknown): Service {
  const service = decode(serviceSchema, 'service', record);
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
  const product = decode(productSchema, 'product', record);
  return { id: product.id, name: product.name ?? '', key: product.externalproductid, isActive: product.isactive };
}

export function toContractService(record: unknown): ContractService {
  const service = decode(contractServiceSchema, 'contract service', record);
  return {
    id: service.id,
    contractId: service.contractid,
    serviceId: service.serviceid,
    invoiceDescription: service.invoicedescription,
  };
}

export function toCurrency(record: unknown): Currency {
  const currency = decode(currencySchema, 'currency', record);
  return { id: currency.id, code: (currency.name ?? '').toUpperCase(), isInternal: currency.isinternalcurrency };
}

/** A decimal as a JSON number. Throws where the number would not print the same digits again. */
export function toWireNumber(value: Decimal): number {
  const result = Number(value);
  if (!Number.isFinite(result) || !big(String(result)).eq(value))
    throw new ApiError('rejected', `The amount ${value} has more digits than Autotask can take.`);
  return result;
}
