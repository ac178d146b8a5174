import type { Month } from '../../../shared/billing/types.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { ConfigError } from '../../../shared/environment.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { readMonth, type MonthRead } from '../../../shared/evidence/months.js';
import { monthDue, previousMonth } from '../../../shared/billing/basics/month.js';
import { today, type Context } from '../../context.js';
import { perform, textOfParts, type Finding } from '../../checks/check.js';
import { installationChecks } from './installation.js';
import { nextStep } from './next.js';
import { checkTemporal } from '../../checks/temporal.js';
import { checkVendors } from './vendors.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { renderFindings } from './text.js';
import { PLAIN } from '../../terminal/paper.js';
import { jsonText } from '../../terminal/printable.js';

/** Checks the set-up from settings to rights before anything is written to a vendor, and says what to do next. */
export async function doctor(
  context: Context,
  { json, month }: { json: boolean; month?: Month | undefined },
  now: () => number = Date.now,
): Promise<ExitCode> {
  const { config, findings } = await diagnose(context, now, month);
  if (config !== null) findings.push(await guide(config, findings));
  context.out(
    json ? jsonText(findings.map(({ parts: _, ...finding }) => finding)) : renderFindings(findings, context.paper ?? PLAIN),
  );
  if (config === null) return EXIT.configuration;
  return findings.every(({ isGood }) => isGood) ? EXIT.done : EXIT.waits;
}

/** All findings, one check after the other: two at once would only share the tenant's calls. */
export async function diagnose(
  context: Context,
  now: () => number,
  month?: Month,
): Promise<{ config: Config | null; findings: Finding[] }> {
  const findings: Finding[] = [];
  const config = checkSettings(context, findings);
  for (const check of config ? installationChecks(config, now) : []) findings.push(await perform(check));
  findings.push(...(await checkTemporal(context, config)));
  if (config) findings.push(...(await checkVendors(config, month)));
  return { config, findings };
}

/** The settings by themselves; null where they cannot be used. */
export function checkSettings({ environment }: Pick<Context, 'environment'>, findings: Finding[]): Config | null {
  try {
    const config = loadConfig(environment);
    findings.push({ check: 'settings', isGood: true, text: `complete; broker ${config.broker}, mode ${config.mode}`, fix: null });
    for (const text of config.remarks) findings.push({ check: 'breakers', isGood: true, text, fix: null });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems)
      findings.push({
        check: 'settings',
        isGood: false,
        text: problem,
        fix: 'Set it in the environment or in .env; .env.example explains each.',
      });
    return null;
  }
}

async function guide(config: Config, findings: Finding[]): Promise<Finding> {
  const day = today(config.schedule.timeZone);
  const months = new Map<Month, MonthRead | null>();
  if (findings.every(({ isGood }) => isGood)) {
    const evidence = openEvidence(config.evidence, config);
    const month = monthDue(day, config.reportMonthOffset);
    try {
      for (const one of [month, previousMonth(month)]) months.set(one, await readMonth(evidence, config.broker, one));
    } finally {
      await evidence.close();
    }
  }
  const parts = nextStep(config, findings, day, (month) => months.get(month) ?? null);
  return { check: 'next step', isGood: true, text: textOfParts(parts), fix: null, parts };
}
