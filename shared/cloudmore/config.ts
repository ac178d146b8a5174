import type { Secret } from '../http/secret.js';

/** The monthly billing report alone, or Microsoft's invoice for what that carries. */
export const REPORT_SOURCES = ['billing-report', 'invoice'] as const;
export type ReportSource = (typeof REPORT_SOURCES)[number];

/** What the client of Cloudmore needs to know. */
export interface CloudmoreConfig {
  url: string;
  resellerId: string;
  username: string;
  password: Secret;
  clientSecret: Secret;
  /** Organization property that holds the Autotask company id. */
  companyProperty: string;
  /** Members that the broker knows Cloudmore's answers to lack: their absence is "no value" and stops nothing. */
  absentMembers: string[];
  /** A month is billed from the report of so many months later (rule 1.9). */
  reportMonthOffset: number;
  /** What lines that Microsoft's invoice carries are billed from (rule 1.10). */
  reportSource: ReportSource;
}
