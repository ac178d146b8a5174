import { fold } from '../billing/basics/text.js';

/** Lengths of time in months, as vendors write them: numbers, ISO 8601 durations, and the words of price lists. Null where nothing of that fits. */
export function readMonths(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null;
  if (typeof value !== 'string' || value.length > LONGEST) return null;
  const word = fold(value).replaceAll(/[\s._-]/g, '');
  if (/^\d{1,3}(\.0+)?$/.test(fold(value))) return Number.parseInt(word, 10);
  return WORDS.get(word) ?? isoMonths(word) ?? countedMonths(word);
}

/** The longest word there is for a length of time, with room for blanks. */
const LONGEST = 40;

const WORDS = new Map<string, number>([
  ...['month', 'monthly', 'everymonth', 'permonth', 'onemonth'].map((word) => [word, 1] as const),
  ...['quarter', 'quarterly', 'everyquarter'].map((word) => [word, 3] as const),
  ...['semiannual', 'semiannually', 'halfyearly'].map((word) => [word, 6] as const),
  ...['year', 'yearly', 'annual', 'annually', 'everyyear', 'peryear', 'oneyear', 'onceayear'].map((word) => [word, 12] as const),
  ...['biennial', 'biennially', 'twoyears'].map((word) => [word, 24] as const),
  ...['triennial', 'triennially', 'threeyears'].map((word) => [word, 36] as const),
]);

/** "P1M", "P1Y", "P1Y6M"; weeks and days are not months. */
function isoMonths(word: string): number | null {
  const match = /^p(?:(\d{1,2})y)?(?:(\d{1,3})m)?$/.exec(word);
  if (!match || (match[1] === undefined && match[2] === undefined)) return null;
  return Number(match[1] ?? 0) * 12 + Number(match[2] ?? 0);
}

/** "12 months", "1 year". */
function countedMonths(word: string): number | null {
  const match = /^(\d{1,3})(months?|m|years?|y)$/.exec(word);
  if (!match) return null;
  return Number(match[1]) * (match[2]!.startsWith('y') ? 12 : 1);
}
