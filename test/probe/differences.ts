import type { BeliefId } from '../../shared/probe/beliefs.js';
import { changed } from '../renames/changes.js';
import { CONNECTOR_KEY, type Edit, type Planted, type Rec, type TenantWorld } from './tenant.js';

/** Vendors that differ from what is believed: one difference a row, and the one belief that it contradicts. */
export interface Difference extends Planted {
  what: string;
  turns: BeliefId;
}

const behaviour = (side: 'autotask' | 'cloudmore', changes: Rec) => (world: TenantWorld) => {
  world[side].behaviour = { ...world[side].behaviour, ...changes };
};
const at =
  (pattern: RegExp, change: (json: Rec) => unknown): Edit =>
  (request, json) =>
    pattern.test(request.path) ? change(json) : undefined;
const renamed = (pattern: RegExp, name: string): Edit => at(pattern, (json) => changed(json, name, 'renamed'));
const records = (json: Rec, change: (record: Rec) => Rec): Rec => ({ ...json, items: (json.items as Rec[]).map(change) });
const fieldsOf = (json: Rec, change: (field: Rec) => Rec): Rec => ({ ...json, fields: (json.fields as Rec[]).map(change) });
const lines = (world: TenantWorld): Rec[] =>
  world.cloudmore.monthlyBilling!.flatMap((block) =>
    below(below(below([block], 'organizations'), 'services'), 'items').flatMap((item) => item.products as Rec[]),
  );
const below = (all: Rec[], name: string): Rec[] => all.flatMap((record) => record[name] as Rec[]);
const changedValue = (json: unknown, name: string, value: unknown): unknown =>
  JSON.parse(JSON.stringify(json), (key, before: unknown) => (key === name ? value : before)) as unknown;
const REPORT = /MonthlyBillingPerOrganizationAsync\/./;
/** Counts by what the condition names: what one query of the probe is answered. */
const countOf =
  (mark: string, count: number): Edit =>
  ({ path, body }) =>
    path.endsWith('/query/count') && body.includes(mark) ? { queryCount: count } : undefined;

export const DIFFERENCES: Difference[] = [
  // ------------------------------------------------------------------------------------------------ Autotask describes itself
  {
    what: 'ThresholdInformation does not count itself',
    turns: 'A1.threshold',
    edit: at(/ThresholdInformation$/i, (json) => ({ ...json, currentTimeframeRequestCount: 7 })),
  },
  {
    what: 'the user may not see some contracts',
    turns: 'A2.access',
    world: behaviour('autotask', { hidesAdded: ['Contracts'] }),
  },
  {
    what: 'the user may not create charges',
    turns: 'A2.access',
    world: behaviour('autotask', { denied: ['ContractCharges.delete'] }),
  },
  {
    what: 'rights come in a word that nobody knows',
    turns: 'A2.access',
    edit: at(/Services\/entityInformation$/i, ({ info }) => ({ info: { ...(info as Rec), userAccessForQuery: 'Territory' } })),
  },
  {
    what: 'a field of rows has another name',
    turns: 'A2.members',
    edit: at(/ContractServiceUnits\/entityInformation\/fields$/i, (json) =>
      fieldsOf(json, (field) => (field.name === 'cost' ? { ...field, name: 'unitCost' } : field)),
    ),
  },
  {
    what: 'services cannot be searched by what is their key',
    turns: 'A2.searched',
    edit: at(/Services\/entityInformation\/fields$/i, (json) =>
      fieldsOf(json, (field) => (field.name === 'invoiceDescription' ? { ...field, isQueryable: false } : field)),
    ),
  },
  {
    what: 'the user-defined field is a list',
    turns: 'A2.udf',
    edit: at(/userDefinedFields$/i, (json) => fieldsOf(json, (field) => ({ ...field, type: 'List (Single Selection)' }))),
  },
  {
    what: 'the user-defined field is too short for an id',
    turns: 'A2.udf',
    edit: at(/userDefinedFields$/i, (json) => fieldsOf(json, (field) => ({ ...field, length: 25 }))),
  },
  {
    what: 'the tenant requires a category of contracts',
    turns: 'A2.required',
    edit: at(/\/Contracts\/entityInformation\/fields$/i, (json) =>
      fieldsOf(json, (field) => (field.name === 'contractCategory' ? { ...field, isRequired: true } : field)),
    ),
  },
  {
    what: 'somebody renamed a type of charges',
    turns: 'A2.labels',
    edit: at(/ContractCharges\/entityInformation\/fields$/i, (json) => changed(json, 'label', 'renamed')),
  },
  // ------------------------------------------------------------------------------------------------ Autotask's searches
  {
    what: "the field's query misses a contract",
    turns: 'A3.survey',
    edit: ({ path, body }, json) =>
      path.endsWith('/Contracts/query') && body.includes('"exist"') && body.includes('"udf":true')
        ? { ...json, items: (json.items as Rec[]).filter(({ id }) => id !== 101) }
        : undefined,
  },
  {
    what: 'the look-up does not find what is there',
    turns: 'A3.lookup',
    edit: ({ path, body }, json) =>
      path.endsWith('/Contracts/query') && body.includes('"eq"') && /udf|contractNumber/.test(body)
        ? { ...json, items: [], pageDetails: { ...(json.pageDetails as Rec), count: 0 } }
        : undefined,
  },
  { what: 'texts are compared with case', turns: 'A3.case', edit: countOf(CONNECTOR_KEY.toUpperCase(), 0) },
  {
    what: 'an OR group with the field finds nothing',
    turns: 'A3.or',
    world: behaviour('autotask', { userDefinedFieldInOr: 'findsNothing' }),
  },
  {
    what: 'an OR group with the field acts as AND',
    turns: 'A3.or',
    world: behaviour('autotask', { userDefinedFieldInOr: 'actsAsAnd' }),
  },
  {
    what: 'an OR group with the field is refused',
    turns: 'A3.or',
    world: behaviour('autotask', { userDefinedFieldInOr: 'refused' }),
  },
  {
    what: 'a search for false finds nothing',
    turns: 'A3.flags',
    world: ({ autotask }) => void (autotask.companies![1]!.isActive = false),
    edit: countOf('"value":false', 0),
  },
  { what: 'lists may be shorter', turns: 'A3.list', ...refusing((body) => body.includes(',499,500]')) },
  { what: 'beginsWith finds nothing', turns: 'A3.charges', edit: countOf('beginsWith', 0) },
  {
    what: 'a condition on an unknown field is left out',
    turns: 'A3.ignored',
    ...answering((body) => body.includes('billingProbeField'), { queryCount: 3 }),
  },
  // ------------------------------------------------------------------------------------------------ Autotask's records
  {
    what: 'a contract by its id lacks its number',
    turns: 'A4.ids',
    edit: at(/\/Contracts\/101$/, ({ item }) => ({ item: { ...(item as Rec), contractNumber: null } })),
  },
  {
    what: 'days come as words',
    turns: 'A4.days',
    edit: at(/\/Contracts\/(query|\d+)$/, (json) => changedValue(json, 'endDate', 'never')),
  },
  {
    what: "the connector's contracts begin on any day",
    turns: 'A4.connector',
    world: ({ autotask }) => void (autotask.contracts!.at(-1)!.startDate = '2025-08-12'),
  },
  {
    what: 'rows begin on the first, whatever the contract does',
    turns: 'A5.grid',
    edit: at(/ContractServiceUnits\/query$/, (json) =>
      records(json, (record) => ({ ...record, startDate: String(record.startDate).replace(/-01T/, '-05T') })),
    ),
  },
  {
    what: "a row's price is that of one unit",
    turns: 'A5.extended',
    edit: at(/ContractServiceUnits\/query$/, (json) =>
      records(json, (record) => ({ ...record, price: Number(record.price) / Number(record.units) })),
    ),
  },
  { what: 'costs come back empty', turns: 'A5.costs', world: behaviour('autotask', { costs: 'hidden' }) },
  {
    what: 'a part of a divided row ends when the next begins',
    turns: 'A5.split',
    edit: at(/ContractServiceUnits\/query$/, (json) =>
      records(json, (record) =>
        String(record.endDate).startsWith('2025-11-09') ? { ...record, endDate: '2025-11-10T00:00:00Z' } : record,
      ),
    ),
  },
  {
    what: 'rows stop before their contract ends',
    turns: 'A5.end',
    edit: at(/ContractServiceUnits\/query$/, (json) => ({
      ...json,
      items: (json.items as Rec[]).filter((row) => !(row.contractID === 150 && String(row.startDate).startsWith('2025-11'))),
    })),
  },
  {
    what: 'a filter by days misses the first of the month',
    turns: 'A5.filter',
    edit: ({ path, body }, json) =>
      path.endsWith('ContractServiceUnits/query') && body.includes('startDate') && !body.includes('2025-06')
        ? { ...json, items: (json.items as Rec[]).filter((row) => !String(row.startDate).startsWith('2025-10-01')) }
        : undefined,
  },
  {
    what: 'posted rows do not say so',
    turns: 'A6.frozen',
    edit: at(/ContractServiceUnits\/query$/, (json) => records(json, (record) => ({ ...record, approveAndPostDate: null }))),
  },
  {
    what: 'billing items have four decimals',
    turns: 'A6.decimals',
    edit: at(/BillingItems\/query$/, (json) =>
      records(json, (record) => ({ ...record, extendedPrice: Number(record.extendedPrice) + 0.0013 })),
    ),
  },
  {
    what: 'two services have one name',
    turns: 'A7.names',
    world: ({ autotask }) => void autotask.services!.push({ ...autotask.services![0], id: 299, invoiceDescription: 'another' }),
  },
  {
    what: 'an inactive service has a key',
    turns: 'A7.inactive',
    world: ({ autotask }) => void autotask.services!.push({ ...autotask.services![0], id: 299, name: 'Old', isActive: false }),
  },
  {
    what: 'a product of ours needs procurement',
    turns: 'A7.procurement',
    edit: at(/Products\/query$/, (json) => records(json, (record) => ({ ...record, doesNotRequireProcurement: false }))),
  },
  {
    what: 'two currencies are internal',
    turns: 'A7.currencies',
    edit: at(/Currencies\/query$/, (json) => ({
      ...json,
      items: [...(json.items as Rec[]), { ...(json.items as Rec[])[0], id: 77, name: 'USD' }],
    })),
  },
  {
    what: 'a missing record answers an empty one',
    turns: 'A8.missing',
    edit: at(/\/Contracts\/999999999$/, () => ({ item: {} })),
  },
  { what: 'a text for an id finds everything', turns: 'A8.text', edit: countOf('"value":"probe"', 12) },
  // ------------------------------------------------------------------------------------------------ Cloudmore
  {
    what: 'the description has another path for reports',
    turns: 'C1.description',
    edit: at(/swagger\.json$/, (json) => ({
      ...json,
      paths: Object.fromEntries(Object.entries(json.paths as Rec).filter(([path]) => !path.includes('Async'))),
    })),
  },
  {
    what: 'the description names the end of a line otherwise',
    turns: 'C1.description',
    edit: at(/swagger\.json$/, (json) => changed(json, 'endDate', 'renamed')),
  },
  {
    what: 'services do not say what they are',
    turns: 'C3.services',
    edit: at(/\/services$/, (json) => changed(changed(json, 'type', 'renamed'), 'isCustomService', 'renamed')),
  },
  {
    what: "a detail is another organization's",
    turns: 'C3.organizations',
    edit: at(/\/Organizations\/.+/, (json) => ({ ...json, name: 'Somebody else' })),
  },
  { what: 'custom properties have another name', turns: 'C3.property', edit: renamed(/\/Organizations\/.+/, 'customProperties') },
  { what: 'the value of a property has another name', turns: 'C3.property', edit: renamed(/\/Organizations\/.+/, 'value') },
  {
    what: 'the end of a commitment has another name',
    turns: 'C4.subscriptions',
    edit: renamed(/nce\/subscriptions$/, 'commitmentEndDate'),
  },
  {
    what: 'price lists do not say how often something is paid',
    turns: 'C4.prices',
    edit: renamed(/pricelist$/, 'paymentFrequency'),
  },
  {
    what: 'a task says that it runs in another word',
    turns: 'C5.words',
    edit: at(REPORT, (json) => (json.status === 'Processing' ? { ...json, status: 'Zzz' } : undefined)),
  },
  { what: 'a finished task has its report elsewhere', turns: 'C5.words', edit: renamed(REPORT, 'report') },
  {
    what: 'the end of a line has another name, and the invoice does not tell it',
    turns: 'C5.members',
    edit: (request, json) =>
      renamed(REPORT, 'endDate')(request, json) ?? renamed(/AzureOneTimeInvoice\//, 'chargeEndDate')(request, json),
  },
  { what: 'totals of lines have another name', turns: 'C5.members', edit: renamed(REPORT, 'totalSalesPrice') },
  {
    what: 'days of lines are written as nobody reads them',
    turns: 'C5.values',
    world: (world) => lines(world).forEach((line) => (line.startDate = '03/04/2025')),
  },
  {
    what: "a report's last day is not part of it",
    turns: 'C6.end',
    edit: ({ path, body }, json) => withoutLastDay(path, body, json),
  },
  {
    what: 'a report ends before its last day, by the switch',
    turns: 'C6.end',
    world: behaviour('cloudmore', { lastDay: 'excluded' }),
  },
  {
    what: 'a task says how it stands in numbers, by the switch',
    turns: 'C5.words',
    world: behaviour('cloudmore', { taskWords: 'numbers' }),
  },
  {
    what: 'a finished task has its report under another name, by the switch',
    turns: 'C5.words',
    world: behaviour('cloudmore', { reportMember: 'payload' }),
  },
  {
    what: 'the end of a commitment has another name, by the switch',
    turns: 'C4.subscriptions',
    world: behaviour('cloudmore', { renames: { commitmentEndDate: 'commitmentEnd' } }),
  },
  {
    what: 'lines are dated in the next month',
    turns: 'C6.dates',
    edit: at(REPORT, (json) => ({
      ...json,
      report:
        (json.report as Rec[] | null)?.map((block) =>
          String(block.billingDate).startsWith('2025-10-08') ? { ...block, billingDate: '2025-11-08T00:00:00Z' } : block,
        ) ?? null,
    })),
  },
  {
    what: "the invoice does not name Cloudmore's organizations",
    turns: 'C7.invoice',
    edit: renamed(/AzureOneTimeInvoice\//, 'organizationId'),
  },
  {
    what: 'a line is missing from the report',
    turns: 'C8.sums',
    world: (world) =>
      void (
        below(below(below(world.cloudmore.monthlyBilling!, 'organizations'), 'services'), 'items')[1]!.products as Rec[]
      ).pop(),
  },
  {
    what: 'a kind of line that nobody knows',
    turns: 'C8.types',
    world: (world) => Object.assign(lines(world).at(-1)!, { recordType: 'Copilot', itemCode: 'X', chargeType: 'x' }),
  },
  {
    what: 'ids of the lists are others than those of the report',
    turns: 'C8.subscriptions',
    world: ({ cloudmore }) =>
      Object.values(cloudmore.subscriptions)
        .flat()
        .forEach(
          (one, index) =>
            (one.id = one.id === CONNECTOR_KEY ? one.id : `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`),
        ),
  },
  {
    what: 'the connector billed the report as the month before',
    turns: 'C8.offset',
    settings: { REPORT_MONTH_OFFSET: '1' },
  },
  {
    what: 'the connector billed from the billing report',
    turns: 'C8.source',
    settings: { REPORT_SOURCE: 'invoice' },
  },
  {
    what: 'the connector wrote something else into the field',
    turns: 'C8.takeover',
    world: ({ autotask }) =>
      void (autotask.contracts!.at(-1)!.userDefinedFields = [{ name: 'Subscription ID', value: 'SO-1042' }] as never),
  },
];

/** A refusal in the place of an answer. */
function refusing(is: (body: string) => boolean): Planted {
  return { answer: (request) => (is(request.body) ? { status: 500, json: { errors: ['Invalid query syntax'] } } : undefined) };
}

function answering(is: (body: string) => boolean, json: Rec): Planted {
  return { answer: (request) => (is(request.body) ? { status: 200, json } : undefined) };
}

/** Reports of a range without its last day, whichever range was asked for. */
const asked = new Map<string, string>();
function withoutLastDay(path: string, body: string, json: Rec): unknown {
  if (path.endsWith('MonthlyBillingPerOrganizationAsync'))
    asked.set(String(json.taskId), (JSON.parse(body) as { endDate: string }).endDate);
  const last = asked.get(path.split('/').at(-1)!);
  if (last === undefined || !Array.isArray(json.report)) return undefined;
  return { ...json, report: (json.report as Rec[]).filter(({ billingDate }) => !String(billingDate).startsWith(last)) };
}
