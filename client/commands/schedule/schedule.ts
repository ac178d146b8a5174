import { us } from '../../terminal/called.js';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleDescription,
  type ScheduleHandle,
  type ScheduleOptions,
} from '@temporalio/client';
import type { BaseConfig } from '../../../shared/config.js';
import { billingQueue, scheduledBillingId, scheduleId, WORKFLOWS } from '../../../shared/messages/names.js';
import { type DailyBillingInput } from '../../../shared/messages/messages.js';
import { missedTimes } from './cron.js';
import { CommandError, EXIT } from '../../terminal/exit.js';
import type { Temporal } from '../../temporal/connection.js';

/** The daily schedule. Runs never overlap, and ticks missed while Temporal was down are made up for some hours, with their nominal time. */

const CATCH_UP = '6 hours';
/** With many brokers on one Temporal and in one process each begins up to so much later, by a hash of its schedule and the day: not all of them at 03:00. */
const SPREAD = '15 minutes';

export function scheduleOptions(
  { broker, schedule, recheckDays, reportMonthOffset }: BaseConfig,
  isOneOfMany = false,
): ScheduleOptions {
  const input: DailyBillingInput = {
    broker,
    recheckDays,
    ...(reportMonthOffset === 0 ? {} : { reportMonthOffset }),
    timeZone: schedule.timeZone,
  };
  return {
    scheduleId: scheduleId(broker),
    spec: { cronExpressions: [schedule.cron], timezone: schedule.timeZone, ...(isOneOfMany ? { jitter: SPREAD } : {}) },
    action: {
      type: 'startWorkflow',
      workflowType: WORKFLOWS.daily,
      workflowId: scheduledBillingId(broker),
      taskQueue: billingQueue(broker),
      args: [input],
    },
    policies: { overlap: 'SKIP', catchupWindow: CATCH_UP, pauseOnFailure: false },
  };
}

/** Creates the schedule, or brings an existing one up to date; one that a person paused stays paused. */
export async function applySchedule(
  { client }: Temporal,
  config: BaseConfig,
  isOneOfMany = false,
): Promise<'created' | 'updated'> {
  const options = scheduleOptions(config, isOneOfMany);
  try {
    await client.schedule.create(options);
    return 'created';
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule.getHandle(options.scheduleId).update((previous) => ({
      ...previous,
      spec: options.spec,
      policies: { ...previous.policies, ...options.policies },
      action: { ...previous.action, ...options.action, workflowId: scheduledBillingId(config.broker) },
    }));
    return 'updated';
  }
}

/** What a person should know of the times that were chosen; nothing when every day has its run. */
export function scheduleWarnings({ schedule: { cron, timeZone } }: BaseConfig, from: Date): string[] {
  const missed = missedTimes(cron, timeZone, from);
  if (missed.length === 0) return [];
  const days = missed.map(({ day, time }) => `${time} on ${day}`).join(', ');
  return [
    `BILLING_SCHEDULE "${cron}": ${days} does not exist in ${timeZone}, because clocks go forward: nothing runs then. Choose a time outside of that hour, such as 0 4 * * *.`,
  ];
}

/** Runs `use` with the schedule; says how to make it when there is none. */
export async function withSchedule<T>(
  { client }: Temporal,
  broker: string,
  use: (handle: ScheduleHandle) => Promise<T>,
): Promise<T> {
  try {
    return await use(client.schedule.getHandle(scheduleId(broker)));
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new CommandError(EXIT.failed, `There is no schedule ${scheduleId(broker)}. Create it with: ${us()} schedule apply`);
  }
}

export function describeSchedule({ scheduleId: id, state, info, spec }: ScheduleDescription, cron: string): string {
  const times = (values: Date[]): string => values.map((time) => time.toISOString().replace('.000Z', 'Z')).join('\n           ');
  return [
    `schedule   ${id}${state.paused ? `, PAUSED (${state.note ?? ''})` : ''}`,
    `cron       ${cron} in ${spec.timezone ?? 'UTC'}${spec.jitter ? `, up to ${spec.jitter / 60_000} minutes later, so that brokers do not all start at once` : ''}`,
    `next       ${times(info.nextActionTimes.slice(0, 5))}`,
    `last       ${times(info.recentActions.slice(-3).map(({ takenAt }) => takenAt)) || 'never'}`,
    `runs       ${info.numActionsTaken} started, ${info.numActionsSkippedOverlap} skipped because one was under way, ${info.numActionsMissedCatchupWindow} missed`,
  ].join('\n');
}
