import type { NoticeRequest, NoticeSent } from '../shared/contract.js';
import { readMonthSummary } from '../shared/evidence/months.js';
import { noticeOf, type MonthSeen } from '../shared/notices/notice.js';
import { recordRun, sendOnce } from '../shared/notices/record.js';
import { channelsOf } from '../shared/notices/send.js';
import type { Dependencies } from './dependencies.js';

/** The run's one message to people, when something waits or is missing. A channel that fails is recorded, and fails nothing. */
export async function sendNotice(
  { evidence, clock, notices }: Dependencies,
  { broker, asOf, run, months }: NoticeRequest,
): Promise<NoticeSent> {
  const at = clock.now().toISOString();
  const { endedAt, previousEndedAt } = await recordRun(evidence, broker, run, asOf, at);
  const seen: MonthSeen[] = [];
  for (const month of months) {
    const read = await readMonthSummary(evidence, broker, month);
    if (read) seen.push({ result: read.result, heldMonth: read.record.heldMonth });
  }
  const notice = noticeOf({ asOf, months: seen, endedAt, previousEndedAt, reportDay: notices.reportDay });
  const { channels } = await sendOnce(evidence, broker, { run, at }, notice, channelsOf(notices), notices);
  return {
    title: notice?.title ?? null,
    sent: channels.filter(({ state }) => state === 'sent').length,
    failed: channels.filter(({ state }) => state !== 'sent').length,
  };
}
