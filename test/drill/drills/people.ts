import { organizationBillingId } from '../../../shared/contract.js';
import { BROKER, MONTH, type Stage } from '../stage.js';
import { disturbed, lastWords, type Told } from '../drill.js';

/** What a person does in Temporal's Web UI. */

/** The customer that is being billed now, by its open workflow. */
async function someOpen(stage: Stage): Promise<string> {
  for (const { id } of stage.world.cloudmore.organizations) {
    const workflowId = organizationBillingId(BROKER, MONTH, id);
    const described = await stage.stack.temporal('workflow', 'describe', '--workflow-id', workflowId, '--output', 'json');
    if (described.code === 0 && /"WORKFLOW_EXECUTION_STATUS_RUNNING"|"Running"/.test(described.stdout)) return workflowId;
  }
  throw new Error('No customer is being billed any more: the deed came too late.');
}

export const TERMINATED = disturbed({
  name: 'terminate',
  what: "a customer's workflow terminated in mid-run",
  deed: async (stage, run): Promise<Told> => {
    const workflowId = await someOpen(stage);
    const startedAt = Date.now();
    await stage.stack.temporal('workflow', 'terminate', '--workflow-id', workflowId, '--reason', 'a drill');
    const { code } = await run;
    const seconds = (Date.now() - startedAt) / 1000;
    const status = await stage.stack.billing(['status', MONTH]);
    const name = stage.world.cloudmore.organizations.find(({ id }) => workflowId.endsWith(id)) as { name?: string } | undefined;
    const problems = [
      ...(code === 3 ? [] : [`the run ended with ${code}, as if nobody were missing`]),
      ...(status.code === 3 ? [] : [`status ended with ${status.code}`]),
      ...(status.stdout.includes(name?.name ?? '?') ? [] : ['status does not name the customer']),
      ...(status.stdout.includes('outcome-missing') ? [] : ['status does not say outcome-missing']),
    ];
    const line = status.stdout.split('\n').find((each) => each.includes('outcome-missing')) ?? lastWords(status.stdout);
    return { code, message: line.trim(), seconds, problems };
  },
});
