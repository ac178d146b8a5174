import { accessOf, GIVEN, LABELS, RIGHTS, SEARCHED, type Access } from '../autotask/needs.js';
import { READ_MEMBERS } from '../autotask/translate.js';
import { same } from '../billing/basics/text.js';
import { ENTITIES, MADE, type AutotaskSeen } from './autotask-seen.js';
import { lowerFields, numberOf, textOf } from './once.js';
import { confirmed, contradicted, couldNotAsk, notSeen, some, type Verdict } from './verdict.js';

/** A1 and A2: the address, the quota, and what the tenant describes of itself. */

export async function zone({ autotask }: AutotaskSeen): Promise<Verdict> {
  const answer = lowerFields(await autotask.get('ThresholdInformation'));
  return Object.keys(answer).length > 0
    ? confirmed('answers below v1.0')
    : contradicted('ThresholdInformation answers no record there');
}

export async function threshold({ autotask }: AutotaskSeen): Promise<Verdict> {
  const [first, second] = [await autotask.readThreshold(), await autotask.readThreshold()];
  if (first === null || second === null) return contradicted('it does not tell limit and use under the known names');
  // The hour rolls on meanwhile: what was used an hour ago falls out.
  if (second.used > first.used) return confirmed(`${second.used} of ${second.limit} used, itself counted`);
  return second.used === first.used
    ? contradicted(`${first.used} used before and after a call`)
    : notSeen('older calls fell out of the hour meanwhile');
}

export async function access(seen: AutotaskSeen): Promise<Verdict> {
  const found: Record<Access, string[]> = { none: [], restricted: [], unknown: [], all: [] };
  for (const [entity, info] of await seen.information())
    for (const action of RIGHTS[entity] ?? []) {
      const access = info[`useraccessfor${action}`];
      found[accessOf(access)].push(`${entity}.${action}${accessOf(access) === 'unknown' ? ` (${JSON.stringify(access)})` : ''}`);
    }
  if (found.restricted.length > 0) return contradicted(`only some records: ${some(found.restricted)}`);
  if (found.unknown.length > 0) return contradicted(`rights in a word that is not known: ${some(found.unknown)}`);
  if (found.none.length > 0) return contradicted(`not allowed: ${some(found.none)}`);
  return confirmed(`all of ${found.all.length} rights, on all records`);
}

export async function members(seen: AutotaskSeen): Promise<Verdict> {
  const known = await seen.fields();
  const missing = ENTITIES.flatMap((entity) =>
    (READ_MEMBERS[entity] ?? [])
      .filter((member) => !(known.get(entity) ?? []).some(({ name }) => same(name, member)))
      .map((member) => `${entity}.${member}`),
  );
  return missing.length === 0 ? confirmed('all exist') : contradicted(`not there: ${some(missing)}`);
}

export async function searched(seen: AutotaskSeen): Promise<Verdict> {
  const known = await seen.fields();
  const missing = Object.entries(SEARCHED).flatMap(([entity, names]) =>
    names
      .filter((wanted) => (known.get(entity) ?? []).find(({ name }) => same(name, wanted))?.isqueryable !== true)
      .map((name) => `${entity}.${name}`),
  );
  return missing.length === 0 ? confirmed('all can be') : contradicted(`cannot be searched by: ${some(missing)}`);
}

export async function userDefinedField({ autotask, subscriptionUdf }: AutotaskSeen): Promise<Verdict> {
  const answer = lowerFields(await autotask.get('Contracts/entityInformation/userDefinedFields'));
  const fields = (Array.isArray(answer.fields) ? answer.fields : []).map(lowerFields);
  const own = fields.find(({ name }) => same(textOf(name), subscriptionUdf));
  if (own === undefined)
    return contradicted(
      `contracts have no field "${subscriptionUdf}"; they have ${some(fields.map(({ name }) => textOf(name) ?? '?')) || 'none'}`,
    );
  if (!/string|text/i.test(textOf(own.type) ?? '')) return contradicted(`it is of type ${textOf(own.type) ?? 'none'}`);
  if (own.isqueryable === false) return contradicted('it cannot be searched for');
  const length = numberOf(own.length) ?? 0;
  if (length > 0 && length < SHORTEST_FIELD)
    return contradicted(`it holds ${length} characters; an id has up to ${SHORTEST_FIELD}`);
  return confirmed(`"${subscriptionUdf}" is a text that can be searched for`);
}
/** An id has 36 characters, and ours for what has none up to 50. */
const SHORTEST_FIELD = 50;

export async function required(seen: AutotaskSeen): Promise<Verdict> {
  const known = await seen.fields();
  const more = MADE.flatMap((entity) =>
    (known.get(entity) ?? [])
      .filter(({ name, isrequired }) => isrequired === true && !same(name, 'id'))
      .filter(({ name }) => !GIVEN[entity]!.some((given) => same(given, name)))
      .map(({ name }) => `${entity}.${name}`),
  );
  return more.length === 0 ? confirmed('nothing more') : contradicted(`also asked for: ${some(more)}`);
}

export async function labels(seen: AutotaskSeen): Promise<Verdict> {
  const known = await seen.fields();
  const missing = LABELS.filter(([entity, field, label]) => {
    const values = (known.get(entity) ?? []).find(({ name }) => same(name, field))?.picklistvalues ?? [];
    return !values.some((value) => same(value.label, label) && value.isactive !== false);
  });
  if ((known.get('Contracts') ?? []).length === 0) return couldNotAsk('Contracts has no fields');
  return missing.length === 0
    ? confirmed('all exist')
    : contradicted(`missing: ${some(missing.map(([entity, field, label]) => `"${label}" in ${entity}.${field}`))}`);
}
