import { lastDay } from '../../billing/basics/month.js';
import { VERSION } from '../../version.js';
import type { Observation } from '../observed.js';
import type { ProbeResult } from '../probe.js';
import { dayText, recordsOf, type Rec, type RecordedSides } from './collect.js';
import { Disguise, type RecordingKey } from './disguise.js';
import { KINDS, type Kind } from './members.js';
import { Records } from './records.js';
import { leaks, type Seen } from './search.js';
import { lowerFields, textOf } from '../once.js';

/** A recording: a world that `billing sandbox --world FILE` serves, in which nobody can be recognised. */

/** The file would name somebody; it is not written. */
export class RecordingLeaks extends Error {
  override readonly name = 'RecordingLeaks';
  constructor(found: string[]) {
    super(
      `The recording would contain ${found.join(', ')}. Nothing was written. Please report which kind of record it was seen in.`,
    );
  }
}

export interface RecordingOptions {
  sides: RecordedSides;
  result: ProbeResult;
  key: RecordingKey;
  /** A sandbox shows nothing of the vendors. */
  of: Observation['of'];
  /** Secrets, hosts and user names that must not be in it. */
  secrets: Seen[];
}

/** The file's text. Throws `RecordingLeaks` where anything that was seen is in it. */
export function recordingText(options: RecordingOptions): string {
  const text = `${JSON.stringify(recordingOf(options), null, 2)}\n`;
  const found = leaks(text, [...options.secrets, ...namesOf(options.sides)]);
  if (found.length > 0) throw new RecordingLeaks(found);
  return text;
}

function recordingOf({ sides, result, key, of }: RecordingOptions): object {
  const disguise = new Disguise(key);
  const records = new Records(disguise);
  return {
    now: `${lastDay(result.month)}T23:00:00Z`,
    cloudmore: cloudmoreWorld(sides, records, disguise),
    autotask: autotaskWorld(sides, records),
    recording: {
      madeBy: VERSION,
      of,
      beliefs: result.beliefs,
      month: result.month,
      seconds: Math.round((Date.parse(result.endedAt) - Date.parse(result.takenAt)) / 1000),
      calls: result.calls,
      // What was said of a belief may name somebody: the verdicts alone.
      verdicts: Object.fromEntries(result.verdicts.map(({ id, is }) => [id, is])),
      unknownMembers: records.unknown,
      cut: sides.cut,
    },
  };
}

function cloudmoreWorld({ cloudmore }: RecordedSides, records: Records, disguise: Disguise): object {
  const { nce, legacy, azure } = cloudmore.subscriptions;
  return {
    resellerId: disguise.id('00000000-0000-4000-8000-000000000000'),
    customPropertyDefinitions: records.all('definition', cloudmore.definitions),
    organizations: records.all('organization', cloudmore.organizations),
    services: records.all('service', cloudmore.services),
    priceLists: Object.fromEntries(
      cloudmore.prices.map(({ serviceId, items }) => [disguise.id(serviceId), records.all('price', items)]),
    ),
    subscriptions: {
      nce: records.all('subscription', nce),
      legacy: records.all('subscription', legacy),
      azure: records.all('subscription', azure),
    },
    monthlyBilling: records.all('block', cloudmore.blocks),
    oneTimeInvoices: records.all('invoice', cloudmore.invoices),
  };
}

// ---------------------------------------------------------------------------------------------------------------- Autotask

/** The sandbox's names of the tables, the kind of each, and its members in their own case. */
const TABLES: [table: string, of: keyof RecordedSides['autotask'], kind: Kind][] = [
  ['companies', 'companies', 'company'],
  ['billingCodes', 'billingCodes', 'billingCode'],
  ['services', 'services', 'atService'],
  ['products', 'products', 'atProduct'],
  ['contracts', 'contracts', 'contract'],
  ['contractServices', 'contractServices', 'contractService'],
  ['unitRows', 'rows', 'row'],
  ['charges', 'charges', 'charge'],
  ['currencies', 'currencies', 'currency'],
];
const DAYS = new Set(['startDate', 'endDate', 'datePurchased']);

function autotaskWorld({ autotask, picklists }: RecordedSides, records: Records): object {
  const whole = withoutDangling(autotask);
  const tables = TABLES.map(([table, of, kind]) => [
    table,
    whole[of].map((raw) => dated(records.one(kind, inOwnCase(raw, kind)))),
  ]);
  return {
    ...(Object.fromEntries(tables) as Rec),
    picklists,
    userDefinedFields: { Contracts: [{ name: 'Subscription ID', type: 'String' }] },
  };
}

/** Autotask's members come in lower case by now; a world has them as the vendor writes them. */
function inOwnCase(record: Rec, kind: Kind): Rec {
  const names = new Map(Object.keys(KINDS[kind]).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [names.get(name) ?? name, value]));
}

/** Days as a world has them, and nothing where Autotask said null. */
const dated = (record: Rec): Rec =>
  Object.fromEntries(
    Object.entries(record)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, DAYS.has(name) ? dayText(value) : value]),
  );

/** What refers to a record that was not read would be no world. */
function withoutDangling(all: RecordedSides['autotask']): RecordedSides['autotask'] {
  const ids = (records: Rec[]): Set<unknown> => new Set(records.map(({ id }) => id));
  const [companies, services, codes, products] = [
    ids(all.companies),
    ids(all.services),
    ids(all.billingCodes),
    ids(all.products),
  ];
  const contracts = all.contracts.filter(({ companyid }) => companies.has(companyid));
  const known = ids(contracts);
  const contractServices = all.contractServices.filter((one) => known.has(one.contractid) && services.has(one.serviceid));
  const on = ids(contractServices);
  const withKnown = (record: Rec, field: string, among: Set<unknown>): Rec =>
    among.has(record[field]) ? record : { ...record, [field]: null };
  return {
    ...all,
    contracts,
    contractServices,
    services: all.services.map((one) => withKnown(one, 'billingcodeid', codes)),
    products: all.products.map((one) => withKnown(withKnown(one, 'chargebillingcodeid', codes), 'productbillingcodeid', codes)),
    rows: all.rows.filter((row) => on.has(row.contractserviceid)),
    charges: all.charges
      .filter((one) => known.has(one.contractid))
      .map((one) => withKnown(withKnown(one, 'billingcodeid', codes), 'productid', products)),
  };
}

// ---------------------------------------------------------------------------------------------------------------- what was seen

/** Names, addresses and numbers of customers, whichever record they stood in. */
function namesOf({ cloudmore, autotask }: RecordedSides): Seen[] {
  const seen: Seen[] = [];
  const of = (what: string, records: Rec[], ...members: string[]): void => {
    for (const record of records.map(lowerFields))
      for (const member of members) {
        const value = textOf(record[member]);
        if (value !== null) seen.push({ what, value });
      }
  };
  of("an organization's name or address", cloudmore.organizations, 'name', 'email', 'phone', 'domain', 'customernumber', 'id');
  of("a company's name or address", autotask.companies, 'companyname', 'companynumber', 'phone', 'webaddress', 'address1');
  of('an order number', cloudmore.blocks.flatMap(itemsOf), 'purchaseordernumber');
  of("a subscription's id", cloudmore.blocks.flatMap(itemsOf), 'subscriptionid');
  return seen;
}

const itemsOf = (block: Rec): Rec[] =>
  ['organizations', 'services', 'items'].reduce<Rec[]>(
    (records, list) => records.flatMap((record) => recordsOf(lowerFields(record)[list])),
    [block],
  );
