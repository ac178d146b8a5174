import type { FastifyRequest } from 'fastify';
import { isMonth } from '../../shared/billing/basics/month.js';
import type { Month } from '../../shared/billing/types.js';
import type { Html } from '../documents/html.js';
import type { ActionResult } from './source.js';
import type { Person } from './users.js';

/** What routes of all kinds share: who looks, what is shown, and what is not there. */

/** Somebody who has logged in, and the token that their forms carry. */
export interface Viewer {
  person: Person;
  mayApprove: boolean;
  csrf: string;
}

export interface Shown {
  title: string;
  month: Month | null;
  body: Html;
}

/** A page behind the log-in. */
export type Get = (path: string, show: (request: FastifyRequest, viewer: Viewer) => Promise<Shown>) => void;

/** A button: for people who may decide, from a form of ours; where the person is led afterwards. */
export type Post = (
  path: string,
  act: (request: FastifyRequest, person: Person) => Promise<{ result: ActionResult; to: string }>,
) => void;

export class Missing extends Error {
  readonly statusCode = 404;
}
export class Forbidden extends Error {
  readonly statusCode = 403;
}

/** What was looked for; a page that says so where it is not there. */
export async function found<T>(looked: Promise<T | null>, otherwise: string): Promise<T> {
  const value = await looked;
  if (value === null) throw new Missing(otherwise);
  return value;
}

/** The month of the address. */
export function monthOf(request: FastifyRequest, name = 'month'): Month {
  const { [name]: month } = request.params as Record<string, string>;
  if (month !== undefined && isMonth(month)) return month;
  throw new Missing('Expected a month such as 2025-10.');
}
