import type { Settings } from '../shared/billing/types.js';
import type { KeyedMutex } from './carry-out/keyed-mutex.js';
import type { Office } from './finish/office.js';
import type { Mode, MoneySettings, SilentFound } from '../shared/messages/messages.js';
import type { OrganizationMode } from '../shared/modes.js';
import type { Evidence, Lease } from '../shared/evidence/index.js';
import type { Tenant } from '../shared/evidence/labels.js';
import type { Probing } from '../shared/probe/kept.js';
import type { NoticeSettings } from '../shared/notices/settings.js';
import type { Vendors } from '../shared/vendors.js';

/** What a heartbeat says of an organization: its id, for heartbeats stand in Temporal in the clear. */
export const keeping = (organizationId: string): string => `keeping organization ${organizationId}`;

/** A vendor that refused a log-in so lately is not asked again yet: many customers may be called at once, and each refused log-in brings the lock-out nearer. */
export const ASKED_LATELY_MS = 60_000;

/** What activities work with. Made in one place (`worker/dependencies.ts`), replaced by none in tests: the vendors' stand-ins answer over HTTP. */
export interface Dependencies extends Vendors {
  evidence: Evidence;
  settings: Settings;
  /** Whose money it is, for `BILLING_BROKER` may not change. */
  tenant: Tenant;
  mode: Mode;
  moneySettings: MoneySettings;
  /** `BILLING_TWO_PERSONS_ABOVE`; null where one person is enough. */
  twoPersonsAbove: string | null;
  /** Whether `BILLING_MODE` has a value. */
  isModeSet: boolean;
  organizationModes: OrganizationMode[];
  /** Whether one customer is billed alone first, and which (`canary.ts`). */
  canary: { isDemanded: boolean; organization: string | null };
  /** What a probe of the vendors needs to know (`shared/probe`). */
  probing: Probing;
  /** `BILLING_NAMES_IN_SEARCH`. */
  namesInSearch: boolean;
  recheckDays: number;
  /** `REPORT_MONTH_OFFSET` (rule 1.9). */
  reportMonthOffset: number;
  surveyMaxAgeMs: number;
  notices: NoticeSettings;
  /** What the command line does at the end of a month; null in a process that has none of it. */
  office: Office | null;
  clock: Clock;
  /** Called during long work, so that Temporal knows the activity is alive. */
  heartbeat: (details: string) => void;
  /** Aborted when the activity is cancelled or its worker shuts down. */
  signal: () => AbortSignal | undefined;
  /** Names the activity that runs, the same in all its attempts. */
  execution: () => string;
  /** When Temporal was asked for the activity that runs, by its clock; null outside of one. */
  askedAt: () => Date | null;
  /** The queue that the activity came from. */
  taskQueue: () => string;
  /** Temporal's namespace that the activity runs in. */
  namespace: () => string;
  /** Asks Temporal which of these executions can answer no more. */
  findSilent: (workflowIds: string[]) => Promise<SilentFound>;
  /** The broker's lease, by which this process may write; null where nobody else can (a command, a test). */
  lease: () => Lease | null;
  /** Attempts in this process to send the same write wait for each other. */
  sending: KeyedMutex;
  /** Which attempt of its activity this is, from 1, and how many there will be. */
  attempt: () => { number: number; last: number };
}

export interface Clock {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}
