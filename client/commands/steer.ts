import { resolveOrganizations } from '../named-organizations.js';
import { signalWithStart, updateWithStart } from '../temporal/start-with.js';
import { us, hint } from '../terminal/called.js';
import type { Day, Month } from '../../shared/billing/types.js';
import { loadBaseConfig } from '../../shared/config.js';
import { billingQueue } from '../../shared/messages/names.js';
import { type Sender } from '../../shared/messages/decisions.js';
import type { Context } from '../context.js';
import { today } from '../context.js';
import { CommandError, EXIT, type ExitCode } from '../terminal/exit.js';
import { senderOf } from '../sender.js';
import { findMonth } from '../months.js';
import { ensureSearchAttributes } from '../temporal/search-attributes.js';
import { isServed, withTemporal } from '../temporal/connection.js';

/** Messages to single organizations: updates, which answer, where a worker can; else the signals that the Web UI sends. One text each. */

export interface SignalOptions {
  month: Month;
  organizations: string[];
  reason: string;
  asOf?: Day | undefined;
  actor?: string | undefined;
}

/** `skip` and `rerun`: reach the open workflow, or start one where none is open. */
export async function steer(
  context: Context,
  signal: 'skip' | 'rerun',
  { month, organizations, reason, asOf, actor }: SignalOptions,
): Promise<ExitCode> {
  const config = loadBaseConfig(context.environment);
  if (organizations.length === 0)
    throw new CommandError(EXIT.usage, 'Which organization? Expected --organization with an id or exact name.');
  return withTemporal(context.environment, async (temporal) => {
    await ensureSearchAttributes(temporal);
    const ids = await resolveOrganizations(context, config, month, organizations);
    const day = asOf ?? (await findMonth(config, month))?.result.asOf ?? today(config.schedule.timeZone);
    const isAnswered = await isServed(temporal, billingQueue(config.broker));
    for (const organizationId of ids) {
      const at = { month, organizationId, asOf: day };
      const message: [string, Sender] = [reason, senderOf(actor)];
      const answer = isAnswered
        ? await updateWithStart(temporal, { broker: config.broker, at, signal, message })
        : await signalWithStart(temporal, { broker: config.broker, at, signal, message }).then(noWorker);
      context.out(`Sent ${signal} to ${organizationId}. ${answer ?? GOES_ON}`);
      if (answer === null || !isAnswered) context.out(`See the result with: ${hint('status', month)}`);
    }
    return EXIT.done;
  });
}

const GOES_ON = 'It continues.';
const noWorker = (): string => `No worker answers right now; one will take it up when it does: ${us()} worker.`;
