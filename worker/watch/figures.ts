import type { Client } from '@temporalio/client';
import type { QuotaSeen } from '../../shared/autotask/gate.js';
import type { Amounts, CurrencyAmounts, MonthResult } from '../../shared/billing/results/results.js';
import { waitsForPerson } from '../../shared/billing/results/status.js';
import type { Month } from '../../shared/billing/types.js';
import type { Evidence } from '../../shared/evidence/index.js';
import { monthsPrefix, reconcileMonth } from '../../shared/evidence/months.js';
import { readLatestNotice, readLatestRun } from '../../shared/notices/record.js';
import { openRunsOf } from '../executions/faults.js';
import { figure, type Figure } from './metrics.js';

/** The figures of a broker, as numbers with labels. */

/** Months that are shown: this one, the one that is looked at again, and the one before. */
const MONTHS_SHOWN = 3;
const PARTS = ['report', 'posted', 'held', 'excluded'] as const;

/** From evidence and Temporal: costs a read of the months' outcomes. */
export async function readFigures(evidence: Evidence, client: Client, broker: string, now: Date): Promise<Figure[]> {
  const months = (await evidence.names(monthsPrefix(broker))).map((name) => name.slice(monthsPrefix(broker).length));
  const figures: Figure[] = [];
  for (const month of months.sort().slice(-MONTHS_SHOWN)) figures.push(...(await monthFigures(evidence, broker, month)));
  const latest = await readLatestRun(evidence, broker);
  const undelivered = (await readLatestNotice(evidence, broker))?.channels.filter(({ state }) => state !== 'sent') ?? [];
  const open = await openRunsOf(client, broker, now);
  const oldest = Math.min(now.getTime(), ...open.map(({ startTime }) => startTime.getTime()));
  return [
    ...figures,
    figure('billing_run_ended_timestamp_seconds', latest === null ? 0 : Date.parse(latest.endedAt) / 1000),
    figure('billing_run_open_seconds', (now.getTime() - oldest) / 1000),
    figure('billing_notices_undelivered', undelivered.length),
    figure('billing_figures_read_timestamp_seconds', now.getTime() / 1000),
  ];
}

async function monthFigures(evidence: Evidence, broker: string, month: Month): Promise<Figure[]> {
  const waiting = new Map<string, number>();
  const read = await reconcileMonth(evidence, broker, month, (organization) => {
    if (waitsForPerson(organization.status))
      for (const reason of new Set(
        organization.items.flatMap(({ outcome, reason: why }) => (outcome === 'held' ? (why ?? []) : [])),
      ))
        waiting.set(reason, (waiting.get(reason) ?? 0) + 1);
    return { ...organization, items: [] };
  });
  return read === null ? [] : [...amountsOf(read.result), ...waitingOf(month, waiting), ...writesOf(read.result)];
}

const waitingOf = (month: Month, waiting: Map<string, number>): Figure[] =>
  [...waiting].map(([reason, count]) => figure('billing_month_organizations_waiting', count, { month, reason }));

const writesOf = ({ month, writes }: MonthResult): Figure[] =>
  Object.entries<number>({ ...writes }).map(([kind, count]) => figure('billing_month_writes', count, { month, kind }));

function amountsOf({ month, currency, report, posted, held, excluded, otherCurrencies }: MonthResult): Figure[] {
  const all: CurrencyAmounts[] = [{ currency, report, posted, held, excluded }, ...otherCurrencies];
  return all.flatMap((amounts) =>
    PARTS.flatMap((outcome) => partFigures(amounts[outcome], { month, outcome, currency: amounts.currency })),
  );
}

const partFigures = ({ lines, sales, cost }: Amounts, labels: Record<string, string>): Figure[] => [
  figure('billing_month_lines', lines, labels),
  figure('billing_month_sales', Number(sales), labels),
  figure('billing_month_cost', Number(cost), labels),
];

/** Of the gate now. */
export const quotaFigures = ({ ours, tenant, left, waiting }: QuotaSeen): Figure[] => [
  figure('billing_autotask_calls_limit', ours.limit, { whose: 'ours' }),
  figure('billing_autotask_calls_used', ours.used, { whose: 'ours' }),
  ...(tenant === null
    ? []
    : [
        figure('billing_autotask_calls_limit', tenant.limit, { whose: 'tenant' }),
        figure('billing_autotask_calls_used', tenant.used, { whose: 'tenant' }),
      ]),
  figure('billing_autotask_calls_left', left),
  figure('billing_autotask_calls_waiting', waiting),
];
