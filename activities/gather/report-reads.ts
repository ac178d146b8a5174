import { NO_CALLS } from '../../shared/billing/results/results.js';
import type { ReportRequest, ReportTaken } from '../../shared/messages/messages.js';

/**
 * Many releases at once each want the lines as they are now, and Cloudmore makes a report of the whole month only. So they share a read: one that began after
 * they asked. One that is under way already may have seen what has moved since.
 */
export class ReportReads {
  private readonly underWay = new Map<string, Promise<ReportTaken>>();
  private readonly next = new Map<string, Promise<ReportTaken>>();

  take(request: ReportRequest, read: () => Promise<ReportTaken>): Promise<ReportTaken> {
    const key = JSON.stringify([request.broker, request.month, request.asOf, request.mode, request.instead ?? null]);
    const underWay = this.underWay.get(key);
    if (underWay === undefined) return this.begin(key, read);
    const next = this.next.get(key);
    if (next !== undefined) return next.then((taken) => ({ ...taken, calls: NO_CALLS }));
    const begun = underWay.then(ignore, ignore).then(() => {
      this.next.delete(key);
      return this.begin(key, read);
    });
    this.next.set(key, begun);
    return begun;
  }

  private async begin(key: string, read: () => Promise<ReportTaken>): Promise<ReportTaken> {
    const reading = read();
    this.underWay.set(key, reading);
    try {
      return await reading;
    } finally {
      if (this.underWay.get(key) === reading) this.underWay.delete(key);
    }
  }
}

const ignore = (): void => undefined;
