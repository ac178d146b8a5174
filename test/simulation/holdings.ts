import type { Random } from './random.js';

/** What a simulated tenant's Autotask holds before the month begins. */

export const MONTH = '2025-10';
export const FOREIGN_TEXT = 'Managed by hand';

type Json = Record<string, unknown>;

export const KINDS = [
  'nce',
  'nce',
  'nce',
  'upfront',
  'unlisted',
  'legacy',
  'legacy',
  'azurePlan',
  'azureClassic',
  'marketplace',
  'reserved',
  'software',
  'perpetual',
  'custom',
] as const;
export type Kind = (typeof KINDS)[number];

/** What a subscription of a customer is, and what the report has of it. */
export interface Source {
  kind: Kind;
  organization: { id: string; name: string };
  subscriptionId: string | null;
  itemCode: string | null;
  product: string;
  lines: Json[];
  quantity: number;
  /** Day of the month on which the lines are reported. */
  day: number;
}

/** The tenant around the contracts: codes, currency, fields, and how it behaves. */
export const frame = (random: Random) => ({
  billingCodes: [
    { id: 501, name: 'Cloud subscriptions', useType: 5, isActive: true },
    { id: 502, name: 'Cloud consumption', useType: 4, isActive: true },
  ],
  currencies: [{ id: 1, name: 'EUR', description: 'Euro', exchangeRate: 1, isActive: true, isInternalCurrency: true }],
  picklists: { 'Contracts.serviceLevelAgreementID': [{ value: '1', label: 'Standard', isActive: true }] },
  userDefinedFields: { Contracts: [{ name: 'Subscription ID', type: 'String' }] },
  behaviour: {
    periodStart: random.chance(0.15) ? 'duplicate' : 'update',
    extend: random.chance(0.2) ? 'empty' : 'carry',
    afterPost: random.chance(0.3) ? 'reject' : 'prorateItem',
    missing: random.chance(0.3) ? '404' : 'null',
    patchAnswer: random.chance(0.3) ? 'null' : 'itemId',
    visibleAfterMs: random.pick([0, 0, 0, 400, 3000]),
    timeZone: random.pick(['UTC', 'UTC', 'America/New_York', 'Pacific/Auckland', 'Pacific/Honolulu', 'Europe/Oslo']),
    dateOutput: random.pick(['midnight', 'midnight', 'localMidnightAsUtc']),
  },
});

const SHARED_KEYS: Partial<Record<Kind, string>> = {
  reserved: 'cloudmore:reserved-instance',
  software: 'cloudmore:subscription',
};

const ENDS = ['2025-07-31', '2025-08-31', '2025-09-30', '2025-10-31', '2026-03-31'];

/** Contracts from earlier months, and one that somebody keeps by hand. */
export class Holdings {
  private readonly contracts: Json[] = [];
  private readonly services = new Map<string, Json>();
  private readonly contractServices: Json[] = [];
  private readonly charges: Json[] = [];

  constructor(
    private readonly random: Random,
    /** Whether the tenant refuses what would bring the rows of an extension to 0: a person has to, so none are needed. */
    private readonly keepsRows: boolean,
  ) {}

  add(source: Source, companyID: number): void {
    const key = SHARED_KEYS[source.kind] ?? source.itemCode;
    if (key === null || source.subscriptionId === null || source.kind.startsWith('azure')) return;
    const { random } = this;
    const id = 101 + this.contracts.length;
    this.contracts.push({
      id,
      companyID,
      contractName: source.product,
      contractNumber: source.subscriptionId,
      startDate: random.pick(['2024-11-01', '2025-03-01', '2025-07-01']),
      // Ends before, just before, within, or after the month.
      endDate: random.pick(this.keepsRows ? ENDS.slice(2) : ENDS),
      serviceLevelAgreementID: 1,
      userDefinedFields: [{ name: 'Subscription ID', value: source.subscriptionId }],
    });
    const units = random.chance(0.2) ? 0 : source.kind === 'upfront' ? random.pick([0, source.quantity]) : source.quantity;
    this.put(id, key, units, random.chance(0.3) ? FOREIGN_TEXT : null);
    if (random.chance(0.15)) this.putForeign(companyID);
  }

  private put(contractID: number, key: string, units: number, invoiceDescription: string | null): void {
    const unitPrice = this.random.whole(100, 4000) / 100;
    const amounts = { unitPrice, unitCost: Math.floor(unitPrice * 80) / 100 };
    if (!this.services.has(key))
      this.services.set(key, {
        id: 201 + this.services.size,
        name: `Service ${key}`,
        invoiceDescription: key,
        billingCodeID: 501,
        ...amounts,
      });
    const id = 301 + this.contractServices.length;
    const serviceID = this.services.get(key)!.id;
    this.contractServices.push({ id, contractID, serviceID, units, invoiceDescription, ...amounts });
  }

  /** What a person bills by hand, without a subscription id: nobody's business. */
  private putForeign(companyID: number): void {
    const id = 101 + this.contracts.length;
    this.contracts.push({
      id,
      companyID,
      contractName: FOREIGN_TEXT,
      startDate: '2025-01-01',
      endDate: '2025-12-31',
      serviceLevelAgreementID: 1,
    });
    this.put(id, 'MANAGED-SERVICE', 3, null);
    this.charges.push({
      contractID: id,
      datePurchased: `${MONTH}-01`,
      name: 'Cable',
      unitQuantity: 2,
      unitPrice: 4,
      unitCost: 3,
      billingCodeID: 502,
    });
  }

  tables(): Json {
    return {
      contracts: this.contracts,
      services: [...this.services.values()],
      contractServices: this.contractServices,
      charges: this.charges,
    };
  }
}
