import type { AutotaskState, Sandbox } from '../../sandbox/index.js';
import type { Act } from './checker.js';
import { CANCELED, keyOf } from './tables.js';
import { MONTH } from './world.js';

/** What a person does in Autotask's own windows to what a month was billed on: moves, renames and copies it; and puts it back before the month ends. */

export const EDITS = [
  'move-charge', // to another contract, of whichever company
  'renumber', // a contract gets another number, and another vendor's id or none
  'unbill-charge', // not to be billed to the customer
  'cancel-charge',
  'copy-service', // the identifier of a service goes to a copy of it
  'copy-contract', // a contract without ids bills the same
] as const;
export type EditKind = (typeof EDITS)[number];

export type Edited = Omit<Extract<Act, { kind: 'edit' }>, 'kind'>;
type Json = Record<string, unknown>;
type Pick1 = <T>(values: T[]) => T | undefined;
type Control = (method: string, path: string, body?: unknown) => Promise<void>;

export class Hands {
  /** What puts everything back, the latest first. */
  private undone: (() => Promise<void>)[] = [];

  constructor(
    private readonly sandbox: Sandbox,
    private readonly control: Control,
  ) {}

  /** Does it to one of what there is; returns the contracts it was done to. */
  async edit(kind: EditKind, some: Pick1): Promise<Edited[]> {
    switch (kind) {
      case 'move-charge':
        return this.moveCharge(some);
      case 'renumber':
        return this.renumber(some);
      case 'unbill-charge':
        return this.changeCharge(some, { isBillableToCompany: false });
      case 'cancel-charge':
        return this.changeCharge(some, { status: CANCELED });
      case 'copy-service':
        return this.copyService(some);
      case 'copy-contract':
        return this.copyContract(some);
    }
  }

  async putBack(): Promise<void> {
    for (const undo of this.undone.splice(0).reverse()) await undo();
  }

  private get tables(): AutotaskState {
    return structuredClone(this.sandbox.state().autotask);
  }

  private get ours(): AutotaskState['contracts'] {
    return this.tables.contracts.filter((contract) => keyOf(contract) !== '');
  }

  private get charges(): AutotaskState['charges'] {
    return this.tables.charges.filter(({ internalPurchaseOrderNumber: key }) => key?.startsWith(`CM-${MONTH}-`));
  }

  private async moveCharge(some: Pick1): Promise<Edited[]> {
    const charge = some(this.charges);
    const to = some(this.tables.contracts.filter(({ id }) => id !== charge?.contractID));
    if (!charge || !to) return [];
    await this.patch(`charges/${charge.id}`, { contractID: to.id }, { contractID: charge.contractID });
    return [{ contractId: charge.contractID! }, { contractId: to.id, hasForeign: true }];
  }

  private async renumber(some: Pick1): Promise<Edited[]> {
    const contract = some(this.ours);
    if (!contract) return [];
    const { contractNumber, userDefinedFields } = contract;
    const value = some([null, `ACME-${contract.id}`]) ?? null;
    const fields = [{ name: 'Subscription ID', value }];
    await this.patch(
      `contracts/${contract.id}`,
      { contractNumber: `PO ${contract.id}`, userDefinedFields: fields },
      { contractNumber, userDefinedFields },
    );
    return [{ contractId: contract.id }];
  }

  private async changeCharge(some: Pick1, changes: Json): Promise<Edited[]> {
    const charge = some(this.charges);
    if (!charge) return [];
    const before = Object.fromEntries(Object.keys(changes).map((name) => [name, (charge as unknown as Json)[name]]));
    await this.patch(`charges/${charge.id}`, changes, before);
    return [{ contractId: charge.contractID!, isUnasked: true }];
  }

  private async copyService(some: Pick1): Promise<Edited[]> {
    const { services, contractServices, unitRows } = this.tables;
    // What no contract bills in the month is nobody's to recognize, where it was never billed here.
    const billing = new Set(unitRows.filter(({ startDate }) => startDate?.startsWith(MONTH)).map(({ contractID }) => contractID));
    const idle = new Set(contractServices.filter(({ contractID }) => !billing.has(contractID)).map(({ serviceID }) => serviceID));
    const used = new Set(contractServices.map(({ serviceID }) => serviceID).filter((id) => !idle.has(id)));
    const service = some(services.filter(({ id, invoiceDescription }) => used.has(id) && invoiceDescription !== null));
    if (!service) return [];
    const { invoiceDescription, billingCodeID, periodType, unitPrice, unitCost } = service;
    const name = `${service.name} (copy)`;
    const copy = await this.make('Services', { ...{ name, billingCodeID, periodType, unitPrice, unitCost }, isActive: true });
    await this.patch(`services/${service.id}`, { invoiceDescription: null }, { invoiceDescription });
    await this.patch(`services/${copy}`, { invoiceDescription }, { invoiceDescription: null });
    return contractServices.flatMap(({ serviceID, contractID }) =>
      serviceID === service.id ? [{ contractId: contractID!, isOnCopy: true }] : [],
    );
  }

  private async copyContract(some: Pick1): Promise<Edited[]> {
    const { contracts, contractServices, unitRows } = this.tables;
    const row = some(unitRows.filter(({ startDate, units }) => startDate?.startsWith(MONTH) && (units ?? 0) > 0));
    const original = contracts.find(({ id }) => id === row?.contractID);
    if (!row || !original || keyOf(original) === '') return [];
    const { companyID, startDate, endDate, contractType, contractPeriodType, status } = original;
    const { serviceID } = contractServices.find(({ id }) => id === row.contractServiceID)!;
    const kind = { contractType, contractPeriodType, status, timeReportingRequiresStartAndStopTimes: 0 };
    const contractID = await this.make('Contracts', { ...kind, companyID, startDate, endDate, contractName: 'Copy' });
    await this.make('ContractServiceAdjustments', {
      ...{ contractID, serviceID, effectiveDate: `${MONTH}-01T10:15:00Z`, unitChange: row.units },
      ...{ adjustedUnitPrice: 12.5, adjustedUnitCost: 10 },
    });
    this.undone.push(async () => {
      for (const { id, contractID: on } of this.tables.unitRows)
        if (on === contractID) await this.control('PATCH', `autotask/unitRows/${id}`, { units: 0, price: 0, cost: 0 });
    });
    return [{ contractId: contractID }];
  }

  private async patch(path: string, changes: Json, before: Json): Promise<void> {
    await this.control('PATCH', `autotask/${path}`, changes);
    this.undone.push(() => this.control('PATCH', `autotask/${path}`, before));
  }

  /** Makes a record as Autotask's windows do; answers its id, which nobody is told of some kinds. */
  private async make(path: string, body: Json): Promise<number> {
    const headers = { apiintegrationcode: 'sandbox', username: 'sandbox', secret: 'sandbox', 'content-type': 'application/json' };
    const request = { method: 'POST', path: `/atservicesrest/v1.0/${path}`, query: new URLSearchParams(), headers, origin: '' };
    let made: unknown;
    let status = 0;
    await this.sandbox.take(
      { ...request, text: JSON.stringify(body) },
      {
        send: (answer) => ([made, status] = [answer.body, answer.status]),
        cut: () => undefined,
      },
    );
    if (status !== 200) throw new Error(`${path}: ${JSON.stringify(made)}`);
    return ((typeof made === 'string' ? JSON.parse(made) : made) as { itemId: number }).itemId;
  }
}
