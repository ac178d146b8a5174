import { propertiesOf } from '../http/properties.js';
import { same } from '../billing/basics/text.js';
import type { Day, Decimal } from '../billing/types.js';
import { Autotask } from './autotask.js';
import type { Condition } from './conditions.js';
import { lowerKeys } from './lower-keys.js';
import { toWireNumber } from './translate.js';

/** A record as Autotask has it, its members in lower case. */
export type Raw = Record<string, unknown> & { id: number };

interface ProbedCharge {
  contractId: number;
  key: string;
  at: string;
  price: Decimal;
  billingCodeId: number;
}

/** What the billing never does, and a probe that writes has to: requests as they stand, to records that it made itself. */
export class ProbingAutotask extends Autotask {
  /** All records that meet the conditions, as they come. */
  async read(entity: string, filter: Condition[]): Promise<Raw[]> {
    const records = (await this.query(entity, filter)).map(lowerKeys);
    return records.filter((record): record is Raw => typeof propertiesOf(record)['id'] === 'number');
  }

  async patch(path: string, body: Record<string, unknown>): Promise<void> {
    await this.write('PATCH', path, body);
  }

  /** A charge without a product, of a price and an instant that are sent as they are given. */
  async chargeAt({ contractId, key, at, price, billingCodeId }: ProbedCharge): Promise<number> {
    return this.create(`Contracts/${contractId}/Charges`, {
      contractID: contractId,
      name: key,
      description: key,
      datePurchased: at,
      chargeType: await this.picklists.value('ContractCharges', 'chargeType', 'Operational'),
      billingCodeID: billingCodeId,
      unitQuantity: 1,
      unitPrice: toWireNumber(price),
      unitCost: toWireNumber(price),
      isBillableToCompany: false,
      internalPurchaseOrderNumber: key,
    });
  }

  /** What a contract out of use has; undefined where the tenant has no such value. */
  async inactiveStatus(): Promise<number | string | undefined> {
    const field = (await this.picklists.fields('Contracts')).find(({ name }) => same(name, 'status'));
    return field?.picklistvalues.find(({ label }) => same(label, 'Inactive'))?.value;
  }

  /** Ends a contract by the day, and takes out of use what can be: its id is cleared, so that nothing takes it for a subscription's. */
  async retireContract(id: number, endDay: Day): Promise<void> {
    await this.updateContract(id, { endDay });
    const status = await this.inactiveStatus();
    await this.patch('Contracts', {
      id,
      ...(status === undefined ? {} : { status }),
      userDefinedFields: [{ name: this.config.subscriptionUdf, value: null }],
    });
  }
}
