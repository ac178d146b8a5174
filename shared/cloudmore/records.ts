import { fold, same } from '../billing/basics/text.js';
import type { Organization, Price, Subscription } from '../billing/types.js';
import { Members } from '../door/index.js';
import { membersOf, sentenceOf, VENDOR, type Findings } from './findings.js';
import type { Presence } from './presence.js';

/** Cloudmore's lists, record by record: a bad one is a finding, and is kept with it where something may depend on it. */

export interface ListedOrganization {
  id: string;
  name: string;
  isActive: boolean;
  /** What of it cannot be read, in a sentence. */
  unreadable?: string;
}

export const ORGANIZATION_MEMBERS = ['id', 'name'] as const;

/** Null where not even its id can be read: it is a finding, and lines that name it are held because the list does not. */
export function toListedOrganization(
  record: unknown,
  index: number,
  findings: Findings,
  presence?: Presence<'id' | 'name'>,
): ListedOrganization | null {
  const members = membersOf(record, 'Organizations', `organization ${index + 1}`);
  presence?.see(members);
  const id = members.organizationId('id');
  if (id === null && members.findings.length === 0) members.neededId('id');
  const name = members.text('name') ?? id ?? '';
  const isActive = members.flag('isActive') ?? true;
  const unreadable = findings.of(members);
  if (id === null) return null;
  return { id, name, isActive, ...(unreadable === null ? {} : { unreadable }) };
}

/** What organizations' details say of the company property, for all of them together. */
export interface PropertySeen {
  organizations: number;
  values: number;
  /** Names of properties, and of the details' members where no organization has properties. */
  names: Set<string>;
  members: Set<string>;
}

/** The list has no custom properties; the detail has (`docs/vendors/cloudmore.md` 3.2). One that cannot be read is never one that has no company. */
export function toOrganization(
  listed: ListedOrganization,
  { detail, companyProperty }: { detail: unknown; companyProperty: string },
  findings: Findings,
  seen: PropertySeen,
): Organization {
  const path = `Organizations/${listed.id}`;
  if (detail === null) {
    const finding = {
      vendor: VENDOR,
      path,
      record: `organization ${listed.name}`,
      member: null,
      value: null,
      problem: 'it was listed a moment ago and is now missing',
    };
    findings.add([finding]);
    return {
      ...listed,
      companyIdText: null,
      unreadable: `${VENDOR}, ${path}, organization ${listed.name}: listed a moment ago, and its detail cannot be read (404).`,
    };
  }
  const members = membersOf(detail, path, `organization ${listed.name}`);
  for (const name of members.names) seen.members.add(name);
  // Another customer's detail names another customer's company.
  const id = members.text('id');
  const isAnother = id !== null && !same(id, listed.id);
  if (isAnother) members.contradiction('id', 'is not the id that was asked for');
  const properties = (members.list('customProperties') ?? []).map((raw, index) =>
    membersOf(raw, path, `property ${index + 1} of organization ${listed.name}`),
  );
  const own = properties.filter((property) => {
    const name = property.text('name');
    if (name !== null) seen.names.add(name);
    return same(name, companyProperty);
  });
  // There twice with two companies it names neither: all are reported, and no company has such an id (rule 3.2).
  const values = [...new Set(own.flatMap((property) => property.text('value')?.trim() || []))];
  const value = isAnother || values.length === 0 ? null : values.join(' and ');
  seen.organizations += 1;
  if (value !== null) seen.values += 1;
  const trouble = [members, ...properties].map((record) => findings.of(record)).find((sentence) => sentence !== null);
  const unreadable = listed.unreadable ?? trouble;
  return { ...listed, companyIdText: value, ...(unreadable == null ? {} : { unreadable }) };
}

export type SubscriptionKind = 'nce' | 'legacy' | 'azure';

/** A subscription; with what cannot be read of it. Null where neither its id nor its organization can be. */
export function toSubscription(
  record: unknown,
  { kind, path, index }: { kind: SubscriptionKind; path: string; index: number },
  findings: Findings,
): Subscription | null {
  const members = membersOf(record, path, `${kind} subscription ${index + 1}`);
  const id = members.neededId('id');
  const named = id === '' ? members : new Members(record, { ...members.where, record: `${kind} subscription ${id}` });
  if (named !== members) named.neededId('id');
  const organizationId = named.organizationId('organizationId');
  if (organizationId === null && named.findings.length === 0)
    named.contradiction('organizationId', 'expected the id of its organization');
  const name = named.text('name');
  const productName = named.text('productName');
  const itemCode = named.id('itemCode') ?? named.id('offerId');
  const type = named.text('type');
  const status = named.text('status');
  const endDay = named.day('commitmentEndDate');
  const autoRenew = named.flag('autoRenew');
  const unreadable = findings.of(named);
  if (id === '' && organizationId === null) return null;
  return {
    id,
    organizationId: organizationId ?? '',
    recordType: recordTypeOf(kind, type),
    name: name ?? productName ?? id,
    productName: productName ?? name,
    itemCode,
    status: status ?? '',
    endDay,
    autoRenew,
    ...(unreadable === null ? {} : { unreadable }),
  };
}

function recordTypeOf(kind: SubscriptionKind, type: string | null): Subscription['recordType'] {
  if (kind === 'nce') return 'Csp365Nce';
  if (kind === 'legacy') return 'Csp365Legacy';
  return fold(type).includes('classic') ? 'AzureClassic' : 'AzurePlan';
}

export interface CatalogueService {
  id: string;
  name: string;
  isCustom: boolean;
  /** What of it cannot be read, in a sentence: its lines are held. The id is empty where that is it. */
  unreadable?: string;
}

export function toCatalogueService(record: unknown, index: number, findings: Findings): CatalogueService {
  const members = membersOf(record, 'services', `service ${index + 1}`);
  const id = members.neededId('id');
  const name = members.text('name') ?? id;
  const isCustom = members.flag('isCustomService') ?? same(members.text('type'), 'Custom');
  const unreadable = findings.of(members);
  return { id, name, isCustom, ...(unreadable === null ? {} : { unreadable }) };
}

/** A price list item and its add-ons, each with its own item code; an item without a code cannot be looked up and is left out. */
export function toPrices(record: unknown, path: string, index: number, findings: Findings): Price[] {
  const item = membersOf(record, path, `price list item ${index + 1}`);
  const code = item.id('itemCode');
  const members = code === null ? item : new Members(record, { ...item.where, record: `price list item ${code}` });
  const termMonths = members.months('subscriptionLength');
  const terms = {
    currency: (members.text('currencyCode') ?? '').toUpperCase(),
    termMonths,
    paymentMonths: members.months('paymentFrequency'),
  };
  if (terms.currency === '') members.contradiction('currencyCode', 'expected a currency');
  const addons = members.list('addons') ?? [];
  // Terms stand on the item, for its add-ons too.
  const shared = members.findings[0] === undefined ? null : sentenceOf(members.findings[0]);
  return [
    ...pricesOf(members, code, terms, findings),
    ...addons.flatMap((raw, at) => {
      const addon = membersOf(raw, path, `add-on ${at + 1} of ${code ?? 'a price list item'}`);
      const prices = pricesOf(addon, addon.id('itemCode'), terms, findings);
      return shared === null ? prices : prices.map((price) => ({ unreadable: shared, ...price }));
    }),
  ];
}

function pricesOf(
  members: Members,
  code: string | null,
  terms: Pick<Price, 'currency' | 'termMonths' | 'paymentMonths'>,
  findings: Findings,
): Price[] {
  const isCodeUnreadable = members.findings.some(({ member }) => member === 'itemCode' || member === null);
  const name = members.text('name') ?? code ?? '';
  const cost = members.neededAmount('costPrice');
  const sales = members.neededAmount('salesPrice');
  if (code === null && !isCodeUnreadable) return [];
  const unreadable = findings.of(members);
  return [{ ...terms, itemCode: code ?? '', name, cost, sales, ...(unreadable === null ? {} : { unreadable }) }];
}

/** From so many subscriptions on, that none has an end means another name for it: commitments end. */
const FEWEST_SUBSCRIPTIONS = 5;

/** If none has one, it is unknown whether a subscription continues. */
export function holdWithoutEnd(subscriptions: Subscription[]): void {
  if (subscriptions.length < FEWEST_SUBSCRIPTIONS || subscriptions.some(({ endDay }) => endDay !== null)) return;
  for (const subscription of subscriptions)
    subscription.unreadable ??= `Cloudmore, services/csp/nce/subscriptions: none of ${subscriptions.length} subscriptions has commitmentEndDate; it may have another name.`;
}
