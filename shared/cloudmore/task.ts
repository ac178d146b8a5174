import { z } from 'zod';
import { fold, present } from '../billing/text.js';
import { ApiError } from '../http/errors.js';
import type { ApiAnswer } from '../http/request.js';

/** Report tasks (`cloudmore.md` 3.1): started, then looked after until the report is there. What a running task answers is not documented. */

export interface TaskAnswer {
  status: number;
  json: unknown;
}

/** Quick at first, patient later: small reports are ready at once, big ones take minutes. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
const GIVE_UP_AFTER_MS = 30 * 60_000;
/** A task may be unknown for a moment after its start. */
const UNKNOWN_GRACE = 5;

const taskSchema = z.object({ status: z.string().nullish(), report: z.unknown().optional() });
const startedSchema = z.object({ taskId: z.string().min(1) });
const RUNNING = new Set(['processing', 'pending', 'running', 'queued', 'started', 'created']);

/** The last segment of `Location`, else `taskId` in the body. */
export function taskIdOf({ headers, json }: ApiAnswer, what: string): string {
  const location = present(String(headers.location ?? ''));
  const last = location?.split('?')[0]?.split('/').filter(Boolean).at(-1);
  if (last) return decodeURIComponent(last);
  const body = startedSchema.safeParse(json);
  if (body.success) return body.data.taskId;
  throw new ApiError('malformed', `Cloudmore started the ${what} without naming its task.`);
}

/** Looks until the report is there; throws when the task failed or takes too long. */
export async function awaitTask(
  what: string,
  look: () => Promise<TaskAnswer>,
  pause: (milliseconds: number) => Promise<void>,
  onProgress?: (what: string) => void,
): Promise<unknown> {
  let waited = 0;
  let unknown = 0;
  for (let wait = FIRST_WAIT_MS; waited <= GIVE_UP_AFTER_MS; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
    const seen = read(what, await look());
    if (seen.kind === 'done') return seen.report;
    unknown = seen.kind === 'unknown' ? unknown + 1 : 0;
    if (unknown > UNKNOWN_GRACE)
      throw new ApiError('unavailable', `Cloudmore no longer knows the task of the ${what}; it is started anew.`);
    onProgress?.(`${what}: waiting for Cloudmore`);
    await pause(wait);
    waited += wait;
  }
  throw new ApiError(
    'unavailable',
    `Cloudmore did not finish the ${what} within ${GIVE_UP_AFTER_MS / 60_000} minutes; it is started anew.`,
  );
}

type Seen = { kind: 'done'; report: unknown } | { kind: 'running' } | { kind: 'unknown' };

function read(what: string, { status, json }: TaskAnswer): Seen {
  if (status === 404) return { kind: 'unknown' };
  if (status === 202 || status === 204 || json === undefined || json === null) return { kind: 'running' };
  if (Array.isArray(json)) return { kind: 'done', report: json };
  const task = taskSchema.safeParse(json);
  const state = fold(task.success ? (task.data.status ?? null) : null);
  if (state === 'failed') throw new ApiError('unavailable', `Cloudmore could not make the ${what}; it is started anew.`);
  if (RUNNING.has(state)) return { kind: 'running' };
  const report = task.success ? task.data.report : undefined;
  if (state !== '') return { kind: 'done', report: report ?? [] };
  return report === undefined || report === null ? { kind: 'done', report: json } : { kind: 'done', report };
}
