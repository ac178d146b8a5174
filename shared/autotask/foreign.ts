import { firstDay, lastDay } from '../billing/month.js';
import type { ForeignRow, UnreadForeign } from '../billing/elsewhere.js';
import { unreadableText } from '../billing/doubt.js';
import { plain, sum } from '../billing/decimal.js';
import { groupBy } from '../billing/text.js';
import type { Contract, Month, UnreadableRecord } from '../billing/types.js';
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
    const all = await this.queryList('ContractServiceUnits', 'contractID', ids, rowsFrom(month, month), ROWS, finding);
    const rows = all.filter(({ startDay, units }) => units !== 0 && startDay >= firstDay(month) && startDay <= lastDay(month));
    const services = await this.existingServices([...new Set(rows.map(({ serviceId }) => serviceId))], options);
    const unread = found.map((one): UnreadForeign => ({
      companyId: one.companyId ?? byId.get(one.contractId ?? 0)?.companyId ?? null,
      keys: one.kind === 'contract' ? one.keys : null,
      message: `${unreadableText(one)}.`,
    }));
    const read = rows.flatMap(({ contractId, serviceId, price }): ForeignRow[] => {
      const [contract, service] = [byId.get(contractId)!, services.get(serviceId)];
      if (service === undefined) {
        const message = `Contract ${contractId} (${contract.name}) bills service ${serviceId}, which a search of services does not show.`;
        unread.push({ companyId: contract.companyId, keys: null, message });
        return [];
      }
      const references = [...service.references, ...(service.key === null ? [] : [service.key])];
      return [{ contract, serviceId, serviceName: service.name, references, amount: price }];
    });
    return { rows: ofServices(read), unread };
  }

  private async foreignContracts(month: Month, companyIds: number[], options: ReadOptions): Promise<Contract[]> {
    const { recurringService, active } = await this.contractValues();
    const rest: Condition[] = [
      { op: 'eq', field: 'contractType', value: recurringService },
      { op: 'eq', field: 'status', value: active },
    ];
    const decoder = await this.contractDecoder();
    const asked = new Set(companyIds);
    const contracts = await this.queryList('Contracts', 'companyID', companyIds, rest, decoder, options);
    return contracts.filter(
      ({ companyId, subscriptionId, startDay, endDay }) =>
        asked.has(companyId) && subscriptionId === null && startDay <= lastDay(month) && endDay >= firstDay(month),
    );
  }

  private async existingServices(ids: number[], options: ReadOptions): Promise<Map<number, ExistingService>> {
    const read = await this.queryList('Services', 'id', ids, [], { decode: toExistingService }, options);
    return new Map(read.flatMap((service) => (service === null ? [] : [[service.id, service] as const])));
  }
}

/** A month that somebody split has several rows of a service; what they bill together is one finding. */
const ofServices = (rows: ForeignRow[]): ForeignRow[] =>
  [...groupBy(rows, ({ contract, serviceId }) => `${contract.id}-${serviceId}`).values()].map((own) => ({
    ...own[0]!,
    amount: plain(sum(own.map(({ amount }) => amount))),
  }));
