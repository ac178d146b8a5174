import { command, type Command } from '../basics/command.js';
import type { GhostContext } from './ghost-plan.js';
import type { Charge, Contract } from '../types.js';

/** What a person is told about money without a line (rules 8.3, 8.4, 8.7): where it stands, why nobody answers for it, and what ends it. */
export interface GhostAdvice {
  message: string;
  /** Absent where the reason's own command applies. */
  command?: Command;
}

interface RowAdviceInput {
  contract: Contract;
  contractKey: string;
  amount: string;
  name: string;
}

export function rowAdvice({ contract, contractKey, amount, name }: RowAdviceInput, context: GhostContext): GhostAdvice {
  const { month, whyStray } = context;
  if (whyStray === null)
    return {
      message: `${amount} of ${name} is on contract ${contract.id}, but the report has no line for it. Check the subscription in Cloudmore, or set its units to 0 in Autotask. If the amount is right as it is, dismiss it.`,
    };
  return strayAdvice(
    `${amount} of ${name} is on contract ${contract.id} (${contract.name}), subscription ${contractKey}.`,
    `${whyStray(contractKey)} Autotask bills it every month until ${contract.endDay}. Set its units to 0 in Autotask from ${month} on, or end the contract.`,
    contract.id,
    month,
  );
}

/** Its line is billed on another contract: both keep billing. */
export const elsewhereAdvice = ({ id }: Contract, amount: string, name: string): GhostAdvice => ({
  message: `${amount} of ${name} is on contract ${id}, but the report's line for it is billed on another contract: both are billed. Set its units to 0 in Autotask, or restore its id and delete the other.`,
});

/** Somebody moved the charge to another contract than what it was made for is billed on. */
export const movedAdvice = ({ id, key, contractId }: Charge, amount: string, home: number): GhostAdvice => ({
  message: `Charge ${id} of ${amount} (${key.trim()}) is on contract ${contractId}, but was made for what is billed on ${home > 0 ? `contract ${home}` : 'its own contract'}. Move it back there in Autotask, or remove it. If it is right in addition to what is there, dismiss it.`,
});

export function chargeAdvice(
  charge: Charge,
  { contractKey, amount, isUnknown }: { contractKey: string | null; amount: string; isUnknown: boolean },
  context: GhostContext,
): GhostAdvice {
  const { month, whyStray } = context;
  const kind = charge.billed ? 'A billed charge' : 'A charge';
  const what = `${kind} of ${amount} (${charge.key.trim() || `id ${charge.id}`}) is on contract ${charge.contractId}`;
  const remedy = charge.billed ? 'Credit it in Autotask if it is wrong' : 'Delete it in Autotask if it is wrong';
  const why = isUnknown
    ? 'it is not known what it was made for: its key matches nothing that Cloudmore ever named'
    : 'the report has no line for it';
  if (whyStray === null)
    return {
      message: `${what}, but ${why}. ${remedy}. If the amount is right as it is, dismiss it.`,
    };
  return strayAdvice(`${what}.`, `${whyStray(contractKey)} ${remedy}.`, charge.contractId, month);
}

const strayAdvice = (what: string, why: string, contractId: number, month: string): GhostAdvice => ({
  message: `${what} ${why} If the amount is right as it is, dismiss it.`,
  command: command('dismiss', month, '--contract', String(contractId), '--reason', 'right as it is'),
});
