import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { sum } from '../../shared/billing/basics/decimal.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import type { Leak } from '../../shared/report/document.js';
import { eventually } from '../eventually.js';
import {
  AS_OF,
  isLicence,
  LINES,
  MONTH,
  named,
  openLargeMonth,
  postedSales,
  UNBILLED,
  type LargeMonth,
  type PlannedOrganization,
} from './large-month.js';
import type { TestSystem } from './system.js';

/** The operator's month: hundreds of lines, of which ten went wrong. Each is listed with its exact amount, and fixed by the command shown. */

/** Each check is a separate process. */
const LOOK_EVERY_MS = 1_500;

/** Something that somebody did wrong, and how it is put right. */
interface Planted {
  organizationId: string;
  reason: string;
  /** Sales that reach no invoice because of it. */
  sales: string;
  fix: () => Promise<unknown>;
}

const sumOfLines = (currencies: MonthResult['otherCurrencies']): number =>
  currencies.reduce((count, { report }) => count + report.lines, 0);

describe(`a month of ${LINES} lines`, () => {
  let large: LargeMonth;
  let system: TestSystem;
  let planted: Planted[];
  beforeAll(async () => {
    large = await openLargeMonth();
    ({ system } = large);
    planted = await plantTen();
    await system.startWorker();
  }, 300_000);
  afterAll(() => large.close(), 60_000);

  const map: LargeMonth['map'] = (plan, companyId) => large.map(plan, companyId);

  async function plantTen(): Promise<Planted[]> {
    const [a, b, c, d, e, f, g, h, i, j] = large.small;
    const whole = (plan: PlannedOrganization): string => postedSales(plan).toFixed(2);
    const mapped = async (plan: PlannedOrganization, value: string, reason: string): Promise<Planted> => {
      await map(plan, value);
      return { organizationId: plan.organizationId, reason, sales: whole(plan), fix: () => map(plan, String(plan.companyId)) };
    };
    const company = (plan: PlannedOrganization, isActive: boolean): Promise<unknown> =>
      system.control('PATCH', `autotask/companies/${plan.companyId}`, { isActive });
    await company(d!, false);
    const inactive = {
      organizationId: d!.organizationId,
      reason: 'company-inactive',
      sales: whole(d!),
      fix: () => company(d!, true),
    };
    const shared = await mapped(f!, String(e!.companyId), 'company-id-shared');
    return [
      await mapped(a!, '', 'company-id-missing'),
      await mapped(b!, 'ACME-7', 'company-id-invalid'),
      await mapped(c!, '1', 'company-not-found'),
      inactive,
      shared,
      { organizationId: e!.organizationId, reason: 'company-id-shared', sales: whole(e!), fix: shared.fix },
      await spoiled(g!, 'contract-inactive', 0, { status: 0 }),
      await spoiled(h!, 'contract-other-company', 0, { companyID: d!.companyId }),
      // The second contract gets the first one's number, so two of them carry the first subscription.
      await spoiled(i!, 'contract-duplicate', 1, { contractNumber: i!.items.find(isLicence)!.contractKey }),
      await spoiled(j!, 'contract-unsuitable', 0, { startDate: `${MONTH}-05` }),
    ];
  }

  /** Changes the contract of one of the organization's licences; the first licence's amount leaks. */
  async function spoiled(
    plan: PlannedOrganization,
    reason: string,
    which: number,
    change: Record<string, unknown>,
  ): Promise<Planted> {
    const licences = plan.items.filter(isLicence);
    const { contracts } = (await system.state()).autotask;
    const contract = contracts.find(({ contractNumber }) => contractNumber === licences[which]!.contractKey)!;
    const before = Object.fromEntries(Object.keys(change).map((field) => [field, contract[field]]));
    const path = `autotask/contracts/${String(contract.id)}`;
    await system.control('PATCH', path, change);
    const onIt = plan.items.filter(({ contractKey }) => contractKey === licences[0]!.contractKey);
    return {
      organizationId: plan.organizationId,
      reason,
      sales: sum(onIt.map(({ sales }) => sales)).toFixed(2),
      fix: () => system.control('PATCH', path, before),
    };
  }

  const leaksOf = async (): Promise<Leak[]> => {
    const { stdout } = await system.cli('report', MONTH, '--format', 'json');
    return (JSON.parse(stdout) as { details: { leaks: Leak[] } }).details.leaks;
  };
  const isPlanted = (leak: Leak): boolean =>
    planted.some(({ organizationId, reason }) => organizationId === leak.organizationId && reason === leak.reason);

  /** Organizations that are neither billed nor left out on purpose, with what they wait for. */
  const waiting = async (): Promise<{ organizationId: string; status: string; reasons: string }[]> => {
    await sleep(LOOK_EVERY_MS);
    const { organizations } = await system.json<MonthResult>([0, 3], 'status', MONTH);
    return organizations
      .filter(({ status }) => !['Done', 'Unchanged', 'Excluded'].includes(status))
      .map(({ organizationId, status, items }) => ({
        organizationId,
        status,
        reasons: [...new Set(items.flatMap(({ outcome, cause }) => (outcome === 'posted' ? [] : (cause ?? []))))].join('; '),
      }));
  };

  test('lists all ten, each with the exact amount, the largest first', async () => {
    const month = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    expect(month.report.lines + sumOfLines(month.otherCurrencies)).toBe(LINES);
    const leaks = (await leaksOf()).filter(isPlanted);
    const listed = planted.map(({ organizationId, reason }) => ({
      organizationId,
      reason,
      sales: sum(
        leaks.filter((leak) => leak.organizationId === organizationId && leak.reason === reason).map(({ sales }) => sales),
      ).toFixed(2),
    }));
    expect(listed).toEqual(planted.map(({ organizationId, reason, sales }) => ({ organizationId, reason, sales })));
    expect(new Set(leaks.map(({ organizationId }) => organizationId)).size).toBe(10);
    const amounts = leaks.map(({ sales }) => Math.abs(Number(sales)));
    expect(amounts).toEqual([...amounts].sort((left, right) => right - left));
  });

  test('the shown command fixes each; one release settles the month', async () => {
    const commands = new Set((await leaksOf()).filter(isPlanted).flatMap(({ command }) => command ?? []));
    for (const { fix } of planted) await fix();
    for (const command of commands) {
      const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!).slice(1);
      expect(await system.cli(...argv)).toMatchObject({ code: 0 });
    }
    await eventually(waiting, (all) => all.filter(({ status }) => status === 'AwaitingApproval').length === UNBILLED);
    // What stood at the wrong company is nobody's any more, and only a run of the whole month looks there.
    await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    const released = await waiting();
    expect(released.map(({ status }) => status)).toEqual(Array<string>(UNBILLED).fill('AwaitingApproval'));
    expect(released.map(({ organizationId }) => organizationId).sort()).toEqual(named(large.small.slice(0, UNBILLED)).sort());
    expect((await system.cli('approve', MONTH, '--all')).stdout.match(/^(Released|Sent the release of) /gm)).toHaveLength(
      UNBILLED,
    );
    await eventually(waiting, (all) => all.length === 0);
    const done = await system.json<MonthResult>([0], 'status', MONTH);
    expect(done.posted.sales).toBe(large.clean.result.posted.sales);
  }, 240_000);
});
