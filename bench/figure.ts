/** What a benchmark measures: figures with their limit, their direction, and how far repeated measurements were apart. */

export interface Figure {
  name: string;
  /** `×` for a ratio of two things measured in one run, which other machines reproduce; else a unit such as `/s`, `s`, `MB`, `calls`. */
  unit: string;
  /** Median of the samples. */
  value: number;
  /** (highest − lowest) / median of the samples. */
  spread: number;
  samples: number[];
  /** Counted, so that every run of the same commit gives the same; else measured. */
  isCounted: boolean;
  better: 'less' | 'more';
  /** The value is to be at most this (`less`) or at least this (`more`); null where there is no limit. */
  limit: number | null;
}

/** What one benchmark found. */
export interface Measured {
  figures: Figure[];
  /** What a reader needs to understand the figures: sizes, seeds, what was counted. */
  notes: Record<string, unknown>;
}

export type FigureOptions = Pick<Figure, 'unit' | 'better'> & { limit?: number; isCounted?: boolean };

/** A figure from one or more measurements of the same thing. */
export function figure(
  name: string,
  samples: number | number[],
  { unit, better, limit, isCounted = false }: FigureOptions,
): Figure {
  const all = typeof samples === 'number' ? [samples] : samples;
  const value = median(all);
  return { name, unit, value, spread: spreadOf(all, value), samples: all, isCounted, better, limit: limit ?? null };
}

export const isMet = ({ value, better, limit }: Figure): boolean =>
  limit === null || (better === 'less' ? value <= limit : value >= limit);

/** The middle one, or between the two in the middle. Throws when there is none. */
export function median(values: number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.ceil((sorted.length - 1) / 2)]];
  if (low === undefined || high === undefined) throw new Error('A figure needs at least one measurement.');
  return (low + high) / 2;
}

const spreadOf = (values: number[], middle: number): number =>
  middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / Math.abs(middle);
