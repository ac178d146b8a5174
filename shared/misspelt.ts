import { distance } from 'fuzzball';
import type { Environment } from './environment.js';

/** What begins like a setting of ours and is none is likely misspelt: taken silently, the setting that was meant would have its default. */
const OURS = /^(CLOUDMORE|AUTOTASK|BILLING|BREAKER|NOTICE)_/;
/** Others, such as EXPORT_RECORD_TYPES, share their first word with other programs' variables: what is this near to one of them means it. */
const NEAR = 2;
const LONG_ENOUGH = 7;

/** A sentence for each variable that looks like one of the known settings and is none, with the nearest. */
export function misspelt(environment: Environment, settings: string[], others: string[]): string[] {
  const known = new Set([...settings, ...others]);
  const plain = new Set(settings.map(plainName));
  return Object.keys(environment)
    .filter((name) => !known.has(name) && (OURS.test(name) || plain.has(plainName(name)) || isNear(name, settings)))
    .map((name) => `${name} is not a setting; did you mean ${nearest(name, settings)}?`);
}

/** A name in other case, or with an underscore too few or too many, is the same. */
const plainName = (name: string): string => name.replaceAll('_', '').toUpperCase();

const isNear = (name: string, settings: string[]): boolean =>
  name.length >= LONG_ENOUGH && distance(name.toUpperCase(), nearest(name.toUpperCase(), settings)) <= NEAR;

const nearest = (name: string, settings: string[]): string =>
  settings.reduce((best, candidate) => (distance(name, candidate) < distance(name, best) ? candidate : best));
