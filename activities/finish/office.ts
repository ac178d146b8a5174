import type { Month } from '../../shared/billing/types.js';
import type { MailedFormat } from '../../shared/notices/settings.js';
import type { MailedFile } from '../../shared/notices/send.js';
import type { MonthEndDone, MonthEndRequest } from '../../shared/messages/month-end.js';
import type { Vendors } from '../../shared/vendors.js';

/**
 * What the command line does at the end of a month, for people who have none: the process hands it in that has both (`client/month-end/office.ts`). It is the
 * command's own code, so that a button and a command cannot differ; the calls go through the worker's own clients, which count them.
 */
export interface Office {
  endMonth(request: MonthEndRequest, vendors: Vendors, onProgress: (what: string) => void): Promise<MonthEndDone>;
  /** The month's report as a file; null where the month never ran. */
  report(month: Month, format: MailedFormat): Promise<MailedFile | null>;
}
