import type { Day, Month } from '../billing/types.js';

/** What informs a person, or a dead man's switch, of a run. */

export interface NoticeRequest {
  broker: string;
  asOf: Day;
  /** Names the run: one message each, however often the activity is repeated. */
  run: string;
  months: Month[];
  /** Why the run ended without its end; absent where it ended well. */
  failure?: string;
}

export interface NoticeSent {
  /** Why the dead man's switch did not hear of the run; absent where it did, or where there is none. */
  heartbeat?: string;
  /** What was to be said; null when nothing waits and nothing is missing. */
  title: string | null;
  sent: number;
  failed: number;
}
