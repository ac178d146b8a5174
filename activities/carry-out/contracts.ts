import { numberFor } from '../../shared/billing/contracts/find-or-make.js';
import { fold } from '../../shared/billing/basics/text.js';
import type { ExtendContractStep, UpsertContractStep } from '../../shared/billing/plan-types.js';
import type { StepRequest } from '../../shared/messages/messages.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Dependencies } from '../dependencies.js';
import { markedNumber, noteExtension } from './extensions.js';
import type { Proofs } from './proof.js';
import { MADE_WITHIN_MS, sendNew } from './send-once.js';
import { contractIdOf, type Done } from './steps.js';

/** Makes the contract of a subscription, or corrects what is ours on it (rules 6.2, 6.5). */
export async function upsertContract(
  dependencies: Dependencies,
  proofs: Proofs,
  request: StepRequest<UpsertContractStep>,
): Promise<Done> {
  const { step } = request;
  const { autotask, settings } = dependencies;
  if (step.contractId !== null) {
    await autotask.updateContract(step.contractId, step.set);
    return { result: 'written', id: step.contractId };
  }
  const { name, companyId, contractKey, startDay, endDay } = step;
  const { id } = await proofs.make({
    kind: 'contract',
    key: contractKey,
    broker: request.broker,
    shows: (made) => autotask.isSurveyed(made),
    make: () =>
      sendNew(dependencies, request, {
        identity: ['contract', String(companyId), fold(contractKey)],
        comesWithinMs: MADE_WITHIN_MS,
        find: () => findContract(dependencies, companyId, contractKey),
        send: () =>
          autotask.createContract({
            companyId,
            name,
            startDay,
            endDay,
            subscriptionId: contractKey,
            number: numberFor(contractKey),
            slaId: settings.slaId,
          }),
      }),
  });
  return { result: 'written', id };
}

async function findContract({ autotask }: Dependencies, companyId: number, contractKey: string): Promise<number | null> {
  const hits = await autotask.findContracts(companyId, contractKey);
  if (hits.length > 1)
    throw new ApiError('rejected', `Contracts ${hits.map(({ id }) => id).join(', ')} all carry ${contractKey}. Keep one.`);
  return hits[0]?.id ?? null;
}

/** Moves a contract's end later. It is read first: an end that a person moved beyond ours meanwhile must not come back (invariant 6). */
export async function extendContract(dependencies: Dependencies, request: StepRequest<ExtendContractStep>): Promise<Done> {
  const { autotask } = dependencies;
  const id = contractIdOf(request);
  const contract = await autotask.readContract(id);
  if (contract === null) throw new ApiError('not-found', `Contract ${id} is gone. The next plan makes a new one.`);
  if (contract.endDay >= request.step.toDay) return { result: 'already', id };
  await noteExtension(dependencies, request, contract);
  await autotask.updateContract(id, { endDay: request.step.toDay, ...markedNumber(contract, request.month) });
  return { result: 'written', id };
}
