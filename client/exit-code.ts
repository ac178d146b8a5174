import { isUnread } from '../shared/billing/results/unread.js';
import { waitsForPerson } from '../shared/billing/results/status.js';
import type { MonthResult } from '../shared/billing/results/results.js';
import { EXIT, type ExitCode } from './terminal/exit.js';

/** 3 while something is held or waits for a person, the whole month is held (rule 1.4), or a record of it cannot be read (2.6); else 0. */
export function exitCodeOf({ held, ghosts, organizations, unread }: MonthResult, heldMonth: string | null): ExitCode {
  const waits = organizations.some(({ status }) => waitsForPerson(status) || status === 'Running');
  return held.lines > 0 || ghosts.lines > 0 || waits || heldMonth !== null || isUnread({ unread }) ? EXIT.waits : EXIT.done;
}
