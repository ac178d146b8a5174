import { monthOf } from './month.js';
import { fold } from './text.js';
import type { PostAdjustmentStep, RowStanding, Step } from '../plan-types.js';
import type { Writes } from '../plan-types.js';
import type { Gone, Month } from '../types.js';

type RecordKind = 'contracts' | 'rows' | 'charges' | 'services' | 'products';
type Of<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** What a step does to what stands there: new, changed, to nothing. */
export type Mark = '+' | '~' | '-';

/** Charges as a plan found them, by id. */
export type ChargesFound = ReadonlyMap<number | null, string>;

/** What is known of each kind of step besides how it is carried out (`activities/`): a new kind is a row here. Its words are the planner's summary, or `describe.ts`. */
interface StepRules<One extends Step> {
  /** What a write of it is counted as. */
  counts: keyof Writes;
  /** Kinds of record it may change: what is asked for at the read-back, and forecast as calls. */
  readBack: readonly RecordKind[];
  /** Calls of one that meets no trouble; looking first where that is part of it. */
  calls: (step: One) => number;
  /** What it writes: two steps with one identity would be one effect too many. */
  identity: (step: One) => string;
  /** What it makes that may have been there before (6.6); null where it only changes what is there. */
  makes: (step: One) => Pick<Gone, 'kind' | 'key'> | null;
  /** What it makes of what, in business terms; a charge that is changed or deleted is the one that was shown, as it stood. */
  meaning: (step: One, charges: ChargesFound) => unknown[];
  /** `row` is what stands of its item, where it adjusts one. */
  mark: (step: One, row: () => RowStanding | null) => Mark;
}

export const STEP_KINDS = {
  ensureService: {
    counts: 'services',
    readBack: ['services'],
    calls: () => 1,
    identity: ({ serviceKey }) => `service ${fold(serviceKey)}`,
    makes: ({ serviceId, serviceKey }) => (serviceId === null ? { kind: 'service', key: serviceKey } : null),
    meaning: ({ serviceKey, unitPrice, unitCost }) => [fold(serviceKey), unitPrice, unitCost],
    mark: ({ serviceId }) => (serviceId === null ? '+' : '~'),
  },
  ensureProduct: {
    counts: 'products',
    readBack: ['products'],
    calls: () => 1,
    identity: ({ productKey }) => `product ${fold(productKey)}`,
    makes: ({ productKey }) => ({ kind: 'product', key: productKey }),
    meaning: ({ productKey, name }) => [fold(productKey), name],
    mark: () => '+',
  },
  upsertContract: {
    counts: 'contracts',
    readBack: ['contracts'],
    calls: () => 1,
    identity: ({ contractKey }) => `contract ${fold(contractKey)}`,
    makes: ({ contractId, contractKey }) => (contractId === null ? { kind: 'contract', key: contractKey } : null),
    meaning: ({ contractKey, companyId, contractId, startDay, endDay, set }) => [
      fold(contractKey),
      companyId,
      contractId,
      startDay,
      endDay,
      set,
    ],
    mark: ({ contractId }) => (contractId === null ? '+' : '~'),
  },
  extendContract: {
    counts: 'extensions',
    // An extension makes rows.
    readBack: ['contracts', 'rows'],
    calls: () => 2,
    identity: ({ contractId }) => `end date of contract ${contractId}`,
    makes: () => null,
    // One that begins elsewhere makes rows of other months.
    meaning: ({ contractKey, contractId, fromDay, toDay }) => [fold(contractKey), contractId, fromDay, toDay],
    mark: () => '~',
  },
  postAdjustment: {
    counts: 'adjustments',
    readBack: ['rows'],
    // A row that an extension makes is read when it is there.
    calls: (step) => 1 + (step.before === null ? 1 : 0) + (describes(step) ? 1 : 0),
    identity: ({ contractKey, serviceKey, contractServiceId, day }) =>
      `adjustment ${fold(contractKey)} ${fold(serviceKey)} ${contractServiceId} ${day}`,
    makes: ({ contractServiceId, purpose, contractKey, serviceKey, day }) =>
      contractServiceId === null && purpose === 'amounts'
        ? { kind: 'row', key: rowKeyOf(contractKey, serviceKey, monthOf(day)) }
        : null,
    meaning: ({ contractKey, serviceKey, day, units, unitPrice, unitCost, purpose }) => [
      fold(contractKey),
      fold(serviceKey),
      day,
      units,
      unitPrice,
      unitCost,
      purpose,
    ],
    mark: ({ units }, row) => (units === 0 ? '-' : (row()?.before.units ?? 0) === 0 ? '+' : '~'),
  },
  postCharge: {
    counts: 'charges',
    readBack: ['charges'],
    calls: () => 1,
    identity: ({ chargeKey, action, chargeId }) => `charge ${fold(chargeKey)} ${action === 'delete' ? chargeId : ''}`,
    makes: ({ action, chargeKey }) => (action === 'create' ? { kind: 'charge', key: chargeKey } : null),
    meaning: (step, charges) => [
      fold(step.contractKey),
      step.action,
      step.chargeId,
      charges.get(step.chargeId),
      step.chargeKey,
      fold(step.productKey),
      step.name,
      step.day,
      step.quantity,
      step.unitPrice,
      step.unitCost,
    ],
    mark: ({ action }) => (action === 'create' ? '+' : action === 'update' ? '~' : '-'),
  },
} as const satisfies { [Kind in Step['kind']]: StepRules<Of<Kind>> };

/** What the first row of a service on a contract stands for in a month, where no id says so. */
export const rowKeyOf = (contractKey: string, serviceKey: string, month: Month): string =>
  `${fold(contractKey)}|${fold(serviceKey)}|${month}`;

/** Next month's units end on the same contract service, which is described once. */
const describes = ({ invoiceDescription, purpose }: PostAdjustmentStep): boolean =>
  invoiceDescription !== null && purpose !== 'one-off';

/** What is known of a step by its kind. */
export const rulesOf = <Kind extends Step['kind']>({ kind }: { kind: Kind }): StepRules<Of<Kind>> =>
  STEP_KINDS[kind] as unknown as StepRules<Of<Kind>>;

/** Whether a step of the kind may change records of the kind. */
export const changes = (step: Pick<Step, 'kind'>, records: RecordKind): boolean =>
  (STEP_KINDS[step.kind].readBack as readonly RecordKind[]).includes(records);

export const callsOf = (step: Step): number => rulesOf(step).calls(step);
export const identityOf = (step: Step): string => rulesOf(step).identity(step);
export const madeBy = (step: Step): Pick<Gone, 'kind' | 'key'> | null => rulesOf(step).makes(step);
/** A record by what it is and its key. */
export const kindAndKey = ({ kind, key }: Pick<Gone, 'kind' | 'key'>): string => `${kind} ${fold(key)}`;
/** All that steps make, each by its kind and key. */
export const madeIn = (steps: Step[]): Set<string> => new Set(steps.flatMap((step) => madeBy(step) ?? []).map(kindAndKey));
export const meaningOf = (step: Step, charges: ChargesFound): string =>
  JSON.stringify([step.kind, ...rulesOf(step).meaning(step, charges)]);
