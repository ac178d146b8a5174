/**
 * How much a vendor may answer. Stated once, each with its reason; what goes beyond is refused (or, for texts that are only shown, cut). Sizes count bytes
 * after unpacking: 700 kB of gzip can be 700 MB.
 */
export const ANSWER_LIMITS = {
  /** A bearer token has about 2 KB, a zone 200 bytes. */
  logIn: 64 * 1024,
  /** An error is a sentence or two; a proxy's page in its place is only looked at. */
  error: 64 * 1024,
  /** 500 records of Autotask have about 1 MB, a price list of 10,000 entries 4 MB. */
  page: 32 * 1024 * 1024,
  /** A month of 100,000 lines has about 60 MB; it is read while it comes in and never held as a whole. */
  report: 512 * 1024 * 1024,
} as const;

/** Lists and objects within each other: the report has 11. Thousands would exhaust the stack of anyone who walks through them. */
export const DEPTH_LIMIT = 64;
/** Members of all lists of one answer together: twenty times the lines of the largest month that is measured. */
export const RECORDS_LIMIT = 2_000_000;
/** Members of one object: the largest record of either vendor has about 100. */
export const MEMBERS_LIMIT = 1_000;

/** Ids are GUIDs, numbers, or invoice numbers; what is longer is not an id. Autotask's user-defined field takes 255 characters. */
export const ID_LENGTH = 255;
/** An organization's id becomes part of paths, workflow ids and names of evidence, which have limits of their own. */
export const ORGANIZATION_ID_LENGTH = 100;
/** Texts that things are known by are taken as they came or refused, never cut: two long names with one beginning would be one. */
export const TEXT_LENGTH = 10_000;
/** A trillion less one: no month of any broker has an amount with more digits. */
export const AMOUNT_DIGITS = 12;
/** Digits behind the point that an amount may have; meters of a cloud are priced with up to ten. */
export const AMOUNT_DECIMALS = 20;
/** Ten billion less one, and a millionth: seats, hours and gigabytes lie in between. */
export const QUANTITY_DIGITS = 10;
export const QUANTITY_DECIMALS = 6;
/** Years that a date of a subscription can lie in; others stand for "none" in some program or other, and which, nobody knows. */
export const FIRST_YEAR = 1990;
export const LAST_YEAR = 2100;
/** A term or the time between payments, in months; the longest on sale is five years. */
export const MONTHS_LIMIT = 120;
/** What is shown of a value that cannot be read. */
export const VALUE_LENGTH = 80;
/** A single text of an answer that is read while it comes in; the longest we use is an error of 64 KB. */
export const SINGLE_TEXT_LIMIT = 4 * 1024 * 1024;
