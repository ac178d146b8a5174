import type { Amounts, ItemResult, MonthResult, OrganizationResult } from '../../shared/billing/results.js';
import { table } from './table.js';

/** The reconciliation as people read it: report = posted + held + excluded, organization by organization, then everything that is not simply posted. */

const AMOUNTS = [
  { title: '' },
  { title: 'lines', align: 'right' },
  { title: 'cost', align: 'right' },
  { title: 'sales', align: 'right' },
] as const;

export function renderMonth(month: MonthResult): string {
  return [
    `${month.month} as of ${month.asOf}, broker ${month.broker}, ${month.currency}, mode ${month.mode}`,
    table([...AMOUNTS], sums(month)),
    ...(month.organizations.length === 0 ? ['Nothing is due yet.'] : [organizations(month.organizations)]),
    ...exceptions(month),
    ...month.otherCurrencies.map(
      (other) =>
        `${other.currency}: report ${other.report.sales}, posted ${other.posted.sales}, held ${other.held.sales}, excluded ${other.excluded.sales}`,
    ),
    `Written: ${written(month)}. Calls: ${month.calls.autotask} Autotask, ${month.calls.cloudmore} Cloudmore. Digest ${month.digest.slice(0, 16)}.`,
  ].join('\n\n');
}

function sums(month: MonthResult): string[][] {
  const row = (name: string, { lines, cost, sales }: Amounts): string[] => [name, String(lines), cost, sales];
  const beside: [string, Amounts][] = [
    ['unassigned', month.unassigned],
    ['awaiting report', month.awaiting],
    ['ghosts', month.ghosts],
  ];
  return [
    row('report', month.report),
    row('= posted', month.posted),
    row('+ held', month.held),
    row('+ excluded', month.excluded),
    ...(isNone(month.rounding.cost) && isNone(month.rounding.sales)
      ? []
      : [['rounding', '', month.rounding.cost, month.rounding.sales]]),
    ...beside.filter(([, { lines }]) => lines > 0).map(([name, amounts]) => row(name, amounts)),
  ];
}

const isNone = (amount: string): boolean => /^-?0*(\.0*)?$/.test(amount);

const ORGANIZATIONS = [
  { title: 'organization' },
  { title: 'status' },
  { title: 'report', align: 'right' },
  { title: 'posted', align: 'right' },
  { title: 'held', align: 'right' },
  { title: 'excluded', align: 'right' },
] as const;

const organizations = (all: OrganizationResult[]): string =>
  table(
    [...ORGANIZATIONS],
    all.map(({ organizationName, status, report, posted, held, excluded }) => [
      organizationName,
      status,
      report.sales,
      posted.sales,
      held.sales,
      excluded.sales,
    ]),
  );

function exceptions(month: MonthResult): string[] {
  const lines = month.organizations.flatMap((organization) =>
    organization.items.filter(({ outcome }) => outcome !== 'posted').map((item) => exception(organization, item)),
  );
  return lines.length === 0 ? [] : [lines.join('\n')];
}

const exception = ({ organizationName }: OrganizationResult, item: ItemResult): string =>
  `${MARKS[item.outcome]} ${item.outcome} ${item.sales} ${item.currency}  ${organizationName}, ${item.itemCode ?? item.recordType} (${item.reason ?? ''})\n    ${item.message ?? ''}`;

const MARKS: Record<ItemResult['outcome'], string> = { posted: ' ', held: '!', excluded: '-', ghost: '?', awaiting: '…' };

function written({ writes }: MonthResult): string {
  const parts = Object.entries(writes).filter(([, count]) => count > 0);
  return parts.length === 0 ? 'nothing' : parts.map(([what, count]) => `${count} ${what}`).join(', ');
}
