import { isGrpcDeadlineError, isGrpcServiceError } from '@temporalio/client';
import { GRPC, grpcStateOf } from '../../shared/messages/causes.js';
import { ConfigError } from '../../shared/environment.js';
import { pathOf, whyNoFile } from '../../shared/files.js';
import { isServed, type Temporal } from '../temporal/connection.js';
import type { ActionResult } from './source.js';

/** What the page needs and cannot reach: said to its reader in a sentence, and to its operator in one line of the log. */
export interface Outage {
  /** 503 for outages that end without our doing, 500 for what a person has to fix. */
  status: 500 | 503;
  shown: string;
  logged: string;
}

/** Null for what is a mistake of this program. */
export function outageOf(error: Error, isButton: boolean): Outage | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'StoreUnavailable') return { status: 503, shown: STORE_AWAY, logged: cause.message };
    if (REFUSALS.includes(cause.name) || cause instanceof ConfigError)
      return { status: 500, shown: REFUSED, logged: cause.message.replaceAll('\n', ' ') };
    const file = whyNoFile(cause);
    if (file !== null) return { status: 500, shown: `${REFUSED} A file: ${file}.`, logged: `${pathOf(cause)}: ${file}` };
    if (isTemporalAway(cause)) return { status: 503, shown: isButton ? UNKNOWN : TEMPORAL_AWAY, logged: cause.message };
  }
  return null;
}

/** Of the store, the keys and the settings; by name, as `cli.ts` has them. */
const REFUSALS = ['StoreRefused', 'LabelRefused', 'SettingsRefused', 'KeysUnreadable', 'KeyMissing'];

const STORE_AWAY =
  'The evidence store does not answer right now, so nothing can be shown or decided. It will recover automatically: try again in a few minutes.';
const REFUSED = 'The page cannot work with its settings. Its log says what to change.';
export const TEMPORAL_AWAY = 'Temporal does not answer right now. Try again later.';
const UNKNOWN =
  'Temporal has stopped answering, so it is not known whether this was decided. When it answers, open the page again and check.';

/** Nobody is there, or nobody answers within the time that a page has. */
export const isTemporalAway = (error: unknown): boolean =>
  (error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError') ||
  isGrpcDeadlineError(error) ||
  (isGrpcServiceError(error) && grpcStateOf(error) === GRPC.unavailable);

/** A server that is there answers well within this. */
const ANSWER_WITHIN_MS = 3_000;

/** Asks Temporal for as long as a page may take; without a limit a server that is frozen kept its reader waiting for ever. */
export const answering = <T>(
  { client }: Pick<Temporal, 'client'>,
  work: () => Promise<T>,
  withinMs = ANSWER_WITHIN_MS,
): Promise<T> => client.withDeadline(Date.now() + withinMs, work);

/** Why nothing can be asked of a worker now; null where one takes the queue's work. */
export async function whyNobodyActs(temporal: Temporal, taskQueue: string): Promise<ActionResult | null> {
  try {
    return (await answering(temporal, () => isServed(temporal, taskQueue)))
      ? null
      : { isGood: false, text: 'No worker is running, and nothing was decided. Try again when one is.' };
  } catch (error) {
    if (!isTemporalAway(error)) throw error;
    return { isGood: false, text: 'Temporal does not answer right now, and nothing was decided. Try again later.' };
  }
}
