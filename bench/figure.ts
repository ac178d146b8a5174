/** What a benchmark measures: figures with their limit, their direction, and how far repeated measurements were apart. */

export interface Figure {
  name: string;
  /** `×` for a ratio of two things measured in one run, which other machines reproduce; else a unit such as `/s`, `s`, `MB`, `calls`. */
  unit: string;
  /** Median of the samples. */
  value: number;
  /** How far the middle half of the samples reaches, as a share of their median: one that other work on the machine disturbed does not count. */
  spread: number;
  samples: number[];
  /** Counted, so that every run of the same commit gives the same; else measured. */
  isCounted: boolean;
  /**
   * What the clock says. Whatever else the machine does counts into it, for all samples of a run alike, so that two runs of one commit are easily twice as
   * far apart as either suggests: such a figure is shown, and what is measured next to it (CPU time, a ratio to something that is hit as hard) can get worse.
   */
  isOnTheClock: boolean;
  /** By which share it may differ between two runs of one commit, where that is known: counted, but for what depends on which things happen at once. */
  tolerance: number | null;
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

export type FigureOptions = Pick<Figure, 'unit' | 'better'> &
  Partial<Pick<Figure, 'isCounted' | 'isOnTheClock' | 'tolerance'>> & { limit?: number };

const OF_THE_CLOCK = ['s', '/s'];

/** A figure from one or more measurements of the same thing. */
export function figure(
  name: string,
  samples: number | number[],
  { unit, better, limit, isCounted = false, isOnTheClock = OF_THE_CLOCK.includes(unit), tolerance = null }: FigureOptions,
): Figure {
  const all = typeof samples === 'number' ? [samples] : samples;
  const value = median(all);
  return {
    name,
    unit,
    value,
    spread: spreadOf(all, value),
    samples: all,
    isCounted,
    isOnTheClock,
    tolerance,
    better,
    limit: limit ?? null,
  };
}

export const isMet = ({ value, better, limit }: Figure): boolean =>
  limit === null || (better === 'less' ? value <= limit : value >= limit);

/** The middle one, or between the two in the middle. Throws when there is none. */
export const median = (values: number[]): number => quantile(values, 0.5);

const spreadOf = (values: number[], middle: number): number =>
  middle === 0 ? 0 : (quantile(values, 0.75) - quantile(values, 0.25)) / Math.abs(middle);

/** What this share of the values lies below; between two of them in proportion. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) throw new Error('A figure needs at least one measurement.');
  return low + (high - low) * (place - Math.floor(place));
}
