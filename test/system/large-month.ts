import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { previewMonth, type Preview } from '../../activities/decide/preview-month.js';
import { generateWorld } from '../../sandbox/generate.js';
import { sum, type Big } from '../../shared/billing/basics/decimal.js';
import { loadConfig } from '../../shared/config.js';
import { openEvidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { billMonth } from '../report/harness.js';
import { openSystem, type TestSystem, type TestSystemOptions } from './system.js';

export const MONTH = '2025-10';
export const AS_OF = '2025-10-17';
/** `MONTH_LINES=1000 npm test -- test/system/leaks test/system/quiet-month` for a larger one. */
export const LINES = Number(process.env.MONTH_LINES ?? 300);
const LINES_PER_ORGANIZATION = 16;
const BREAKERS_OFF = { BREAKERS: 'off' };

export type PlannedOrganization = Preview['plans'][number];

/** Hundreds of lines in which nothing is wrong, in approve mode and without a worker: all of it is in Autotask already, but for six small organizations. */
export interface LargeMonth {
  system: TestSystem;
  /** What the month comes to when nothing goes wrong. */
  clean: Preview;
  /** Ten small organizations; the first six are not billed yet. */
  small: PlannedOrganization[];
  /** Sets an organization's company id in Cloudmore. */
  map(plan: PlannedOrganization, companyId: string): Promise<unknown>;
  close(): Promise<void>;
}

export const UNBILLED = 6;

export async function openLargeMonth({ env = {}, ui = false }: Pick<TestSystemOptions, 'env' | 'ui'> = {}): Promise<LargeMonth> {
  const folder = await mkdtemp(join(tmpdir(), 'billing-large-month-'));
  const world = generateWorld({ lines: LINES, organizations: Math.round(LINES / LINES_PER_ORGANIZATION), seed: 3, month: MONTH });
  const system = await openSystem({ world: { ...world }, env: { BILLING_MODE: 'approve', ...BREAKERS_OFF, ...env }, ui });
  const map = (plan: PlannedOrganization, value: string): Promise<unknown> =>
    system.control('PATCH', `cloudmore/organizations/${plan.organizationId}`, {
      customProperties: [{ name: 'AutotaskCompanyID', value }],
    });
  const clean = await billDirectly(system, folder, map);
  const close = async (): Promise<void> => {
    await system.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { system, clean, small: smallOf(clean), map, close };
}

/** By the activities themselves, with evidence of their own. */
async function billDirectly(system: TestSystem, folder: string, map: LargeMonth['map']): Promise<Preview> {
  const env = { ...system.env, BILLING_EVIDENCE: `file:${folder}`, BILLING_MODE: 'auto' };
  const config = loadConfig(env);
  const dependencies = createDependencies(config, { evidence: openEvidence(config.evidence) });
  const preview = (): Promise<Preview> =>
    previewMonth(dependencies, { broker: config.broker, month: MONTH, asOf: AS_OF, mode: null, organizations: null });
  // Generated customers are not all in order; here nothing may be wrong.
  for (const plan of (await preview()).plans.filter(({ items }) => items.some(({ outcome }) => outcome === 'held')))
    await map(plan, '');
  const clean = await preview();
  const unbilled = new Set(named(smallOf(clean).slice(0, UNBILLED)));
  await billMonth(env, MONTH, AS_OF, {
    organizations: named(clean.plans.filter(({ organizationId }) => !unbilled.has(organizationId))),
  });
  return clean;
}

export const named = (plans: PlannedOrganization[]): string[] => plans.map(({ organizationId }) => organizationId);

/** What the customer's invoice comes to. */
export const postedSales = ({ items }: PlannedOrganization): Big =>
  sum(items.filter(({ outcome }) => outcome === 'posted').map(({ sales }) => sales));

export const isLicence = ({ outcome, type }: PlannedOrganization['items'][number]): boolean =>
  outcome === 'posted' && type === 'Csp365Nce';

const smallOf = ({ plans }: Preview): PlannedOrganization[] =>
  plans
    .filter(({ items, companyId }) => companyId !== null && items.filter(isLicence).length >= 2)
    .sort((left, right) => left.items.length - right.items.length)
    .slice(0, 10);
