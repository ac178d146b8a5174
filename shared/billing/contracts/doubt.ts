import { firstDay } from '../basics/month.js';
import { rowsOfContract } from '../amounts/rows.js';
import { fold } from '../basics/text.js';
import type { Reason } from '../plan-types.js';
import type { Books, Month, Row, Unreadable, UnreadableRecord } from '../types.js';

/**
 * Rules 2.6 and 6.6: finding nothing is no proof that nothing is there. A record that came and cannot be read might be the one; and what we made before and
 * is gone is made again only when a person says so.
 */

/** Why something is not billed although nothing speaks against it but what cannot be read. */
export interface Doubt {
  reason: Reason;
  message: string;
}

/** The record in words: where it was read, its id, the member, its value and what is wrong with it. */
export const unreadableText = ({ vendor, path, record, member, value, problem }: Unreadable): string =>
  `${vendor}'s ${path} ${record} cannot be read: ${member ?? 'all of it'}${value === null ? '' : ` (${value})`} ${problem}`;

const doubtOf = (finding: UnreadableRecord | undefined, remedy: string): Doubt | null =>
  finding === undefined ? null : { reason: 'unreadable', message: `${unreadableText(finding)}. ${remedy}` };

const CORRECT = 'Correct the record in Autotask.';

const unreadableOf = ({ unreadable = [] }: Books, kind: UnreadableRecord['kind']): UnreadableRecord[] =>
  unreadable.filter((finding) => finding.kind === kind);

const mayBe = ({ keys }: UnreadableRecord, key: string): boolean =>
  keys === null || keys.some((known) => fold(known) === fold(key));

/** A contract that cannot be read and carries the key, or, where none was found, one that may carry it. */
export function contractDoubt(books: Books, contractKey: string, companyId: number, isMissing: boolean): Doubt | null {
  const found = unreadableOf(books, 'contract').find(
    (finding) =>
      mayBe(finding, contractKey) &&
      (finding.keys !== null || (isMissing && (finding.companyId === null || finding.companyId === companyId))),
  );
  return doubtOf(found, CORRECT);
}

/** A row of the contract that cannot be read, on the item's service as far as known; and one of which nobody can tell whose it is. */
export function rowDoubt(books: Books, contractId: number | null): Doubt | null {
  if (contractId === null) return null;
  return doubtOf(
    unreadableOf(books, 'row').find((finding) => finding.contractId === null || finding.contractId === contractId),
    CORRECT,
  );
}

/** A charge of the contract that cannot be read and is, or may be, one of ours; for what is billed by charge, others' count too (rule 7.8). */
export function chargeDoubt(books: Books, contractId: number | null, isBilledByCharge: boolean): Doubt | null {
  if (contractId === null) return null;
  const found = unreadableOf(books, 'charge').find(
    ({ contractId: on, keys }) =>
      (on === null || on === contractId) &&
      (isBilledByCharge || keys === null || keys.some((key) => fold(key).startsWith('cm-'))),
  );
  return doubtOf(found, CORRECT);
}

/** A service or product that cannot be read and has the key, or, where none was found, one that may have it. */
export function catalogueDoubt(books: Books, kind: 'service' | 'product', keys: string[], isMissing: boolean): Doubt | null {
  const found = unreadableOf(books, kind).find(
    (finding) => keys.some((key) => mayBe(finding, key)) && (finding.keys !== null || isMissing),
  );
  return doubtOf(found, CORRECT);
}

/**
 * What of a contract cannot be read, so that nothing on it may be brought to nothing: a row or charge of ours, or the service of a row. What stands may be in
 * balance with it already.
 */
export function standingDoubt(books: Books, contractId: number): Doubt | null {
  const services = new Set(rowsOfContract(books, contractId).map(({ serviceId }) => serviceId));
  const service = unreadableOf(books, 'service').find(({ id }) =>
    id === null ? [...services].some((one) => !isRead(books, one)) : services.has(id),
  );
  return rowDoubt(books, contractId) ?? chargeDoubt(books, contractId, false) ?? doubtOf(service, CORRECT);
}

/** Whether Autotask shows the service: the list has all there are. */
export const isRead = ({ services }: Pick<Books, 'services'>, serviceId: number): boolean =>
  services.some(({ id }) => id === serviceId);

export function companyDoubt(books: Books, companyId: number): Doubt | null {
  return doubtOf(
    unreadableOf(books, 'company').find(({ id }) => id === null || id === companyId),
    CORRECT,
  );
}

/** Rows that bill in the month or later on services that are not what they were. */
export const unknownRows = (month: Month, { rows }: Pick<Books, 'rows'>, isUnknown: (serviceId: number) => boolean): Row[] =>
  rows.filter(({ serviceId, startDay, units }) => units !== 0 && startDay >= firstDay(month) && isUnknown(serviceId));
