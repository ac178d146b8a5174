import { markExtended } from '../../shared/autotask/index.js';
import { monthOf } from '../../shared/billing/basics/month.js';
import { firstGapMonth } from '../../shared/billing/amounts/rows.js';
import type { ExtendContractStep } from '../../shared/billing/plan-types.js';
import type { Books, Contract, Day, Month } from '../../shared/billing/types.js';
import type { StepRequest } from '../../shared/messages/messages.js';
import { ApiError } from '../../shared/http/errors.js';
import type { Dependencies } from '../dependencies.js';
import { endsActivity } from '../failures.js';
import { soon } from '../gather/wait-until-visible.js';

/**
 * Rule 6.4 over interruptions. Extending a contract makes rows for the months since it ended: those before the month are brought to 0 by steps after it,
 * those after it get what the month's own adjustment carries forward. Once the contract is extended nothing in Autotask distinguishes those rows from what was
 * billed then; so the old end is noted before, and until the rows are seen to be right the planner is shown the contract as it was: it plans the same
 * steps again, which find done what is done. A backup that is put back takes the note away, so where there are months between, the contract carries the day
 * as well (`markExtended`), in the same PATCH that moves its end.
 */
interface Unfinished {
  fromDay: Day;
  /** The month whose run extended it. */
  month: Month;
}

/**
 * Whether a note counts in a month: in its own always, in others only where the extension made rows of months before its own, which must be at 0 in whatever month somebody checks.
 * Where it made none, another month would take its own one's amounts for such rows.
 */
const counts = ({ fromDay, month }: Unfinished, now: Month): boolean => month === now || firstGapMonth(fromDay, month) !== null;

/** The note that counts in a month, or null. */
async function noteFor({ evidence }: Dependencies, broker: string, now: Month, contractId: number): Promise<Unfinished | null> {
  const ref = await evidence.pointer(nameOf(broker, contractId));
  const note = ref === null ? null : await evidence.get<Unfinished>(ref);
  return note !== null && counts(note, now) ? note : null;
}

const nameOf = (broker: string, contractId: number): string => `extensions/${broker}/${contractId}`;

/**
 * Notes the contract's end before it is moved, where no row after the month is there yet to tell whether the month was adjusted (7.0). A note that another month
 * left behind and that does not count here gives way.
 */
export async function noteExtension(
  dependencies: Dependencies,
  { broker, month }: StepRequest<ExtendContractStep>,
  contract: Contract,
): Promise<void> {
  const { evidence } = dependencies;
  if (monthOf(contract.endDay) > month || (await noteFor(dependencies, broker, month, contract.id)) !== null) return;
  const unfinished: Unfinished = { fromDay: contract.endDay, month };
  await evidence.point(nameOf(broker, contract.id), await evidence.put(unfinished));
}

/** What a contract's number becomes with its extension, where that makes rows of months before the month. */
export function markedNumber({ number, endDay, extendedFrom }: Contract, month: Month): { number?: string } {
  const from = extendedFrom ?? endDay;
  const marked = firstGapMonth(from, month) === null ? null : markExtended(number, from);
  return marked === null ? {} : { number: marked };
}

/** The books with contracts that say themselves that they ended earlier as they were then. */
export const asBeforeExtension = (books: Books): Books => ({ ...books, contracts: books.contracts.map(wasBefore) });

const wasBefore = (contract: Contract): Contract =>
  contract.extendedFrom === undefined || contract.extendedFrom >= contract.endDay
    ? contract
    : { ...contract, endDay: contract.extendedFrom };

/** The books with contracts whose extension is not finished as they were before it, and those contracts: their neighbouring rows have to be read. */
export async function withUnfinished(
  dependencies: Dependencies,
  { broker, month }: { broker: string; month: Month },
  books: Books,
): Promise<{ books: Books; unfinished: number[] }> {
  const before = new Map<number, Day>();
  for (const { id, extendedFrom } of books.contracts) {
    const note = await noteFor(dependencies, broker, month, id);
    if (note !== null) before.set(id, note.fromDay);
    else if (extendedFrom !== undefined) before.set(id, extendedFrom);
  }
  const contracts = books.contracts.map((contract) => {
    const fromDay = before.get(contract.id);
    return fromDay === undefined ? contract : { ...contract, endDay: fromDay, extendedFrom: fromDay };
  });
  return {
    books: { ...books, contracts, detailed: books.detailed.filter((id) => !before.has(id)) },
    unfinished: [...before.keys()],
  };
}

/** The contracts' rows were read back and agree: nothing is left of their extension. `contracts` are those that were read back. */
export async function finishExtensions(
  dependencies: Dependencies,
  { broker, month }: { broker: string; month: Month },
  contractIds: number[],
  contracts: Contract[],
): Promise<void> {
  const marked = new Map(contracts.filter(({ extendedFrom }) => extendedFrom !== undefined).map((one) => [one.id, one]));
  for (const id of contractIds) {
    const contract = marked.get(id);
    if (contract !== undefined && !(await unmark(dependencies, contract))) continue;
    if ((await noteFor(dependencies, broker, month, id)) !== null) await dependencies.evidence.unpoint(nameOf(broker, id));
  }
}

/**
 * What Autotask refuses for good stays as it is, and the next run plans the same steps, which find everything done. The number may be seen late like any
 * write (`docs/vendors/autotask.md` 12, no. 19): a run that begins at once would take the mark away a second time.
 */
async function unmark(dependencies: Dependencies, { id, number }: Contract): Promise<boolean> {
  const { autotask } = dependencies;
  try {
    await autotask.updateContract(id, { number });
    await soon(dependencies, async () => ((await autotask.readContract(id))?.extendedFrom === undefined ? true : null));
    return true;
  } catch (error) {
    if (error instanceof ApiError && endsActivity(error)) return false;
    throw error;
  }
}
