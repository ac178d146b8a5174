import { us } from '../../terminal/called.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { monthsDue } from '../../../shared/billing/basics/month.js';
import type { Day, Month } from '../../../shared/billing/types.js';
import { loadConfig } from '../../../shared/config.js';
import { scheduleId } from '../../../shared/messages/names.js';
import { today, type Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { executionsOf } from '../../temporal/histories.js';
import { ensureSearchAttributes } from '../../temporal/search-attributes.js';
import { withTemporal } from '../../temporal/connection.js';

/** What a worker sent last may take effect for so long (`activities/carry-out/send-once.ts`). */
const SENT_WITHIN_MS = 90_000;
/** The list of open runs lags behind by moments: it is asked until it has none. */
const ROUNDS = 20;
const ROUND_MS = 1_000;

/** What it looks with: the commands `doctor` and `plan`. */
export interface Looks {
  doctor: (context: Context) => Promise<ExitCode>;
  plan: (context: Context, month: Month, asOf: Day) => Promise<unknown>;
}

/**
 * The one command after a restore, of Temporal's databases, of the evidence, or of both, even from different minutes: what was restored is older than Autotask
 * and must not continue. It pauses the schedule, ends the broker's open runs, looks at the set-up, and shows what the next run would do. It writes nothing to Autotask.
 */
export async function restore(context: Context, { doctor, plan }: Looks, waitMs = SENT_WITHIN_MS): Promise<ExitCode> {
  const config = loadConfig(context.environment);
  const ended = await withTemporal(context.environment, async (temporal) => {
    await ensureSearchAttributes(temporal);
    await pauseSchedule(context, temporal.client, config.broker);
    return endOpenRuns(context, temporal.client, config.broker);
  });
  if (ended > 0) {
    context.say(`Waiting ${waitMs / 1000} seconds, because the last requests may still take effect in Autotask.`);
    await sleep(waitMs);
  }
  const checked = await doctor(context);
  if (checked === EXIT.configuration) return checked;
  const asOf = today(config.schedule.timeZone);
  for (const month of monthsDue(asOf, config.recheckDays, config.reportMonthOffset)) {
    context.say(`What a run of ${month} would do:`);
    await plan(context, month, asOf);
  }
  context.say(
    `Nothing was written. When the plans are as expected: ${us()} schedule resume\nWhat was billed since the backup is found in Autotask and not billed again; approvals given since then have to be given again.`,
  );
  return checked;
}

export async function pauseSchedule(context: Context, client: Client, broker: string): Promise<void> {
  try {
    await client.schedule.getHandle(scheduleId(broker)).pause('paused by billing restore');
    context.say(`Schedule ${scheduleId(broker)} paused.`);
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    context.say(`There is no schedule ${scheduleId(broker)}; create it when everything is right: ${us()} schedule apply`);
  }
}

/** Ends them without their say: they are older than what they would continue with. Answers how many there were. */
export async function endOpenRuns(context: Context, client: Client, broker: string): Promise<number> {
  const ended = new Set<string>();
  for (let round = 0; round < ROUNDS; round += 1) {
    let found = 0;
    for await (const { workflowId, runId } of executionsOf(client, broker, " AND ExecutionStatus = 'Running'")) {
      found += 1;
      if (ended.has(runId)) continue;
      await end(client, workflowId, runId);
      ended.add(runId);
    }
    if (found === 0) break;
    await sleep(ROUND_MS);
  }
  context.say(
    ended.size === 0 ? 'No run of the broker is open.' : `${ended.size} open runs ended; the next run plans everything again.`,
  );
  return ended.size;
}

async function end(client: Client, workflowId: string, runId: string): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId, runId).terminate('ended by billing restore: planned again by the next run');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error; // it ended in the meantime
  }
}
