import { BILLING_QUEUE } from '../shared/messages/names.js';
import type { Dependencies } from './dependencies.js';
import { OtherBroker } from './failures.js';

/**
 * A worker has the settings, evidence and channels of one broker, so it does nothing for another. On the queue that all brokers had in common somebody else's
 * request comes by accident, and its own worker takes it the next time; anywhere else somebody sent it to the wrong place.
 */
export function demandOwnBroker(
  { settings, taskQueue }: Pick<Dependencies, 'settings' | 'taskQueue'>,
  { broker }: { broker: string },
): void {
  if (broker === settings.broker) return;
  const isCommon = taskQueue() === BILLING_QUEUE;
  throw new OtherBroker(
    `This is a request of the broker ${String(broker)}, but the worker is one of ${settings.broker} (BILLING_BROKER). Nothing was done.${isCommon ? '' : ` Start a worker with BILLING_BROKER=${String(broker)}.`}`,
    isCommon,
  );
}
