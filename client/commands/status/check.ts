import { messageAsCalled, us } from '../../terminal/called.js';
import type { Client } from '@temporalio/client';
import { monthsDue } from '../../../shared/billing/basics/month.js';
import type { Month } from '../../../shared/billing/types.js';
import { loadBaseConfig, type BaseConfig } from '../../../shared/config.js';
import { openEvidence, type Evidence } from '../../../shared/evidence/index.js';
import { readMonth } from '../../../shared/evidence/months.js';
import { lineText, noticeOf, type MonthSeen } from '../../../shared/notices/notice.js';
import { readLatestNotice, readLatestRun, troubleOf } from '../../../shared/notices/record.js';
import { today, type Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { demandOwnLabel } from '../../own-label.js';
import { jsonText, printable } from '../../terminal/printable.js';
import { withTemporal } from '../../temporal/connection.js';
import { faultsOf } from '../../../worker/executions/faults.js';

/**
 * The dead man's check: anyone who watches a hundred systems asks it every hour. It needs no vendor, only what the runs left behind and what Temporal knows of
 * them, so that it also notices when nothing runs any more.
 */
export async function check(context: Context, { month, json }: { month: Month | undefined; json: boolean }): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  const evidence = openEvidence(config.evidence, config);
  try {
    if ((await readLatestRun(evidence, config.broker)) === null) await demandOwnLabel(context.environment);
    const findings = await findingsOf(
      config,
      evidence,
      month === undefined ? monthsDue(today(config.schedule.timeZone), config.recheckDays, config.reportMonthOffset) : [month],
    );
    findings.push(...(await executionFindings(context, config.broker)));
    const isGood = findings.length === 0;
    context.out(json ? jsonText({ isGood, findings }) : isGood ? 'Nothing waits and nothing is missing.' : findings.join('\n'));
    return isGood ? EXIT.done : EXIT.waits;
  } finally {
    await evidence.close();
  }
}

/** What Temporal knows of runs that are not well. That it cannot be asked is a finding: nobody would know. */
async function executionFindings(context: Context, broker: string): Promise<string[]> {
  try {
    return await withTemporal(context.environment, ({ client }) => faultTexts(client, broker));
  } catch (error) {
    return [`The state of runs is unknown: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** The faults of runs and organizations, each with its cause and what helps. */
export const faultTexts = async (client: Client, broker: string): Promise<string[]> =>
  (await faultsOf(client, broker)).map(({ title, lines: [cause = '', ...helps] }) =>
    printable([title, cause, ...helps.map(messageAsCalled)]).join('\n'),
  );

async function findingsOf(config: BaseConfig, evidence: Evidence, months: Month[]): Promise<string[]> {
  const run = await readLatestRun(evidence, config.broker);
  const trouble = troubleOf(await readLatestNotice(evidence, config.broker));
  if (run === null) return [`no run has ever ended (broker ${config.broker}). Start one with: ${us()} schedule trigger`];
  const seen: MonthSeen[] = [];
  for (const month of months) {
    const read = await readMonth(evidence, config.broker, month);
    if (read) seen.push({ result: read.result, heldMonth: read.record.heldMonth });
  }
  const { reportDay } = config.notices;
  const now = new Date().toISOString();
  const notice = noticeOf({
    asOf: today(config.schedule.timeZone),
    months: seen,
    endedAt: now,
    previousEndedAt: run.endedAt,
    reportDay,
    pageOf: null,
  });
  return [...(notice === null ? [] : [notice.title, ...notice.lines.map(lineText)]), ...(trouble === null ? [] : [trouble])];
}
