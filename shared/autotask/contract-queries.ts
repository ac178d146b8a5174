import { z } from 'zod';
import { fold, same } from '../billing/basics/text.js';
import type { Contract } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { CARRIES_NUMBER, carriesField, LIST_LENGTH_WITH_OTHERS, type Condition } from './conditions.js';
import { numberedOrMarked } from './extended.js';
import { lowerKeys } from './lower-keys.js';
import { Queries, type Decoder, type ReadOptions } from './queries.js';
import { toContract, type ContractValues, type SearchedBy } from './translate.js';

/**
 * Contracts by what they carry. A user-defined field is never grouped with anything: whether Autotask evaluates that is unknown, and a search that misses contracts
 * would create all of them again. So it is asked twice, by field and by number, and what one answer shows the other must show too.
 */

/** After it every write is visible to queries (`docs/vendors/autotask.md` 12, no. 19). */
export const SHOWS_WITHIN_MS = 10_000;

/** What is there is not found: rights, or a query that Autotask does not carry out. Nothing may be made on its word. */
export class SearchBlind extends ApiError {
  constructor(what: string) {
    super(
      'unauthorized',
      `Autotask's search does not show what is there: ${what}. So nothing is made. Give the API user's security level unrestricted view of contracts, services, products and charges (a copy of "API User (system)"), and run again.`,
    );
  }
}

const fieldsSchema = z.object({ fields: z.array(z.object({ name: z.string() })) });

/** A query by one condition, with what each of its contracts must carry. */
interface Way {
  /** The condition in words. */
  name: string;
  conditions: Condition[];
  /** What each contract that it finds must show; absent where it searches by something else. */
  searchedBy?: SearchedBy;
  /** Whether it is what was asked for, where the condition shows more than that. */
  isMeant?: (contract: Contract) => boolean;
  /** Whether a contract, as another way shows it, is one that this way has to show. */
  mustShow: (contract: Contract) => boolean;
}

export class ContractQueries extends Queries {
  /** All contracts that carry an id of ours, in the field or as their number. */
  readOurContracts(options: ReadOptions = {}): Promise<Contract[]> {
    return this.readMerged(this.ourWays(), options);
  }

  private ourWays(): Way[] {
    const { subscriptionUdf } = this.config;
    return [
      {
        name: `"${subscriptionUdf}" exist`,
        conditions: [carriesField(subscriptionUdf)],
        searchedBy: 'field',
        mustShow: ({ subscriptionId }) => subscriptionId !== null,
      },
      {
        name: 'contractNumber exist',
        conditions: [CARRIES_NUMBER],
        searchedBy: 'number',
        mustShow: ({ number }) => number !== null,
      },
    ];
  }

  /** Contracts of a company, and those elsewhere that carry one of the keys. */
  protected async readContractsOf(companyId: number | null, keys: string[], options: ReadOptions): Promise<Contract[]> {
    const ways: Way[] = [];
    if (companyId !== null)
      ways.push({
        name: `companyID eq ${companyId}`,
        conditions: [{ op: 'eq', field: 'companyID', value: companyId }],
        mustShow: (contract) => contract.companyId === companyId,
      });
    for (let start = 0; start < keys.length; start += LIST_LENGTH_WITH_OTHERS)
      ways.push(...this.waysOf(keys.slice(start, start + LIST_LENGTH_WITH_OTHERS)));
    return this.readMerged(ways, options);
  }

  private waysOf(keys: string[]): Way[] {
    const { subscriptionUdf } = this.config;
    const wanted = new Set(keys.map(fold));
    const carries = (key: string | null): boolean => key !== null && wanted.has(fold(key));
    return [
      {
        name: `"${subscriptionUdf}" in (${keys.length} ids)`,
        conditions: [{ op: 'in', field: subscriptionUdf, udf: true, value: keys }],
        searchedBy: 'field',
        mustShow: ({ subscriptionId }) => carries(subscriptionId),
      },
      {
        name: `contractNumber in (${keys.length} ids)`,
        conditions: [numberedOrMarked(keys)],
        searchedBy: 'number',
        isMeant: ({ number, extendedFrom }) => extendedFrom === undefined || carries(number),
        mustShow: ({ number }) => carries(number),
      },
    ];
  }

  /** Contracts of a company with the key in the field, or as their number. */
  async findContracts(companyId: number, contractKey: string): Promise<Contract[]> {
    const { subscriptionUdf } = this.config;
    const byField = await this.readContracts([{ op: 'eq', field: subscriptionUdf, udf: true, value: contractKey }], {});
    const byNumber = await this.readContracts([numberedOrMarked([contractKey])], {});
    const carries = (contract: Contract): boolean =>
      same(contract.subscriptionId, contractKey) || same(contract.number, contractKey);
    return byId([...byField, ...byNumber]).filter((contract) => contract.companyId === companyId && carries(contract));
  }

  /** Whether the survey's own queries show a contract. */
  async isSurveyed(contractId: number, options: ReadOptions = {}): Promise<boolean> {
    return (await this.readOurContracts(options)).some(({ id }) => id === contractId);
  }

  /** Contracts by id, asked for as records of a list: the same rights apply as to any search. */
  readContractsById(ids: number[], options: ReadOptions = {}): Promise<Contract[]> {
    return this.contractDecoder().then((decoder) =>
      this.queryList({ entity: 'Contracts', field: 'id', values: ids, rest: [] }, decoder, options),
    );
  }

  async readContract(id: number): Promise<Contract | null> {
    return (await this.readContractsById([id]))[0] ?? null;
  }

  /** Asks each way. What one of them shows and another should show and does not, is asked for once more when it must be visible, and is an error then. */
  private async readMerged(ways: Way[], options: ReadOptions): Promise<Contract[]> {
    const first = await this.askAll(ways, options);
    if (first.missed === null) return first.contracts;
    await this.transport.gate.clock.sleep(SHOWS_WITHIN_MS, options.signal ?? undefined);
    const second = await this.askAll(ways, options);
    if (second.missed !== null) throw new SearchBlind(second.missed);
    return second.contracts;
  }

  private async askAll(ways: Way[], options: ReadOptions): Promise<{ contracts: Contract[]; missed: string | null }> {
    const shown: Contract[][] = [];
    for (const { conditions, searchedBy, isMeant = () => true } of ways)
      shown.push((await this.readContracts(conditions, options, searchedBy)).filter(isMeant));
    const contracts = byId(shown.flat());
    const missed = ways.flatMap(({ name, mustShow }, index) => {
      const ids = new Set(shown[index]!.map(({ id }) => id));
      const missing = contracts.filter((contract) => mustShow(contract) && !ids.has(contract.id));
      return missing.length === 0 ? [] : [`the query ${name} leaves out ${contractsText(missing)}, which another query shows`];
    });
    return { contracts, missed: missed[0] ?? null };
  }

  private async readContracts(filter: Condition[], options: ReadOptions, searchedBy?: SearchedBy): Promise<Contract[]> {
    try {
      return await this.queryAs('Contracts', filter, await this.contractDecoder(searchedBy), options);
    } catch (error) {
      throw (await this.fieldMissing(filter, error)) ?? error;
    }
  }

  /** Autotask names a field that its contracts do not have; which setting does, and what they have instead, it does not know. */
  private async fieldMissing(filter: Condition[], error: unknown): Promise<ApiError | null> {
    const { subscriptionUdf } = this.config;
    const isAsked = filter.some(({ udf }) => udf === true);
    if (!(error instanceof ApiError) || error.kind !== 'rejected' || !isAsked) return null;
    const names = await this.fieldNames();
    if (names === null || names.some((name) => same(name, subscriptionUdf))) return null;
    return new ApiError(
      'rejected',
      `SUBSCRIPTION_UDF: contracts in Autotask have no user-defined field "${subscriptionUdf}"; they have ${names.map((name) => `"${name}"`).join(', ') || 'none'}. Name the one with the subscription's id, restart the worker, and run again.`,
    );
  }

  private async fieldNames(): Promise<string[] | null> {
    try {
      const path = 'Contracts/entityInformation/userDefinedFields';
      const read = fieldsSchema.safeParse(lowerKeys(await this.transport.call({ method: 'GET', path, isRead: true })));
      return read.success ? read.data.fields.map(({ name }) => name) : null;
    } catch (error) {
      if (error instanceof ApiError) return null; // what was refused at first is said then
      throw error;
    }
  }

  protected async contractDecoder(searchedBy?: SearchedBy): Promise<Decoder<Contract>> {
    const values = await this.contractValues();
    return { decode: (record) => toContract(record, values, this.config.subscriptionUdf, searchedBy) };
  }

  protected async contractValues(): Promise<ContractValues> {
    return {
      recurringService: await this.picklists.value('Contracts', 'contractType', 'Recurring Service'),
      monthly: await this.picklists.value('Contracts', 'contractPeriodType', 'Monthly'),
      active: await this.picklists.value('Contracts', 'status', 'Active'),
    };
  }
}

/** How many ids a sentence names. */
const IDS_NAMED = 5;

const contractsText = (contracts: Contract[]): string => {
  const named = contracts.slice(0, IDS_NAMED).map(({ id }) => id);
  return contracts.length > IDS_NAMED ? `${contracts.length} contracts (${named.join(', ')}, …)` : `contract ${named.join(', ')}`;
};

/** Each once, in the order of their ids. */
const byId = (contracts: Contract[]): Contract[] =>
  [...new Map(contracts.map((contract) => [contract.id, contract])).values()].sort((left, right) => left.id - right.id);
