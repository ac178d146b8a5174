import { monthOf } from '../shared/billing/month.js';
import type { ExtendContractStep } from '../shared/billing/plan-types.js';
import type { Books, Contract, Day } from '../shared/billing/types.js';
import type { StepRequest } from '../shared/contract.js';
import type { Dependencies } from './dependencies.js';

/**
 * Rule 6.4 over interruptions. Extending a contract makes rows for the months since it ended: those before the month are brought to 0 by steps after it,
 * those after it get what the month's own adjustment carries forward. Once the contract is extended nothing in Autotask tells those rows from what was
 * billed then; so the old end is noted before, and until the rows are seen to be right the planner is shown the contract as it was: it plans the same
 * steps again, which find done what is done.
 */
interface Unfinished {
  fromDay: Day;
}

const nameOf = (broker: string, contractId: number): string => `extensions/${broker}/${contractId}`;

/** Notes the contract's end before it is moved, where no row after the month is there yet to tell whether the month was adjusted (7.0). */
export async function noteExtension(
  { evidence }: Dependencies,
  { broker, month }: StepRequest<ExtendContractStep>,
  contract: Contract,
): Promise<void> {
  const name = nameOf(broker, contract.id);
  if (monthOf(contract.endDay) > month || (await evidence.pointer(name)) !== null) return;
  const unfinished: Unfinished = { fromDay: contract.endDay };
  await evidence.point(name, await evidence.put(unfinished));
}

/** The books with contracts whose extension is not finished as they were before it, and those contracts: their neighbouring rows have to be read. */
export async function withUnfinished(
  { evidence }: Dependencies,
  broker: string,
  books: Books,
): Promise<{ books: Books; unfinished: number[] }> {
  const before = new Map<number, Day>();
  for (const { id } of books.contracts) {
    const ref = await evidence.pointer(nameOf(broker, id));
    if (ref !== null) before.set(id, (await evidence.get<Unfinished>(ref)).fromDay);
  }
  const contracts = books.contracts.map((contract) => ({ ...contract, endDay: before.get(contract.id) ?? contract.endDay }));
  return {
    books: { ...books, contracts, detailed: books.detailed.filter((id) => !before.has(id)) },
    unfinished: [...before.keys()],
  };
}

/** The contracts' rows were read back and agree: nothing is left of their extension. */
export async function finishExtensions({ evidence }: Dependencies, broker: string, contractIds: number[]): Promise<void> {
  for (const id of contractIds) {
    const name = nameOf(broker, id);
    if ((await evidence.pointer(name)) !== null) await evidence.unpoint(name);
  }
}
