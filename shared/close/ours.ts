import { createHash } from 'node:crypto';
import type { Named } from '../billing/report/named.js';
import type { Line, Price, RecordType, Subscription } from '../billing/types.js';

/**
 * What the close takes for ours: everything Cloudmore ever named, as the evidence keeps it and as the report read now says, and what was billed on. The form of
 * an id or code decides nothing.
 */
export interface Ours {
  /** Whether Cloudmore ever named the id, or it is one that we make for what has none. */
  isNamed(contractKey: string): boolean;
  /** Whether items were ever posted on the contract. */
  isBilled(contractId: number): boolean;
  /** Whether rows of the service are ours: by its key, or by the one that it had when it was last seen, or billed on. */
  isService(serviceId: number, key: string): boolean;
  /** Whether what is billed by the key of a service or product is switched off, with the subscription or as a record type: it stays as it is. */
  isSwitchedOff(contractKey: string, key: string): boolean;
}

export interface KnownFrom {
  named: Pick<Named, 'subscriptions' | 'unsubscribed' | 'codes' | 'contracts' | 'services'>;
  report: {
    lines: Line[];
    subscriptions: Pick<Subscription, 'id' | 'itemCode' | 'recordType'>[];
    prices: Pick<Price, 'itemCode'>[];
  };
  settings: { broker: string; exportRecordTypes: string[]; excludeServices: string[] };
}

/** Keys of the services and products that we make, and the record type billed by each. */
const OUR_KEYS: [key: string, type: RecordType][] = [
  ['cloudmore:reserved-instance', 'ReservedInstance'],
  ['cloudmore:perpetual', 'Perpetual'],
  ['cloudmore:subscription', 'Subscription'],
  ['cloudmore:azure-classic', 'AzureClassic'],
  ['cloudmore:azure-plan', 'AzurePlan'],
  ['cloudmore:marketplace', 'Marketplace'],
];
/** Names by which a product without such a key stands for a type: another connector made it, and its charges are billed like ours. */
export const PRODUCT_NAMES: Record<string, string> = {
  'Azure Classic': 'cloudmore:azure-classic',
  'Azure Plan': 'cloudmore:azure-plan',
  Marketplace: 'cloudmore:marketplace',
};
/** Stands for a subscription id where there is none. */
const MADE_UP = /^cm-[0-9a-f]{32}$/;

export const isMadeUp = (contractKey: string): boolean => MADE_UP.test(contractKey);

export const fold = (text: string | null | undefined): string => (text ?? '').trim().toLowerCase();

export function oursOf({ named, report, settings }: KnownFrom): Ours {
  const lines = report.lines.filter(({ isCustomService }) => !isCustomService);
  const codes = codesOf(named, lines, report);
  const servicesOf = new Map([
    ...named.subscriptions.map(([id, , services]) => [fold(id), services.map(fold)] as const),
    ...named.unsubscribed.map(([identity, services]) => [madeUpFor(identity, settings.broker), services.map(fold)] as const),
  ]);
  const ids = new Set([...servicesOf.keys(), ...[...lines.map(idOf), ...report.subscriptions.map(({ id }) => id)].map(fold)]);
  const billed = new Set(named.contracts.map(([id]) => id));
  const keyed = new Set([...named.contracts.flatMap(([, , services]) => services), ...(named.services ?? [])].map(([id]) => id));
  const isOff = switchedOff(lines, { codes, servicesOf, unsubscribed: named.unsubscribed }, settings);
  return {
    isNamed: (contractKey) => contractKey !== '' && (isMadeUp(contractKey) || ids.has(contractKey)),
    isBilled: (contractId) => billed.has(contractId),
    isService: (serviceId, key) => codes.has(key) || keyed.has(serviceId),
    isSwitchedOff: isOff,
  };
}

const idOf = ({ subscriptionId }: Line): string | null => subscriptionId;

/** What stands on a contract instead of a subscription id: "cm-" and a digest of broker, organization, contract, type, and code or product. */
function madeUpFor({ organizationId, type, codeOrProduct }: Unsubscribed, broker: string): string {
  const members = [broker.toLowerCase(), organizationId.toLowerCase(), null, type, codeOrProduct?.toLowerCase() ?? null];
  return `cm-${createHash('sha256').update(JSON.stringify(members)).digest('hex').slice(0, MADE_UP_DIGITS)}`;
}

/** A line without subscription id, or what was named of one, as far as both tell it. */
const nameOf = (
  of: { organizationId: string } & ({ codeOrProduct: string | null } | Pick<Line, 'itemCode' | 'productName'>),
): string =>
  [of.organizationId, 'codeOrProduct' in of ? of.codeOrProduct : fold(of.itemCode) || of.productName].map(fold).join('|');

type Unsubscribed = Named['unsubscribed'][number][0];
const MADE_UP_DIGITS = 32;

/** Every item code there ever was, with its record type; null where that is not known. */
function codesOf(
  named: KnownFrom['named'],
  lines: Line[],
  { subscriptions, prices }: KnownFrom['report'],
): Map<string, string | null> {
  const codes = new Map<string, string | null>();
  const add = (code: string | null, type: string | null): void => {
    if (fold(code) !== '' && (codes.get(fold(code)) ?? null) === null) codes.set(fold(code), type);
  };
  for (const [code, type] of [...OUR_KEYS, ...named.codes]) add(code, type);
  for (const { itemCode, recordType } of [...subscriptions, ...lines]) add(itemCode, recordType);
  for (const { itemCode } of prices) add(itemCode, null);
  return codes;
}

/** A line of today that is billed says that its subscription, and its code, are not switched off, whether or not they were before. */
function switchedOff(
  lines: Line[],
  {
    codes,
    servicesOf,
    unsubscribed,
  }: { codes: Map<string, string | null>; servicesOf: Map<string, string[]>; unsubscribed: Named['unsubscribed'] },
  { broker, exportRecordTypes, excludeServices }: KnownFrom['settings'],
): Ours['isSwitchedOff'] {
  const excluded = new Set(excludeServices.map(fold));
  const exported = new Set(exportRecordTypes.map(fold));
  const isTypeOff = (type: string | null | undefined): boolean => fold(type) !== '' && !exported.has(fold(type));
  const isLineOff = ({ serviceId, serviceName, recordType }: Line): boolean =>
    excluded.has(fold(serviceId)) || excluded.has(fold(serviceName)) || isTypeOff(recordType);
  const live = lines.filter((line) => !isLineOff(line));
  const liveNames = new Set(live.filter((line) => fold(idOf(line)) === '').map((line) => nameOf(line)));
  const liveIds = new Set([
    ...live.map((line) => fold(idOf(line))).filter((id) => id !== ''),
    ...unsubscribed.filter(([identity]) => liveNames.has(nameOf(identity))).map(([identity]) => madeUpFor(identity, broker)),
  ]);
  const liveCodes = new Set(live.map(({ itemCode }) => fold(itemCode)));
  return (contractKey, key) =>
    (isTypeOff(codes.get(key)) && !liveCodes.has(key)) ||
    (!liveIds.has(contractKey) && (servicesOf.get(contractKey)?.some((service) => excluded.has(service)) ?? false));
}
