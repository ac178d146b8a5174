import { unknownRows } from '../contracts/doubt.js';
import type { MonthFacts } from '../report/facts.js';
import { chargeKeyPrefix } from '../basics/keys.js';
import type { Names } from '../report/named.js';
import { standsFor } from '../contracts/ours.js';
import { fold } from '../basics/text.js';
import type { Books, Contract, Month, Row, Unreadable, UnreadableRecord } from '../types.js';

/**
 * Everything of a month that came and could not be read (2.6), in one list for the whole run: what an item needs is also held, and what nothing needs is
 * still seen by somebody.
 */
export interface Unread extends Unreadable {
  /** Whether it may be money of the month: then the month is not certified until the record can be read. */
  bearsOnMonth: boolean;
}

export interface UnreadList {
  count: number;
  /** How many of them bear on the month. */
  bearing: number;
  /** Those that bear on the month first; as many as anybody looks at. */
  listed: Unread[];
}

/** Each is a sentence; a vendor that changes one member would make thousands of them. */
export const UNREAD_LISTED = 200;
/** As many as go along where a message must stay small. */
export const UNREAD_IN_RESULT = 20;

/** Cloudmore's records that are themselves amounts of the month. Others bear on it where a line needs them, and the line is held. */
const AMOUNTS_OF_REPORT = ['MonthlyBillingPerOrganizationAsync', 'AzureOneTimeInvoice', 'AzureOneTimeInvoiceList'];

export const unreadOfReport = ({ findings = [] }: Pick<MonthFacts, 'findings'>): Unread[] =>
  findings.map((finding) => unread(finding, AMOUNTS_OF_REPORT.includes(finding.path)));

/** What of the survey could not be read. Catalogues and companies bear on the month where an item needs them, and the item is held; a service besides where a row of ours stands on it. */
export function unreadOfBooks(books: Pick<Books, 'unreadable' | 'contracts' | 'rows'>, names: Names, month: Month): Unread[] {
  const { unreadable = [] } = books;
  const contracts = new Map(books.contracts.map((contract) => [contract.id, contract]));
  const isOfOurs = (contract: Pick<Contract, 'id' | 'subscriptionId' | 'number'>): boolean =>
    standsFor(contract, { names, knownSubscriptions: new Set() }) !== null;
  const isRowOfOurs = ({ contractId }: Pick<Row, 'contractId'>): boolean =>
    isOfOurs(contracts.get(contractId) ?? { id: contractId, subscriptionId: null, number: null });
  const mayBeMoney = ({ kind, id, keys, contractId }: UnreadableRecord): boolean => {
    if (kind === 'contract')
      return keys === null || [null, ...keys].some((key) => isOfOurs({ id: id ?? NOBODYS, subscriptionId: key, number: null }));
    if (kind === 'charge') return keys === null || keys.some((key) => fold(key).startsWith(fold(chargeKeyPrefix(month))));
    if (kind === 'service') return unknownRows(month, books, (serviceId) => id === null || id === serviceId).some(isRowOfOurs);
    if (kind !== 'row') return false;
    return contractId === null || isRowOfOurs({ contractId });
  };
  return unreadable.map((record) => unread(record, mayBeMoney(record)));
}

/** An id that no contract has. */
const NOBODYS = -1;

const unread = ({ vendor, path, record, member, value, problem }: Unreadable, bearsOnMonth: boolean): Unread => ({
  vendor,
  path,
  record,
  member,
  value,
  problem,
  bearsOnMonth,
});

/** All of a run in one list; nothing where all of it was read. */
export function unreadList(all: Unread[]): { unread?: UnreadList } {
  if (all.length === 0) return {};
  const bearing = all.filter(({ bearsOnMonth }) => bearsOnMonth);
  const others = all.filter(({ bearsOnMonth }) => !bearsOnMonth);
  return { unread: { count: all.length, bearing: bearing.length, listed: [...bearing, ...others].slice(0, UNREAD_LISTED) } };
}

/** The list cut to so many, for messages that must stay small. */
export const shortUnread = (list: UnreadList): UnreadList => ({ ...list, listed: list.listed.slice(0, UNREAD_IN_RESULT) });

/** Whether a month may not be certified although nothing of it is held. */
export const isUnread = ({ unread }: { unread?: UnreadList | undefined }): boolean => (unread?.bearing ?? 0) > 0;

export const COULD_NOT_BE_READ = 'Could not be read';

/** "Autotask, ContractCharges, 4711: unitprice ("12,50"): is not understood. The month is not certified." */
export function unreadText({ vendor, path, record, member, value, problem, bearsOnMonth }: Unread): string {
  const seen = value === null ? '' : ` (${value})`;
  return `${vendor}, ${path}, ${record}: ${member ?? 'the record'}${seen}: ${problem}. ${bearsOnMonth ? 'The month is not certified.' : 'What needs it is held.'}`;
}

/** "3 records could not be read, 2 of them of the month, which is not certified". */
export function unreadSummary({ count, bearing }: UnreadList): string {
  const records = `${count} ${count === 1 ? 'record' : 'records'} could not be read`;
  if (bearing === 0) return `${records}; what needs ${count === 1 ? 'it' : 'them'} is held`;
  return `${records}${bearing === count ? '' : `, ${bearing} of them of the month`}; the month is not certified`;
}

/** What is not listed, in a sentence; none where all is. */
export const unreadRest = ({ count, listed }: UnreadList): string[] =>
  count > listed.length ? [`… and ${count - listed.length} more.`] : [];
