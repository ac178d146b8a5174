import { Big } from 'big.js';
import type { Answer } from '../router.js';
import type { Behaviour } from './behaviour.js';

/** What Cloudmore's answers have in common: JSON with exact numbers, and its two shapes of a refusal (`docs/vendors/cloudmore.md` 2.4). */

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

/** Amounts and rates by the names of `docs/vendors/cloudmore.md` 4. A quantity stays a number as long as it is whole. */
const DECIMAL_NAME = /(price|total|rate)$/i;

/** Writes a value as JSON. Numbers go out as they came in; with `decimalsAsStrings` amounts become text, as in Microsoft's own samples. */
export type Encode = (value: unknown) => string;

export function createEncode({ decimalsAsStrings, renames }: Pick<Behaviour, 'decimalsAsStrings' | 'renames'>): Encode {
  const encode: Encode = decimalsAsStrings ? (value) => JSON.stringify(value, decimalAsString) : (value) => JSON.stringify(value);
  if (Object.keys(renames).length === 0) return encode;
  return (value) => JSON.stringify(renamed(JSON.parse(encode(value)), new Map(Object.entries(renames))));
}

function renamed(value: unknown, names: Map<string, string>): unknown {
  if (Array.isArray(value)) return value.map((element) => renamed(element, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [names.get(key) ?? key, renamed(member, names)]));
}

function decimalAsString(name: string, value: unknown): unknown {
  if (typeof value !== 'number') return value;
  return DECIMAL_NAME.test(name) || !Number.isInteger(value) ? new Big(value).toFixed() : value;
}

/** An answer whose JSON text is ready. */
export const jsonText = (status: number, text: string): Answer => ({ status, headers: JSON_TYPE, body: text });

/** An answer without a body, as on 204, 401 and 403. */
export const empty = (status: number): Answer => ({ status });

/** First shape of a refusal: a list of `ApiError`. Only code 5, `InvalidValue`, is documented. */
export const apiError = (status: number, errorName: string, errorMessage: string): Answer =>
  jsonText(status, JSON.stringify([{ errorCode: errorName === 'InvalidValue' ? 5 : 0, errorName, errorMessage }]));

export const invalidValue = (message: string): Answer => apiError(400, 'InvalidValue', message);

export const notFound = (what: string): Answer => apiError(404, 'NotFound', `${what} not found`);

/** Second shape of a refusal: messages by the path of the property that is wrong. */
export type ModelErrors = Record<string, string[]>;

export const modelErrors = (errors: ModelErrors): Answer => jsonText(400, JSON.stringify(errors));
