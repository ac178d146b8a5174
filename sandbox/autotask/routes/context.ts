import type { Answer, Route, SandboxRequest } from '../../router.js';
import type { Quota } from '../admission.js';
import type { PageSets } from '../query/pages.js';
import { Refusal, refuse } from '../refusal.js';
import type { Action } from '../rights.js';
import type { Tenant } from '../tenant.js';

/** What every route works with. */
export interface Context {
  tenant: Tenant;
  pages: PageSets;
  quota: Quota;
  /** Queries so far. */
  queries: number;
}

/** A route that knows on which entity it counts; without one it needs no credentials and counts nowhere. */
export interface AutotaskRoute extends Route {
  endpoint: string | undefined;
  /** The right that it takes. */
  action?: Action | undefined;
}

export const BASE = '/atservicesrest/v1.0';

export const ok = (body: unknown): Answer => ({ status: 200, body });

/** The JSON of a request. Real API: media type and syntax are checked by its framework; bad JSON is a 500 (observed). */
export function jsonOf(request: SandboxRequest): unknown {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'text/json') {
    throw new Refusal(415, { Message: `The request entity's media type '${type ?? ''}' is not supported for this resource.` });
  }
  return parse(request.text);
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(
      `Unexpected character encountered while parsing value: ${text.trim().slice(0, 1)}. Path '', line 1, position 1.`,
    );
  }
}

/** A path parameter as an id; what is not a number leads nowhere. */
export function idOf(params: Record<string, string>, name: string): number {
  const value = params[name] ?? '';
  if (!/^\d{1,15}$/.test(value)) throw new Refusal(404, { Message: 'No HTTP resource was found that matches the request URI.' });
  return Number(value);
}
