import { workflowInfo } from '@temporalio/workflow';
import type { MoneySettings } from '../shared/messages/messages.js';
import { askingSettings } from './activities.js';
import { checkBroker, checkOwner } from './messages.js';

/** Asks the worker that serves a broker which settings it has, as digests: what a person reads in `doctor` and `plan` is compared with them. */
export async function workerSettings(given: { broker: string }): Promise<MoneySettings> {
  const { broker } = checkOwner(given);
  checkBroker(broker, workflowInfo().taskQueue);
  return askingSettings(broker, 'Which settings the worker has').tellSettings({ broker });
}
