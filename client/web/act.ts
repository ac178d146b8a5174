import { answerOf, updateWithStart } from '../temporal/start-with.js';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import type { BaseConfig } from '../../shared/config.js';
import { APPROVE_UPDATE, billingQueue, organizationBillingId } from '../../shared/messages/names.js';
import { type Sender } from '../../shared/messages/decisions.js';
import { askOpen, isNotFound } from '../months.js';
import { CommandError } from '../terminal/exit.js';
import { type Temporal } from '../temporal/connection.js';
import { today } from '../context.js';
import { whyNobodyActs } from './outages.js';
import type { ActionResult, SteeringAction } from './source.js';

/** What the buttons do: exactly the plan that was shown is released, and the answer says what came of it. */

/** What takes longer continues in the background, and the page shows it when it is opened again. */
const ANSWER_WITHIN_MS = 15_000;

export async function act(
  temporal: Temporal,
  { broker, schedule }: Pick<BaseConfig, 'broker' | 'schedule'>,
  action: SteeringAction,
): Promise<ActionResult> {
  const nobody = await whyNobodyActs(temporal, billingQueue(broker));
  if (nobody !== null) return nobody;
  const workflowId = organizationBillingId(broker, action.month, action.organizationId);
  try {
    if (action.action === 'approve') return await release(temporal, workflowId, action);
    const { month, organizationId, reason } = action;
    const at = { month, organizationId, asOf: today(schedule.timeZone) };
    const answer = await updateWithStart(temporal, { broker, at, signal: action.action, message: [reason, senderOf(action)] });
    return settled(temporal, { workflowId, done: action.action === 'skip' ? 'It is left out.' : 'It is planned again.', answer });
  } catch (error) {
    if (error instanceof CommandError) return { isGood: false, text: error.message }; // refused by the workflow, in words
    throw error;
  }
}

async function release(temporal: Temporal, workflowId: string, action: SteeringAction): Promise<ActionResult> {
  const { digest } = action;
  const open: OrganizationResult | null = await askOpen(temporal, workflowId);
  if (open === null) return { isGood: false, text: 'It no longer waits. Nothing was released.' };
  if (open.planDigest !== digest)
    return {
      isGood: false,
      text: `The plan of ${open.organizationName} has changed since it was shown, and nothing was released. Check the new one.`,
    };
  try {
    const update = await temporal.client.workflow
      .getHandle(workflowId)
      .startUpdate<string, [string, Sender]>(APPROVE_UPDATE, { args: [digest, senderOf(action)], waitForStage: 'ACCEPTED' });
    const answer = await answerOf(temporal.client, update, ANSWER_WITHIN_MS);
    return await settled(temporal, { workflowId, done: `${open.organizationName} is released.`, answer, released: digest });
  } catch (error) {
    if (isNotFound(error))
      return { isGood: false, text: 'It finished just now and no longer needs approval. Nothing was released.' };
    throw error;
  }
}

const senderOf = ({ actor, reason }: SteeringAction): Sender => ({ actor, via: 'page', ...(reason === '' ? {} : { reason }) });

interface SettledInput {
  workflowId: string;
  done: string;
  answer: string | null;
  released?: string | undefined;
}

/** What came of it, in the workflow's own words. */
async function settled(temporal: Temporal, { workflowId, done, answer, released }: SettledInput): Promise<ActionResult> {
  if (answer === null) return { isGood: true, text: `${done} It is still being carried out.` };
  const open = await askOpen(temporal, workflowId);
  if (open?.status === 'AwaitingApproval' && open.planDigest === released) return { isGood: true, text: notedFor(open) };
  return { isGood: open?.status !== 'NeedsAttention', text: `${done} ${answer}` };
}

/** A release that needs a second person, or was refused: the plan that was shown keeps waiting, and says why. */
const notedFor = ({ organizationName, items }: OrganizationResult): string =>
  `Your release of ${organizationName} is on record. ${items.find(({ outcome }) => outcome === 'held')?.message ?? 'It is still waiting.'}`;
