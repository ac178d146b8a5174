import { z } from 'zod';
import { same } from '../billing/basics/text.js';
import type { Day, Decimal } from '../billing/types.js';
import { ApiError } from '../http/errors.js';
import { toWire } from './days.js';
import { AutotaskForeign } from './foreign.js';
import { lowerKeys } from './lower-keys.js';
import type { CallOptions } from './transport.js';
import { toWireNumber } from './translate.js';
import { idSchema } from './values.js';

/** Autotask PSA as the billing needs it: what `reads.ts` reads, and one request per write (`docs/vendors/autotask.md` 5 and 6). */

const createdSchema = z.object({ itemid: idSchema.nullish() });

export class Autotask extends AutotaskForeign {
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

  /** `activeAs`: an inactive one becomes active, and is found by this key from then on. Values are absolute: sent again they do no harm. */
  async updateService(
    id: number,
    { unitPrice, unitCost, activeAs }: { unitPrice: Decimal; unitCost: Decimal; activeAs?: string },
  ): Promise<void> {
    await this.write('PATCH', 'Services', {
      id,
      unitPrice: toWireNumber(unitPrice),
      unitCost: toWireNumber(unitCost),
      ...(activeAs === undefined ? {} : { isActive: true, invoiceDescription: activeAs }),
    });
  }

  /** The key by which the product finds a service; the value is absolute, so that sent again it does no harm. */
  async updateServiceKey(id: number, key: string): Promise<void> {
    await this.write('PATCH', 'Services', { id, invoiceDescription: key });
  }

  /** Needs no procurement, or its charges would wait for an order (`docs/vendors/autotask.md` 6.2). */
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
    /** Null: the user-defined field alone carries the id. */
    number: string | null;
    slaId: number;
  }): Promise<number> {
    const values = await this.contractValues();
    return this.create('Contracts', {
      companyID: contract.companyId,
      contractName: contract.name,
      ...(contract.number === null ? {} : { contractNumber: contract.number }),
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

  /** Changes only what is named; of the UDFs only ours (`docs/vendors/autotask.md` 2.5). */
  async updateContract(
    id: number,
    { endDay, slaId, subscriptionId, number }: { endDay?: Day; slaId?: number; subscriptionId?: string; number?: string | null },
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

  /** A signed delta of units and new unit prices from a day on. Create-only, answers without an id (`docs/vendors/autotask.md` 5.3). */
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
      isBillableToCompany: true,
    });
  }

  async deleteCharge(contractId: number, id: number): Promise<void> {
    await this.transport.call({ method: 'DELETE', path: `Contracts/${contractId}/Charges/${id}`, isRead: false });
  }

  protected async create(path: string, body: Record<string, unknown>): Promise<number> {
    const answer = await this.write('POST', path, body);
    const created = createdSchema.safeParse(lowerKeys(answer ?? {}));
    if (created.success && created.data.itemid) return created.data.itemid;
    // Taken, but without an id that can be read: a step that needs it looks it up by its key.
    throw new ApiError('unavailable', `POST ${path}: taken, but answered without an id`, {}, { effect: 'unknown' });
  }

  /** An empty answer to a POST does not come from Autotask (`docs/vendors/autotask.md` 2.1): whether it was taken must be looked for. */
  protected async write(method: 'POST' | 'PATCH', path: string, body: Record<string, unknown>): Promise<unknown> {
    const answer = await this.transport.call({ method, path, body, isRead: false });
    if (answer === undefined && method === 'POST')
      throw new ApiError('unavailable', `POST ${path}: an empty answer`, { status: 200 }, { effect: 'unknown' });
    return answer;
  }

  // ------------------------------------------------------------------------------------------------------------- for `doctor`

  /** GET of anything below `v1.0/`, for checks of the set-up. */
  get(path: string, options: CallOptions = {}): Promise<unknown> {
    return this.transport.call({ method: 'GET', path, isRead: true, ...options }).then(lowerKeys);
  }
}
