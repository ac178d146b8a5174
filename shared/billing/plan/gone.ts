import { decideContract, standsOn, type Search } from '../contracts/find-or-make.js';
import { unknownRows } from '../contracts/doubt.js';
import { grouped, POSTED_DECIMALS, text } from '../basics/decimal.js';
import { isChargeType } from '../basics/record-types.js';
import { ghostId } from '../basics/keys.js';
import { indexNames } from '../report/named.js';
import { kindAndKey, madeBy } from '../basics/step-kinds.js';
import type { Held } from './trip.js';
import { groupBy, OncePer, present } from '../basics/text.js';
import type { KeyedItem } from '../report/keyed-item.js';
import type { PlanInput } from './plan.js';
import type { Note, Plan, PlannedItem, Step } from '../plan-types.js';
import type { Books, Company, Contract, Gone, Month } from '../types.js';

/** Rule 6.6: what we made before and is gone is made again only when a person says so. */

/**
 * The books with what the contracts that a plan would make were billed on before, at any company, where money of the month still stands on it and somebody gave
 * it other ids: the survey shows it, and no search by what it was finds it.
 */
export function withLost(
  { facts: { month, asOf, named }, books, settings }: Pick<PlanInput, 'facts' | 'books' | 'settings'>,
  { id: companyId }: Company,
  keyed: Pick<KeyedItem, 'contractKey'>[],
): Books {
  const search = { companyId, month, asOf, books, names: indexNames(named, settings.broker) };
  const lost = [...new Set(keyed.map(({ contractKey }) => contractKey))].flatMap((key) => lostContracts(key, search));
  const found = new Set(lost.map(({ id }) => id));
  const others = (books.gone ?? []).filter(({ kind, id }) => kind !== 'contract' || !found.has(id));
  return lost.length === 0 ? books : { ...books, gone: [...others, ...lost] };
}

function lostContracts(key: string, search: Search): Gone[] {
  const { books, month, names } = search;
  const billed = names.contractsOf(key);
  if (billed.length === 0 || decideContract(key, search).kind !== 'missing') return [];
  return books.contracts
    .filter((contract) => billed.includes(contract.id) && standsOn(contract, month, books).isAnything)
    .map((contract) => ({ kind: 'contract', id: contract.id, key, why: lostIds(contract) }));
}

const lostIds = ({ id, subscriptionId, number }: Contract): string => {
  const hasNone = present(subscriptionId) === null && present(number) === null;
  const what = hasNone
    ? `Contract ${id} has lost its subscription id and its number`
    : `Contract ${id}, on which it was billed, now carries other ids (${subscriptionId ?? 'none'} in its field, ${number ?? 'none'} as its number)`;
  return `${what}; what it still bills would be billed twice.`;
};

/** What of the things that are gone a step would make again. */
function remadeBy(step: Step, gone: Gone[]): Gone | undefined {
  const made = madeBy(step);
  return made === null ? undefined : goneByKey.of(gone).get(kindAndKey(made))?.[0];
}

const goneByKey = new OncePer((gone: Gone[]) => groupBy(gone, kindAndKey));

/**
 * Adds to what is held the items for which the plan would make something again, which are billed, now or before, next to a row of which nobody knows what it
 * is, or whose contract had a row that Autotask does not show any more (rule 6.6).
 */
export function heldAsGone(held: Held, plan: Plan, books: Books): Held {
  const { gone = [] } = books;
  if (gone.length === 0) return held;
  const items = new Map(held.items);
  const written = new Set(plan.steps.flatMap((step) => step.items));
  const services = new Map(gone.flatMap((one) => (one.kind === 'service' ? [[one.id, one] as const] : [])));
  const unknown = new Map(
    unknownRows(plan.month, books, (id) => services.has(id)).map((row) => [row.contractId, services.get(row.serviceId)!]),
  );
  const hidden = new Map(gone.flatMap((one) => (one.kind === 'row' ? [[one.id, one] as const] : [])));
  for (const item of plan.items.filter((one) => written.has(one.id) || restsOnNoRow(one))) {
    const service = item.contractId === null ? undefined : unknown.get(item.contractId);
    if (service !== undefined) items.set(item.id, { reason: 'contract-gone', message: unknownText(service) });
    const row = item.contractId === null || isChargeType(item.type) ? undefined : hidden.get(item.contractId);
    if (row !== undefined) items.set(item.id, { reason: 'contract-gone', message: hiddenText(row) });
  }
  for (const ghost of plan.ghosts.filter(({ outcome }) => outcome === 'zeroed')) {
    const service = unknown.get(ghost.contractId);
    if (service !== undefined) items.set(ghostId(ghost), { reason: 'contract-gone', message: unknownText(service) });
  }
  for (const step of plan.steps) {
    const found = remadeBy(step, gone);
    if (found === undefined) continue;
    for (const id of step.items) items.set(id, { reason: 'contract-gone', message: goneText(found, plan.month, books) });
  }
  return { ...held, items };
}

/** What is billed by row, and comes to its amount without one: by its charges it may be right, and on top of a row that it does not see. */
const restsOnNoRow = ({ type, outcome, standing }: PlannedItem): boolean =>
  outcome === 'posted' && !isChargeType(type) && (standing!.row?.rowIds.length ?? 0) === 0;

const unknownText = ({ why }: Gone): string =>
  `${why} A row of the contract uses it, and it is not known whether that row bills the same: other amounts there, or what the plan writes, might be billed in addition. Release the plan if that is right.`;

const hiddenText = ({ why }: Gone): string => `${why} Release the plan if it does not.`;

function goneText({ kind, id, key, why }: Gone, month: Month, books: Books): string {
  const found = `${why} The plan would make the ${kind} for ${key} again (it was ${id}).`;
  const stands = kind === 'contract' ? standsOn({ id }, month, books) : null;
  return stands?.isAnything
    ? `${found} It still holds ${grouped(text(stands.sales, POSTED_DECIMALS))} in ${month}: restore its id, or bring it to zero first and then release the plan. Otherwise both are billed.`
    : `${found} Release the plan if that is right.`;
}

/** What a released plan makes again, for anyone who reads the report. */
export function remadeNotes({ steps }: Plan, { gone = [] }: Books): Note[] {
  return steps.flatMap((step) => {
    const found = remadeBy(step, gone);
    if (found === undefined) return [];
    const message = `${found.why} The ${found.kind} for ${found.key} is made again.`;
    return [{ code: 'contract-recreated', itemId: step.items[0] ?? null, message }];
  });
}
