import { randomUUID } from 'node:crypto';
import type { Config } from '../../shared/config.js';
import { billingQueue, WORKFLOWS } from '../../shared/messages/names.js';
import { type MoneySettings } from '../../shared/messages/messages.js';
import { differing, moneySettingsOf } from '../../shared/money-settings.js';
import { isServed, type Temporal } from './connection.js';

/** A worker that is well answers in a moment. */
const ANSWER_WITHIN_MS = 8_000;

/** What came of asking: names of the settings that the worker has otherwise; or why nobody knows. */
export type Compared = { differing: string[] } | { unknown: 'nobody takes work' | 'no answer' };

/** Compares the settings that change money with those of the worker that serves the broker. Takes seconds at most. */
export async function compareWithWorker(temporal: Temporal, config: Config): Promise<Compared> {
  const { broker } = config;
  if (!(await isServed(temporal, billingQueue(broker)))) return { unknown: 'nobody takes work' };
  const asked = temporal.client.workflow.execute<(input: { broker: string }) => Promise<MoneySettings>>(WORKFLOWS.settings, {
    taskQueue: billingQueue(broker),
    workflowId: `settings/${broker}/${randomUUID()}`,
    args: [{ broker }],
    workflowExecutionTimeout: ANSWER_WITHIN_MS,
  });
  try {
    return { differing: differing(moneySettingsOf(config), await asked) };
  } catch {
    return { unknown: 'no answer' }; // it ended without one: an earlier version, or a worker that is not well
  }
}
