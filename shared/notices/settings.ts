import type { Secret } from '../http/secret.js';

/** Files that a month's report can be mailed as. */
export const MAILED_FORMATS = ['html', 'xlsx', 'csv'] as const;
export type MailedFormat = (typeof MAILED_FORMATS)[number];

/** Whom a run notifies when something waits or is missing (`NOTICE_…`). Addresses with a key in them are secrets. */
export interface NoticeSettings {
  /** An incoming webhook of Slack or Teams; null: none. */
  webhook: Secret | null;
  mail: { smtp: Secret; from: string; to: string[] } | null;
  /** Asked after each run that came to its end: anyone who misses it raises the alarm. Null: none. */
  heartbeat: Secret | null;
  /** How a month that is done is mailed, as a file; null: it is not. */
  monthlyReport: MailedFormat | null;
  /** From this day of the month on, a month without Microsoft's lines is reported as missing. */
  reportDay: number;
  /** Temporal's Web UI, as people reach it; null: a notice names the command alone. */
  webUi: string | null;
  /** The page for finance, as people reach it (`BILLING_WEB_URL`): where it is known, a notice leads there. */
  page: string | null;
}
