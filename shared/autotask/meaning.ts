import { z } from 'zod';
import { ApiError } from '../http/errors.js';
import type { ApiAnswer } from '../http/request.js';
import { lowerKeys } from './lower-keys.js';

/** What Autotask's answers mean. It answers 500 to nearly everything it refuses; the texts tell why (`docs/vendors/autotask.md` 3.1). */

const errorSchema = z.object({ errors: z.array(z.unknown()).min(1) });

/** Texts of one answer that are kept, and how much of them in all: what else comes is somebody's stack trace. */
const TEXTS_KEPT = 5;
const TEXT_LENGTH = 500;

/** What an error answer says, within bounds. */
export function errorTexts(json: unknown): string[] {
  const parsed = errorSchema.safeParse(lowerKeys(json));
  if (!parsed.success) return [];
  let left = TEXT_LENGTH;
  return parsed.data.errors.slice(0, TEXTS_KEPT).flatMap((error) => {
    const text = String(error).slice(0, left);
    left -= text.length;
    return text === '' ? [] : [text];
  });
}

/** Refused because no thread was free; it may come with another status than 429. */
export const THREADS = /thread threshold of \d+ threads has been exceeded/i;
/** The log-in itself is refused, or locked: nothing that is sent with it is taken. */
const CREDENTIALS =
  /user could not be found|(user ?name|log-?in|credentials?|password|secret) (is|are|was|were|has) (\w+ )?(invalid|incorrect|wrong|expired|locked)|invalid (user ?name|log-?in|credentials?|password|secret)|(tracking identifier|integration code) is (not valid|invalid|disabled|inactive|not active)|(account|user|resource) (is|has been|was) (locked|disabled|deactivated)|locked out/i;
/** The database gave up: a read may be repeated; whether a write took effect is not known. */
const DATABASE =
  /deadlock|rerun the transaction|time-?out (period )?(has )?(expired|elapsed)|lock request time-?out|could not obtain lock|blocked by a lock|lock wait|(execution|connection|operation|request|query) (has )?timed? ?-?out|transport-level error|connection (is|was|has been) (closed|broken|lost|forcibly closed)|transaction (was|has been|is) (aborted|rolled back|no longer usable)|too busy|temporarily unavailable|try again later/i;
/** It is there already: a second adjustment of a date, or a name that another record owns. */
const DUPLICATE = /attempt to insert duplicate data|insert duplicate key|violation of (unique|primary) key/i;
/** The request itself is wrong: repeating it changes nothing. */
const SYNTAX = /unable to find \w+ in the|'or' conditions|invalid query syntax|conversion failed|unexpected character/i;

const says = (texts: string[], pattern: RegExp): boolean => texts.some((text) => pattern.test(text));

export interface Asked {
  /** Method and path, for people. */
  what: string;
  isRead: boolean;
}

/** Statuses after which a request is done. A read has to bring what was asked for. */
const DONE: Record<'read' | 'write', number[]> = { read: [200], write: [200, 201, 204] };

export const isDone = ({ isRead }: Asked, status: number): boolean => DONE[isRead ? 'read' : 'write'].includes(status);

/** Why a request came to nothing. Everything that does not say so leaves open whether a write took effect. */
export function refusalOf(asked: Asked, { status, json, retryAfterMs }: ApiAnswer): ApiError {
  const texts = errorTexts(json);
  const facts = { status, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  const message = `${asked.what}: ${status} ${texts.join('; ') || 'without a reason'}`;
  if (status === 429 || says(texts, THREADS)) return new ApiError('rate-limited', message, facts);
  if (status === 401 || status === 403 || says(texts, CREDENTIALS))
    return new ApiError(
      'unauthorized',
      `${message}. Check AUTOTASK_USERNAME, AUTOTASK_SECRET and AUTOTASK_INTEGRATION_CODE, and whether Autotask has locked the API user.`,
      facts,
    );
  if (status === 404 || status === 405) return new ApiError(status === 404 ? 'not-found' : 'rejected', message, facts);
  if (status < 400 || status === 408) return unclear(asked, status, message, facts);
  if (texts.length > 0) return refusalByText(asked, message, texts, facts);
  if (status < 500) return new ApiError('rejected', message, facts);
  return unavailable(asked, message, facts);
}

/** Neither a success of this verb nor a refusal. */
function unclear(asked: Asked, status: number, message: string, facts: ApiError['facts']): ApiError {
  if (status < 300 || status === 408) return unavailable(asked, message, facts);
  const advice = `${message}. It leads to another address, which is never followed: check AUTOTASK_URL.`;
  return new ApiError('rejected', advice, facts, { effect: asked.isRead ? 'none' : 'unknown' });
}

const unavailable = ({ isRead }: Asked, message: string, facts: ApiError['facts']): ApiError =>
  new ApiError('unavailable', message, facts, { effect: isRead ? 'none' : 'unknown' });

function refusalByText(asked: Asked, message: string, texts: string[], facts: ApiError['facts']): ApiError {
  if (says(texts, DUPLICATE)) return new ApiError('duplicate', message, facts);
  if (says(texts, /no matching records found/i)) return new ApiError('not-found', message, facts);
  if (says(texts, /adequate permissions/i))
    return new ApiError('unauthorized', `${message}. Give the API user's security level this right.`, facts);
  if (says(texts, DATABASE)) return unavailable(asked, message, facts);
  return new ApiError('rejected', message, facts);
}

/** Whether it is the log-in that was refused, and not one request of it. */
export const isLogInRefused = (error: ApiError): boolean =>
  error.kind === 'unauthorized' && (error.facts.status === 401 || error.facts.status === 403 || CREDENTIALS.test(error.message));

/** Whether a read that failed so may go well a moment later: everything that comes as 5xx and does not say that the request is wrong. */
export const mayGoWellAgain = (error: ApiError): boolean =>
  (error.facts.status ?? 0) >= 500 &&
  (error.kind === 'unavailable' || error.kind === 'timed-out' || (error.kind === 'rejected' && !SYNTAX.test(error.message)));
