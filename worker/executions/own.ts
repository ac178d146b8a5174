import { dailyBillingId, organizationBillingsOf, scheduledBillingId } from '../../shared/messages/names.js';

/** What a schedule appends to the id: its nominal time. */
const NOMINAL_TIME = /^-\d{4}-\d{2}-\d{2}T/;

/** Whether the schedule started the run, and for this broker. */
export function isScheduledRunOf(broker: string, workflowId: string): boolean {
  const scheduled = scheduledBillingId(broker);
  return workflowId.startsWith(scheduled) && NOMINAL_TIME.test(workflowId.slice(scheduled.length));
}

export const isRunOf = (broker: string, workflowId: string): boolean =>
  isScheduledRunOf(broker, workflowId) || workflowId.startsWith(dailyBillingId(broker, ''));

/** Whether the execution is the broker's: one broker's name may begin like another's. */
export const isOf = (broker: string, workflowId: string): boolean =>
  isRunOf(broker, workflowId) || workflowId.startsWith(organizationBillingsOf(broker));
