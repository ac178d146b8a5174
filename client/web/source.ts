import type { Explained } from '../explain/text.js';
import type { Outcome, MonthResult } from '../../shared/billing/results/results.js';
import type { Month } from '../../shared/billing/types.js';
import type { KeptCertificate } from '../../shared/evidence/closed.js';
import type { Against } from '../../shared/report/against.js';
import type { Year } from '../../shared/report/year.js';
import type { MonthEndAsked, MonthEndDone } from '../../shared/messages/month-end.js';
import type { InvoicedRecord } from '../../shared/evidence/invoiced.js';
import type { Format } from '../terminal/formats.js';
import type { LoggedDecision } from '../../shared/decisions/decisions.js';

/** What the pages show and do; the evidence and Temporal behind it. */
export interface Source {
  broker: string;
  /** Months that were billed, the latest first. */
  months(): Promise<Month[]>;
  /** Null when the month never ran. */
  month(month: Month): Promise<ShownMonth | null>;
  customer(month: Month, organizationId: string): Promise<ShownCustomer | null>;
  explain(month: Month, subscription: string): Promise<Explained[]>;
  decisions(month: Month | null): Promise<{ entries: LoggedDecision[]; problem: string | null }>;
  download(month: Month, format: Format): Promise<{ content: string | Uint8Array; name: string } | null>;
  /** Two months side by side; null where one of them never ran. */
  against(month: Month, other: Month): Promise<Against | null>;
  /** The twelve months up to one. */
  year(month: Month): Promise<Year>;
  act(action: SteeringAction): Promise<ActionResult>;
  /** What was asked of the worker last, about the month or one customer's; null where nobody asked, or Temporal has forgotten it. */
  answered(month: Month, about: About): Promise<Answered | null>;
  /** Asks the worker; answers what came of it, or that it is under way. */
  ask(asking: Asking): Promise<ActionResult>;
  /** Releases the way back that was shown. */
  takeBack(release: WayBackRelease): Promise<ActionResult>;
  /** The month's certificate of this number as it is kept; null where there is none. */
  certificate(month: Month, number: number): Promise<{ content: string; name: string } | null>;
  /** What was found when somebody last looked whether customers were charged; null where nobody has. */
  invoiced(month: Month): Promise<InvoicedRecord | null>;
}

export type About = { what: 'close' } | { what: 'invoiced' } | { what: 'undo'; organizationId: string };

/** What is asked of the worker, by whom and why. */
export type Asking = { month: Month; actor: string; reason: string } & MonthEndAsked;

/** The latest answer of the worker: it has been under way since, it came, or it did not. */
export type Answered = { since: string } | { done: MonthEndDone } | { failure: string };

export interface WayBackRelease {
  month: Month;
  organizationId: string;
  /** Of the way back that was shown. */
  digest: string;
  /** As the person typed it back. */
  sum: string;
  reason: string;
  actor: string;
}

export interface ShownMonth {
  result: MonthResult;
  heldMonth: string | null;
  nothingDue: string[];
  outcomes: Outcome[];
  /** Its certificates, the oldest first. */
  closed: KeptCertificate[];
  /** A run that is under way, in words; null when none is. */
  progress: string | null;
}

export interface ShownCustomer {
  outcome: Outcome;
  currency: string;
  /** Page of its workflow in the Temporal Web UI. */
  workflow: string | null;
  /** Autotask as people reach it; null where nobody said. */
  autotaskUrl: string | null;
  /** Its other months, the latest first. */
  history: { month: Month; outcome: Outcome }[];
}

export interface SteeringAction {
  action: 'approve' | 'skip' | 'rerun';
  month: Month;
  organizationId: string;
  /** Of the plan that was shown; a release names it. */
  digest: string;
  reason: string;
  actor: string;
}

/** What came of it, in a sentence. */
export interface ActionResult {
  isGood: boolean;
  text: string;
}
