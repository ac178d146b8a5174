import { ApplicationFailure } from '@temporalio/common';
import { fold } from '../../shared/billing/basics/text.js';
import type {
  ExtendContractStep,
  PostAdjustmentStep,
  PostChargeStep,
  UpsertContractStep,
} from '../../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../../shared/messages/messages.js';

/** What a step came to, before its calls are counted. */
export type Done = Omit<StepDone, 'calls'>;

type ContractStep = UpsertContractStep | ExtendContractStep | PostAdjustmentStep | PostChargeStep;

/** The id a step's contract has by now. Its absence is a mistake of this program: the step that makes it comes first. */
export function contractIdOf({ step, resolved }: StepRequest<ContractStep>): number {
  return known(step.contractId ?? idIn(resolved.contracts, step.contractKey), `contract ${step.contractKey}`);
}

export function serviceIdOf({ step, resolved }: StepRequest<PostAdjustmentStep>): number {
  return known(step.serviceId ?? idIn(resolved.services, step.serviceKey), `service ${step.serviceKey}`);
}

export function productIdOf({ step, resolved }: StepRequest<PostChargeStep>): number | null {
  if (step.productKey === null) return null;
  return known(step.productId ?? idIn(resolved.products, step.productKey), `product ${step.productKey}`);
}

/** A key can be a word that every object has, such as `constructor`. */
const idIn = (ids: Record<string, number>, key: string): number | undefined =>
  Object.hasOwn(ids, fold(key)) ? ids[fold(key)] : undefined;

function known(id: number | undefined, what: string): number {
  if (id === undefined)
    throw ApplicationFailure.nonRetryable(
      `The plan refers to ${what} before it exists; please report this.`,
      'InvariantViolation',
    );
  return id;
}
