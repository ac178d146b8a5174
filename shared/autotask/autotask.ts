import { z } from 'zod';
import { PRODUCTS } from '../billing/keys.js';
import { addDays, addMonths, firstDay, lastDay, monthOf } from '../billing/month.js';
import { NO_BOOKS } from '../billing/rows.js';
import { same } from '../billing/text.js';
import type { Books, Charge, Contract, Day, Decimal, Month, Product, Row, Service } from '../billing/types.js';
import type { AutotaskConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import { toWire } from './days.js';
import { Gate, type GateClock } from './gate.js';
import { Picklists } from './picklists.js';
import { lowerKeys, Transport, type CallOptions } from './transport.js';
import {
  decode,
  toCharge,
  toCompany,
  toContract,
  toContractService,
  toCurrency,
  toProduct,
  toRow,
  toService,
  toWireNumber,
  type ContractService,
  type ContractValues,
  type Currency,
} from './translate.js';

/** Autotask PSA as the billing needs it: bulk reads into books, look-ups by natural key, and one request per write (`autotask.md`). */

export interface ReadOptions extends CallOptions {
  /** Told while pages come in. */
  onProgress?: (what: string) => void;
}

export interface Condition {
  op: string;
  field?: string;
  value?: unknown;
  udf?: true;
  items?: Condition[];
}

const PAGE_SIZE = 500;
/** A million records: beyond it something loops. */
const PAGES_MAX = 2000;
/** Conditions of one query may number 500, and a long list counts with its length (`autotask.md` 2.2). */
const LIST_LENGTH = 500;

const pageSchema = z.object({ items: z.array(z.unknown()), pagedetails: z.record(z.string(), z.unknown()).nullish() });
const createdSchema = z.object({ itemid: z.coerce.number().nullish() });

export class Autotask {
  private readonly gate: Gate;
  private readonly transport: Transport;
  readonly picklists: Picklists;
  private currencies: Promise<Currency[]> | null = null;

  constructor(
    private readonly config: AutotaskConfig,
    /** Another clock, and another place to ask for the zone, for tests; and whether this process may send something now. */
    { clock, zoneUrl, maySend }: { clock?: GateClock; zoneUrl?: string; maySend?: () => boolean } = {},
  ) {
    this.gate = new Gate(config, clock);
    this.transport = new Transport(config, this.gate, { zoneUrl, maySend });
    this.picklists = new Picklists(this.transport);
  }

  /** Runs `work` and tells how many calls it made to Autotask. */
  countCalls<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    return this.gate.count(work);
  }

  // ------------------------------------------------------------------------------------------------------------- queries

  /** All records that meet the conditions, by POST and page by page; next pages only on Autotask's own origin (`autotask.md` 2.3). */
  async query(entity: string, filter: Condition[], options: ReadOptions & { includeFields?: string[] } = {}): Promise<unknown[]> {
    const { includeFields, onProgress, signal } = options;
    const body = { MaxRecords: PAGE_SIZE, ...(includeFields ? { IncludeFields: includeFields } : {}), Filter: filter };
    const records = new Map<string, unknown>();
    let path: string | null = `${entity}/query`;
    for (let page = 1; path !== null; page += 1) {
      if (page > PAGES_MAX) throw new ApiError('malformed', `${entity}/query: more than ${PAGES_MAX} pages of ${PAGE_SIZE}`);
      const answer = pageOf(entity, await this.transport.call({ method: 'POST', path, body, isRead: true, signal }));
      // A page can repeat a record when rows are added while pages are read; it counts once.
      for (const record of answer.records) records.set(keyOf(record), record);
      path = answer.next;
      onProgress?.(`${entity}: ${records.size}`);
    }
    return [...records.values()];
  }

  private async queryList(
    entity: string,
    field: string,
    values: (number | string)[],
    rest: Condition[],
    options: ReadOptions & { includeFields?: string[] },
  ): Promise<unknown[]> {
    const records: unknown[] = [];
    for (let start = 0; start < values.length; start += LIST_LENGTH)
      records.push(
        ...(await this.query(entity, [{ op: 'in', field, value: values.slice(start, start + LIST_LENGTH) }, ...rest], options)),
      );
    return records;
  }

  // ------------------------------------------------------------------------------------------------------------- books

  /** The survey: everything that bears on a month, for all organizations at once. Neighbouring rows are left for `readNeighbours`. */
  async readBooks({ month, companyIds, ...options }: { month: Month; companyIds: number[] } & ReadOptions): Promise<Books> {
    const companies = await this.readCompanies(companyIds, options);
    const contracts = await this.readContracts([this.carriesOurId()], options);
    const rows = await this.readRows(
      month,
      month,
      contracts.map(({ id }) => id),
      contracts.length > LIST_LENGTH,
      options,
    );
    const shared = await this.readShared(options);
    const products = shared.products.map(({ id }) => id);
    const ours: Condition = { op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: `CM-${month}-` };
    const others = products.length === 0 ? [] : [inMonth(month, { op: 'in', field: 'productID', value: products })];
    const charges = await this.readCharges([{ op: 'or', items: [ours, ...others] }], options);
    return { ...shared, companies, contracts, rows, charges, detailed: [] };
  }

  /** The same for one organization alone. `subscriptionKeys` are looked for at other companies too (rule 6.1). */
  async readOrganizationBooks({
    month,
    companyId,
    subscriptionKeys,
    ...options
  }: { month: Month; companyId: number | null; subscriptionKeys: string[] } & ReadOptions): Promise<Books> {
    const companies = companyId === null ? [] : await this.readCompanies([companyId], options);
    const named: Condition[] =
      subscriptionKeys.length === 0
        ? []
        : [{ op: 'in', field: this.config.subscriptionUdf, udf: true, value: subscriptionKeys.slice(0, LIST_LENGTH) }];
    const ours =
      companyId === null ? [] : await this.readContracts([{ op: 'eq', field: 'companyID', value: companyId }], options);
    const elsewhere = named.length === 0 ? [] : await this.readContracts(named, options);
    const contracts = [...new Map([...ours, ...elsewhere].map((contract) => [contract.id, contract])).values()].sort(
      (left, right) => left.id - right.id,
    );
    const empty: Books = { ...(await this.readShared(options)), companies, contracts, rows: [], charges: [], detailed: [] };
    return this.readNeighbours(
      empty,
      month,
      contracts.map(({ id }) => id),
      options,
    );
  }

  /** Adds, for these contracts, the rows from the month before on and the charges of later months, which rules 6.4, 7.0 and 7.5 look at. */
  async readNeighbours(books: Books, month: Month, contractIds: number[], options: ReadOptions = {}): Promise<Books> {
    const asked = new Set(contractIds);
    const ended = books.contracts.filter(({ id, endDay }) => asked.has(id) && monthOf(endDay) < addMonths(month, -1));
    const rows = await this.readRows(addMonths(month, -1), null, contractIds, false, options);
    const earlier =
      ended.length === 0
        ? []
        : await this.readRows(
            earliest(ended),
            addMonths(month, -2),
            ended.map(({ id }) => id),
            false,
            options,
          );
    const purchased: Condition[] = [
      {
        op: 'or',
        items: [
          { op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: 'CM-' },
          inMonth(month, { op: 'exist', field: 'productID' }),
        ],
      },
      { op: 'gte', field: 'datePurchased', value: toWire(addDays(firstDay(month), -1)) },
    ];
    const charges = (await this.queryList('ContractCharges', 'contractID', contractIds, purchased, { ...options })).map(toCharge);
    return {
      ...books,
      rows: [...books.rows.filter(({ contractId }) => !asked.has(contractId)), ...rows, ...earlier],
      charges: [...new Map([...books.charges, ...charges].map((charge) => [charge.id, charge])).values()],
      detailed: [...new Set([...books.detailed, ...contractIds])],
    };
  }

  /** What was written, read again: one query per kind of record. */
  async readBack({
    month,
    contractIds,
    serviceKeys,
    productKeys,
    ...options
  }: { month: Month; contractIds: number[]; serviceKeys: string[]; productKeys: string[] } & ReadOptions): Promise<
    Pick<Books, 'contracts' | 'rows' | 'charges' | 'services' | 'products'> & { contractServices: ContractService[] }
  > {
    const contracts = await this.readContractsById(contractIds, options);
    const books = await this.readNeighbours({ ...NO_BOOKS, contracts }, month, contractIds, options);
    const contractServices = (await this.queryList('ContractServices', 'contractID', contractIds, [], options)).map(
      toContractService,
    );
    const services = (await this.queryList('Services', 'invoiceDescription', serviceKeys, [], options)).map(toService);
    const products = productKeys.length === 0 ? [] : await this.readProducts(options);
    return { contracts, rows: books.rows, charges: books.charges, services, products, contractServices };
  }

  private async readShared(options: ReadOptions): Promise<Pick<Books, 'internalCurrency' | 'services' | 'products'>> {
    const internal = (await this.readCurrencies(options)).find(({ isInternal }) => isInternal);
    if (!internal) throw new ApiError('malformed', 'Autotask names no internal currency (Currencies.isInternalCurrency).');
    const services = (await this.query('Services', [{ op: 'gte', field: 'id', value: 0 }], options)).map(toService);
    return { internalCurrency: internal.code, services, products: await this.readProducts(options) };
  }

  readCurrencies(options: ReadOptions = {}): Promise<Currency[]> {
    this.currencies ??= this.query('Currencies', [{ op: 'gte', field: 'id', value: 0 }], options)
      .then((records) => records.map(toCurrency))
      .catch((error: unknown) => {
        this.currencies = null;
        throw error;
      });
    return this.currencies;
  }

  private async readCompanies(ids: number[], options: ReadOptions): Promise<Books['companies']> {
    const currencies = await this.readCurrencies(options);
    return (await this.queryList('Companies', 'id', ids, [], options)).map((record) => toCompany(record, currencies));
  }

  private async readContracts(filter: Condition[], options: ReadOptions): Promise<Contract[]> {
    const values = await this.contractValues();
    return (await this.query('Contracts', filter, options)).map((record) =>
      toContract(record, values, this.config.subscriptionUdf),
    );
  }

  private async readContractsById(ids: number[], options: ReadOptions): Promise<Contract[]> {
    const values = await this.contractValues();
    return (await this.queryList('Contracts', 'id', ids, [], options)).map((record) =>
      toContract(record, values, this.config.subscriptionUdf),
    );
  }

  /** One UDF condition per query is allowed, in a group too (`autotask.md` 2.2). */
  private carriesOurId(): Condition {
    return { op: 'or', items: [{ op: 'exist', field: this.config.subscriptionUdf, udf: true }, this.carriesNumber()] };
  }

  private carriesNumber(): Condition {
    return { op: 'exist', field: 'contractNumber' };
  }

  /** Rows beginning from one month to another (to the end when null). Days are filtered with a margin and chosen exactly afterwards (`autotask.md` 2.7). */
  private async readRows(
    from: Month,
    to: Month | null,
    contractIds: number[],
    isEveryContract: boolean,
    options: ReadOptions,
  ): Promise<Row[]> {
    const filter: Condition[] = [
      { op: 'gte', field: 'startDate', value: toWire(addDays(firstDay(from), -1)) },
      ...(to === null ? [] : [{ op: 'lte', field: 'startDate', value: toWire(addDays(lastDay(to), 1)) }]),
    ];
    const wanted = new Set(contractIds);
    const records = isEveryContract
      ? await this.query('ContractServiceUnits', filter, options)
      : await this.queryList('ContractServiceUnits', 'contractID', contractIds, filter, options);
    return records
      .map(toRow)
      .filter(
        (row) => wanted.has(row.contractId) && monthOf(row.startDay) >= from && (to === null || monthOf(row.startDay) <= to),
      );
  }

  private async readCharges(filter: Condition[], options: ReadOptions): Promise<Charge[]> {
    return (await this.query('ContractCharges', filter, options)).map(toCharge);
  }

  private async readProducts(options: ReadOptions): Promise<Product[]> {
    const ours = Object.values(PRODUCTS);
    const items: Condition[] = [
      { op: 'in', field: 'externalProductID', value: ours.map(({ key }) => key) },
      { op: 'in', field: 'name', value: ours.map(({ name }) => name) },
    ];
    return (await this.query('Products', [{ op: 'or', items }], options)).map(toProduct);
  }

  private async contractValues(): Promise<ContractValues> {
    return {
      recurringService: await this.picklists.value('Contracts', 'contractType', 'Recurring Service'),
      monthly: await this.picklists.value('Contracts', 'contractPeriodType', 'Monthly'),
      active: await this.picklists.value('Contracts', 'status', 'Active'),
    };
  }

  // ------------------------------------------------------------------------------------------------------------- look-ups by natural key

  async findServices(key: string): Promise<Service[]> {
    return (await this.query('Services', [{ op: 'eq', field: 'invoiceDescription', value: key }])).map(toService);
  }

  async findProducts(key: string, productName: string): Promise<Product[]> {
    const items: Condition[] = [
      { op: 'eq', field: 'externalProductID', value: key },
      { op: 'eq', field: 'name', value: productName },
    ];
    return (await this.query('Products', [{ op: 'or', items }])).map(toProduct);
  }

  async findContracts(companyId: number, contractKey: string): Promise<Contract[]> {
    const items: Condition[] = [
      { op: 'eq', field: this.config.subscriptionUdf, udf: true, value: contractKey },
      { op: 'eq', field: 'contractNumber', value: contractKey },
    ];
    return this.readContracts(
      [
        { op: 'eq', field: 'companyID', value: companyId },
        { op: 'or', items },
      ],
      {},
    );
  }

  async readContract(id: number): Promise<Contract | null> {
    return (await this.readContractsById([id], {}))[0] ?? null;
  }

  /** Rows of a service on a contract that begin on the day. */
  async findRows(contractId: number, serviceId: number, day: Day): Promise<Row[]> {
    const rows = await this.queryRowsOf(contractId, serviceId, day, [
      { op: 'lte', field: 'startDate', value: toWire(addDays(day, 1)) },
    ]);
    return rows.filter(({ startDay }) => startDay === day);
  }

  /** The same, with all later ones. */
  async findRowsFrom(contractId: number, serviceId: number, day: Day): Promise<Row[]> {
    return (await this.queryRowsOf(contractId, serviceId, day, [])).filter(({ startDay }) => startDay >= day);
  }

  private async queryRowsOf(contractId: number, serviceId: number, day: Day, more: Condition[]): Promise<Row[]> {
    const filter: Condition[] = [
      { op: 'eq', field: 'contractID', value: contractId },
      { op: 'eq', field: 'serviceID', value: serviceId },
      { op: 'gte', field: 'startDate', value: toWire(addDays(day, -1)) },
      ...more,
    ];
    return (await this.query('ContractServiceUnits', filter)).map(toRow);
  }

  async findCharges(contractId: number, key: string): Promise<Charge[]> {
    const filter: Condition[] = [
      { op: 'eq', field: 'contractID', value: contractId },
      { op: 'eq', field: 'internalPurchaseOrderNumber', value: key },
    ];
    return (await this.readCharges(filter, {})).filter((charge) => same(charge.key, key));
  }

  // ------------------------------------------------------------------------------------------------------------- writes: one request each

  async createService(service: {
    name: string;
    description: string;
    key: string;
    unitPrice: Decimal;
    unitCost: Decimal;
    billingCodeId: number;
    slaId: number;
  }): Promise<number> {
    return this.create('Services', {
      name: service.name,
      description: service.description,
      invoiceDescription: service.key,
      billingCodeID: service.billingCodeId,
      periodType: await this.picklists.value('Services', 'periodType', 'Monthly'),
      unitPrice: toWireNumber(service.unitPrice),
      unitCost: toWireNumber(service.unitCost),
      serviceLevelAgreementID: service.slaId,
      isActive: true,
    });
  }

  async updateService(id: number, { unitPrice, unitCost }: { unitPrice: Decimal; unitCost: Decimal }): Promise<void> {
    await this.write('PATCH', 'Services', { id, unitPrice: toWireNumber(unitPrice), unitCost: toWireNumber(unitCost) });
  }

  /** Needs no procurement, or its charges would wait for an order (`autotask.md` 6.2). */
  async createProduct({ name, key, billingCodeId }: { name: string; key: string; billingCodeId: number }): Promise<number> {
    const fields = await this.picklists.fields('Products');
    const codes = ['productBillingCodeID', 'chargeBillingCodeID'].filter((field) =>
      fields.some((known) => same(known.name, field)),
    );
    const product = {
      name,
      description: name,
      externalProductID: key,
      isActive: true,
      isSerialized: false,
      doesNotRequireProcurement: true,
      unitPrice: 0,
      unitCost: 0,
    };
    return this.create('Products', { ...product, ...Object.fromEntries(codes.map((code) => [code, billingCodeId])) });
  }

  async createContract(contract: {
    companyId: number;
    name: string;
    startDay: Day;
    endDay: Day;
    subscriptionId: string;
    number: string;
    slaId: number;
  }): Promise<number> {
    const values = await this.contractValues();
    return this.create('Contracts', {
      companyID: contract.companyId,
      contractName: contract.name,
      contractNumber: contract.number,
      contractType: values.recurringService,
      contractPeriodType: values.monthly,
      status: values.active,
      startDate: toWire(contract.startDay),
      endDate: toWire(contract.endDay),
      serviceLevelAgreementID: contract.slaId,
      timeReportingRequiresStartAndStopTimes: 0,
      setupFee: 0,
      userDefinedFields: [{ name: this.config.subscriptionUdf, value: contract.subscriptionId }],
    });
  }

  /** Changes only what is named; of the UDFs only ours (`autotask.md` 2.5). */
  async updateContract(
    id: number,
    { endDay, slaId, subscriptionId, number }: { endDay?: Day; slaId?: number; subscriptionId?: string; number?: string },
  ): Promise<void> {
    await this.write('PATCH', 'Contracts', {
      id,
      ...(endDay === undefined ? {} : { endDate: toWire(endDay) }),
      ...(slaId === undefined ? {} : { serviceLevelAgreementID: slaId }),
      ...(number === undefined ? {} : { contractNumber: number }),
      ...(subscriptionId === undefined
        ? {}
        : { userDefinedFields: [{ name: this.config.subscriptionUdf, value: subscriptionId }] }),
    });
  }

  /** A signed delta of units and new unit prices from a day on. Create-only, answers without an id (`autotask.md` 5.3). */
  async createAdjustment(adjustment: {
    contractId: number;
    serviceId: number;
    contractServiceId: number | null;
    day: Day;
    unitChange: number;
    unitPrice: Decimal | null;
    unitCost: Decimal | null;
  }): Promise<void> {
    const { contractId, serviceId, contractServiceId, day, unitChange, unitPrice, unitCost } = adjustment;
    const what =
      contractServiceId === null
        ? { contractID: contractId, serviceID: serviceId }
        : { contractID: contractId, contractServiceID: contractServiceId };
    await this.write('POST', `Contracts/${contractId}/ServiceAdjustments`, {
      ...what,
      effectiveDate: toWire(day),
      unitChange,
      ...(unitPrice === null ? {} : { adjustedUnitPrice: toWireNumber(unitPrice) }),
      ...(unitCost === null ? {} : { adjustedUnitCost: toWireNumber(unitCost) }),
    });
  }

  async updateContractService(contractId: number, id: number, invoiceDescription: string): Promise<void> {
    await this.write('PATCH', `Contracts/${contractId}/Services`, { id, contractID: contractId, invoiceDescription });
  }

  async createCharge(charge: {
    contractId: number;
    key: string;
    name: string;
    description: string;
    day: Day;
    productId: number | null;
    billingCodeId: number;
    quantity: Decimal;
    unitPrice: Decimal;
    unitCost: Decimal;
  }): Promise<number> {
    return this.create(`Contracts/${charge.contractId}/Charges`, {
      contractID: charge.contractId,
      name: charge.name,
      description: charge.description,
      datePurchased: toWire(charge.day),
      chargeType: await this.picklists.value('ContractCharges', 'chargeType', 'Operational'),
      ...(charge.productId === null ? {} : { productID: charge.productId }),
      billingCodeID: charge.billingCodeId,
      unitQuantity: toWireNumber(charge.quantity),
      unitPrice: toWireNumber(charge.unitPrice),
      unitCost: toWireNumber(charge.unitCost),
      isBillableToCompany: true,
      internalPurchaseOrderNumber: charge.key,
    });
  }

  async updateCharge(
    contractId: number,
    id: number,
    charge: { quantity: Decimal; unitPrice: Decimal; unitCost: Decimal; name: string; description: string },
  ): Promise<void> {
    await this.write('PATCH', `Contracts/${contractId}/Charges`, {
      id,
      contractID: contractId,
      name: charge.name,
      description: charge.description,
      unitQuantity: toWireNumber(charge.quantity),
      unitPrice: toWireNumber(charge.unitPrice),
      unitCost: toWireNumber(charge.unitCost),
    });
  }

  async deleteCharge(contractId: number, id: number): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: `Contracts/${contractId}/Charges/${id}`, isRead: false });
  }

  private async create(path: string, body: Record<string, unknown>): Promise<number> {
    const { itemid } = decode(createdSchema, `${path} answer`, await this.write('POST', path, body));
    if (itemid) return itemid;
    // Taken, but without an id: whoever needs it looks it up by its key.
    throw new ApiError('unavailable', `POST ${path}: taken, but answered without an id`, { status: 200 }, 'unknown');
  }

  /** An empty answer to a POST is none of Autotask's (`autotask.md` 2.1): whether it was taken must be looked for. */
  private async write(method: 'POST' | 'PATCH', path: string, body: Record<string, unknown>): Promise<unknown> {
    const answer = await this.transport.call({ method, path, body, isRead: false });
    if (answer === undefined && method === 'POST')
      throw new ApiError('unavailable', `POST ${path}: an empty answer`, { status: 200 }, 'unknown');
    return answer;
  }

  // ------------------------------------------------------------------------------------------------------------- for `doctor`

  /** GET of anything below `v1.0/`, for checks of the set-up. */
  get(path: string, options: CallOptions = {}): Promise<unknown> {
    return this.transport.call({ method: 'GET', path, isRead: true, ...options }).then(lowerKeys);
  }
}

const earliest = (contracts: Contract[]): Month => contracts.map(({ endDay }) => monthOf(endDay)).sort()[0]!;

interface Page {
  records: unknown[];
  /** Address of the next page; null on the last. */
  next: string | null;
}

/** The frame of a page; its records are decoded one by one later. */
function pageOf(entity: string, answer: unknown): Page {
  const frame = pageSchema.safeParse(lowerFrame(answer));
  if (!frame.success) throw new ApiError('malformed', `${entity}/query: the answer has no list of items`);
  const next = Object.entries(frame.data.pagedetails ?? {}).find(([key]) => same(key, 'nextPageUrl'))?.[1];
  return { records: frame.data.items, next: typeof next === 'string' && next !== '' ? next : null };
}

const lowerFrame = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null
    ? Object.fromEntries(Object.entries(answer).map(([key, value]) => [key.toLowerCase(), value]))
    : answer;

/** What was purchased in the month, with a margin of a day (`autotask.md` 2.7). */
const inMonth = (month: Month, condition: Condition): Condition => ({
  op: 'and',
  items: [
    condition,
    { op: 'gte', field: 'datePurchased', value: toWire(addDays(firstDay(month), -1)) },
    { op: 'lte', field: 'datePurchased', value: toWire(addDays(lastDay(month), 1)) },
  ],
});

function keyOf(record: unknown): string {
  if (typeof record === 'object' && record !== null) {
    if ('id' in record) return String(record.id);
    if ('Id' in record) return String(record.Id);
  }
  return JSON.stringify(record);
}
