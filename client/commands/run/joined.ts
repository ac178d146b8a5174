import { hint } from '../../terminal/called.js';
import { fold } from '../../../shared/billing/basics/text.js';
import { dailyBillingId } from '../../../shared/messages/names.js';
import { type DailyBillingInput } from '../../../shared/messages/messages.js';
import { firstValue } from '../../../shared/encryption/converter.js';
import { CommandError, EXIT } from '../../terminal/exit.js';
import type { Temporal } from '../../temporal/connection.js';

/** What a person asks of a run by flags. A run under way has its options; a person who joins it cannot change them. */
type Asked = { [Flag in 'mode' | 'canary' | 'organizations' | 'asOf']?: DailyBillingInput[Flag] | undefined };

/** The input of the run that is under the month's id, from any of its executions: it is handed on. Null if it is no longer stored. */
async function inputOf({ client, namespace }: Temporal, workflowId: string): Promise<DailyBillingInput | null> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const input = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads;
  return ((await firstValue(client.options.loadedDataConverter, input)) as DailyBillingInput | undefined) ?? null;
}

const listOf = (organizations: string[] | undefined): string => (organizations ?? []).map(fold).sort().join(', ');

const canaryText = (canary: string | undefined): string =>
  canary === undefined
    ? 'as its worker has it (BILLING_CANARY)'
    : canary === 'off'
      ? '--no-canary'
      : canary === 'on'
        ? '--canary'
        : `--canary ${canary}`;

/** Each flag that was given and that the run does not have, with what it has. */
function differences(asked: Asked, going: DailyBillingInput): string[] {
  const found: string[] = [];
  if (asked.mode !== undefined && asked.mode !== going.mode)
    found.push(
      `--mode ${asked.mode} (it runs ${going.mode === undefined ? 'as its worker has it' : `with --mode ${going.mode}`})`,
    );
  if (asked.asOf !== undefined && asked.asOf !== going.asOf) found.push(`--as-of ${asked.asOf} (it is as of ${going.asOf})`);
  if ((asked.organizations ?? []).length > 0 && listOf(asked.organizations) !== listOf(going.organizations))
    found.push(`--organization (it bills ${going.organizations?.join(', ') ?? 'all'})`);
  if (asked.canary !== undefined && fold(asked.canary) !== fold(going.canary))
    found.push(`${canaryText(asked.canary)} (it runs ${canaryText(going.canary)})`);
  return found;
}

/**
 * Called before a person is told that their run goes on. Throws where it is one that was asked for otherwise: a flag that does nothing would be believed to
 * have done something. Answers what else should be known of the run that was joined.
 */
export async function demandAsAsked(temporal: Temporal, broker: string, month: string, asked: Asked): Promise<string[]> {
  const going = await inputOf(temporal, dailyBillingId(broker, month));
  if (going === null) return [];
  const found = differences(asked, going);
  if (found.length > 0)
    throw new CommandError(
      EXIT.failed,
      `A run of ${month} is already under way with different options, which cannot be changed: ${found.join('; ')}. Wait until it has ended, and run the month again.\nTo wait for it: ${hint('run', month, '--wait')}`,
    );
  const isOfSome = (asked.organizations ?? []).length === 0 && going.organizations !== undefined;
  return isOfSome ? [`The run under way is only for some organizations: ${going.organizations!.join(', ')}.`] : [];
}
