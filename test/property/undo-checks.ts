import assert from 'node:assert/strict';
import { addMonths } from '../../shared/billing/basics/month.js';
import type { Books } from '../../shared/billing/types.js';
import type { UndoPlan } from '../../shared/billing/plan/undo.js';
import { plan, undo } from '../billing/builders.js';
import type { AutotaskInMemory } from '../billing/memory.js';
import { standing } from './model.js';
import { ofItems, type Day, type Ran } from './month.js';

/**
 * A month that is billed and undone stands as before its first write, in money, by the model's own reading of rows and charges; undone and billed again it
 * stands as it was billed. Looks at the latest month of every daily run, on a copy of the books.
 */
export class UndoChecker {
  /** By month and organization: the books before the first plan that wrote something. */
  private readonly before = new Map<string, Books>();
  /** Contract keys of each organization, as its plans named them. */
  private readonly keys = new Map<string, Set<string>>();
  /** How many months were undone that had something to undo. */
  undone = 0;

  check(day: Day): void {
    for (const ran of day.ran) this.note(ran);
    const latest = day.ran
      .map(({ month }) => month)
      .sort()
      .at(-1)!;
    for (const ran of day.ran.filter(({ month }) => month === latest)) this.checkOne(ran, day);
  }

  private note({ month, organizationId, plan: made, start }: Ran): void {
    const name = `${month} ${organizationId}`;
    if (made.steps.length > 0 && !this.before.has(name)) this.before.set(name, structuredClone(start.books));
    const keys = this.keys.get(organizationId) ?? new Set();
    for (const { contractKey } of made.items) keys.add(contractKey);
    this.keys.set(organizationId, keys);
  }

  private checkOne(ran: Ran, { end, after }: Day): void {
    const before = this.before.get(`${ran.month} ${ran.organizationId}`);
    if (before === undefined) return;
    const autotask = end.copy();
    const { plan: made, held } = carryOut(ran, before, autotask);
    assert.equal(made.held, null);
    if (made.steps.length > 0) this.undone += 1;
    const keys = [...this.keys.get(ran.organizationId)!].filter((key) => !held.has(key));
    for (const key of keys)
      for (const month of [addMonths(ran.month, -1), ran.month]) {
        const wanted = standing(month === ran.month ? before : after, key, month);
        assert.deepEqual(standing(autotask.books, key, month), wanted, `${key} in ${month}, undone for ${ran.month}`);
      }
    const left = new Set(made.lines.flatMap(({ message, contractKey }) => (message === null ? [] : [contractKey])));
    for (const key of keys.filter((one) => !left.has(one) && isUndoneIn(made, one)))
      laterStandAsBefore(key, ran.month, before, autotask.books);
    assert.deepEqual(undoOf(ran, before, autotask.books, []).steps, [], 'nothing is left to undo');
    const own = new Set(ownContracts(after, this.keys.get(ran.organizationId)!));
    for (const { frozen, contractId, id } of after.rows)
      if (frozen || !own.has(contractId)) assert.deepEqual(rowOf(autotask.books, id), rowOf(after, id), `row ${id} is untouched`);
    billedAgain(ran, autotask, after, keys);
  }
}

const rowOf = ({ rows }: Books, id: number): unknown => rows.find((row) => row.id === id);
/** Contracts of what the organization was billed; all others are somebody else's. */
const ownContracts = ({ contracts }: Books, keys: Set<string>): number[] =>
  contracts.flatMap(({ id, subscriptionId }) => (subscriptionId !== null && keys.has(subscriptionId) ? [id] : []));
const isUndoneIn = ({ lines }: UndoPlan, key: string): boolean => lines.some(({ contractKey }) => contractKey === key);

const undoOf = ({ situation, plan: { companyId, items } }: Ran, before: Books, now: Books, refused: string[]): UndoPlan =>
  undo(
    { ...situation, books: structuredClone(now), refused },
    { books: before, companyId, billed: items.map(({ contractKey }) => contractKey) },
  );

/** Carries the way back out, as a workflow does: what is refused is planned once more. */
function carryOut(ran: Ran, before: Books, autotask: AutotaskInMemory): { plan: UndoPlan; held: Set<string> } {
  const first = undoOf(ran, before, autotask.books, []);
  const refused = autotask.apply(first.steps);
  const second = refused.length === 0 ? first : undoOf(ran, before, autotask.books, refused);
  if (second !== first) autotask.apply(second.steps.filter(({ items }) => items.every((id) => refused.includes(id))));
  const lines = [...first.lines, ...second.lines].filter(({ outcome }) => outcome === 'held');
  return { plan: { ...first, lines: second.lines }, held: new Set(lines.map(({ contractKey }) => contractKey)) };
}

/** What carries on into the month after goes back, too. */
function laterStandAsBefore(key: string, month: string, before: Books, now: Books): void {
  const next = addMonths(month, 1);
  assert.deepEqual(standing(now, key, next), standing(before, key, next), `${key} in ${next}, undone for ${month}`);
}

function billedAgain(ran: Ran, autotask: AutotaskInMemory, after: Books, keys: string[]): void {
  const { situation, month } = ran;
  const again = plan({ ...situation, books: structuredClone(autotask.books) });
  const refused = autotask.apply(again.steps);
  if (refused.length > 0)
    autotask.apply(ofItems(plan({ ...situation, books: structuredClone(autotask.books), refused }), refused));
  // What stands without a line, or for what is held, is named as such, and nobody bills it again.
  const others = [...ran.plan.ghosts, ...again.ghosts, ...again.items.filter(({ outcome }) => outcome !== 'posted')];
  const unbilled = new Set(others.map(({ contractKey }) => contractKey));
  for (const key of new Set(
    again.items.map(({ contractKey }) => contractKey).filter((one) => keys.includes(one) && !unbilled.has(one)),
  ))
    assert.deepEqual(standing(autotask.books, key, month), standing(after, key, month), `${key} in ${month}, billed again`);
}
