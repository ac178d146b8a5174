import { workflowInfo } from '@temporalio/workflow';
import type { MonthEndDone, MonthEndRequest } from '../shared/messages/month-end.js';
import { endingMonth } from './activities.js';
import { checkBroker, checkMonthEnd } from './messages.js';

/** What a person asked for on the page: close, what was invoiced, the way back of a customer. Its answer is what the page shows. */
export async function monthEnd(given: MonthEndRequest): Promise<MonthEndDone> {
  const request = checkMonthEnd(given);
  checkBroker(request.broker, workflowInfo().taskQueue);
  return endingMonth(request.broker, SUMMARIES[request.what]).endMonth(request);
}

const SUMMARIES: Record<MonthEndRequest['what'], string> = {
  close: 'Closes the month, as asked on the page',
  invoiced: 'Reads what customers were charged, as asked on the page',
  undo: 'Makes the way back of a customer, as asked on the page',
};
