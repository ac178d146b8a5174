import type { Month } from '../billing/types.js';

/** What persons decide of an organization's month, as it crosses Temporal. */

/** Who sends `skip`, `rerun` or `approve`: the second argument, besides what the signal itself takes. Without it nobody is named. */
export interface Sender {
  actor: string;
  via: 'command' | 'page';
  /** Why a plan is released; `skip` and `rerun` have their reason by themselves. */
  reason?: string;
}

/** What a person decided, as the workflow took it in. */
export interface DecisionTaken {
  /** Names the message, so that it is on record once however often the activity is repeated or the workflow is reset. */
  request: string;
  /** ISO time at which the message came. */
  at: string;
  action: 'approve' | 'skip' | 'rerun' | 'undo';
  actor: string | null;
  via: 'command' | 'page' | 'signal';
  reason: string | null;
  /** Of the plan, or the way back, that is released; null for the others. */
  digest: string | null;
}

export interface DecisionsRequest {
  broker: string;
  month: Month;
  organizationId: string;
  decisions: DecisionTaken[];
}
