import { ScheduleOverlapPolicy } from '@temporalio/client';
import { hasBrokersFolder } from '../../../shared/brokers/profiles.js';
import { loadBaseConfig } from '../../../shared/config.js';
import type { Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../terminal/exit.js';
import { applySchedule, describeSchedule, scheduleWarnings, withSchedule } from './schedule.js';
import { ensureSearchAttributes } from '../../temporal/search-attributes.js';
import { withTemporal } from '../../temporal/connection.js';

export const ACTIONS = ['apply', 'show', 'pause', 'resume', 'trigger', 'remove'] as const;
export type Action = (typeof ACTIONS)[number];

/** Makes, shows and steers the daily schedule. */
export async function schedule(context: Context, action: Action): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  await withTemporal(context.environment, async (temporal) => {
    if (action === 'apply') {
      await ensureSearchAttributes(temporal);
      context.say(`Schedule ${await applySchedule(temporal, config, hasBrokersFolder(context.environment))}.`);
      for (const warning of scheduleWarnings(config, new Date())) context.say(`warning: ${warning}`);
    }
    await withSchedule(temporal, config.broker, async (handle) => {
      if (action === 'pause') await handle.pause('paused by billing schedule pause');
      if (action === 'resume') await handle.unpause('resumed by billing schedule resume');
      // Without a policy a trigger would start a second run alongside one that is under way.
      if (action === 'trigger') await handle.trigger(ScheduleOverlapPolicy.SKIP);
      if (action === 'remove') {
        await handle.delete();
        return context.out(`Schedule ${handle.scheduleId} removed.`);
      }
      context.out(describeSchedule(await handle.describe(), config.schedule.cron));
    });
  });
  return EXIT.done;
}
