import { PRODUCTS } from '../billing/keys.js';
import { addDays, addMonths, monthOf, nextMonth } from '../billing/month.js';
import { same } from '../billing/text.js';
import type { Books, Charge, Contract, Day, Month, Product, Row, Service } from '../billing/types.js';
import { SharedCatalogue, type Shared } from './catalogue.js';
import type { AutotaskConfig } from './config.js';
import { ApiError } from '../http/errors.js';
import {
  chargesFrom,
  chargesOfMonth,
  LIST_LENGTH,
  LIST_LENGTH_BESIDE_OTHERS,
  rowsFrom,
  rowsOfMonth,
  type Condition,
} from './conditions.js';
import { toWire } from './days.js';
import type { Threshold } from './quota.js';
import { IdOrder, isExpired, keyOf, pageOf } from './pages.js';
import { Picklists } from './picklists.js';
import { Transport, type CallOptions, type TransportOptions } from './transport.js';
import {
  toCharge,
  toCompany,
  toContract,
  toContractService,
  toCurrency,
  toProduct,
  toRow,
  toService,
  type ContractService,
  type ContractValues,
  type Currency,
} from './translate.js';

/** What the billing reads of Autotask: bulk reads into books, and look-ups by natural key. */

export interface ReadOptions extends CallOptions {
  /** Told while pages come in. */
  onProgress?: (what: string) => void;
}

const PAGE_SIZE = 500;
/** A million records: beyond it something loops. */
const PAGES_MAX = 2000;

export class AutotaskReads {
  protected readonly transport: Transport;
  readonly picklists: Picklists;
  private currencies: Promise<Currency[]> | null = null;
  private readonly shared: SharedCatalogue;

  constructor(
    protected readonly config: AutotaskConfig,
    options: TransportOptions = {},
  ) {
    this.transport = new Transport(config, options);
    this.picklists = new Picklists(this.transport);
    this.shared = new SharedCatalogue(() => this.transport.gate.clock.now());
  }

  /** Runs `work` and tells how many calls it made to Autotask. */
  countCalls<T>(work: () => Promise<T>): Promise<{ result: T; calls: number }> {
    return this.transport.gate.count(work);
  }

  /** Carries out work that writes, asking right before each write, also after a long wait for quota (`transport.ts`). */
  sendingWhile<T>(mayStill: () => Promise<void>, work: () => Promise<T>): Promise<T> {
    return this.transport.sendingWhile(mayStill, work);
  }

  /** Our share of the tenant's quota. */
  get limits(): { callsPerHour: number; threads: number } {
    return { callsPerHour: this.config.callsPerHour, threads: this.config.threads };
  }

  /** Why calls wait at this moment, in words for an operator; null when none does. */
  waiting(): string | null {
    return this.transport.gate.status();
  }

  /** The tenant's quota and its use by anyone; null where Autotask does not tell. */
  readThreshold(): Promise<Threshold | null> {
    return this.transport.readThreshold();
  }

  // ------------------------------------------------------------------------------------------------------------- queries

  /** All records that meet the conditions, as Autotask has them. */
  query(entity: string, filter: Condition[], options: ReadOptions & { includeFields?: string[] } = {}): Promise<unknown[]> {
    return this.queryAs(entity, filter, (record) => record, options);
  }

  /**
   * All records that meet the conditions, by POST and page by page; next pages only on Autotask's own origin (`autotask.md` 2.3). A record is decoded when
   * its page has come: no more than one page is held as Autotask sends it. A next page that is refused has expired while calls waited for quota; the rest is
   * asked for by id.
   */
  private async queryAs<T>(
    entity: string,
    filter: Condition[],
    decode: (record: unknown) => T,
    { includeFields, onProgress, signal }: ReadOptions & { includeFields?: string[] } = {},
  ): Promise<T[]> {
    const body = { MaxRecords: PAGE_SIZE, ...(includeFields ? { IncludeFields: includeFields } : {}) };
    const found = new Map<string, T>();
    const read = new IdOrder();
    let conditions = filter;
    let hasRead = false;
    let path: string | null = `${entity}/query`;
    for (let page = 1; path !== null; page += 1) {
      if (page > PAGES_MAX) throw new ApiError('malformed', `${entity}/query: more than ${PAGES_MAX} pages of ${PAGE_SIZE}`);
      const call = { method: 'POST', path, body: { ...body, Filter: conditions }, isRead: true, signal } as const;
      try {
        const answer = pageOf(entity, await this.transport.call(call));
        // A page can repeat a record when rows are added while pages are read; it counts once.
        for (const record of answer.records) found.set(keyOf(record), decode(record));
        read.note(answer.records);
        hasRead = true;
        path = answer.next;
      } catch (error) {
        const after = isExpired(error) && hasRead ? read.last() : null;
        if (after === null) throw error;
        hasRead = false;
        conditions = [...filter, { op: 'gt', field: 'id', value: after }];
        path = `${entity}/query`;
      }
      onProgress?.(`${entity}: ${found.size}`);
    }
    return [...found.values()];
  }

  private async queryList<T>(
    entity: string,
    field: string,
    values: (number | string)[],
    rest: Condition[],
    decode: (record: unknown) => T,
    options: ReadOptions = {},
  ): Promise<T[]> {
    const records: T[] = [];
    const length = rest.length === 0 ? LIST_LENGTH : LIST_LENGTH_BESIDE_OTHERS;
    for (let start = 0; start < values.length; start += length) {
      const list: Condition = { op: 'in', field, value: values.slice(start, start + length) };
      for (const record of await this.queryAs(entity, [list, ...rest], decode, options)) records.push(record);
    }
    return records;
  }

  // ------------------------------------------------------------------------------------------------------------- books

  /**
   * The survey: everything that bears on a month, for all organizations at once. Next month's rows come along for the contracts that `isPaidOnce` names,
   * other neighbouring rows are left for `readNeighbours`.
   */
  async readBooks({
    month,
    companyIds,
    isPaidOnce = () => false,
    ...options
  }: { month: Month; companyIds: number[]; isPaidOnce?: (contract: Contract) => boolean } & ReadOptions): Promise<Books> {
    const companies = await this.readCompanies(companyIds, options);
    const contracts = await this.readContracts([this.carriesOurId()], options);
    const rows = await this.readMonthRows(month, contracts.map(idOf), contracts.filter(isPaidOnce).map(idOf), options);
    const shared = await this.readShared(options);
    const filter = chargesOfMonth(month, shared.products.map(idOf));
    const charges = await this.queryAs('ContractCharges', filter, toCharge, options);
    return { ...shared, companies, contracts, rows, charges, detailed: [] };
  }

  /**
   * The same for one organization alone. `subscriptionKeys` are looked for at other companies too (rule 6.1). Services and products are everybody's: they
   * may be as old as `sharedMaxAgeMs`.
   */
  async readOrganizationBooks({
    month,
    companyId,
    subscriptionKeys,
    isPaidOnce = () => false,
    sharedMaxAgeMs = 0,
    ...options
  }: {
    month: Month;
    companyId: number | null;
    subscriptionKeys: string[];
    isPaidOnce?: (contract: Contract) => boolean;
    sharedMaxAgeMs?: number;
  } & ReadOptions): Promise<Books> {
    const companies = companyId === null ? [] : await this.readCompanies([companyId], options);
    const contracts = await this.readContractsOf(companyId, subscriptionKeys, options);
    const ids = contracts.map(idOf);
    const rows = await this.readListedRows(month, ids, contracts.filter(isPaidOnce).map(idOf), options);
    const charges = await this.queryList('ContractCharges', 'contractID', ids, chargesOfMonth(month, null), toCharge, options);
    return { ...(await this.readShared(options, sharedMaxAgeMs)), companies, contracts, rows, charges, detailed: [] };
  }

  /** Contracts of a company, and those elsewhere that carry one of the keys: one query, unless the keys are too many for it. */
  private async readContractsOf(companyId: number | null, keys: string[], options: ReadOptions): Promise<Contract[]> {
    const found = new Map<number, Contract>();
    for (let start = 0; start === 0 || start < keys.length; start += LIST_LENGTH_BESIDE_OTHERS) {
      const some = keys.slice(start, start + LIST_LENGTH_BESIDE_OTHERS);
      const items: Condition[] = [
        ...(companyId !== null && start === 0 ? [{ op: 'eq', field: 'companyID', value: companyId }] : []),
        ...(some.length > 0 ? [{ op: 'in', field: this.config.subscriptionUdf, udf: true as const, value: some }] : []),
      ];
      if (items.length === 0) break;
      for (const contract of await this.readContracts([{ op: 'or', items }], options)) found.set(contract.id, contract);
    }
    return [...found.values()].sort((left, right) => left.id - right.id);
  }

  /** Adds, for these contracts, the rows from the month before on and the charges of later months, which rules 6.4, 7.0 and 7.5 look at. */
  async readNeighbours(books: Books, month: Month, contractIds: number[], options: ReadOptions = {}): Promise<Books> {
    const asked = new Set(contractIds);
    const ended = books.contracts.filter(({ id, endDay }) => asked.has(id) && monthOf(endDay) < addMonths(month, -1));
    const rows = await this.readRows(addMonths(month, -1), null, contractIds, options);
    const first = earliest(ended);
    const earlier = first === null ? [] : await this.readRows(first, addMonths(month, -2), ended.map(idOf), options);
    const charges = await this.queryList('ContractCharges', 'contractID', contractIds, chargesFrom(month), toCharge, options);
    return {
      ...books,
      rows: [...books.rows.filter(({ contractId }) => !asked.has(contractId)), ...rows, ...earlier],
      charges: [...new Map([...books.charges, ...charges].map((charge) => [charge.id, charge])).values()],
      detailed: [...new Set([...books.detailed, ...contractIds])],
    };
  }

  /** What was written, read again: one query per kind of record (rule 7.9). */
  async readBack({ month, written, ...options }: { month: Month; written: Written } & ReadOptions): Promise<ReadBack> {
    const contracts = await this.readContractsById(written.contracts, options);
    const rows = await this.readListedRows(month, written.rows, written.nextRows, options);
    return {
      contracts,
      rows,
      charges: await this.queryList(
        'ContractCharges',
        'contractID',
        written.charges,
        chargesOfMonth(month, null),
        toCharge,
        options,
      ),
      contractServices: await this.queryList(
        'ContractServices',
        'contractID',
        written.contractServices,
        [],
        toContractService,
        options,
      ),
      services: await this.queryList('Services', 'invoiceDescription', written.serviceKeys, [], toService, options),
      products: written.productKeys.length === 0 ? [] : await this.readProducts(options),
    };
  }

  private readShared(options: ReadOptions, maxAgeMs = 0): Promise<Shared> {
    return this.shared.get(maxAgeMs, () => this.readSharedNow(options));
  }

  /** What was written is in every later reading, also where that is a little older. */
  noteService(service: Service): void {
    this.shared.noteService(service);
  }

  noteProduct(product: Product): void {
    this.shared.noteProduct(product);
  }

  private async readSharedNow(options: ReadOptions): Promise<Shared> {
    const internal = (await this.readCurrencies(options)).find(({ isInternal }) => isInternal);
    if (!internal) throw new ApiError('malformed', 'Autotask names no internal currency (Currencies.isInternalCurrency).');
    const services = await this.queryAs('Services', [{ op: 'gte', field: 'id', value: 0 }], toService, options);
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

  /** Every company that is a customer to bill, active ones alone. */
  async activeCompanies(options: ReadOptions = {}): Promise<Books['companies']> {
    const currencies = await this.readCurrencies(options);
    const records = await this.query('Companies', [{ op: 'eq', field: 'isActive', value: true }], options);
    return records.map((record) => toCompany(record, currencies));
  }

  /** Companies by id; those that are not there are left out. */
  async readCompanies(ids: number[], options: ReadOptions = {}): Promise<Books['companies']> {
    const currencies = await this.readCurrencies(options);
    return this.queryList('Companies', 'id', ids, [], (record) => toCompany(record, currencies), options);
  }

  private async readContracts(filter: Condition[], options: ReadOptions): Promise<Contract[]> {
    return this.queryAs('Contracts', filter, await this.contractDecoder(), options);
  }

  private async readContractsById(ids: number[], options: ReadOptions): Promise<Contract[]> {
    return this.queryList('Contracts', 'id', ids, [], await this.contractDecoder(), options);
  }

  private async contractDecoder(): Promise<(record: unknown) => Contract> {
    const values = await this.contractValues();
    return (record) => toContract(record, values, this.config.subscriptionUdf);
  }

  /** One UDF condition per query is allowed, in a group too (`autotask.md` 2.2). */
  private carriesOurId(): Condition {
    return { op: 'or', items: [{ op: 'exist', field: this.config.subscriptionUdf, udf: true }, this.carriesNumber()] };
  }

  private carriesNumber(): Condition {
    return { op: 'exist', field: 'contractNumber' };
  }

  /** Rows of contracts beginning from one month to another (to the end when null). */
  private async readRows(from: Month, to: Month | null, contractIds: number[], options: ReadOptions): Promise<Row[]> {
    const wanted = new Set(contractIds);
    const rows = await this.queryList('ContractServiceUnits', 'contractID', contractIds, rowsFrom(from, to), toRow, options);
    return rows.filter((row) => wanted.has(row.contractId) && isWithin(row, from, to));
  }

  /** The survey's rows: of a list of contracts, or of all there are where they are too many for one list, so that every page is full. */
  private async readMonthRows(month: Month, contracts: number[], paidOnce: number[], options: ReadOptions): Promise<Row[]> {
    if (contracts.length + paidOnce.length <= LIST_LENGTH_BESIDE_OTHERS)
      return this.readListedRows(month, contracts, paidOnce, options);
    const [alongside, rest] = [paidOnce.slice(0, LIST_LENGTH_BESIDE_OTHERS), paidOnce.slice(LIST_LENGTH_BESIDE_OTHERS)];
    const rows = await this.queryAs('ContractServiceUnits', rowsOfMonth(month, alongside), toRow, options);
    const next = nextMonth(month);
    return [...chosen(rows, month, contracts, alongside), ...(await this.readRows(next, next, rest, options))];
  }

  /** Rows of the month of listed contracts, and next month's of some of them. */
  private async readListedRows(month: Month, contracts: number[], withNext: number[], options: ReadOptions): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { listed, alongside } of listsOf(contracts, new Set(withNext))) {
      const filter = rowsOfMonth(month, alongside);
      const read = await this.queryList('ContractServiceUnits', 'contractID', listed, filter, toRow, options);
      rows.push(...chosen(read, month, listed, alongside));
    }
    return rows;
  }

  private async readCharges(filter: Condition[], options: ReadOptions): Promise<Charge[]> {
    return this.queryAs('ContractCharges', filter, toCharge, options);
  }

  private async readProducts(options: ReadOptions): Promise<Product[]> {
    const ours = Object.values(PRODUCTS);
    const items: Condition[] = [
      { op: 'in', field: 'externalProductID', value: ours.map(({ key }) => key) },
      { op: 'in', field: 'name', value: ours.map(({ name }) => name) },
    ];
    return this.queryAs('Products', [{ op: 'or', items }], toProduct, options);
  }

  protected async contractValues(): Promise<ContractValues> {
    return {
      recurringService: await this.picklists.value('Contracts', 'contractType', 'Recurring Service'),
      monthly: await this.picklists.value('Contracts', 'contractPeriodType', 'Monthly'),
      active: await this.picklists.value('Contracts', 'status', 'Active'),
    };
  }

  // ------------------------------------------------------------------------------------------------------------- look-ups by natural key

  async findServices(key: string): Promise<Service[]> {
    return this.queryAs('Services', [{ op: 'eq', field: 'invoiceDescription', value: key }], toService);
  }

  async findProducts(key: string, productName: string): Promise<Product[]> {
    const items: Condition[] = [
      { op: 'eq', field: 'externalProductID', value: key },
      { op: 'eq', field: 'name', value: productName },
    ];
    return this.queryAs('Products', [{ op: 'or', items }], toProduct);
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
    const filter: Condition[] = [
      { op: 'eq', field: 'contractID', value: contractId },
      { op: 'eq', field: 'serviceID', value: serviceId },
      { op: 'gte', field: 'startDate', value: toWire(addDays(day, -1)) },
      { op: 'lte', field: 'startDate', value: toWire(addDays(day, 1)) },
    ];
    return (await this.queryAs('ContractServiceUnits', filter, toRow)).filter(({ startDay }) => startDay === day);
  }

  /** Of contracts: the rows that begin on the day, and later ones that are frozen. All later ones would be twelve times as many. */
  async findRowsToAdjust(contractIds: number[], day: Day): Promise<Row[]> {
    const wanted: Condition[] = [
      { op: 'lte', field: 'startDate', value: toWire(addDays(day, 1)) },
      { op: 'exist', field: 'approveAndPostDate' },
    ];
    const filter: Condition[] = [
      { op: 'gte', field: 'startDate', value: toWire(addDays(day, -1)) },
      { op: 'or', items: wanted },
    ];
    const rows = await this.queryList('ContractServiceUnits', 'contractID', contractIds, filter, toRow);
    return rows.filter(({ startDay, frozen }) => startDay === day || (frozen && startDay > day));
  }

  async findCharges(contractId: number, key: string): Promise<Charge[]> {
    const filter: Condition[] = [
      { op: 'eq', field: 'contractID', value: contractId },
      { op: 'eq', field: 'internalPurchaseOrderNumber', value: key },
    ];
    return (await this.readCharges(filter, {})).filter((charge) => same(charge.key, key));
  }
}

/** Contracts, rows and charges by their contract's id, services and products by their keys. */
export interface Written {
  contracts: number[];
  rows: number[];
  /** Contracts of `rows` whose next month was written too. */
  nextRows: number[];
  charges: number[];
  contractServices: number[];
  serviceKeys: string[];
  productKeys: string[];
}

export type ReadBack = Pick<Books, 'contracts' | 'rows' | 'charges' | 'services' | 'products'> & {
  contractServices: ContractService[];
};

const idOf = ({ id }: { id: number }): number => id;
const earliest = (contracts: Contract[]): Month | null => contracts.map(({ endDay }) => monthOf(endDay)).sort()[0] ?? null;
/** Contracts in lists as long as one query takes; those of which next month is wanted too count twice. */
function listsOf(contracts: number[], withNext: Set<number>): { listed: number[]; alongside: number[] }[] {
  const lists: { listed: number[]; alongside: number[] }[] = [];
  const length = withNext.size === 0 ? LIST_LENGTH : LIST_LENGTH_BESIDE_OTHERS;
  let left = 0;
  for (const id of contracts) {
    const cost = withNext.has(id) ? 2 : 1;
    if (left < cost) {
      lists.push({ listed: [], alongside: [] });
      left = length;
    }
    left -= cost;
    lists.at(-1)!.listed.push(id);
    if (cost === 2) lists.at(-1)!.alongside.push(id);
  }
  return lists;
}

/** Rows of the month of the contracts, and of the month after it of those `alongside`. */
function chosen(rows: Row[], month: Month, contracts: number[], alongside: number[]): Row[] {
  const [wanted, also, next] = [new Set(contracts), new Set(alongside), nextMonth(month)];
  return rows.filter(
    (row) =>
      (wanted.has(row.contractId) && isWithin(row, month, month)) || (also.has(row.contractId) && isWithin(row, next, next)),
  );
}

const isWithin = ({ startDay }: Row, from: Month, to: Month | null): boolean =>
  monthOf(startDay) >= from && (to === null || monthOf(startDay) <= to);
