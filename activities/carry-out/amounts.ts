import { isLookedAt } from '../../shared/autotask/index.js';
import { big } from '../../shared/billing/basics/decimal.js';
import { rowKeyOf } from '../../shared/billing/basics/step-kinds.js';
import { monthOf } from '../../shared/billing/basics/month.js';
import { fold } from '../../shared/billing/basics/text.js';
import { noteRecord } from '../../shared/evidence/remembered.js';
import type { PostAdjustmentStep, PostChargeStep } from '../../shared/billing/plan-types.js';
import type { Row } from '../../shared/billing/types.js';
import type { StepRequest } from '../../shared/messages/messages.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Dependencies } from '../dependencies.js';
import { noteDescription } from './descriptions.js';
import type { BatchedReads } from '../gather/batched-reads.js';
import { soon } from '../gather/wait-until-visible.js';
import type { Making, Proofs } from './proof.js';
import { MADE_WITHIN_MS, REFUSED_WITHIN_MS, sendNew, sendOnce } from './send-once.js';
import { contractIdOf, productIdOf, serviceIdOf, type Done } from './steps.js';

type RowState = NonNullable<PostAdjustmentStep['before']>;
const NO_ROW: RowState = { units: 0, price: '0', cost: '0' };

/**
 * Brings the row that begins on a day to units and unit prices, as one adjustment. Autotask takes a delta, so the row it starts from must be known: the
 * plan saw it, or it is read now where an extension has just made it, as soon as it shows.
 */
export async function postAdjustment(
  dependencies: Dependencies,
  batched: BatchedReads,
  proofs: Proofs,
  request: StepRequest<PostAdjustmentStep>,
): Promise<Done> {
  const { step } = request;
  const contractId = contractIdOf(request);
  const serviceId = serviceIdOf(request);
  await noteDescription(dependencies, request, contractId, serviceId);
  const before = step.before ?? (await madeRow(dependencies, request, contractId, serviceId));
  if (isDone(step, before)) return { result: 'already', id: null };
  try {
    const write = {
      identity: [
        'adjustment',
        String(contractId),
        String(serviceId),
        step.day,
        String(step.units),
        step.unitPrice ?? '',
        step.unitCost ?? '',
      ],
      comesWithinMs: REFUSED_WITHIN_MS,
      find: () => findEffect(dependencies, { contractId, serviceId, step, before }),
      send: async () => {
        await refuseWhereChanged(batched, contractId, serviceId, request);
        return send(dependencies, { contractId, serviceId, step, before });
      },
    };
    if (step.contractServiceId !== null) await sendOnce(dependencies, request, write);
    else
      await proofs.make(
        newRow(dependencies, request, { contractId, serviceId, send: () => sendOnce(dependencies, request, write) }),
      );
    return { result: 'written', id: null };
  } catch (error) {
    // A second adjustment of one date is refused (`docs/vendors/autotask.md` 3.1): the month was already adjusted, and the planner continues from there (rule 7.0).
    if (!(error instanceof ApiError && error.kind === 'duplicate')) throw error;
    if (step.purpose === 'gap') throw gapStands(request);
    return { result: 'refused', id: null };
  }
}

/** The first row of a service on a contract: anyone who may not see rows would be billed once more every day. */
const newRow = (
  dependencies: Dependencies,
  { step, broker }: StepRequest<PostAdjustmentStep>,
  { contractId, serviceId, send }: { contractId: number; serviceId: number; send: () => Promise<unknown> },
): Making => ({
  kind: 'row',
  key: rowKeyOf(step.contractKey, step.serviceKey, monthOf(step.day)),
  broker,
  shows: async () => (await findRow(dependencies, contractId, serviceId, step.day)) !== null,
  make: async () => {
    await send();
    return { id: contractId, isNew: true };
  },
});

/**
 * The row that an extension has made, with what this plan's earlier adjustment carried forward into it. A person may have approved it in the meantime, or a later
 * one that an adjustment of this would reach: nothing is written to it then (invariant 6).
 */
async function madeRow(
  dependencies: Dependencies,
  request: StepRequest<PostAdjustmentStep>,
  contractId: number,
  serviceId: number,
): Promise<RowState> {
  const { step } = request;
  let isFrozen = false;
  const looks: (Row | null)[] = [];
  const shown = await soon(dependencies, async () => {
    const rows = await dependencies.autotask.findRowsToAdjust([contractId], step.day);
    const reached = rows.filter((row) => row.serviceId === serviceId);
    isFrozen = reached.some(({ frozen }) => frozen);
    const look = reached.find(({ startDay }) => startDay === step.day) ?? null;
    looks.push(look);
    return step.expectsUnits === null || look?.units === step.expectsUnits ? look : null;
  });
  // A person who changed it in the meantime has the last word: the delta starts from what is there.
  const row = shown ?? looks.at(-1) ?? null;
  if (isFrozen && !isDone(step, stateOf(row))) throw gapStands(request);
  return stateOf(row);
}

/** No charge of this month can stand for rows of earlier ones: a person has to bring them to 0. */
const gapStands = ({ step }: StepRequest<PostAdjustmentStep>): ApiError =>
  new ApiError(
    'rejected',
    `The rows from ${step.day} on, which the contract's extension made, carry its old amounts and cannot be changed: they are approved and posted, or Autotask refuses. Set their units to 0 there.`,
  );

/**
 * A delta is only right on the row that the plan saw, and Autotask bills one that reaches an approved row a second time without an error (`docs/vendors/autotask.md` 5.3):
 * rows that were there when it was planned are looked at once more, at the last moment. What a person did meanwhile is an answer like a refusal.
 */
async function refuseWhereChanged(
  batched: BatchedReads,
  contractId: number,
  serviceId: number,
  request: StepRequest<PostAdjustmentStep>,
): Promise<void> {
  const { step } = request;
  const { before, day } = step;
  if (before === null || !isLookedAt(step)) return;
  const rows = await batched.rowsToAdjust(request, { contractId, serviceId, day });
  const row = rows.find(({ startDay }) => startDay === day) ?? null;
  const isFrozen = rows.some(({ frozen }) => frozen);
  if (isFrozen || !isEqual(stateOf(row), before))
    throw new ApiError('duplicate', `The row of ${day} has been ${isFrozen ? 'approved' : 'changed'} since it was planned.`);
}

interface RowChange {
  contractId: number;
  serviceId: number;
  step: PostAdjustmentStep;
  before: RowState;
}

async function send({ autotask }: Dependencies, { contractId, serviceId, step, before }: RowChange): Promise<true> {
  await autotask.createAdjustment({
    contractId,
    serviceId,
    contractServiceId: step.contractServiceId,
    day: step.day,
    unitChange: step.units - before.units,
    unitPrice: step.unitPrice,
    unitCost: step.unitCost,
  });
  return true;
}

/**
 * The row shows the units that were sent, maybe at prices that Autotask has rounded: the lost answer was a yes. Other units prove nothing: what this run did
 * to the row before may not show yet, and what a person did is noticed by the check before it is sent again (`refuseWhereChanged`).
 */
async function findEffect(dependencies: Dependencies, { contractId, serviceId, step, before }: RowChange): Promise<true | null> {
  const state = stateOf(await findRow(dependencies, contractId, serviceId, step.day));
  return isDone(step, state) || (state.units === step.units && !isEqual(state, before)) ? true : null;
}

async function findRow({ autotask }: Dependencies, contractId: number, serviceId: number, day: string): Promise<Row | null> {
  const rows = await autotask.findRows(contractId, serviceId, day);
  return rows.find((row) => row.startDay === day) ?? null;
}

const stateOf = (row: Row | null): RowState => (row === null ? NO_ROW : { units: row.units, price: row.price, cost: row.cost });
const isEqual = (left: RowState, right: RowState): boolean =>
  left.units === right.units && big(left.price).eq(right.price) && big(left.cost).eq(right.cost);

function isDone(step: PostAdjustmentStep, row: RowState): boolean {
  if (row.units !== step.units) return false;
  if (step.unitPrice === null || step.unitCost === null) return true;
  return big(step.unitPrice).times(step.units).eq(row.price) && big(step.unitCost).times(step.units).eq(row.cost);
}

/** Makes, changes or deletes the month's charge of an item (rule 7.7). */
export async function postCharge(
  dependencies: Dependencies,
  proofs: Proofs,
  request: StepRequest<PostChargeStep>,
): Promise<Done> {
  const { step } = request;
  const contractId = contractIdOf(request);
  switch (step.action) {
    case 'create':
      return createCharge(dependencies, proofs, request, contractId);
    case 'update':
      await dependencies.autotask.updateCharge(contractId, step.chargeId!, {
        ...amountsOf(step),
        name: step.name,
        description: step.description,
      });
      return { result: 'written', id: null };
    case 'delete':
      return deleteCharge(dependencies, request, contractId);
  }
}

const amountsOf = ({
  quantity,
  unitPrice,
  unitCost,
}: PostChargeStep): Pick<PostChargeStep, 'quantity' | 'unitPrice' | 'unitCost'> => ({ quantity, unitPrice, unitCost });

async function createCharge(
  dependencies: Dependencies,
  proofs: Proofs,
  request: StepRequest<PostChargeStep>,
  contractId: number,
): Promise<Done> {
  const { step } = request;
  const { autotask, settings } = dependencies;
  const write = {
    identity: ['charge', String(contractId), fold(step.chargeKey)],
    comesWithinMs: MADE_WITHIN_MS,
    find: async () => (await autotask.findCharges(contractId, step.chargeKey))[0]?.id ?? null,
    send: () =>
      autotask.createCharge({
        contractId,
        key: step.chargeKey,
        name: step.name,
        description: step.description,
        day: step.day,
        productId: productIdOf(request),
        billingCodeId: settings.productBillingCodeId,
        ...amountsOf(step),
      }),
  };
  await proofs.make({
    kind: 'charge',
    key: step.chargeKey,
    broker: request.broker,
    shows: (id) => autotask.showsCharge(contractId, id, request.month),
    make: () => sendNew(dependencies, request, write),
  });
  return { result: 'written', id: null };
}

/** What is gone already was deleted by a lost answer, or by a person. */
async function deleteCharge(
  { autotask, evidence }: Dependencies,
  { step, broker }: StepRequest<PostChargeStep>,
  contractId: number,
): Promise<Done> {
  const id = step.chargeId!;
  await noteRecord(evidence, broker, { kind: 'charge', id, key: fold(step.chargeKey), isSeen: true, isRemoved: true });
  try {
    await autotask.deleteCharge(contractId, id);
    return { result: 'written', id: null };
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'not-found') return { result: 'already', id: null };
    throw error;
  }
}
