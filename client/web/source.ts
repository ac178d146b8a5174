import type { Outcome, MonthResult } from '../../shared/billing/results.js';
import type { Month } from '../../shared/billing/types.js';
import type { KeptCertificate } from '../../shared/evidence/closed.js';
import type { Against } from '../../shared/report/against.js';
import type { Year } from '../../shared/report/year.js';
import type { Explained } from '../commands/explain.js';
import type { Format } from '../formats.js';
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
  /** Two months beside each other; null where one of them never ran. */
  against(month: Month, other: Month): Promise<Against | null>;
  /** The twelve months up to one. */
  year(month: Month): Promise<Year>;
  act(action: SteeringAction): Promise<ActionResult>;
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
