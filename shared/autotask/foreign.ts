import { addDays, addMonths, firstDay, lastDay, monthOf } from '../billing/basics/month.js';
import type { ForeignRow, UnreadForeign } from '../billing/contracts/elsewhere.js';
import { unreadableText } from '../billing/contracts/doubt.js';
import { big, divide, plain, POSTED_DECIMALS, sum } from '../billing/basics/decimal.js';
import { groupBy } from '../billing/basics/text.js';
import type { Contract, Month, Row, UnreadableRecord } from '../billing/types.js';
import { AutotaskById } from './by-id.js';
import { rowsFrom, type Condition } from './conditions.js';
import { ROWS } from './decoders.js';
import { toExistingService, type ExistingService } from './existing-service.js';
import type { ReadOptions } from './queries.js';

export interface Foreign {
  rows: ForeignRow[];
  unread: UnreadForeign[];
}

/** What stands at companies on contracts of other tools, or of people. */
export class AutotaskForeign extends AutotaskById {
  /** The month's rows on active recurring contracts without a subscription id; in lists of companies, so that a thousand cost a few calls. */
  async readForeign({ month, companyIds, ...options }: { month: Month; companyIds: number[] } & ReadOptions): Promise<Foreign> {
    const found: UnreadableRecord[] = [];
    const finding = { ...options, onUnreadable: (one: UnreadableRecord): void => void found.push(one) };
    const contracts = await this.foreignContracts(month, companyIds, finding);
    const byId = new Map(contracts.map((contract) => [contract.id, contract]));
    const ids = [...byId.keys()];
    const all = await this.queryList(
      { entity: 'ContractServiceUnits', field: 'contractID', values: ids, rest: rowsFrom(month, month) },
      ROWS,
      finding,
    );
    const longer = await this.longerRows(month, contracts, finding);
    const rows = [
      ...all.filter(({ startDay, units }) => units !== 0 && startDay >= firstDay(month) && startDay <= lastDay(month)),
      ...longer.filter(({ id }) => !all.some((row) => row.id === id)),
    ];
    const services = await this.existingServices([...new Set(rows.map(({ serviceId }) => serviceId))], options);
    const unread = found.map((one): UnreadForeign => ({
      companyId: one.companyId ?? byId.get(one.contractId ?? 0)?.companyId ?? null,
      keys: one.kind === 'contract' ? one.keys : null,
      message: `${unreadableText(one)}.`,
    }));
    const read = rows.flatMap((row): ForeignRow[] => {
      const { contractId, serviceId } = row;
      const [contract, service] = [byId.get(contractId)!, services.get(serviceId)];
      if (service === undefined) {
        const message = `Contract ${contractId} (${contract.name}) bills service ${serviceId}, which a search of services does not show.`;
        unread.push({ companyId: contract.companyId, keys: null, message });
        return [];
      }
      const references = [...service.references, ...(service.key === null ? [] : [service.key])];
      return [{ contract, serviceId, serviceName: service.name, references, ...partOf(row) }];
    });
    return { rows: ofServices(read), unread };
  }

  /** The month's rows with units of these services on other contracts than the known ones, and those contracts: what cannot be read is left out here. */
  async readRowsElsewhere({
    month,
    serviceIds,
    known,
    ...options
  }: { month: Month; serviceIds: number[]; known: ReadonlySet<number> } & ReadOptions): Promise<{
    contracts: Contract[];
    rows: Row[];
  }> {
    const finding = { ...options, onUnreadable: (): void => undefined };
    const read = await this.queryList(
      { entity: 'ContractServiceUnits', field: 'serviceID', values: serviceIds, rest: rowsFrom(month, month) },
      ROWS,
      finding,
    );
    const rows = read.filter(
      ({ contractId, startDay, units }) => !known.has(contractId) && units !== 0 && monthOf(startDay) === month,
    );
    const contracts = await this.readContractsById([...new Set(rows.map(({ contractId }) => contractId))], finding);
    return { contracts, rows };
  }

  /** Rows of quarterly, half-yearly and yearly contracts that cover the month and began before it. */
  private async longerRows(month: Month, contracts: Contract[], options: ReadOptions): Promise<Row[]> {
    const ids = contracts.filter(({ isMonthly }) => !isMonthly).map(({ id }) => id);
    if (ids.length === 0) return [];
    const from = addMonths(month, -LONGEST_PERIOD_MONTHS);
    const rows = await this.queryList(
      { entity: 'ContractServiceUnits', field: 'contractID', values: ids, rest: rowsFrom(from, month) },
      ROWS,
      options,
    );
    return rows.filter(({ startDay, endDay, units }) => units !== 0 && startDay <= lastDay(month) && endDay >= firstDay(month));
  }

  private async foreignContracts(month: Month, companyIds: number[], options: ReadOptions): Promise<Contract[]> {
    const { recurringService, active } = await this.contractValues();
    const rest: Condition[] = [
      { op: 'eq', field: 'contractType', value: recurringService },
      { op: 'eq', field: 'status', value: active },
    ];
    const decoder = await this.contractDecoder();
    const asked = new Set(companyIds);
    const contracts = await this.queryList(
      { entity: 'Contracts', field: 'companyID', values: companyIds, rest },
      decoder,
      options,
    );
    return contracts.filter(
      ({ companyId, subscriptionId, startDay, endDay }) =>
        asked.has(companyId) && subscriptionId === null && startDay <= lastDay(month) && endDay >= firstDay(month),
    );
  }

  private async existingServices(ids: number[], options: ReadOptions): Promise<Map<number, ExistingService>> {
    const read = await this.queryList(
      { entity: 'Services', field: 'id', values: ids, rest: [] },
      { decode: toExistingService },
      options,
    );
    return new Map(read.flatMap((service) => (service === null ? [] : [[service.id, service] as const])));
  }
}

/** Autotask's longest period is a year. */
const LONGEST_PERIOD_MONTHS = 12;

/** What of a row is the month's: all of it, or the same part for each month that it covers. */
function partOf({ startDay, endDay, price }: Row): Pick<ForeignRow, 'amount' | 'covers'> {
  const months = monthsBetween(monthOf(startDay), monthOf(addDays(endDay, 1)));
  if (months <= 1) return { amount: price };
  return { amount: plain(divide(big(price), big(months), POSTED_DECIMALS)), covers: { from: startDay, to: endDay } };
}

const indexOf = (month: Month): number => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
const monthsBetween = (from: Month, to: Month): number => indexOf(to) - indexOf(from);

/** A month that somebody split has several rows of a service; what they bill together is one finding. */
const ofServices = (rows: ForeignRow[]): ForeignRow[] =>
  [...groupBy(rows, ({ contract, serviceId }) => `${contract.id}-${serviceId}`).values()].map((own) => ({
    ...own[0],
    amount: plain(sum(own.map(({ amount }) => amount))),
  }));
