import { addDays, addMonths, monthOf, nextMonth } from '../billing/basics/month.js';
import { same } from '../billing/basics/text.js';
import type { Books, Charge, Company, Contract, Day, Month, Product, Row, Service, UnreadableRecord } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { SharedCatalogue, type Shared } from './catalogue.js';
import { CANCELED, type CanceledStatus } from './charge-status.js';
import {
  chargesFrom,
  chargesOfMonth,
  LIST_LENGTH,
  LIST_LENGTH_WITH_OTHERS,
  rowsFrom,
  rowsOfMonth,
  type Condition,
} from './conditions.js';
import { ContractQueries } from './contract-queries.js';
import { toWire } from './days.js';
import type { Usage } from './gate.js';
import type { Decoder, ReadOptions } from './queries.js';
import { chargesRead, CONTRACT_SERVICES, PRODUCTS_READ, ROWS, SERVICES } from './decoders.js';
import { toCompany, toCurrency, type ContractService, type Currency } from './translate.js';
import { PRODUCTS } from '../billing/basics/record-types.js';

/** What the billing reads of Autotask: bulk reads into books, and look-ups by natural key. */

export class AutotaskReads extends ContractQueries {
  private currencies: Promise<Currency[]> | null = null;
  private readonly shared = new SharedCatalogue(() => this.transport.gate.clock.now());

  /** This process has the gate from now on: what the one before has sent counts, and what was remembered from earlier does not. */
  takeOver(usage: Usage): void {
    this.transport.gate.inherit(usage);
    this.shared.forget();
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
    const findings = new Findings(options);
    const companies = await this.readCompanies(companyIds, findings.options);
    const contracts = await this.readOurContracts(findings.options);
    const rows = await this.readMonthRows(month, contracts.map(idOf), contracts.filter(isPaidOnce).map(idOf), findings.options);
    const shared = await this.readShared(options);
    const filter = chargesOfMonth(month, shared.products.map(idOf));
    const charges = await this.readCharges(filter, findings.options);
    return findings.addTo({ ...shared, companies, contracts, rows, charges, detailed: [] });
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
    const findings = new Findings(options);
    const companies = companyId === null ? [] : await this.readCompanies([companyId], findings.options);
    const contracts = await this.readContractsOf(companyId, subscriptionKeys, findings.options);
    const ids = contracts.map(idOf);
    const rows = await this.readListedRows(month, ids, contracts.filter(isPaidOnce).map(idOf), findings.options);
    const charges = await this.readChargesOn(ids, chargesOfMonth(month, null), findings.options);
    const shared = await this.readShared(options, sharedMaxAgeMs);
    return findings.addTo({ ...shared, companies, contracts, rows, charges, detailed: [] });
  }

  /** Adds contracts that carry no id any more, with their rows and charges of the month; those that are gone are left out. */
  async readAlso(books: Books, month: Month, contractIds: number[], options: ReadOptions = {}): Promise<Books> {
    const findings = new Findings(options);
    const contracts = await this.readContractsById(contractIds, findings.options);
    const ids = contracts.map(idOf);
    const rows = await this.readListedRows(month, ids, [], findings.options);
    const charges = await this.readChargesOn(ids, chargesOfMonth(month, null), findings.options);
    return findings.addTo({
      ...books,
      contracts: [...books.contracts, ...contracts].sort((left, right) => left.id - right.id),
      rows: [...new Map([...books.rows, ...rows].map((row) => [row.id, row])).values()],
      charges: [...new Map([...books.charges, ...charges].map((charge) => [charge.id, charge])).values()],
    });
  }

  /** Adds, for these contracts, the rows from the month before on and the charges of later months, which rules 6.4, 7.0 and 7.5 look at. */
  async readNeighbours(books: Books, month: Month, contractIds: number[], options: ReadOptions = {}): Promise<Books> {
    const findings = new Findings(options);
    const asked = new Set(contractIds);
    const ended = books.contracts.filter(({ id, endDay }) => asked.has(id) && monthOf(endDay) < addMonths(month, -1));
    const rows = await this.readRows(addMonths(month, -1), null, contractIds, findings.options);
    const first = earliest(ended);
    const earlier = first === null ? [] : await this.readRows(first, addMonths(month, -2), ended.map(idOf), findings.options);
    findings.requireShown(
      books.rows.filter(({ contractId, startDay }) => asked.has(contractId) && monthOf(startDay) === month),
      [...rows, ...earlier],
    );
    const charges = await this.readChargesOn(contractIds, chargesFrom(month), findings.options);
    return findings.addTo({
      ...books,
      rows: [...books.rows.filter(({ contractId }) => !asked.has(contractId)), ...rows, ...earlier],
      charges: [...new Map([...books.charges, ...charges].map((charge) => [charge.id, charge])).values()],
      detailed: [...new Set([...books.detailed, ...contractIds])],
    });
  }

  /** What was written, read again: one query per kind of record (rule 7.9). */
  async readBack({ month, written, ...options }: { month: Month; written: Written } & ReadOptions): Promise<ReadBack> {
    const findings = new Findings(options);
    const contracts = await this.readContractsById(written.contracts, findings.options);
    const rows = await this.readListedRows(month, written.rows, written.nextRows, findings.options);
    return findings.addTo({
      contracts,
      rows,
      charges: await this.readChargesOn(written.charges, chargesOfMonth(month, null), findings.options),
      services: await this.queryList(
        { entity: 'Services', field: 'invoiceDescription', values: written.serviceKeys, rest: [] },
        SERVICES,
        findings.options,
      ),
      products: written.productKeys.length === 0 ? [] : await this.readProducts(findings.options),
    });
  }

  /** Every contract service of these contracts; one that cannot be read is left out. */
  readContractServices(contractIds: number[], options: ReadOptions = {}): Promise<ContractService[]> {
    const { options: finding } = new Findings(options);
    return this.queryList(
      { entity: 'ContractServices', field: 'contractID', values: contractIds, rest: [] },
      CONTRACT_SERVICES,
      finding,
    );
  }

  protected readShared(options: ReadOptions, maxAgeMs = 0): Promise<Shared> {
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
    const findings = new Findings(options);
    const services = await this.queryAs('Services', [{ op: 'gte', field: 'id', value: 0 }], SERVICES, findings.options);
    const products = await this.readProducts(findings.options);
    return findings.addTo({ internalCurrency: internal.code, services, products });
  }

  /** Kept where all of it could be read: what one answer lacked would be missing for as long as the process lives. */
  readCurrencies(options: ReadOptions = {}): Promise<Currency[]> {
    this.currencies ??= this.readCurrenciesNow(options).catch((error: unknown) => {
      this.currencies = null;
      throw error;
    });
    return this.currencies;
  }

  /** As they are now, with today's rates. */
  async readCurrenciesNow({ onUnreadable = ignored, ...options }: ReadOptions): Promise<Currency[]> {
    let isWhole = true;
    const noteUnreadable = (finding: UnreadableRecord): void => {
      isWhole = false;
      onUnreadable(finding);
    };
    const all: Condition[] = [{ op: 'gte', field: 'id', value: 0 }];
    const currencies = await this.queryAs(
      'Currencies',
      all,
      { decode: toCurrency },
      { ...options, onUnreadable: noteUnreadable },
    );
    if (!isWhole || !currencies.some(({ isInternal }) => isInternal)) this.currencies = null;
    return currencies;
  }

  /** One that names a currency which the list lacks: it may have been added since, and the next reading asks for the list again. */
  private companiesAs(currencies: Currency[]): Decoder<Company> {
    const decode = (record: unknown): Company => {
      try {
        return toCompany(record, currencies);
      } catch (error) {
        this.currencies = null;
        throw error;
      }
    };
    return { decode };
  }

  /** Every company that is a customer to bill, active ones alone. */
  async activeCompanies(options: ReadOptions = {}): Promise<Books['companies']> {
    const currencies = await this.readCurrencies(options);
    const filter: Condition[] = [{ op: 'eq', field: 'isActive', value: true }];
    return this.queryAs('Companies', filter, this.companiesAs(currencies), options);
  }

  /** Companies by id; those that are not there are left out. */
  async readCompanies(ids: number[], options: ReadOptions = {}): Promise<Books['companies']> {
    const currencies = await this.readCurrencies(options);
    return this.queryList({ entity: 'Companies', field: 'id', values: ids, rest: [] }, this.companiesAs(currencies), options);
  }

  /** Rows of contracts beginning from one month to another (to the end when null). */
  private async readRows(from: Month, to: Month | null, contractIds: number[], options: ReadOptions): Promise<Row[]> {
    const wanted = new Set(contractIds);
    const rows = await this.queryList(
      { entity: 'ContractServiceUnits', field: 'contractID', values: contractIds, rest: rowsFrom(from, to) },
      ROWS,
      options,
    );
    return rows.filter((row) => wanted.has(row.contractId) && isWithin(row, from, to));
  }

  /** The survey's rows: of a list of contracts, or of all there are where they are too many for one list, so that every page is full. */
  private async readMonthRows(month: Month, contracts: number[], paidOnce: number[], options: ReadOptions): Promise<Row[]> {
    if (contracts.length + paidOnce.length <= LIST_LENGTH_WITH_OTHERS)
      return this.readListedRows(month, contracts, paidOnce, options);
    const [alongside, rest] = [paidOnce.slice(0, LIST_LENGTH_WITH_OTHERS), paidOnce.slice(LIST_LENGTH_WITH_OTHERS)];
    const rows = await this.queryAs('ContractServiceUnits', rowsOfMonth(month, alongside), ROWS, options);
    const next = nextMonth(month);
    return [...chosen(rows, month, contracts, alongside), ...(await this.readRows(next, next, rest, options))];
  }

  /** Rows of the month of listed contracts, and next month's of some of them. */
  private async readListedRows(month: Month, contracts: number[], withNext: number[], options: ReadOptions): Promise<Row[]> {
    const rows: Row[] = [];
    for (const { listed, alongside } of listsOf(contracts, new Set(withNext))) {
      const filter = rowsOfMonth(month, alongside);
      const read = await this.queryList(
        { entity: 'ContractServiceUnits', field: 'contractID', values: listed, rest: filter },
        ROWS,
        options,
      );
      rows.push(...chosen(read, month, listed, alongside));
    }
    return rows;
  }

  private async chargesRead(): Promise<Decoder<Charge>> {
    return chargesRead(await this.canceledStatus());
  }

  /** The number of the status in which no customer is asked for a charge; null where the tenant has no such status, undefined where nobody can tell. */
  async canceledStatus(): Promise<CanceledStatus> {
    const isListed = await this.picklists.isListed('ContractCharges', 'status');
    return isListed ? this.picklists.labelled('ContractCharges', 'status', CANCELED) : undefined;
  }

  private async readCharges(filter: Condition[], options: ReadOptions): Promise<Charge[]> {
    return this.queryAs('ContractCharges', filter, await this.chargesRead(), options);
  }

  private async readChargesOn(contractIds: number[], filter: Condition[], options: ReadOptions): Promise<Charge[]> {
    return this.queryList(
      { entity: 'ContractCharges', field: 'contractID', values: contractIds, rest: filter },
      await this.chargesRead(),
      options,
    );
  }

  protected async readProducts(options: ReadOptions): Promise<Product[]> {
    const ours = Object.values(PRODUCTS);
    const items: Condition[] = [
      { op: 'in', field: 'externalProductID', value: ours.map(({ key }) => key) },
      { op: 'in', field: 'name', value: ours.map(({ name }) => name) },
    ];
    return this.queryAs('Products', [{ op: 'or', items }], PRODUCTS_READ, options);
  }

  // ------------------------------------------------------------------------------------------------------------- look-ups by natural key

  async findServices(key: string): Promise<Service[]> {
    return this.queryAs('Services', [{ op: 'eq', field: 'invoiceDescription', value: key }], SERVICES);
  }

  async findProducts(key: string, productName: string): Promise<Product[]> {
    const items: Condition[] = [
      { op: 'eq', field: 'externalProductID', value: key },
      { op: 'eq', field: 'name', value: productName },
    ];
    return this.queryAs('Products', [{ op: 'or', items }], PRODUCTS_READ);
  }

  /** Rows of a service on a contract that begin on the day. */
  async findRows(contractId: number, serviceId: number, day: Day): Promise<Row[]> {
    const filter: Condition[] = [
      { op: 'eq', field: 'contractID', value: contractId },
      { op: 'eq', field: 'serviceID', value: serviceId },
      { op: 'gte', field: 'startDate', value: toWire(addDays(day, -1)) },
      { op: 'lte', field: 'startDate', value: toWire(addDays(day, 1)) },
    ];
    return (await this.queryAs('ContractServiceUnits', filter, ROWS)).filter(({ startDay }) => startDay === day);
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
    const rows = await this.queryList(
      { entity: 'ContractServiceUnits', field: 'contractID', values: contractIds, rest: filter },
      ROWS,
    );
    return rows.filter(({ startDay, frozen }) => startDay === day || (frozen && startDay > day));
  }

  /** Whether the survey's own condition shows a charge of a contract. */
  async showsCharge(contractId: number, id: number, month: Month): Promise<boolean> {
    const filter: Condition[] = [{ op: 'eq', field: 'contractID', value: contractId }, ...chargesOfMonth(month, null)];
    return (await this.readCharges(filter, {})).some((charge) => charge.id === id);
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
  serviceKeys: string[];
  productKeys: string[];
}

export type ReadBack = Pick<Books, 'contracts' | 'rows' | 'charges' | 'services' | 'products' | 'unreadable'>;

/** A currency that cannot be read is reported with the company that has it. */
const ignored = (): void => undefined;

/** Records that could not be read, gathered while the others are. */
class Findings {
  private readonly found = new Map<string, UnreadableRecord>();
  readonly options: ReadOptions;

  constructor(options: ReadOptions) {
    const onUnreadable = (finding: UnreadableRecord): void => {
      // Of records without id each is another one.
      this.found.set(JSON.stringify([finding.path, finding.id ?? finding]), finding);
      options.onUnreadable?.(finding);
    };
    this.options = { ...options, onUnreadable };
  }

  /** A row that was there a moment ago does not go: an answer that lacks it is not whole, and billing from it would bill that row once more. */
  requireShown(known: Row[], shown: Row[]): void {
    const ids = new Set([...shown, ...this.found.values()].map(({ id }) => id));
    const lost = known.find(({ id }) => !ids.has(id));
    if (lost === undefined) return;
    throw new ApiError(
      'unavailable',
      `Autotask's answers contradict each other: row ${lost.id} of contract ${lost.contractId} was there a moment ago, and the list of the contract's rows lacks it.`,
    );
  }

  addTo<T extends object>(read: T & Pick<Books, 'unreadable'>): T & Pick<Books, 'unreadable'> {
    const unreadable = [...(read.unreadable ?? []), ...this.found.values()];
    return unreadable.length === 0 ? read : { ...read, unreadable };
  }
}

const idOf = ({ id }: { id: number }): number => id;
const earliest = (contracts: Contract[]): Month | null => contracts.map(({ endDay }) => monthOf(endDay)).sort()[0] ?? null;
/** Contracts in lists as long as one query takes; those of which next month is wanted too count twice. */
function listsOf(contracts: number[], withNext: Set<number>): { listed: number[]; alongside: number[] }[] {
  const lists: { listed: number[]; alongside: number[] }[] = [];
  const length = withNext.size === 0 ? LIST_LENGTH : LIST_LENGTH_WITH_OTHERS;
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
