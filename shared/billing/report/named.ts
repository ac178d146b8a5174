import { contractKeyOf, itemHash } from '../basics/keys.js';
import { classify } from './record-type.js';
import { fold, OncePer, present } from '../basics/text.js';
import type { ItemIdentity } from '../basics/keys.js';
import type { PlannedItem } from '../plan-types.js';
import type { Line, RecordType, Report, Service } from '../types.js';
import { isLicence, isRecordType, typeOfSharedKey } from '../basics/record-types.js';

/**
 * What Cloudmore has ever named to us, and what we have ever billed on: it decides which contracts and rows of Autotask are ours to look at (rule 8.6). It
 * only grows: who is gone from Cloudmore today was named before. Ids are folded; lists instead of objects, because ids come from outside.
 */
export interface Named {
  /**
   * Subscriptions, with the organization that had each last, the Cloudmore services it was billed by, and the organizations that had it earlier, the latest
   * first: charge keys hold the organization (7.7). Absent where nobody had it earlier, and in evidence of earlier releases.
   */
  subscriptions: [id: string, organizationId: string, services: string[], earlier?: string[]][];
  /** What was billed without a subscription id. */
  unsubscribed: [identity: Pick<ItemIdentity, 'organizationId' | 'type' | 'codeOrProduct'>, services: string[]][];
  organizations: [id: string, name: string][];
  /** Item codes of lines and subscription lists. */
  codes: [code: string, type: RecordType][];
  /** Contracts that items were posted on, with their services: ours also when somebody takes their ids away. */
  contracts: [id: number, contractKey: string, services: [id: number, code: string][]][];
  /** Services that were seen with such a code, or a shared key, the latest that each had. Absent in evidence of earlier releases. */
  services?: [id: number, code: string][];
}

export const NOTHING_NAMED: Named = { subscriptions: [], unsubscribed: [], organizations: [], codes: [], contracts: [] };

/**
 * So many earlier owners of a subscription are remembered; the earliest is forgotten first. A charge under the key of a forgotten owner is of unknown
 * origin: it is listed, and what it may belong to is held (8.4).
 */
export const MOST_EARLIER_OWNERS = 50;

/** All that a report names: its lines of both months, and its lists. Custom services are not exported and name nothing of ours. */
export function namesOf({
  lines,
  previousLines,
  subscriptions,
  organizations,
}: Pick<Report, 'lines' | 'previousLines' | 'subscriptions' | 'organizations'>): Named {
  const known = subscriptions.flatMap(({ itemCode, recordType }) => codeOf(itemCode, recordType));
  const exported = [...previousLines, ...lines].filter(({ isCustomService }) => !isCustomService);
  return {
    subscriptions: [
      ...subscriptions.map(({ id, organizationId }): Named['subscriptions'][number] => [fold(id), fold(organizationId), []]),
      ...exported.flatMap((line): Named['subscriptions'] =>
        present(line.subscriptionId) === null ? [] : [[fold(line.subscriptionId), fold(line.organizationId), servicesOf(line)]],
      ),
    ],
    unsubscribed: exported.flatMap((line) => {
      const identity = unsubscribedOf(line);
      return identity ? [[identity, servicesOf(line)] satisfies Named['unsubscribed'][number]] : [];
    }),
    organizations: [
      ...exported.map((line): [string, string] => [fold(line.organizationId), line.organizationName]),
      ...organizations.map(({ id, name }): [string, string] => [fold(id), name]),
    ],
    codes: [...known, ...exported.flatMap((line) => codeOf(line.itemCode, classify(line)))],
    contracts: [],
  };
}

const servicesOf = ({ serviceId, serviceName }: Line): string[] => [fold(serviceId), fold(serviceName)];

const codeOf = (code: string | null, type: string): Named['codes'] =>
  present(code) !== null && isRecordType(type) ? [[fold(code), type]] : [];

/** What identifies a line's item that has no subscription id (rule 6.1); null for one that has, and for a correction by hand. */
export function unsubscribedOf(line: Line): Pick<ItemIdentity, 'organizationId' | 'type' | 'codeOrProduct'> | null {
  const type = classify(line);
  if (present(line.subscriptionId) !== null || type === 'ManualBillingLine') return null;
  return { organizationId: line.organizationId, type, codeOrProduct: present(line.itemCode) ?? present(line.productName) };
}

/** The contracts that posted items of an outcome stand on. */
export function namesOfItems(items: Pick<PlannedItem, 'contractId' | 'contractKey' | 'outcome' | 'standing'>[]): Named {
  const contracts = items.flatMap(({ contractId, contractKey, outcome, standing }): Named['contracts'] => {
    if (contractId === null || outcome !== 'posted') return [];
    const row = standing?.row;
    return [[contractId, fold(contractKey), row?.serviceId ? [[row.serviceId, fold(row.serviceKey)]] : []]];
  });
  return { ...NOTHING_NAMED, contracts };
}

/** What services stand for: they do so still when somebody writes over their keys, or gives these to a copy (8.6). */
export const namesOfServices = (services: Pick<Service, 'id' | 'key'>[], names: Pick<Names, 'typeOfCode'>): Named => ({
  ...NOTHING_NAMED,
  services: services.flatMap(({ id, key }): [number, string][] =>
    typeOfSharedKey(fold(key)) !== null || names.typeOfCode(key) !== null ? [[id, fold(key)]] : [],
  ),
});

/** Everything of both; where they differ the later one is believed. What is known already keeps its place, so that equal knowledge is an equal value. */
export function mergeNames(known: Named, more: Named): Named {
  const union = (left: string[] | undefined, right: string[]): string[] => [...new Set([...(left ?? []), ...right])];
  const subscriptions = new Map(known.subscriptions.map((entry) => [entry[0], entry]));
  for (const entry of more.subscriptions) {
    const [id, last, services] = entry;
    const before = subscriptions.get(id);
    const earlier = [...ownersIn(entry), ...(before === undefined ? [] : ownersIn(before))].filter((owner) => owner !== last);
    const kept = [...new Set(earlier)].slice(0, MOST_EARLIER_OWNERS);
    const all = union(before?.[2], services);
    subscriptions.set(id, kept.length === 0 ? [id, last, all] : [id, last, all, kept]);
  }
  const unsubscribed = new Map(known.unsubscribed.map((entry) => [identityText(entry[0]), entry]));
  for (const [identity, services] of more.unsubscribed) {
    const before = unsubscribed.get(identityText(identity));
    unsubscribed.set(identityText(identity), [before?.[0] ?? identity, union(before?.[1], services)]);
  }
  const contracts = new Map(known.contracts.map((entry) => [entry[0], entry]));
  for (const [id, key, services] of more.contracts)
    contracts.set(id, [id, key, [...new Map([...(contracts.get(id)?.[2] ?? []), ...services])]]);
  const services = new Map([...(known.services ?? []), ...(more.services ?? [])]);
  return {
    subscriptions: [...subscriptions.values()],
    unsubscribed: [...unsubscribed.values()],
    organizations: [...new Map([...known.organizations, ...more.organizations])],
    codes: [...mergeCodes([...known.codes, ...more.codes])],
    contracts: [...contracts.values()],
    ...(services.size === 0 ? {} : { services: [...services] }),
  };
}

/** All that had the subscription, the last one first. */
const ownersIn = ([, last, , earlier = []]: Named['subscriptions'][number]): string[] => [last, ...earlier];

/** Rows are billed on services of licences: a code that was ever a licence's stays one, even if something else was sold under it. */
function mergeCodes(codes: Named['codes']): Map<string, RecordType> {
  const types = new Map<string, RecordType>();
  for (const [code, type] of codes) {
    const known = types.get(code);
    if (known === undefined || (isLicence(type) && !isLicence(known))) types.set(code, type);
  }
  return types;
}

/** The same of many, at once. */
export const joinNames = (all: Named[]): Named =>
  mergeNames(NOTHING_NAMED, {
    subscriptions: all.flatMap(({ subscriptions }) => subscriptions),
    unsubscribed: all.flatMap(({ unsubscribed }) => unsubscribed),
    organizations: all.flatMap(({ organizations }) => organizations),
    codes: all.flatMap(({ codes }) => codes),
    contracts: all.flatMap(({ contracts }) => contracts),
    services: all.flatMap(({ services = [] }) => services),
  });

const identityText = ({ organizationId, type, codeOrProduct }: Named['unsubscribed'][number][0]): string =>
  fold(JSON.stringify([organizationId, type, codeOrProduct]));

// ---------------------------------------------------------------------------------------------------------------- looking it up

/** The same, to be looked up. */
export interface Names {
  /** Folded id of the organization that a subscription, or a `cm-…` value, was named for last; null where nobody ever named it. */
  ownerOf(contractKey: string | null): string | null;
  /** Folded ids of all organizations it was ever named for, the last one first. */
  ownersOf(contractKey: string | null): string[];
  /** Of an item without subscription id, what its `cm-…` value was made of; null for anything else. */
  unsubscribed(contractKey: string): Pick<ItemIdentity, 'type' | 'codeOrProduct'> | null;
  /** Whether the subscription was billed by a Cloudmore service that is switched off. */
  isOff(contractKey: string, excludeServices: string[]): boolean;
  organizationName(organizationId: string): string | null;
  typeOfCode(code: string | null): RecordType | null;
  /** Item codes that were ever a licence's. */
  licenceCodes(): string[];
  /** The key of the item that was posted on a contract. */
  keyOfContract(contractId: number): string | null;
  /** The key a service had when an item was posted on it, on this contract; else when it was last seen, or posted on for anybody. */
  codeOnContract(contractId: number, serviceId: number): string | null;
  /** Contracts that items with the key were posted on. */
  contractsOf(contractKey: string): number[];
  /** Keys of the services that items with the key were posted on. */
  codesBilled(contractKey: string): string[];
  /** All contracts that items were posted on. */
  contracts(): number[];
}

const byBroker = new OncePer((_: Named) => new Map<string, Names>());

/** What was ever named, by what it is looked up by. */
export function indexNames(named: Named = NOTHING_NAMED, broker: string): Names {
  const ofBrokers = byBroker.of(named);
  const names = ofBrokers.get(broker) ?? buildIndex(named, broker);
  ofBrokers.set(broker, names);
  return names;
}

interface Known {
  owners: string[];
  services: string[];
  identity: Named['unsubscribed'][number][0] | null;
}

function buildIndex(named: Named, broker: string): Names {
  const keys = new Map<string, Known>(
    named.subscriptions.map((entry) => [entry[0], { owners: ownersIn(entry), services: entry[2], identity: null }]),
  );
  for (const [identity, services] of named.unsubscribed)
    keys.set(contractKeyOf(itemHash({ broker, subscriptionId: null, ...identity })), {
      owners: [fold(identity.organizationId)],
      services,
      identity,
    });
  const organizations = new Map(named.organizations);
  const codes = new Map(named.codes);
  const contracts = new Map(named.contracts.map(([id, key, services]) => [id, { key, services: new Map(services) }]));
  const seen = new Map([...named.contracts.flatMap(([, , services]) => services), ...(named.services ?? [])]);
  const byKey = new Map<string, number[]>();
  for (const [id, key] of named.contracts) byKey.set(key, [...(byKey.get(key) ?? []), id]);
  return {
    ownerOf: (contractKey) => keys.get(fold(contractKey))?.owners[0] ?? null,
    ownersOf: (contractKey) => keys.get(fold(contractKey))?.owners ?? [],
    unsubscribed: (contractKey) => keys.get(fold(contractKey))?.identity ?? null,
    isOff: (contractKey, excludeServices) => {
      const off = new Set(excludeServices.map(fold));
      return keys.get(fold(contractKey))?.services.some((service) => off.has(service)) ?? false;
    },
    organizationName: (organizationId) => organizations.get(fold(organizationId)) ?? null,
    typeOfCode: (code) => codes.get(fold(code)) ?? null,
    licenceCodes: () => named.codes.flatMap(([code, type]) => (isLicence(type) ? [code] : [])),
    keyOfContract: (contractId) => contracts.get(contractId)?.key ?? null,
    codeOnContract: (contractId, serviceId) => contracts.get(contractId)?.services.get(serviceId) ?? seen.get(serviceId) ?? null,
    contracts: () => named.contracts.map(([id]) => id),
    contractsOf: (contractKey) => byKey.get(fold(contractKey)) ?? [],
    codesBilled: (contractKey) =>
      (byKey.get(fold(contractKey)) ?? []).flatMap((id) => [...(contracts.get(id)?.services.values() ?? [])]),
  };
}
