import { isRecord } from '../http/properties.js';
import { big, plain } from '../billing/basics/decimal.js';
import { fold, present } from '../billing/basics/text.js';
import type { Day, Decimal, Unreadable } from '../billing/types.js';
import { readDay } from './days.js';
import {
  AMOUNT_DECIMALS,
  AMOUNT_DIGITS,
  ID_LENGTH,
  MONTHS_LIMIT,
  ORGANIZATION_ID_LENGTH,
  QUANTITY_DECIMALS,
  QUANTITY_DIGITS,
  TEXT_LENGTH,
  VALUE_LENGTH,
} from '../http/limits.js';
import { readMonths } from './periods.js';
import { vendorText } from '../http/vendor-text.js';

/** Where a record stands, for anyone who has to find it. */
export interface Where {
  vendor: string;
  /** The request it came from, without the query. */
  path: string;
  /** Its id, name or position. */
  record: string;
}

/**
 * The door: the members of one record of a vendor, each read by its type and bounds. Nothing is thrown: what is there and not understood becomes a finding
 * with vendor, path, record, member and value, the member counts as absent, and anyone who reads decides what depends on it:
 *
 *     const members = new Members(record, { vendor: 'Autotask', path: 'Contracts/query', record: `contract ${id}` });
 *     const start = members.day('startDate');            // null where absent; a finding where it is there and is not a date
 *     const name = members.text('name');                 // as it came: clean it with `shown` where it is shown or written
 *     if (members.findings.length > 0) …                 // hold what depends on this record, with `members.findings[0]`
 *
 * Absent are a missing member, null and blank text, nothing else. Names of members are taken in any case. `needed…` makes a finding of absence too.
 */
export class Members {
  readonly findings: Unreadable[] = [];
  private readonly record: Record<string, unknown>;
  private folded: Map<string, string> | null = null;

  constructor(
    raw: unknown,
    readonly where: Where,
  ) {
    this.record = isRecord(raw) ? raw : {};
    if (!isRecord(raw)) this.find(null, raw, 'is not a record');
  }

  /** Names of the members that came, as they came. */
  get names(): string[] {
    return Object.keys(this.record);
  }

  /** The member as it came; undefined where it is absent. */
  raw(name: string): unknown {
    const value = this.valueOf(name);
    return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
  }

  /** A text that something is known by, or that is only shown: as it came. Numbers are texts too. */
  text(name: string, length = TEXT_LENGTH): string | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    if (typeof value !== 'string' && typeof value !== 'number') return this.wrong(name, 'expected a text', null);
    const text = present(String(value));
    return text !== null && text.length > length ? this.wrong(name, `expected at most ${length} characters`, null) : text;
  }

  /** An id: one line, nothing hidden, of bounded length. */
  id(name: string): string | null {
    const id = this.text(name, ID_LENGTH);
    return id !== null && UNFIT_FOR_ID.test(id) ? this.wrong(name, 'expected an id without hidden characters', null) : id;
  }

  neededId(name: string): string {
    return this.needed(name, this.id(name), 'expected an id', '');
  }

  /** The id of an organization, which has to fit into paths and names. */
  organizationId(name: string): string | null {
    const id = this.text(name, ORGANIZATION_ID_LENGTH);
    if (id === null || FIT_FOR_PATHS.test(id)) return id;
    return this.wrong(name, 'expected an id of letters, digits, dots and dashes, beginning with a letter or digit', null);
  }

  /** An amount of money, as a number or as text; every digit counts. */
  amount(name: string): Decimal | null {
    return this.decimal(name, AMOUNT_DIGITS, AMOUNT_DECIMALS, 'an amount');
  }

  neededAmount(name: string): Decimal {
    return this.needed(name, this.amount(name), 'expected an amount', '0');
  }

  quantity(name: string): Decimal | null {
    return this.decimal(name, QUANTITY_DIGITS, QUANTITY_DECIMALS, 'a quantity');
  }

  neededQuantity(name: string): Decimal {
    return this.needed(name, this.quantity(name), 'expected a quantity', '0');
  }

  /** The day of a date in one of the notations that cannot be misread. */
  day(name: string): Day | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return readDay(value) ?? this.wrong(name, 'expected a date such as 2025-10-31', null);
  }

  neededDay(name: string): Day {
    return this.needed(name, this.day(name), 'expected a date', '');
  }

  flag(name: string): boolean | null {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value ?? null;
    const word = typeof value === 'string' || typeof value === 'number' ? fold(String(value)) : '';
    if (word === 'true' || word === '1') return true;
    return word === 'false' || word === '0' ? false : this.wrong(name, 'expected true or false', null);
  }

  /** A length of time in months: 12, "P1Y", "Annual". */
  months(name: string): number | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const months = readMonths(value);
    if (months !== null && months >= 1 && months <= MONTHS_LIMIT) return months;
    return this.wrong(name, 'expected months, such as 12, P1Y or Annual', null);
  }

  list(name: string): unknown[] | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    return Array.isArray(value) ? value : this.wrong(name, 'expected a list', null);
  }

  neededList(name: string): unknown[] {
    return this.needed(name, this.list(name), 'expected a list', []);
  }

  /** Notes contradictions between values that are each understood. */
  contradiction(name: string, problem: string): void {
    this.find(name, this.valueOf(name), problem);
  }

  private decimal(name: string, digits: number, decimals: number, what: string): Decimal | null {
    const value = this.raw(name);
    if (value === undefined) return null;
    const text = typeof value === 'number' && Number.isFinite(value) ? plain(big(value)) : value;
    const match = typeof text === 'string' && text.length <= LONGEST_DECIMAL ? DECIMAL.exec(text.trim()) : null;
    if (!match) return this.wrong(name, `expected ${what}`, null);
    const [whole, fraction] = [match[1]!.replace(/^0+/, ''), decimalsIn(match[2] ?? '')];
    if (whole.length > digits || fraction > decimals)
      return this.wrong(name, `expected ${what} of at most ${digits} digits before the point and ${decimals} after it`, null);
    return plain(big(match[0].startsWith('+') ? match[0].slice(1) : match[0]));
  }

  private needed<T>(name: string, value: T | null, expected: string, otherwise: T): T {
    if (value !== null) return value;
    const isFound = this.findings.some(({ member }) => member === name);
    return isFound ? otherwise : this.wrong(name, expected, otherwise);
  }

  private wrong<T>(name: string, expected: string, otherwise: T): T {
    this.find(name, this.valueOf(name), expected);
    return otherwise;
  }

  private find(member: string | null, value: unknown, problem: string): void {
    this.findings.push({ ...this.where, member, value: valueText(value), problem });
  }

  private valueOf(name: string): unknown {
    if (Object.hasOwn(this.record, name)) return this.record[name];
    this.folded ??= new Map(Object.keys(this.record).map((key) => [key.toLowerCase(), key]));
    const key = this.folded.get(name.toLowerCase());
    return key === undefined ? undefined : this.record[key];
  }
}

/** Digits, point and sign, with room for zeros and blanks. */
const LONGEST_DECIMAL = 80;
const DECIMAL = /^[+-]?(\d+)(?:\.(\d{1,40}))?$/;
/** Decimals that say something. */
const decimalsIn = (fraction: string): number => fraction.split('').findLastIndex((digit) => digit !== '0') + 1;
const UNFIT_FOR_ID = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const FIT_FOR_PATHS = /^[\p{L}\p{N}{][\p{L}\p{N} ._:@{}+=~-]*$/u;

/** A value as a finding shows it; null where there is none. */
function valueText(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return vendorText(value, VALUE_LENGTH);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null)
    return vendorText(`a record of ${Object.keys(value).join(', ')}`, VALUE_LENGTH);
  return JSON.stringify(value);
}
