import { ApplicationFailure } from '@temporalio/common';
import { fold } from '../shared/billing/text.js';
import type { ExtendContractStep, PostAdjustmentStep, PostChargeStep, UpsertContractStep } from '../shared/billing/plan-types.js';
import type { StepDone, StepRequest } from '../shared/contract.js';

/** What a step came to, before its calls are counted. */
export type Done = Omit<StepDone, 'calls'>;

type ContractStep = UpsertContractStep | ExtendContractStep | PostAdjustmentStep | PostChargeStep;

/** The id a step's contract has by now. Its absence is a mistake of this program: the step that makes it comes first. */
export function contractIdOf({ step, resolved }: StepRequest<ContractStep>): number {
  return known(step.contractId ?? resolved.contracts[fold(step.contractKey)], `contract ${step.contractKey}`);
}

export function serviceIdOf({ step, resolved }: StepRequest<PostAdjustmentStep>): number {
  return known(step.serviceId ?? resolved.services[fold(step.serviceKey)], `service ${step.serviceKey}`);
}

export function productIdOf({ step, resolved }: StepRequest<PostChargeStep>): number | null {
  if (step.productKey === null) return null;
  return known(step.productId ?? resolved.products[fold(step.productKey)], `product ${step.productKey}`);
}

function known(id: number | undefined, what: string): number {
  if (id === undefined)
    throw ApplicationFailure.nonRetryable(
      `The plan refers to ${what} before it is there; please report this.`,
      'InvariantViolation',
    );
  return id;
}
