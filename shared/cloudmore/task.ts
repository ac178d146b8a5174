import { z } from 'zod';
import { present } from '../billing/basics/text.js';
import { vendorText } from '../door/index.js';
import { ApiError } from '../http/errors.js';
import type { ApiAnswer } from '../http/request.js';

/**
 * Report tasks (`docs/vendors/cloudmore.md` 3.1): started, then looked after until the report is there. In which words a task says that it runs, is done or has failed is not
 * documented: the lists are closed, and any other word stops the run, because a report that was not read is never an empty one.
 */

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
/** Members of an answer that an error names. */
const KEYS_SHOWN = 20;

const RUNNING = new Set(
  'processing pending running queued started created notstarted inprogress executing waiting accepted scheduled submitted'.split(
    ' ',
  ),
);
const FINISHED = new Set('successful succeeded success completed complete done finished ready'.split(' '));
const FAILED = new Set(
  'failed failure error errored faulted cancelled canceled aborted expired timedout timeout rejected terminated'.split(' '),
);
/** Where the report may stand in the answer. */
const REPORT_MEMBERS = ['report', 'result', 'data'];
const STATE_MEMBERS = ['status', 'state'];

const startedSchema = z.object({ taskId: z.string().min(1) });

/** The last segment of `Location`, else `taskId` in the body. */
export function taskIdOf({ headers, json }: ApiAnswer, what: string): string {
  const location = present(String(headers.location ?? ''));
  const last = location?.split('?')[0]?.split('/').filter(Boolean).at(-1);
  if (last) return decoded(last);
  const body = startedSchema.safeParse(json);
  if (body.success) return body.data.taskId;
  throw new ApiError('malformed', `Cloudmore started the ${what} without naming its task.`);
}

/** An address that is not encoded properly is taken as it is. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Looks until the report is there; throws when the task failed, takes too long, or says something nobody knows. */
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
      throw new ApiError('unavailable', `Cloudmore no longer knows the task of the ${what}; it is started again.`, {
        saysNoReport: true,
      });
    onProgress?.(`${what}: waiting for Cloudmore`);
    await pause(wait);
    waited += wait;
  }
  throw new ApiError(
    'unavailable',
    `Cloudmore did not finish the ${what} within ${GIVE_UP_AFTER_MS / 60_000} minutes; it is started again.`,
  );
}

type Seen = { kind: 'done'; report: unknown } | { kind: 'running' } | { kind: 'unknown' };

function read(what: string, { status, json }: TaskAnswer): Seen {
  if (status === 404) return { kind: 'unknown' };
  if (status === 202 || status === 204 || json === undefined || json === null) return { kind: 'running' };
  // The list itself: it is the report where it has something. That there is nothing has to be said.
  if (Array.isArray(json) && json.length > 0) return { kind: 'done', report: json };
  const state = stateOf(json);
  if (state !== null && RUNNING.has(state)) return { kind: 'running' };
  if (state !== null && FAILED.has(state)) throw unfinished(what, 'failed', json);
  const report = reportIn(json);
  if (report === null)
    throw unfinished(
      what,
      state !== null && FINISHED.has(state) ? 'is finished and has no report' : 'is in no known state',
      json,
    );
  if (state !== null && FINISHED.has(state)) return { kind: 'done', report };
  if (state === null && STATE_MEMBERS.every((name) => member(json, name) === undefined) && !isEmpty(report))
    return { kind: 'done', report };
  throw unfinished(what, 'is in no known state', json);
}

/** The state's letters: "In progress", "IN_PROGRESS" and "InProgress" are one. A number says nothing to anybody. */
function stateOf(json: unknown): string | null {
  const state = typeof json === 'string' ? json : STATE_MEMBERS.map((name) => member(json, name)).find(isThere);
  const letters = typeof state === 'string' ? state.toLowerCase().replaceAll(/[^a-z0-9]/g, '') : '';
  return letters === '' ? null : letters;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;

const reportIn = (json: unknown): unknown =>
  REPORT_MEMBERS.map((name) => member(json, name)).find((value) => typeof value === 'object' && value !== null) ?? null;

const isEmpty = (report: unknown): boolean => Array.isArray(report) && report.length === 0;

/** A member of the answer, in any case. */
function member(json: unknown, name: string): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return Object.entries(json).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Tried again like an outage: a task that is started again may be one that we understand. */
function unfinished(what: string, problem: string, json: unknown): ApiError {
  const state = typeof json === 'object' ? STATE_MEMBERS.map((name) => member(json, name)).find(isThere) : json;
  const keys = Array.isArray(json) ? ['an empty list'] : typeof json === 'object' && json !== null ? Object.keys(json) : [];
  const shownState = typeof state === 'object' && state !== null ? 'a record' : JSON.stringify(state ?? 'none');
  return new ApiError(
    'unavailable',
    `Cloudmore's task of the ${what} ${problem}: its state is ${vendorText(shownState, 80)}, and it has ${vendorText(keys.slice(0, KEYS_SHOWN).join(', ') || 'no members')}. Nothing is billed from it, and it is started again.`,
    { saysNoReport: true },
  );
}
