import type { Step } from './plan-types.js';
import type { Writes } from './results.js';

type RecordKind = 'contracts' | 'rows' | 'charges' | 'services' | 'products';

/** What is known of each kind of step besides how it is carried out (`activities/`) and told (`describe.ts`). */
interface StepRules {
  /** What a write of it is counted as. */
  counts: keyof Writes;
  /** Kinds of record it may change: what is asked for at the read-back, and forecast as calls. */
  readBack: readonly RecordKind[];
}

export const STEP_KINDS = {
  ensureService: { counts: 'services', readBack: ['services'] },
  ensureProduct: { counts: 'products', readBack: ['products'] },
  upsertContract: { counts: 'contracts', readBack: ['contracts'] },
  /** An extension makes rows. */
  extendContract: { counts: 'extensions', readBack: ['contracts', 'rows'] },
  postAdjustment: { counts: 'adjustments', readBack: ['rows'] },
  postCharge: { counts: 'charges', readBack: ['charges'] },
} as const satisfies Record<Step['kind'], StepRules>;

/** Whether a step of the kind may change records of the kind. */
export const changes = (step: Pick<Step, 'kind'>, records: RecordKind): boolean =>
  (STEP_KINDS[step.kind].readBack as readonly RecordKind[]).includes(records);
