import type { NoticeRequest, NoticeSent } from '../../shared/messages/notices.js';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import { groupBy } from '../../shared/billing/basics/text.js';
import type { Month } from '../../shared/billing/types.js';
import { reconcileMonth } from '../../shared/evidence/months.js';
import { beat } from '../../shared/notices/heartbeat.js';
import { CUSTOMERS_MAILED, noticeOf, type MonthSeen, type RunSeen } from '../../shared/notices/notice.js';
import { recordRun, sendOnce } from '../../shared/notices/record.js';
import { channelsOf } from '../../shared/notices/send.js';
import { mailDoneMonths } from './monthly-report.js';
import { waitsForPerson } from '../../shared/billing/results/status.js';
import { customerRows, type CustomerRow } from '../../shared/report/customers.js';
import { customerLink, toDoLink } from '../../shared/web-links.js';
import { waitingLink } from '../../shared/web-ui.js';
import { BELIEFS } from '../../shared/probe/beliefs.js';
import { movingMoney, readProbe } from '../../shared/probe/kept.js';
import type { Dependencies } from '../dependencies.js';

/** The run's one message to people, when something waits or is missing. A channel that fails is recorded, and fails nothing. */
export async function sendNotice(
  dependencies: Dependencies,
  { broker, asOf, run, months, failure }: NoticeRequest,
): Promise<NoticeSent> {
  const { evidence, clock, notices, namespace, probing } = dependencies;
  const at = clock.now().toISOString();
  const { endedAt, previousEndedAt } =
    failure === undefined
      ? await recordRun(evidence, { broker, run, asOf, endedAt: at })
      : { endedAt: at, previousEndedAt: null };
  const seen: MonthSeen[] = [];
  for (const month of failure === undefined ? months : []) {
    const rows = new Map<string, CustomerRow[]>();
    const read = await reconcileMonth(evidence, broker, month, (result, { outcome }) => {
      if (waitsForPerson(outcome.status)) rows.set(outcome.organizationId, customerRows(outcome));
      return withKindsOfItems(result);
    });
    if (read) seen.push({ result: read.result, heldMonth: read.record.heldMonth, rows });
  }
  const { webUi, page, reportDay } = notices;
  const listOf = webUi === null ? null : (month: Month): string => waitingLink(webUi, namespace(), broker, month);
  const pages =
    page === null
      ? { pageOf: listOf }
      : {
          pageOf: (month: Month) => page + toDoLink(month),
          customerPageOf: (month: Month, organizationId: string) => page + customerLink(month, organizationId),
        };
  const kept = failure === undefined && probing.isDemanded ? await readProbe(evidence, broker) : null;
  const contradicted = kept === null ? [] : movingMoney(kept).map(({ id, text }) => `${id}: ${BELIEFS[id].what}: ${text}`);
  const unsent = failure === undefined ? await mailDoneMonths(dependencies, broker, { asOf, at, months: seen }) : [];
  const runSeen: RunSeen = {
    unsent,
    contradicted,
    asOf,
    months: seen,
    endedAt,
    previousEndedAt,
    reportDay,
    ...pages,
    failure: failure ?? null,
  };
  const notice = noticeOf(runSeen);
  const letter = noticeOf(runSeen, CUSTOMERS_MAILED);
  const { channels } = await sendOnce(
    evidence,
    { broker, occasion: { run, at }, notice, channels: channelsOf(notices), settings: notices },
    { letter },
  );
  const unheard = failure === undefined ? await beat(notices) : null;
  return {
    ...(unheard === null ? {} : { heartbeat: unheard }),
    title: notice?.title ?? null,
    sent: channels.filter(({ state }) => state === 'sent').length,
    failed: channels.filter(({ state }) => state !== 'sent').length,
  };
}

/** A message names kinds of items: one of each kind is enough, and all of 100,000 lines would not fit into memory. */
const withKindsOfItems = (result: OrganizationResult): OrganizationResult => {
  const kinds = groupBy(result.items, ({ outcome, reason, recordType }) => `${outcome} ${reason} ${recordType}`);
  return { ...result, items: [...kinds.values()].map(([first]) => first) };
};
