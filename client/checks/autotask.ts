import type { Autotask } from '../../shared/autotask/index.js';
import { same } from '../../shared/billing/basics/text.js';
import type { Config } from '../../shared/config.js';
import { accessOf, GIVEN, LABELS, RIGHTS, type Access, type Action } from '../../shared/autotask/needs.js';
import { listed, Problem, type Check } from './check.js';

/** Autotask's side: log-in, calls, rights by asking for them, and everything that settings name by number. */

type Fields = Record<string, unknown>;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

export function autotaskChecks({ autotask: settings, settings: billing }: Config, autotask: Autotask): [Check, ...Check[]] {
  return [
    { name: 'Autotask log-in', look: () => logIn(autotask) },
    { name: 'call budget', look: () => callBudget(autotask, settings.callsPerHour) },
    { name: 'SUBSCRIPTION_UDF', look: () => subscriptionUdf(autotask, settings.subscriptionUdf) },
    billingCode(autotask, 'AUTOTASK_SERVICE_BILLING_CODE_ID', billing.serviceBillingCodeId, 'Recurring Contract Service Code'),
    billingCode(autotask, 'AUTOTASK_PRODUCT_BILLING_CODE_ID', billing.productBillingCodeId, 'Material Cost Code'),
    { name: 'AUTOTASK_SLA_ID', look: () => sla(autotask, billing.slaId) },
    { name: 'picklists', look: () => picklists(autotask) },
    { name: 'required fields', look: () => requiredFields(autotask) },
    ...Object.entries(RIGHTS).map(([entity, actions]) => ({
      name: `rights on ${entity}`,
      look: () => rights(autotask, entity, actions),
    })),
    { name: 'costs', look: () => costs(autotask) },
    { name: 'days', look: () => days(autotask) },
  ];
}

const lower = (record: unknown): Fields =>
  typeof record === 'object' && record !== null
    ? Object.fromEntries(Object.entries(record).map(([key, value]) => [key.toLowerCase(), value]))
    : {};

async function logIn(autotask: Autotask): Promise<string | Problem> {
  const internal = (await autotask.readCurrencies()).find(({ isInternal }) => isInternal);
  if (internal) return `${internal.code} is the internal currency`;
  return new Problem('no currency is marked as internal', 'Set the internal currency in Autotask: Admin > Currencies.');
}

/** From here on Autotask answers slower to everybody (`docs/vendors/autotask.md` 3.3). */
const BUSY_SHARE = 0.75;

async function callBudget(autotask: Autotask, ours: number): Promise<string | Problem> {
  const answer = lower(await autotask.get('ThresholdInformation'));
  const limit = Number(answer.externalrequestthreshold);
  const used = Number(answer.currenttimeframerequestcount);
  if (ours > limit)
    return new Problem(
      `AUTOTASK_CALLS_PER_HOUR is ${ours}, the tenant has ${limit} for all its tools`,
      `Set it to at most ${Math.floor(limit / 2)}.`,
    );
  if (used > limit * BUSY_SHARE)
    return new Problem(
      `${used} of ${limit} calls of this hour are used up by all tools combined`,
      "Wait, or check which other tool makes so many calls: Admin > Autotask Integrations, the API user's activity.",
    );
  return `${used} of ${limit} calls used in the last hour by all tools; our share is ${ours}`;
}

// ---------------------------------------------------------------------------------------------------------------- what settings name

async function subscriptionUdf(autotask: Autotask, name: string): Promise<string | Problem> {
  const how = 'Create it in Autotask: Admin > User-Defined Fields > Contracts, type Text (Single Line).';
  const { fields } = (await autotask.get('Contracts/entityInformation/userDefinedFields')) as { fields?: Fields[] };
  const field = (fields ?? []).find((candidate) => same(String(candidate.name), name));
  if (!field)
    return new Problem(
      `contracts have no user-defined field "${name}"; they have ${listed((fields ?? []).map((one) => String(one.name))) || 'none'}`,
      `${how} Or name another in SUBSCRIPTION_UDF.`,
    );
  const type = textOf(field.type);
  if (!/string|text/i.test(type)) return new Problem(`"${name}" is of type ${type}, which holds no subscription id`, how);
  if (field.isreadonly === true) return new Problem(`"${name}" is read-only`, 'Make it editable in Autotask.');
  if (field.isqueryable === false) return new Problem(`"${name}" cannot be searched for`, how);
  return `contracts have the user-defined field "${name}"`;
}

function billingCode(autotask: Autotask, name: string, id: number, label: string): Check {
  return {
    name,
    look: async () => {
      const code = lower((await autotask.query('BillingCodes', [{ op: 'eq', field: 'id', value: id }]))[0]);
      const useType = await autotask.picklists.value('BillingCodes', 'useType', label);
      if (code.id === undefined)
        return new Problem(
          `there is no billing code ${id}`,
          `Set ${name} to the id of an active ${label} (not the number shown in Autotask's UI): ${await codesOf(autotask, useType)}.`,
        );
      if (code.isactive !== true)
        return new Problem(`billing code ${id} (${String(code.name)}) is inactive`, 'Activate it, or name another.');
      if (Number(code.usetype) !== useType)
        return new Problem(
          `billing code ${id} (${String(code.name)}) has another use type`,
          `Name an active ${label}: ${await codesOf(autotask, useType)}.`,
        );
      if (await isNonBillable(autotask, code.billingcodetype))
        return new Problem(
          `billing code ${id} (${String(code.name)}) is of the type Non-Billable: no customer would be charged`,
          `Name another active ${label}: ${await codesOf(autotask, useType)}.`,
        );
      return `${id} (${String(code.name)})`;
    },
  };
}

/** A tenant without such a type has no such code. */
async function isNonBillable({ picklists }: Autotask, type: unknown): Promise<boolean> {
  const value = await picklists.labelled('BillingCodes', 'billingCodeType', /^non-billable$/i);
  return value !== null && type != null && Number(type) === value;
}

async function codesOf(autotask: Autotask, useType: number): Promise<string> {
  const codes = await autotask.query('BillingCodes', [
    { op: 'eq', field: 'useType', value: useType },
    { op: 'eq', field: 'isActive', value: true },
  ]);
  return listed(codes.map(lower).map(({ id, name }) => `${String(id)} (${String(name)})`)) || 'there is none yet';
}

async function sla(autotask: Autotask, id: number): Promise<string | Problem> {
  const field = (await autotask.picklists.fields('Contracts')).find(({ name }) => same(name, 'serviceLevelAgreementID'));
  const values = (field?.picklistvalues ?? []).filter(({ isactive }) => isactive !== false);
  const found = values.find(({ value }) => Number(value) === id);
  if (found) return `${id} (${found.label ?? ''})`;
  return new Problem(
    `${id} is not an active service level agreement`,
    `Set AUTOTASK_SLA_ID to one of: ${listed(values.map(({ value, label }) => `${value} (${label ?? ''})`)) || 'none is defined in Autotask yet'}`,
  );
}

/** Values are the tenant's own and found by their labels; a label that somebody renamed stops everything. */
async function picklists(autotask: Autotask): Promise<string | Problem> {
  const missing: string[] = [];
  for (const [entity, field, label] of LABELS) {
    const values = (await autotask.picklists.fields(entity)).find(({ name }) => same(name, field))?.picklistvalues ?? [];
    if (!values.some((value) => same(value.label, label) && value.isactive !== false))
      missing.push(`"${label}" in ${entity}.${field}`);
  }
  if (missing.length === 0) return 'all labels we need exist';
  return new Problem(
    `missing or renamed: ${missing.join(', ')}`,
    'Give the value its English label again, or activate it, in Autotask: Admin > Features & Settings.',
  );
}

async function requiredFields(autotask: Autotask): Promise<string | Problem> {
  const more: string[] = [];
  for (const [entity, given] of Object.entries(GIVEN)) {
    const fields = await autotask.picklists.fields(entity);
    const required = fields.filter(({ name, isrequired }) => isrequired === true && !same(name, 'id'));
    more.push(...required.filter(({ name }) => !given.some((field) => same(field, name))).map(({ name }) => `${entity}.${name}`));
  }
  if (more.length === 0) return 'no other field is required';
  return new Problem(
    `this tenant also requires ${listed(more)}`,
    'Make these fields optional in Autotask, or no record can be made.',
  );
}

// ---------------------------------------------------------------------------------------------------------------- rights

const SECURITY_LEVEL =
  "Give the API user's security level this right: Admin > Security Levels; docs/operations.md has the least it needs.";

async function rights(autotask: Autotask, entity: string, actions: Action[]): Promise<string | Problem> {
  const { info } = (await autotask.get(`${entity}/entityInformation`)) as { info?: Fields };
  const accessFor = (action: Action): unknown => info?.[`useraccessfor${action}`];
  const having = (access: Access): Action[] => actions.filter((action) => accessOf(accessFor(action)) === access);
  if (having('none').length > 0) return new Problem(`the API user may not ${having('none').join(', ')}`, SECURITY_LEVEL);
  if (having('restricted').length > 0)
    return new Problem(
      `the API user may ${having('restricted').join(', ')} only some of them: the program would make the others again`,
      "Give the API user's security level unrestricted view and rights, and the API user every line of business.",
    );
  const [unknown] = having('unknown');
  if (unknown !== undefined)
    return new Problem(
      `Autotask says ${JSON.stringify(accessFor(unknown))?.slice(0, 50)} for ${unknown}, which is not understood`,
      "Check the API user's security level, which must see and change all of them, and report this value.",
    );
  return actions.includes('query') ? probe(autotask, entity, actions) : actions.join(', ');
}

/** What an entity says of itself is one thing; whether it answers is another. Counting costs one call. */
async function probe(autotask: Autotask, entity: string, actions: Action[]): Promise<string | Problem> {
  const search = encodeURIComponent(JSON.stringify({ Filter: [{ op: 'gte', field: 'id', value: 0 }] }));
  try {
    const { querycount } = lower(await autotask.get(`${entity}/query/count?search=${search}`));
    return `${actions.join(', ')}; ${String(querycount)} there`;
  } catch (error) {
    return new Problem(`cannot be read: ${error instanceof Error ? error.message : String(error)}`, SECURITY_LEVEL);
  }
}

const SAMPLE = 50;

async function sample(autotask: Autotask, entity: string): Promise<Fields[]> {
  const search = encodeURIComponent(JSON.stringify({ MaxRecords: SAMPLE, Filter: [{ op: 'gte', field: 'id', value: 0 }] }));
  const { items } = (await autotask.get(`${entity}/query?search=${search}`)) as { items?: unknown[] };
  return (items ?? []).map(lower);
}

/** Without the right to see cost, costs come back empty, and every item would look out of balance. */
async function costs(autotask: Autotask): Promise<string | Problem> {
  const priced = [...(await sample(autotask, 'ContractServiceUnits')), ...(await sample(autotask, 'Services'))].filter(
    ({ price, unitprice }) => Number(price ?? unitprice ?? 0) > 0,
  );
  if (priced.length === 0) return 'not compared: nothing has a price yet';
  const isShown = priced.some(({ cost, unitcost }) => (cost ?? unitcost ?? null) !== null);
  if (isShown) return 'are shown';
  return new Problem(
    'come back empty: the API user may not see costs',
    "Let the API user's security level see costs: Contracts > Financial, and Inventory cost data.",
  );
}

/** Which of the ways of writing days the tenant has (`docs/vendors/autotask.md` 2.7). All are read rightly; anyone who looks into the API is glad to know. */
async function days(autotask: Autotask): Promise<string> {
  const starts = (await sample(autotask, 'Contracts')).map(({ startdate }) => textOf(startdate)).filter((text) => text !== '');
  const [first] = starts;
  if (first === undefined) return 'not compared: there is no contract yet';
  const isMidnight = starts.every((text) => /^\d{4}-\d\d-\d\d(T00:00:00(\.0+)?Z?)?$/.test(text));
  return isMidnight ? 'given as midnight UTC' : `given as the tenant's midnight in UTC (${first}); read as that day`;
}
