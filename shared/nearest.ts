import { extract, WRatio } from 'fuzzball';

/** Similarity of 0 to 100 below which a guess would only confuse. */
const WORTH_SAYING = 70;

/** The known name that somebody may have meant, or null. Case, accents and missing words do not matter. */
export function nearest(text: string, known: string[]): string | null {
  // The library writes a warning of its own where there is nothing to choose from.
  if (known.length === 0) return null;
  const found = extract(text, known, { scorer: WRatio, cutoff: WORTH_SAYING, limit: 1 }) as [
    name: string,
    score: number,
    key: number,
  ][];
  return found[0]?.[0] ?? null;
}

/** " Did you mean "Contoso"?", or nothing. */
export function didYouMean(text: string, known: string[]): string {
  const name = nearest(text, known);
  return name === null ? '' : ` Did you mean "${name}"?`;
}
