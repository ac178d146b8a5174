import { currentUpdateInfo, workflowInfo } from '@temporalio/workflow';
import type { DecisionTaken } from '../shared/messages/decisions.js';
import type { From } from './messages.js';

/** What people decided about an organization, until it is on record: before anything is done on their word, and at the latest before the workflow ends. */
export class Decided {
  private readonly pending: DecisionTaken[] = [];
  private readonly signals = { approve: 0, skip: 0, rerun: 0, undo: 0 };

  get isOnRecord(): boolean {
    return this.pending.length === 0;
  }

  note(action: DecisionTaken['action'], from: From, { reason, digest }: Pick<DecisionTaken, 'reason' | 'digest'>): void {
    this.pending.push({
      request: this.nameOfMessage(action),
      at: new Date().toISOString(),
      action,
      actor: from.actor,
      via: from.via,
      reason: reason ?? from.reason,
      digest,
    });
  }

  /**
   * The same for the same message however often the workflow is reset: an execution is named as it was called at first, an update by its own id, and a signal,
   * which has none, by its place among the signals of its name: those of other names may be taken in in another order.
   */
  private nameOfMessage(action: DecisionTaken['action']): string {
    const { workflowId, originalExecutionRunId } = workflowInfo();
    const update = currentUpdateInfo();
    if (update === undefined) this.signals[action] += 1;
    return `${workflowId}/${originalExecutionRunId}/${update?.id ?? `${action}-${this.signals[action]}`}`;
  }

  /** Records what is not recorded yet; what arrives in the meantime is left for the next time. */
  async keep(record: (request: DecisionTaken[]) => Promise<void>): Promise<void> {
    while (!this.isOnRecord) {
      const taken = [...this.pending];
      await record(taken);
      this.pending.splice(0, taken.length);
    }
  }
}
