import { setTimeout as sleep } from 'node:timers/promises';
import type { OrganizationResult } from '../../shared/billing/results.js';
import type { BaseConfig } from '../../shared/config.js';
import { APPROVE_SIGNAL, organizationBillingId, type Sender } from '../../shared/contract.js';
import { askOpen, isNotFound } from '../months.js';
import { signalWithStart } from '../commands/signals.js';
import type { Temporal } from '../temporal.js';
import { today } from '../context.js';
import type { ActionResult, SteeringAction } from './source.js';

/** What the buttons do: exactly the plan that was shown is released, and the answer says what came of it. */

const WAIT_MS = 15_000;
const LOOK_EVERY_MS = 500;

export async function act(
  temporal: Temporal,
  { broker, schedule }: Pick<BaseConfig, 'broker' | 'schedule'>,
  action: SteeringAction,
): Promise<ActionResult> {
  const workflowId = organizationBillingId(broker, action.month, action.organizationId);
  const open = await askOpen(temporal, workflowId);
  if (action.action === 'approve') return release(temporal, workflowId, open, action);
  const { month, organizationId, reason } = action;
  await signalWithStart(temporal, broker, { month, organizationId, asOf: today(schedule.timeZone) }, action.action, [
    reason,
    senderOf(action),
  ]);
  return settled(temporal, workflowId, action.action === 'skip' ? 'It is left out' : 'It is planned again');
}

async function release(
  temporal: Temporal,
  workflowId: string,
  open: OrganizationResult | null,
  action: SteeringAction,
): Promise<ActionResult> {
  const { digest } = action;
  if (open === null) return { isGood: false, text: 'It does not wait any more. Nothing was released.' };
  if (open.planDigest !== digest)
    return {
      isGood: false,
      text: `The plan of ${open.organizationName} has moved since it was shown, and nothing was released. Look at the new one.`,
    };
  try {
    await temporal.client.workflow.getHandle(workflowId).signal(APPROVE_SIGNAL, digest, senderOf(action));
  } catch (error) {
    if (isNotFound(error)) return { isGood: false, text: 'It ended in this moment. Nothing was released.' };
    throw error;
  }
  return settled(temporal, workflowId, `${open.organizationName} is released`, digest);
}

const senderOf = ({ actor, reason }: SteeringAction): Sender => ({ actor, via: 'page', ...(reason === '' ? {} : { reason }) });

/** Waits a moment for what came of it; after that the page shows it when it is opened again. */
async function settled(temporal: Temporal, workflowId: string, done: string, released?: string): Promise<ActionResult> {
  for (let waited = 0; waited < WAIT_MS; waited += LOOK_EVERY_MS) {
    await sleep(LOOK_EVERY_MS);
    const open = await askOpen(temporal, workflowId);
    if (open === null) return { isGood: true, text: `${done}, and done.` };
    if (open.status === 'AwaitingApproval' && open.planDigest === released) return { isGood: true, text: notedFor(open) };
    if (open.status !== 'Running' && waited > LOOK_EVERY_MS)
      return { isGood: open.status !== 'NeedsAttention', text: `${done}; now it is ${open.status}.` };
  }
  return { isGood: true, text: `${done}; it is still being carried out.` };
}

/** A release that needs a second person, or was refused: the plan that was shown goes on waiting, and says why. */
const notedFor = ({ organizationName, items }: OrganizationResult): string =>
  `Your release of ${organizationName} is on record. ${items.find(({ outcome }) => outcome === 'held')?.message ?? 'It goes on waiting.'}`;
