import type { SandboxRequest } from '../router.js';
import { modelErrors, type ModelErrors } from './answers.js';
import type { Rec } from './store.js';

/** What comes in with a request. ASP.NET, which answers on the real host, reads names of members and parameters in any case. */

export function queryValue({ query }: SandboxRequest, name: string): string | undefined {
  for (const [key, value] of query) if (key.toLowerCase() === name.toLowerCase()) return value;
  return undefined;
}

/** The body as an object, or undefined if it is not one. */
export function bodyObject({ text }: SandboxRequest): Rec | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Rec => typeof value === 'object' && value !== null && !Array.isArray(value);

export function memberOf(body: Rec, name: string): unknown {
  const key = Object.keys(body).find((key) => key.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : body[key];
}

/** Members of a tree that is served as it stands, so that nothing about it is certain: anything but a list of objects counts as none. */
export function objectsOf(record: Rec, name: string): Rec[] {
  const list = record[name];
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** A missing parameter, said as the model validation says it. */
export const required = (name: string): ModelErrors => ({ [capitalised(name)]: [`The ${capitalised(name)} field is required.`] });

export const missingBody = () => modelErrors({ '': ['A non-empty request body is required.'] });

export const capitalised = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
