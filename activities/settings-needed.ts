import type { MoneySettings, MonthRequest, ReportRequest } from '../shared/messages/messages.js';
import { earlierWrites, modeMissing } from '../shared/evidence/earlier-writes.js';
import { addMonths } from '../shared/billing/basics/month.js';
import { noteReport, refusedReport, whyNotFrom } from '../shared/evidence/billed-from.js';
import { readUndone } from '../shared/evidence/undone.js';
import type { Named } from '../shared/billing/report/named.js';
import type { Report } from '../shared/billing/types.js';
import { unknownNames } from '../shared/known-names.js';
import { differing } from '../shared/money-settings.js';
import type { Dependencies } from './dependencies.js';
import { SettingsRefused } from './failures.js';

/**
 * Before a run reads anything: where `BILLING_MODE` has no value, an installation that billed before says so instead of billing nothing from now on. Anyone who
 * asks for shadow mode by name gets it.
 */
export async function demandMode(
  { evidence, isModeSet, clock }: Pick<Dependencies, 'evidence' | 'isModeSet' | 'clock'>,
  { broker, mode }: Pick<MonthRequest, 'broker' | 'mode'>,
): Promise<void> {
  if (isModeSet || mode === 'shadow') return;
  const evidenceOf = await earlierWrites(evidence, broker, clock.now().toISOString().slice(0, 10));
  if (evidenceOf !== null) throw new SettingsRefused(modeMissing(evidenceOf));
}

/** What was asked for under other settings would bill something else than the person has seen. */
export function demandSettings(
  { moneySettings, mode, reportMonthOffset }: Pick<Dependencies, 'moneySettings' | 'mode' | 'reportMonthOffset'>,
  { settings, reportMonthOffset: scheduled }: ReportRequest,
): void {
  if (scheduled !== undefined && scheduled !== reportMonthOffset)
    throw new SettingsRefused(
      `The schedule found its months with REPORT_MONTH_OFFSET=${scheduled}, and the worker has ${reportMonthOffset}. Nothing was read or written. Give both the same: billing schedule apply`,
    );
  const others = settings === undefined ? [] : differing(settings, moneySettings);
  if (others.length === 0) return;
  const ofMode = others.includes('BILLING_MODE') ? ` (the worker has BILLING_MODE=${mode})` : '';
  throw new SettingsRefused(
    `The worker's settings differ from those the run was started with: ${others.join(', ')}${ofMode}. Nothing was read or written. Give both the same settings, restart the worker, and run again.`,
  );
}

/**
 * A run has one set of settings, those of the worker that took its report: a worker with others plans no customer for it. A customer that is planned again by
 * itself, without the run's survey, is planned by the worker's own.
 */
export function demandSettingsOfRun({ moneySettings }: Pick<Dependencies, 'moneySettings'>, ofRun: MoneySettings | null): void {
  const others = ofRun === null ? [] : differing(ofRun, moneySettings);
  if (others.length === 0) return;
  throw new SettingsRefused(
    `The worker's settings differ from those this run began with: ${others.join(', ')}. Nothing was written for this customer. It is planned again with the worker’s own settings, automatically in a few minutes or by the next run.`,
  );
}

/** Rule 1.9: a report is billed once, and none is left out. */
export async function demandOwnReport(
  { evidence, reportMonthOffset }: Pick<Dependencies, 'evidence' | 'reportMonthOffset'>,
  { broker, month }: Pick<MonthRequest, 'broker' | 'month'>,
): Promise<void> {
  const why = await whyNotFrom(evidence, broker, month, addMonths(month, reportMonthOffset));
  if (why !== null) throw new SettingsRefused(refusedReport(why, month));
}

/** The same before each write, even if settings changed since the run began; what is taken back needs no report. */
export async function noteOwnReport(
  { evidence, reportMonthOffset }: Pick<Dependencies, 'evidence' | 'reportMonthOffset'>,
  { broker, month, organizationId }: Pick<MonthRequest, 'broker' | 'month'> & { organizationId: string },
): Promise<void> {
  if ((await readUndone(evidence, broker, month, organizationId)) !== null) return;
  const reportMonth = addMonths(month, reportMonthOffset);
  const before = await noteReport(evidence, { broker, month, organizationId, reportMonth });
  if (before === null) return;
  const why = `${month} was billed from the report of ${before}, and would now be billed from the report of ${reportMonth}`;
  throw new SettingsRefused(refusedReport(why, month));
}

/** A name that nobody has leaves a setting without effect, in silence: all of them are named at once, with the nearest that there is. */
export function demandKnownNames(
  { settings, organizationModes, canary }: Pick<Dependencies, 'settings' | 'organizationModes' | 'canary'>,
  { organizations, lines, previousLines }: Pick<Report, 'organizations' | 'lines' | 'previousLines'>,
  named: Named,
): void {
  const services = [...lines, ...previousLines].map(({ serviceId, serviceName }) => ({ id: serviceId, name: serviceName }));
  const naming = { settings, organizationModes, canary: canary.organization };
  const problems = unknownNames(naming, { organizations, services }, named);
  if (problems.length > 0)
    throw new SettingsRefused(`${problems.join(' ')} Correct or remove the unknown names, restart the worker, and run again.`);
}
