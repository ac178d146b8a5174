import type { Answer, Route, SandboxRequest } from '../../router.js';
import { apiError } from '../answers.js';
import { answerWith, RESELLER, route, type Broker } from '../broker.js';
import { dayBefore, isAvailable, isWithin, readRange, type DayRange } from '../days.js';
import { bodyObject, memberOf, missingBody, objectsOf, queryValue } from '../input.js';
import { perService } from '../per-service.js';
import type { Block, Rec } from '../store.js';

/** The monthly billing report over all services, per organization and per service (`docs/vendors/cloudmore.md` 3.6). */
export function monthlyBillingRoutes(broker: Broker): Route[] {
  return [
    route('POST', '/billing/reports/MonthlyBillingPerOrganizationAsync', (request, { resellerId }) => {
      const body = bodyObject(request);
      if (!body) return missingBody();
      const read = readRange(memberOf(body, 'startDate'), memberOf(body, 'endDate'));
      if ('refusal' in read) return read.refusal;
      const path = `${RESELLER.replace(':resellerId', resellerId)}/billing/reports/MonthlyBillingPerOrganizationAsync`;
      return broker.tasks.start('monthlyBilling', request, path, () => reportOf(broker, rangeOf(broker, read.range)));
    }),
    route('GET', '/billing/reports/MonthlyBillingPerOrganizationAsync/:taskId', (_request, { taskId }) =>
      broker.tasks.poll('monthlyBilling', taskId),
    ),
    route('GET', '/billing/reports/MonthlyBillingPerOrganization', (request) => atOnce(broker, request, (report) => report)),
    route('GET', '/billing/reports/MonthlyBillingPerService', (request) =>
      atOnce(broker, request, (report) => report.map(perService)),
    ),
  ];
}

/** Blocks of the range that are there now; a later block restates an earlier one by the times at which they are shown. */
export function availableBlocks({ store, clock }: Pick<Broker, 'store' | 'clock'>, range?: DayRange): Block[] {
  const now = clock.now();
  return store.world.monthlyBilling.filter(
    ({ billingDate, availableFrom, availableUntil }) =>
      (!range || isWithin(range, billingDate)) && isAvailable(now, availableFrom ?? billingDate, availableUntil),
  );
}

const rangeOf = ({ behaviour }: Broker, { start, end }: DayRange): DayRange => ({
  start,
  end: behaviour.lastDay === 'included' ? end : dayBefore(end),
});

const reportOf = (broker: Broker, range: DayRange): Rec[] => availableBlocks(broker, range).map(asServed);

/** Without the sandbox's own members. The tree below is not copied. */
function asServed({ availableFrom: _from, availableUntil: _until, ...served }: Block): Rec {
  return served;
}

/**
 * The reports that answer at once are "size-limited, test only"; the limit is not documented. A small one, so that nobody builds on them [I].
 */
const LINES_AT_ONCE_MAX = 500;

function atOnce(broker: Broker, request: SandboxRequest, cut: (report: Rec[]) => Rec[]): Answer {
  const read = readRange(queryValue(request, 'startDate'), queryValue(request, 'endDate'));
  if ('refusal' in read) return read.refusal;
  const report = reportOf(broker, read.range);
  const lines = report.reduce((count, block) => count + linesOf(block), 0);
  if (lines <= LINES_AT_ONCE_MAX) return answerWith(broker, cut(report));
  if (broker.behaviour.largeReport === 'truncate') return answerWith(broker, cut(truncated(report, LINES_AT_ONCE_MAX)));
  return apiError(
    400,
    'ReportTooLarge',
    `The report has ${lines} lines, more than ${LINES_AT_ONCE_MAX}. Use MonthlyBillingPerOrganizationAsync.`,
  );
}

/** The first organizations of a report, whole, as long as their lines fit: an answer that looks complete and is not. */
function truncated(report: Rec[], linesMax: number): Rec[] {
  let left = linesMax;
  return report.map((block) => ({
    ...block,
    organizations: objectsOf(block, 'organizations').filter((organization) => {
      left -= linesOf({ organizations: [organization] });
      return left >= 0;
    }),
  }));
}

const linesOf = (block: Rec): number =>
  objectsOf(block, 'organizations')
    .flatMap((organization) => objectsOf(organization, 'services'))
    .flatMap((service) => objectsOf(service, 'items'))
    .reduce((count, item) => count + objectsOf(item, 'products').length, 0);
