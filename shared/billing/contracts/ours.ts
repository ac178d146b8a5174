import { recordTypeOfKey } from './catalogue.js';
import { isHashKey } from './find-or-make.js';
import type { Claim, JointCompany, MonthFacts } from '../report/facts.js';
import { codeOrProduct, type PriceList } from '../report/items.js';
import { chargeKeyOf, contractKeyOf, itemHash } from '../basics/keys.js';
import { fold, IndexBy, OncePer, present, same } from '../basics/text.js';
import type { Names } from '../report/named.js';
import type { Contract, ItemType, Month, RecordType, Service, Settings } from '../types.js';

/** Rule 8.6: which contracts, rows and charges are ours to look at. */
export interface Ownership {
  month: Month;
  settings: Settings;
  prices: PriceList;
  names: Names;
  /** Folded subscription ids Cloudmore has named for the organization, in either month's lines or in its lists. */
  knownSubscriptions: Set<string>;
  organizationId: string;
}

/**
 * The subscription a contract of ours stands for: its field or its number, where Cloudmore has ever named that; or what we billed on it before somebody took
 * the id away. Null for anybody else's contract.
 */
export function standsFor(
  contract: Pick<Contract, 'id' | 'subscriptionId' | 'number'>,
  ownership: Pick<Ownership, 'names' | 'knownSubscriptions'>,
): string | null {
  const { names } = ownership;
  const udf = present(contract.subscriptionId);
  if (isNamed(udf, ownership)) return udf;
  const billed = names.keyOfContract(contract.id);
  if (billed !== null) return billed;
  const number = present(contract.number);
  return isNamed(number, ownership) ? number : null;
}

/** Whether Cloudmore ever named the id; the value of rule 6.1 is made by nobody else. */
const isNamed = (id: string | null, { names, knownSubscriptions }: Pick<Ownership, 'names' | 'knownSubscriptions'>): boolean =>
  id !== null && (knownSubscriptions.has(fold(id)) || isHashKey(id) || names.ownerOf(id) !== null);

/** Whether the subscription is this organization's: of another's nothing is ever taken away on what this one's report does not say. */
export const isOwn = (contractKey: string, { knownSubscriptions, names, organizationId }: Ownership): boolean =>
  knownSubscriptions.has(fold(contractKey)) || names.ownerOf(contractKey) === fold(organizationId);

/**
 * Whether another organization of the same company looks after the contract: who has lines of the month for it, else each for what it is billed or named in
 * Cloudmore, or was named for last, and the first of them for what nobody knows. Otherwise one organization's run would take away what the other has just billed: what stands there
 * counts for the one that has the lines, also under a key of the one that had them before (7.7).
 */
export function isOfAnother(
  contractKey: string | null,
  { companyId, facts, organizationId, knownSubscriptions, names, settings, whyStray }: Answering,
): boolean {
  const joint = facts.jointCompanies.find((company) => company.companyId === companyId);
  const key = fold(contractKey);
  if (whyStray !== null || joint === undefined) return false;
  const claims = claimsBySubscription.find(joint.claims ?? NO_CLAIMS, key);
  if (claims.length > 0) return !claims.some((one) => same(one.organizationId, organizationId));
  if (knownSubscriptions.has(key)) return false;
  const claim = unsubscribedByKey.of(joint).of(settings).get(key);
  if (claim !== undefined) return !same(claim.organizationId, organizationId);
  if (subscriptionsOf.of(joint).has(key)) return true;
  const owner = names.ownerOf(contractKey);
  const isOneOfThem = owner !== null && joint.organizationIds.includes(owner);
  return (isOneOfThem ? owner : joint.organizationIds[0]) !== fold(organizationId);
}

const claimsBySubscription = new IndexBy<Claim>(({ subscriptionId }) => subscriptionId);
const NO_CLAIMS: Claim[] = [];
const subscriptionsOf = new OncePer((joint: JointCompany) => new Set(joint.subscriptionIds));

/** What has no subscription id, by the value that its contract carries; keys of two brokers differ. */
const unsubscribedByKey = new OncePer(
  ({ unsubscribed }: JointCompany) =>
    new OncePer(({ broker }: Pick<Settings, 'broker'>) => {
      const keyOf = (identity: JointCompany['unsubscribed'][number]): string =>
        contractKeyOf(itemHash({ broker, subscriptionId: null, ...identity }));
      return new Map(unsubscribed.toReversed().map((identity) => [keyOf(identity), identity]));
    }),
);

/** Who is asked, of which company. */
type Answering = Pick<Ownership, 'organizationId' | 'knownSubscriptions' | 'names' | 'settings'> & {
  companyId: number;
  facts: Pick<MonthFacts, 'jointCompanies'>;
  whyStray: unknown;
};

/** What a row on the contract is billed for; null where its service is not ours. */
export const typeOnContract = (contract: Contract, service: Service, ownership: Ownership): RecordType | null =>
  recordTypeOfKey(keyOnContract(contract, service, ownership), ownership.prices, ownership.names);

/** The key of the service, or the one it had when we billed on it: somebody may write over it. */
const keyOnContract = (contract: Contract, { id, key }: Service, { names, prices }: Ownership): string | null =>
  recordTypeOfKey(key, prices, names) === null ? names.codeOnContract(contract.id, id) : key;

/** What is switched off is not a ghost (2.2). */
export const isSwitchedOff = (type: ItemType, contractKey: string | null, { settings, names }: Ownership): boolean =>
  settings.exportRecordTypes.every((exported) => exported !== type) ||
  (contractKey !== null && names.isOff(contractKey, settings.excludeServices));

/** Charge keys (folded) of the item that a row or charge on the contract once had (7.7), under every organization that ever had it. */
export function chargeKeysOn(contractKey: string, code: string | null, type: ItemType, ownership: Ownership): string[] {
  const { settings, organizationId, names, knownSubscriptions, month } = ownership;
  // A contract without subscription id carries the hash itself.
  if (isHashKey(contractKey)) return [fold(chargeKeyOf(month, fold(contractKey).slice('cm-'.length)))];
  const ever = names.ownersOf(contractKey);
  const owners = knownSubscriptions.has(fold(contractKey)) ? [organizationId, ...ever] : [...ever, organizationId];
  const item = {
    broker: settings.broker,
    subscriptionId: contractKey,
    type,
    codeOrProduct: codeOrProduct(type, contractKey, code, null),
  };
  return [...new Set(owners.map((id) => id.toLowerCase()))].map((id) =>
    fold(chargeKeyOf(month, itemHash({ ...item, organizationId: id }))),
  );
}
