import { propertiesOf } from '../http/properties.js';
import type { Gone } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { AutotaskReads } from './reads.js';
import { lowerKeys } from './lower-keys.js';
import { Members } from './unreadable.js';

/** What a search did not show, asked for by its id: in a list, and alone. */

/** Kinds of records that have an id which their answer names. */
export type WithId = Exclude<Gone['kind'], 'row'>;

const ENTITIES: Record<WithId, { path: string; keys: string[] }> = {
  contract: { path: 'Contracts', keys: ['contractnumber'] },
  service: { path: 'Services', keys: ['invoicedescription'] },
  product: { path: 'Products', keys: ['externalproductid', 'name'] },
  charge: { path: 'ContractCharges', keys: ['internalpurchaseordernumber'] },
};

export class AutotaskById extends AutotaskReads {
  /** The records that answer, by id, with the keys that they carry. */
  async readByIds(kind: WithId, ids: number[]): Promise<Map<number, { keys: string[] }>> {
    const { path, keys } = ENTITIES[kind];
    const found = new Map<number, { keys: string[] }>();
    if (kind === 'contract') {
      // An unreadable one is there, which is all that is asked.
      const onUnreadable = ({ id, keys: known }: { id: number | null; keys: string[] | null }): void =>
        void (id === null || found.set(id, { keys: known ?? [] }));
      for (const { id, subscriptionId, number } of await this.readContractsById(ids, { onUnreadable }))
        found.set(id, { keys: [subscriptionId, number].filter((key) => key !== null) });
      return found;
    }
    const decode = { decode: (record: unknown) => new Members(propertiesOf(lowerKeys(record))) };
    for (const members of await this.queryList({ entity: path, field: 'id', values: ids, rest: [] }, decode)) {
      const id = members.id('id');
      if (id !== null) found.set(id, { keys: keys.flatMap((key) => members.text(key) ?? []) });
    }
    return found;
  }

  /** Whether the record answers to its own address. */
  async isThere(kind: WithId, id: number): Promise<boolean> {
    try {
      const answer = lowerKeys(await this.transport.call({ method: 'GET', path: `${ENTITIES[kind].path}/${id}`, isRead: true }));
      return (
        typeof answer === 'object' && answer !== null && 'item' in answer && answer.item !== null && answer.item !== undefined
      );
    } catch (error) {
      if (error instanceof ApiError && error.kind === 'not-found') return false;
      throw error;
    }
  }

  /** Whether the survey's own query of services shows one. */
  async showsService(id: number): Promise<boolean> {
    return (await this.findListed('Services', [{ op: 'gte', field: 'id', value: id }])).has(id);
  }

  async showsProduct(id: number): Promise<boolean> {
    return (await this.readProducts({})).some((product) => product.id === id);
  }

  /** Services and products as they are now, for anyone who may go by a list of some minutes ago. */
  async refreshShared(): Promise<void> {
    await this.readShared({});
  }

  private async findListed(entity: string, filter: { op: string; field: string; value: number }[]): Promise<Set<number | null>> {
    const records = await this.query(entity, filter);
    return new Set(records.map((record) => new Members(propertiesOf(lowerKeys(record))).id('id')));
  }
}
