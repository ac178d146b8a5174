import type { Decimal, Month } from '../billing/types.js';
import { EvidenceMissing, type Evidence } from '../evidence/evidence.js';
import { nameSegment } from '../evidence/months.js';

/**
 * Who decided what: releases, skips, reruns, dismissals, closes, undos and changes of settings, in the order in which they took effect. The log only
 * grows: each entry holds the digest of the one before it, so that one that was removed or altered afterwards shows.
 */
export interface Decision {
  /** ISO time at which it took effect. */
  at: string;
  action: Action;
  /** The person's name; null where nobody told it (a signal from the Web UI). */
  actor: string | null;
  via: 'command' | 'page' | 'signal' | 'worker';
  /** Null for what concerns no month: settings. */
  month: Month | null;
  organizationId: string | null;
  organizationName: string | null;
  reason: string | null;
  /** Digest of the plan or certificate that it is about. */
  digest: string | null;
  /** What it moves, in money. */
  amounts: { sales: Decimal; cost: Decimal; currency: string } | null;
  /** What else is to be known, in a sentence: which settings, which contract. */
  details: string | null;
}

export type Action = 'approve' | 'skip' | 'rerun' | 'dismiss' | 'close' | 'undo' | 'settings';

/** An entry as it is kept. */
export interface LoggedDecision extends Decision {
  /** Counted from 1. */
  number: number;
  /** Digest of the entry before; null for the first. */
  previous: string | null;
  /** Names the message that asked for it, so that a repeated activity adds nothing. */
  request: string;
}

/** The log, oldest entry first, and where it breaks off: what lies before that was removed or altered. */
export interface DecisionLog {
  entries: LoggedDecision[];
  problem: string | null;
}

const headName = (broker: string): string => `decisions/${broker}`;
const requestsPrefix = (broker: string): string => `decisions/${broker}/requests/`;
const requestName = (broker: string, request: string): string => requestsPrefix(broker) + nameSegment(request);

/** Others may add an entry in the same moment; more than this many in a row is no coincidence. */
const TRIES = 50;

/** Adds an entry, once for each request however often it is repeated; answers its digest. */
export async function recordDecision(evidence: Evidence, broker: string, request: string, decision: Decision): Promise<string> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const known = await evidence.pointer(requestName(broker, request));
    if (known !== null) return known;
    const previous = await evidence.pointer(headName(broker));
    const last = previous === null ? null : await evidence.get<LoggedDecision>(previous);
    if (last?.request === request) {
      // Added before, and interrupted before the request was noted.
      await evidence.point(requestName(broker, request), previous!);
      return previous!;
    }
    const entry: LoggedDecision = { ...decision, number: (last?.number ?? 0) + 1, previous, request };
    const ref = await evidence.put(entry);
    if (!(await evidence.claim(headName(broker), previous, ref))) continue;
    await evidence.point(requestName(broker, request), ref);
    return ref;
  }
  throw new Error(`The decisions log of ${broker} is being written to by others all the time; ${TRIES} tries failed.`);
}

/** Digest of the newest entry, which holds that of the one before, and so of all; null where nothing was ever decided. */
export const newestDecision = (evidence: Evidence, broker: string): Promise<string | null> => evidence.pointer(headName(broker));

/** Reads the whole log. Where its newest entries were taken away, the requests that were noted tell it. */
export async function readDecisions(evidence: Evidence, broker: string): Promise<DecisionLog> {
  // Before the log: what is added in this moment is in the log, and not among these.
  const noted = await evidence.names(requestsPrefix(broker));
  const log = await readBack(evidence, broker);
  if (log.problem !== null) return log;
  const known = new Set(log.entries.map(({ request }) => requestName(broker, request)));
  const gone = noted.filter((name) => !known.has(name)).length;
  return { ...log, problem: gone === 0 ? null : cutOff(log.entries.at(-1), gone) };
}

/** From its newest entry back to its first. */
async function readBack(evidence: Evidence, broker: string): Promise<DecisionLog> {
  const entries: LoggedDecision[] = [];
  let ref = await evidence.pointer(headName(broker));
  while (ref !== null) {
    const entry = await readEntry(evidence, ref);
    const after = entries.at(-1);
    if (entry === null || (after !== undefined && entry.number !== after.number - 1))
      return { entries: entries.reverse(), problem: brokenBefore(after, ref) };
    entries.push(entry);
    ref = entry.previous;
  }
  const first = entries.at(-1);
  const problem = first !== undefined && first.number !== 1 ? brokenBefore(first, 'unknown') : null;
  return { entries: entries.reverse(), problem };
}

/** What was decided about a month. */
export async function decisionsOf(evidence: Evidence, broker: string, month: Month): Promise<DecisionLog> {
  const { entries, problem } = await readDecisions(evidence, broker);
  return { entries: entries.filter((entry) => entry.month === month), problem };
}

async function readEntry(evidence: Evidence, ref: string): Promise<LoggedDecision | null> {
  try {
    return await evidence.get<LoggedDecision>(ref);
  } catch (error) {
    if (error instanceof EvidenceMissing) return null;
    throw error;
  }
}

const brokenBefore = (after: LoggedDecision | undefined, ref: string): string =>
  `The log breaks off before ${after === undefined ? 'its newest entry' : `entry ${after.number} of ${after.at}`}: entry ${ref} was removed or altered.`;

const cutOff = (last: LoggedDecision | undefined, gone: number): string =>
  `The log ends ${last === undefined ? 'before its first entry' : `with entry ${last.number} of ${last.at}`}: ${gone === 1 ? 'one later entry was' : `${gone} later entries were`} removed.`;
