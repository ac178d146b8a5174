import type { Command } from './basics/command.js';
import type { AcceptedPart } from './report/accepted.js';
import type { Day, Decimal, ItemType, Line, Month, RecordType } from './types.js';

/** What comes of planning: items with what becomes of them, ghosts, notes, and the steps that carry a plan out. */

/** Reasons by the rules of `shared/billing/README.md`. An item has at most one; a posted one has none. */
export type Reason =
  | 'custom-service'
  | 'record-type-off'
  | 'service-off'
  | 'organization-unknown'
  | 'company-id-missing'
  | 'company-id-invalid'
  | 'company-id-shared'
  | 'company-not-found'
  | 'company-inactive'
  | 'currency-mismatch'
  | 'unclassified'
  | 'contract-duplicate'
  | 'contract-other-company'
  | 'contract-inactive'
  | 'contract-unsuitable'
  | 'contract-gone'
  | 'billed-elsewhere'
  | 'service-ambiguous'
  | 'product-needs-order'
  | 'cost-in-other-currency'
  | 'period-frozen'
  | 'report-shrank'
  | 'outcome-missing'
  | 'contract-disagrees'
  | 'breaker-month'
  | 'breaker-organization'
  | 'breaker-item'
  | 'breaker-contracts'
  | 'skipped'
  | 'undone'
  | 'awaiting-approval'
  | 'canary-waits'
  | 'month-closed'
  | 'unreadable'
  | 'api-error'
  | 'verify-mismatch'
  | 'outcome-unknown';

/** All lines of one subscription (and product) in one month (rule 4), with amounts rounded once to minor units. */
export interface Item {
  /** Stable within broker and month; equal for equal items in every run. */
  id: string;
  organizationId: string;
  type: ItemType;
  subscriptionId: string | null;
  itemCode: string | null;
  currency: string;
  productName: string;
  subscriptionName: string | null;
  lines: Line[];
  cost: Decimal;
  sales: Decimal;
  /** Exact sums before rounding; their difference to `cost` and `sales` is reported as rounding. */
  exactCost: Decimal;
  exactSales: Decimal;
  quantity: Decimal;
  /** All of it is paid once for a longer time (rule 4.4). */
  isOneOff: boolean;
  /** The part that recurs every month, if the item also has a one-time payment: it alone is on the row (7.2). Null in all other items. */
  recurring: { sales: Decimal; cost: Decimal; quantity: Decimal } | null;
}

/** A sentence of the derivation: which rule (by its number) decided what, with the numbers it saw. `explain` prints these. */
export interface Because {
  rule: string;
  text: string;
}

/** Sales and cost of one thing. */
export interface Sides {
  sales: Decimal;
  cost: Decimal;
}

/**
 * Where an item's month stands in Autotask, before the plan and after it, in minor units: row + charges (rule 7). Computed from what is there and from the
 * steps, so that `after` of a posted item is the proof that the steps bring it to the report.
 */
export interface Standing {
  /** Null for what has no row: Azure and marketplace (7.8), and items whose service is not on a contract and needs not be. */
  row: RowStanding | null;
  charges: ChargeStanding[];
  /** Row + charges. */
  before: Sides;
  after: Sides;
}

export interface RowStanding {
  serviceId: number | null;
  serviceKey: string;
  /** Ids of the month's `ContractServiceUnits`; several where somebody split the month, none where they are yet to be made. */
  rowIds: number[];
  frozen: boolean;
  before: RowFigures;
  after: RowFigures;
  /** What the month's adjustment writes (7.2): total / quantity, at more digits than count, and as sent. Null where the row is left, or only its units end. */
  unit: { exact: Sides; rounded: Sides } | null;
}

export interface RowFigures extends Sides {
  units: number;
}

/** A charge with a key of the item, or one that another made and that counts for it (7.8). Created: `before` is null. Deleted: `after` is null. */
export interface ChargeStanding {
  chargeId: number | null;
  key: string;
  /** Not in the item's month where it is a catch-up (7.5). */
  day: Day;
  billed: boolean;
  before: Sides | null;
  after: Sides | null;
}

/** What becomes of an item. `posted` means: in balance already, or after the item's steps. */
export interface PlannedItem {
  id: string;
  type: ItemType;
  subscriptionId: string | null;
  itemCode: string | null;
  /** Subscription id, or the `cm-…` value of rule 6.1: what the contract carries. */
  contractKey: string;
  currency: string;
  productName: string;
  lines: number;
  quantity: Decimal;
  cost: Decimal;
  sales: Decimal;
  /** Its cost as it stands in Autotask, where that is in another currency (3.5); absent where it is `cost`. */
  booked?: { cost: Decimal; currency: string; rate: Decimal };
  /** Exact sums of the lines, before they were rounded once to `cost` and `sales` (4.2), and the difference. */
  exactCost: Decimal;
  exactSales: Decimal;
  roundingCost: Decimal;
  roundingSales: Decimal;
  contractId: number | null;
  outcome: 'posted' | 'held' | 'excluded';
  reason: Reason | null;
  /** What exactly is wrong. It names no command: names and vendors' texts stand in it. */
  message: string | null;
  /** The command to continue with, if it is not the reason's own; null if there is none. */
  command?: Command | null;
  because: Because[];
  /** Null where Autotask was not looked at: excluded, or held for a reason of the organization, the contract or the service. */
  standing: Standing | null;
}

/** Money in Autotask without a line in the report (rule 8). */
export interface Ghost {
  contractId: number;
  contractKey: string;
  serviceId: number | null;
  /** `Unclassified`: a charge with one of our keys, of unknown origin. */
  type: RecordType | 'Unclassified';
  itemCode: string | null;
  currency: string;
  quantity: Decimal;
  cost: Decimal;
  sales: Decimal;
  /** Why a person set it aside (`billing dismiss`); absent where nobody did. It stays listed and counts no more. */
  dismissed?: string;
  /** The command to continue with, if it is not the reason's own. */
  command?: Command;
  outcome: 'ghost' | 'awaiting' | 'zeroed';
  /** Number of the rule that decided the outcome. */
  rule: string;
  message: string;
  /** Why it may be brought to nothing; null where that waits for a person (rule 1.6). Absent where nothing is to be written, and in evidence of earlier releases. */
  evidence?: GhostEvidence | null;
  /** `report-shrank` where the last accepted report of the month had lines for it; absent otherwise. */
  reason?: 'report-shrank';
  /** The charge it is, where it has no row. */
  chargeId?: number;
}

/** What allows money to be removed without a line that says so (invariant E1): the rules, or a person. */
export type GhostEvidence = 'ended' | 'replaced' | 'moved' | 'paid-once' | 'released';

/**
 * Notes, nothing to do: `units-differ`, `end-date-earlier`, `foreign-row`, `unknown-charge-type`, `price-from-line`, `contract-recreated`,
 * `unbillable-unit`.
 */
export interface Note {
  code: string;
  itemId: string | null;
  message: string;
}

interface StepOf<Kind extends string> {
  kind: Kind;
  /** Items that cannot be posted when this step fails. */
  items: string[];
  /** One line for people: what changes, old → new, with money. */
  summary: string;
}

export interface EnsureServiceStep extends StepOf<'ensureService'> {
  serviceKey: string;
  /** The service to bring up to date; null to find or create one. */
  serviceId: number | null;
  /** It is inactive, and made active with the key (5.2). Absent in all other steps. */
  reactivates?: true;
  name: string;
  description: string;
  unitPrice: Decimal;
  unitCost: Decimal;
}

export interface EnsureProductStep extends StepOf<'ensureProduct'> {
  productKey: string;
  name: string;
}

export interface UpsertContractStep extends StepOf<'upsertContract'> {
  contractKey: string;
  companyId: number;
  /** The contract to bring up to date; null to find or create one. */
  contractId: number | null;
  name: string;
  startDay: Day;
  endDay: Day;
  /** Fields of an existing contract that are overwritten (rule 6.5); empty for a new one. */
  set: { slaId?: number; subscriptionId?: string; number?: string };
}

export interface ExtendContractStep extends StepOf<'extendContract'> {
  contractKey: string;
  contractId: number;
  fromDay: Day;
  toDay: Day;
}

export interface PostAdjustmentStep extends StepOf<'postAdjustment'> {
  contractKey: string;
  contractId: number | null;
  serviceKey: string;
  serviceId: number | null;
  contractServiceId: number | null;
  day: Day;
  /** What the row is to be. Prices null: units only. */
  units: number;
  unitPrice: Decimal | null;
  unitCost: Decimal | null;
  /** The row as the plan saw it; null when it does not exist before this plan runs (new contract service, or a row that an extension makes): it is read then. */
  before: { units: number; price: Decimal; cost: Decimal } | null;
  /** Where it is read then: the units it shows as soon as an earlier adjustment of this plan, which carries forward into it, shows; null when there is none. */
  expectsUnits: number | null;
  /** `amounts`: the month's own. The others bring a row to 0 units. */
  purpose: 'amounts' | 'zero' | 'one-off' | 'gap';
  /** Printed on the customer's invoice instead of the service's key (rule 5.4), set once on a new contract service. */
  invoiceDescription: string | null;
}

export interface PostChargeStep extends StepOf<'postCharge'> {
  contractKey: string;
  contractId: number | null;
  action: 'create' | 'update' | 'delete';
  chargeId: number | null;
  /** Key of rule 7.7, with its number when it is a further one. */
  chargeKey: string;
  /** Product of rule 5.3; null: billed under the product billing code alone. */
  productKey: string | null;
  productId: number | null;
  name: string;
  description: string;
  day: Day;
  quantity: Decimal;
  unitPrice: Decimal;
  unitCost: Decimal;
}

export type Step =
  EnsureServiceStep | EnsureProductStep | UpsertContractStep | ExtendContractStep | PostAdjustmentStep | PostChargeStep;

/** A step in words: new, changed, or to nothing, and what. */
export interface StepText {
  mark: '+' | '~' | '-';
  text: string;
}

/** What one organization's month needs, decided once. */
export interface Plan {
  organizationId: string;
  organizationName: string;
  companyId: number | null;
  month: Month;
  asOf: Day;
  items: PlannedItem[];
  ghosts: Ghost[];
  steps: Step[];
  notes: Note[];
  /**
   * SHA-256 over every item's amounts, what is written to the customer's contracts, and the unit prices its services are to have, as they would be with all
   * breakers released: what `approve` names. Another customer's release, which may make or fix a shared service, leaves it as it is.
   */
  digest: string;
  /** What a release would write of what breakers hold, in words; absent where they hold nothing that would be written, and in evidence of earlier releases. */
  onRelease?: StepText[];
  /** Contracts whose neighbouring rows must be read before this plan is final; empty when it is. */
  needs: number[];
  /** It would make a contract, and nobody has looked what others bill at the company (rule 6.7); absent where somebody has. */
  needsElsewhere?: true;
  /** What counts as the accepted report of the organization from now on (rule 1.6); absent in evidence of earlier releases. */
  accepted?: AcceptedPart;
}

/** Why a plan, or an item of it, waits for a person. */
export interface Tripped {
  reason: Reason;
  message: string;
}

/** What a run wrote, counted by what took effect. */
export interface Writes {
  services: number;
  products: number;
  contracts: number;
  extensions: number;
  adjustments: number;
  charges: number;
}

/** Lines added up. */
export interface Amounts {
  lines: number;
  cost: Decimal;
  sales: Decimal;
}
