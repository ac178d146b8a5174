import { workflowInfo } from '@temporalio/workflow';
import type { DecisionTaken } from '../shared/contract.js';
import type { From } from './messages.js';

/** What people decided about an organization, until it is on record: before anything is done on their word, and at the latest before the workflow ends. */
export class Decided {
  private readonly pending: DecisionTaken[] = [];
  private count = 0;

  get isOnRecord(): boolean {
    return this.pending.length === 0;
  }

  note(action: DecisionTaken['action'], from: From, { reason, digest }: Pick<DecisionTaken, 'reason' | 'digest'>): void {
    const { workflowId, runId } = workflowInfo();
    this.count += 1;
    this.pending.push({
      request: `${workflowId}/${runId}/${this.count}`,
      at: new Date().toISOString(),
      action,
      actor: from.actor,
      via: from.via,
      reason: reason ?? from.reason,
      digest,
    });
  }

  /** Puts on record what is not yet; what comes meanwhile is of the next time. */
  async keep(record: (request: DecisionTaken[]) => Promise<void>): Promise<void> {
    while (!this.isOnRecord) {
      const taken = [...this.pending];
      await record(taken);
      this.pending.splice(0, taken.length);
    }
  }
}
