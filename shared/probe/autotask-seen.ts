import { propertiesOf } from '../http/properties.js';
import { GIVEN, RIGHTS } from '../autotask/needs.js';
import type { Autotask, Condition } from '../autotask/index.js';
import { CARRIES_NUMBER, carriesField, rowsFrom } from '../autotask/conditions.js';
import type { Field } from '../autotask/picklists.js';
import { addMonths } from '../billing/basics/month.js';
import { same } from '../billing/basics/text.js';
import type { Month } from '../billing/types.js';
import { lowerFields, numberOf, once, textOf, type Fields } from './once.js';

/** What beliefs about Autotask are judged by: samples, each read once and bounded, so that a probe of any tenant fits into its calls. */

/** Contracts of ours, or of the one who filled the field before, that are looked at closely. */
const CONTRACTS = 20;
const SAMPLE = 500;
/** Months before and after the probe's whose rows are read. */
const MONTHS_AROUND = 3;
const EVERYTHING: Condition = { op: 'gte', field: 'id', value: 0 };

export type Raw = Fields & { id: number };

export const ENTITIES = Object.keys(RIGHTS);

export class AutotaskSeen {
  constructor(
    readonly autotask: Autotask,
    readonly month: Month,
    readonly subscriptionUdf: string,
  ) {}

  /** The user-defined field's value of a contract; null where it has none. */
  keyOf(contract: Fields): string | null {
    const list: unknown[] = Array.isArray(contract.userdefinedfields) ? contract.userdefinedfields : [];
    const own = list.map(lowerFields).find(({ name }) => same(textOf(name), this.subscriptionUdf));
    return own === undefined ? null : textOf(own.value);
  }

  readonly information = once(async () => {
    const found = new Map<string, Fields>();
    for (const entity of ENTITIES) {
      const { info } = propertiesOf(await this.autotask.get(`${entity}/entityInformation`));
      found.set(entity, lowerFields(info));
    }
    return found;
  });

  readonly fields = once(async () => {
    const found = new Map<string, Field[]>();
    for (const entity of [...ENTITIES, 'BillingItems']) found.set(entity, await this.autotask.picklists.fields(entity));
    return found;
  });

  readonly byField = once(() => this.page('Contracts', [carriesField(this.subscriptionUdf)]));
  readonly byNumber = once(() => this.page('Contracts', [CARRIES_NUMBER]));
  readonly anyContracts = once(async () => {
    const type = await this.autotask.picklists.value('Contracts', 'contractType', 'Recurring Service');
    return this.page('Contracts', [{ op: 'eq', field: 'contractType', value: type }]);
  });

  /** Recurring contracts that tell most: with an id of ours first, running ones before ended ones. */
  readonly contracts = once(async () => {
    const recurring = await this.anyContracts();
    const known = new Map([...(await this.byField()), ...recurring].map((contract) => [contract.id, contract]));
    const types = new Set(recurring.map(({ contracttype }) => contracttype));
    const all = [...known.values()].filter(({ contracttype }) => types.has(contracttype));
    const last = `${this.month}-31`;
    const rank = (one: Raw): number => (this.keyOf(one) === null ? 2 : 0) + ((textOf(one.enddate) ?? '') < last ? 1 : 0);
    return all.sort((left, right) => rank(left) - rank(right) || left.id - right.id).slice(0, CONTRACTS);
  });

  readonly rows = once(async () => {
    const ids = (await this.contracts()).map(({ id }) => id);
    if (ids.length === 0) return [];
    const around = rowsFrom(addMonths(this.month, -MONTHS_AROUND), addMonths(this.month, MONTHS_AROUND));
    return this.page('ContractServiceUnits', [{ op: 'in', field: 'contractID', value: ids }, ...around]);
  });

  readonly contractServices = once(async () => {
    const ids = (await this.contracts()).map(({ id }) => id);
    return ids.length === 0 ? [] : this.page('ContractServices', [{ op: 'in', field: 'contractID', value: ids }]);
  });

  readonly services = once(() => this.page('Services', [EVERYTHING]));
  readonly charges = once(() => this.page('ContractCharges', [{ op: 'exist', field: 'internalPurchaseOrderNumber' }]));
  readonly items = once(() => this.page('BillingItems', [{ op: 'exist', field: 'contractServicePeriodID' }]));

  private async page(entity: string, filter: Condition[]): Promise<Raw[]> {
    const records = await this.autotask.sample(entity, filter, SAMPLE);
    return records.map(lowerFields).filter((record): record is Raw => numberOf(record.id) !== null);
  }
}

/** Kinds of records that the product makes. */
export const MADE = Object.keys(GIVEN);
