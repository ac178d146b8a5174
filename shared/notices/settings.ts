import type { Secret } from '../http/secret.js';

/** Whom a run tells when something waits or is missing (`NOTICE_…`). Addresses with a key in them are secrets. */
export interface NoticeSettings {
  /** An incoming webhook of Slack or Teams; null: none. */
  webhook: Secret | null;
  mail: { smtp: Secret; from: string; to: string[] } | null;
  /** Asked after each run that came to its end: anyone who misses it raises the alarm. Null: none. */
  heartbeat: Secret | null;
  /** From this day of the month on, a month without Microsoft's lines is reported as missing. */
  reportDay: number;
  /** Temporal's Web UI, as people reach it; null: a notice names the command alone. */
  webUi: string | null;
  /** The page for finance, as people reach it (`BILLING_WEB_URL`): where it is known, a notice leads there. */
  page: string | null;
}
