/** Texts for people stay short: sums first, then a block for each customer, then where the rest is. */

/** Lines of a text, unless all of it is asked for with `--full`. */
export const LINES_AT_MOST = 200;

/** Entries of one kind in a block, tried in this order until all blocks fit. */
const ENTRIES = [60, 30, 12, 6, 3];

export interface Fitted<T> {
  blocks: string[];
  /** Those for which there was no room. */
  left: T[];
}

/**
 * One block for each, with as many entries as lets all of them fit between `others`, the parts that are shown in any case; where even the fewest are too
 * many, blocks of as many as fit, the first of `all` before the others.
 */
export function fitted<T>(
  all: T[],
  show: (one: T, entries: number) => string,
  others: string[],
  lines = LINES_AT_MOST,
): Fitted<T> {
  if (lines === Infinity) return { blocks: all.map((one) => show(one, Infinity)), left: [] };
  const room = lines - height(others);
  for (const entries of ENTRIES) {
    const blocks = all.map((one) => show(one, entries));
    if (height(blocks) <= room) return { blocks, left: [] };
  }
  const blocks = all.map((one) => show(one, ENTRIES.at(-1)!));
  let used = ROOM_FOR_REST;
  const count = blocks.findIndex((block) => (used += height([block])) > room);
  return { blocks: blocks.slice(0, count), left: all.slice(count) };
}

/** The sentence about those that are not shown. */
const ROOM_FOR_REST = 4;

/** Lines of the parts, each with the empty one behind it. */
const height = (parts: string[]): number => parts.reduce((sum, part) => sum + part.split('\n').length + 1, 0);

/** As many of the lines as there may be entries, and how many more there are. */
export const bounded = (lines: string[], entries: number, indent = '    '): string[] =>
  lines.length <= entries ? lines : [...lines.slice(0, entries), `${indent}… and ${lines.length - entries} more: --full`];
