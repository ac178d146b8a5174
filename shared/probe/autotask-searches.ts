import { CARRIES_NUMBER, carriesField, LIST_LENGTH } from '../autotask/conditions.js';
import { SearchBlind, type Condition } from '../autotask/index.js';
import { ApiError } from '../http/errors.js';
import type { AutotaskSeen, Raw } from './autotask-seen.js';
import { numberOf, textOf } from './once.js';
import { confirmed, contradicted, couldNotAsk, notSeen, some, type Verdict } from './verdict.js';

/** A3: whether the searches that decide about creating find what is there. They are the product's own. */

/** Contracts up to which the whole survey is asked; of more, what the first page holds. */
const WHOLE_SURVEY = 4_000;
const LOOKED_UP = 5;

export async function survey(seen: AutotaskSeen): Promise<Verdict> {
  const { autotask, subscriptionUdf } = seen;
  const byField = await autotask.count('Contracts', [carriesField(subscriptionUdf)]);
  const byNumber = await autotask.count('Contracts', [CARRIES_NUMBER]);
  if (byField === 0 && byNumber === 0) return blindOrEmpty(seen);
  if (byField + byNumber > WHOLE_SURVEY) return confirmedByPage(seen, byField, byNumber);
  try {
    const shown = await autotask.readOurContracts({ onUnreadable: () => undefined });
    return confirmed(`${byField} by the field, ${byNumber} by number, ${shown.length} in all`);
  } catch (error) {
    if (error instanceof SearchBlind) return contradicted(error.message);
    throw error;
  }
}

/** Nothing carries an id: it may be so, unless contracts that are found otherwise do. */
async function blindOrEmpty(seen: AutotaskSeen): Promise<Verdict> {
  const hidden = (await seen.anyContracts()).filter((one) => seen.keyOf(one) !== null || textOf(one.contractnumber) !== null);
  return hidden.length === 0
    ? notSeen('no contract carries an id or a number yet')
    : contradicted(`neither way finds contracts ${some(hidden.map(({ id }) => id))}, which carry one`);
}

async function confirmedByPage(seen: AutotaskSeen, byField: number, byNumber: number): Promise<Verdict> {
  const inField = new Set((await seen.byField()).map(({ id }) => id));
  const last = Math.max(...inField);
  const missed = (await seen.byNumber()).filter((one) => seen.keyOf(one) !== null && one.id <= last && !inField.has(one.id));
  return missed.length === 0
    ? confirmed(`${byField} by the field, ${byNumber} by number; the first 500 of each agree`)
    : contradicted(`the field's query does not show contracts ${some(missed.map(({ id }) => id))}, which carry it`);
}

async function withKeys(seen: AutotaskSeen): Promise<{ contract: Raw; key: string; companyId: number }[]> {
  return (await seen.contracts()).flatMap((contract) => {
    const [key, companyId] = [seen.keyOf(contract), numberOf(contract.companyid)];
    return key === null || companyId === null ? [] : [{ contract, key, companyId }];
  });
}

export async function lookUp(seen: AutotaskSeen): Promise<Verdict> {
  const known = (await withKeys(seen)).slice(0, LOOKED_UP);
  if (known.length === 0) return notSeen('no contract carries a subscription id yet');
  const missed: number[] = [];
  for (const { contract, key, companyId } of known)
    if (!(await seen.autotask.findContracts(companyId, key)).some(({ id }) => id === contract.id)) missed.push(contract.id);
  return missed.length === 0
    ? confirmed(`found each of ${known.length}`)
    : contradicted(`does not find contracts ${some(missed)}, which exist`);
}

export async function textCase(seen: AutotaskSeen): Promise<Verdict> {
  const known = (await withKeys(seen)).find(({ key }) => key.toUpperCase() !== key || key.toLowerCase() !== key);
  if (known === undefined) return notSeen('no contract carries an id with letters yet');
  const other = known.key.toUpperCase() === known.key ? known.key.toLowerCase() : known.key.toUpperCase();
  const filter: Condition[] = [{ op: 'eq', field: seen.subscriptionUdf, udf: true, value: other }];
  const found = await seen.autotask.count('Contracts', filter);
  return found > 0 ? confirmed('found in the other case') : contradicted('not found in the other case');
}

export async function orGroup({ autotask, subscriptionUdf }: AutotaskSeen): Promise<Verdict> {
  const [field, number] = [carriesField(subscriptionUdf), CARRIES_NUMBER];
  const [byField, byNumber] = [await autotask.count('Contracts', [field]), await autotask.count('Contracts', [number])];
  const both = await autotask.count('Contracts', [field, number]);
  const expected = byField + byNumber - both;
  if (expected === 0) return notSeen('no contract carries an id or a number yet');
  if (both === expected) return notSeen('every contract carries both, so that either and both are the same');
  const either = await refusedOr(() => autotask.count('Contracts', [{ op: 'or', items: [field, number] }]));
  if (either === expected) return confirmed(`${expected} either way`);
  return contradicted(either === null ? 'such a group is refused' : `finds ${either} of ${expected}`);
}

export async function flags({ autotask }: AutotaskSeen): Promise<Verdict> {
  const of = (value: boolean) => autotask.count('Companies', [{ op: 'eq', field: 'isActive', value }]);
  const all = await autotask.count('Companies', [{ op: 'gte', field: 'id', value: 0 }]);
  const [active, inactive] = [await of(true), await of(false)];
  if (all === 0) return notSeen('no company is shown');
  return active + inactive === all
    ? confirmed(`${active} active, ${inactive} inactive`)
    : contradicted(`${active} active and ${inactive} inactive of ${all}`);
}

export async function list({ autotask }: AutotaskSeen): Promise<Verdict> {
  const ids = Array.from({ length: LIST_LENGTH }, (_, index) => index + 1);
  const taken = await refusedOr(() => autotask.count('Contracts', [{ op: 'in', field: 'id', value: ids }]));
  return taken === null ? contradicted(`a list of ${LIST_LENGTH} is refused`) : confirmed(`${LIST_LENGTH} ids are taken`);
}

export async function charges(seen: AutotaskSeen): Promise<Verdict> {
  const ours = (await seen.charges()).filter((one) => (textOf(one.internalpurchaseordernumber) ?? '').startsWith('CM-'));
  const filter: Condition[] = [{ op: 'beginsWith', field: 'internalPurchaseOrderNumber', value: 'CM-' }];
  const found = await seen.autotask.count('ContractCharges', filter);
  if (ours.length === 0 && found === 0) return notSeen('there is no charge of ours yet');
  return found >= ours.length
    ? confirmed(`${found} are found`)
    : contradicted(`${found} are found, and at least ${ours.length} exist`);
}

export async function ignored({ autotask }: AutotaskSeen): Promise<Verdict> {
  const filter: Condition[] = [{ op: 'eq', field: 'billingProbeField', value: 'x' }];
  const found = await refusedOr(() => autotask.count('Contracts', filter));
  return found === null ? confirmed('refused') : contradicted(`not refused: it finds ${found} contracts`);
}

/** Null where Autotask refuses the query itself; an outage is not a refusal. */
async function refusedOr<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof ApiError && (error.kind === 'rejected' || error.kind === 'not-found')) return null;
    throw error;
  }
}

// ---------------------------------------------------------------------------------------------------------------- A8

const NOBODYS_ID = 999_999_999;

export async function missing({ autotask }: AutotaskSeen): Promise<Verdict> {
  const answer = await refusedOr(() => autotask.get(`Contracts/${NOBODYS_ID}`));
  if (answer === null) return confirmed('404');
  const isNull = typeof answer === 'object' && 'item' in answer && answer.item === null;
  return isNull ? confirmed('null') : contradicted(`neither null nor 404: ${JSON.stringify(answer).slice(0, 100)}`);
}

export async function textForId({ autotask }: AutotaskSeen): Promise<Verdict> {
  const found = await refusedOr(() => autotask.count('Contracts', [{ op: 'eq', field: 'id', value: 'probe' }]));
  if (found === null) return confirmed('refused');
  return found === 0 ? confirmed('finds nothing') : contradicted(`finds ${found} contracts`);
}

export async function longAddress({ autotask }: AutotaskSeen): Promise<Verdict> {
  const filter = [{ op: 'eq', field: 'contractName', value: 'x'.repeat(2_000) }];
  const search = encodeURIComponent(JSON.stringify({ Filter: filter }));
  const answer = await refusedOr(() => autotask.get(`Contracts/query/count?search=${search}`));
  return answer === null ? confirmed('refused') : contradicted('answered like any other');
}

export const unreachable = (error: unknown): Verdict => couldNotAsk(error instanceof Error ? error.message : String(error));
