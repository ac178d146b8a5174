import { WithStartWorkflowOperation, type WorkflowHandle, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import {
  billingQueue,
  dailyBillingId,
  organizationBillingId,
  RERUN_SIGNAL,
  SKIP_SIGNAL,
  UNDO_UPDATE,
  WORKFLOWS,
} from '../../shared/messages/names.js';
import { type DailyBillingInput, type OrganizationBillingInput } from '../../shared/messages/messages.js';
import { eventually } from '../eventually.js';
import type { Scene, SceneStage } from './scene.js';

/** Every path a workflow can take, each once, over the September story. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';

type Started = WorkflowHandleWithFirstExecutionRunId;

const start = ({ client }: SceneStage, input: Partial<DailyBillingInput> = {}): Promise<Started> =>
  client.workflow.start(WORKFLOWS.daily, {
    taskQueue: billingQueue('default'),
    workflowId: dailyBillingId('default', MONTH),
    args: [{ broker: 'default', month: MONTH, asOf: AS_OF, ...input }],
  });

async function run(stage: SceneStage, input?: Partial<DailyBillingInput>): Promise<Started> {
  const handle = await start(stage, input);
  await handle.result();
  return handle;
}

const organization = ({ client }: SceneStage, id: string): WorkflowHandle =>
  client.workflow.getHandle(organizationBillingId('default', MONTH, id));

/** Started by an operator's signal, as `billing skip` and `billing rerun` do where nothing is open. */
function signalWithStart({ client }: SceneStage, organizationId: string, signal: string): Promise<WorkflowHandle> {
  const input: OrganizationBillingInput = {
    ...{ broker: 'default', month: MONTH, asOf: AS_OF, mode: null },
    ...{ organizationId, given: null, parentId: null },
  };
  return client.workflow.signalWithStart(WORKFLOWS.organization, {
    taskQueue: billingQueue('default'),
    workflowId: organizationBillingId('default', MONTH, organizationId),
    args: [input],
    signal,
    signalArgs: ['by an operator'],
  });
}

/** As `billing undo --write` does. */
async function undoWithStart(stage: SceneStage, organizationId: string, digest: string): Promise<WorkflowHandle> {
  const { workflow } = stage.client;
  const given = { asOf: AS_OF, report: await stage.report(MONTH), survey: null, surveyedAt: null };
  const startWorkflowOperation = new WithStartWorkflowOperation(WORKFLOWS.organization, {
    taskQueue: billingQueue('default'),
    workflowId: organizationBillingId('default', MONTH, organizationId),
    workflowIdConflictPolicy: 'USE_EXISTING',
    args: [
      {
        ...{ broker: 'default', month: MONTH, asOf: AS_OF, mode: null },
        ...{ organizationId, given, parentId: null, waitsForCall: true },
      },
    ],
  });
  await workflow.executeUpdateWithStart(UNDO_UPDATE, { args: [digest, null], startWorkflowOperation });
  return organization(stage, organizationId);
}

const until = (handle: WorkflowHandle, status: string): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );

const mapTo = ({ control }: SceneStage, organizationId: string, company: string): Promise<void> =>
  control('PATCH', `cloudmore/organizations/${organizationId}`, {
    customProperties: [{ name: 'AutotaskCompanyID', value: company }],
  });

const faults = ({ control }: SceneStage, method: string, path: string, nth: number[], fault: unknown): Promise<void> =>
  control('POST', 'faults', [{ match: { vendor: 'autotask', method, path, nth }, fault }]);

const billed: Scene = {
  paths: [
    ...['daily-billing.cancelled', 'organization-billing.shadow', 'daily-billing.fan-out', 'organization-billing.done'],
    ...['organization-billing.extended', 'daily-billing.two-months'],
  ],
  play: async (stage) => {
    const cancelled = await start(stage);
    await cancelled.cancel();
    await cancelled.result().catch(() => undefined);
    await stage.keep('daily-billing.cancelled', cancelled);
    await run(stage, { mode: 'shadow' });
    await stage.keep('organization-billing.shadow', organization(stage, CONTOSO));
    await stage.keep('daily-billing.fan-out', await run(stage));
    await stage.keep('organization-billing.done', organization(stage, CONTOSO));
    await stage.keep('organization-billing.extended', organization(stage, FABRIKAM));
    const scheduled = await stage.client.workflow.start(WORKFLOWS.daily, {
      taskQueue: billingQueue('default'),
      workflowId: 'daily-billing/default-2025-10-09T03:00:00Z',
      args: [{ broker: 'default', asOf: AS_OF }],
    });
    await scheduled.result();
    await stage.keep('daily-billing.two-months', scheduled);
  },
};

const parkedSkippedRerun: Scene = {
  paths: ['daily-billing.hand-over', 'organization-billing.parked-skipped-rerun', 'organization-billing.failed-activity'],
  play: async (stage) => {
    await mapTo(stage, CONTOSO, '4711');
    await faults(stage, 'POST', '*/Charges', [1], { kind: 'reset', when: 'after' });
    await run(stage);
    const contoso = organization(stage, CONTOSO);
    await until(contoso, 'NeedsAttention');
    await contoso.signal(SKIP_SIGNAL, 'disputed');
    await until(contoso, 'Skipped');
    await stage.keep('daily-billing.hand-over', await run(stage));
    await mapTo(stage, CONTOSO, '29683512');
    await contoso.signal(RERUN_SIGNAL, 'corrected');
    await contoso.result();
    await stage.keep('organization-billing.parked-skipped-rerun', contoso);
    await stage.keep('organization-billing.failed-activity', organization(stage, FABRIKAM));
  },
};

const approved: Scene = {
  mode: 'approve',
  paths: ['organization-billing.approved', 'organization-billing.waiting'],
  play: async (stage) => {
    await run(stage);
    const contoso = organization(stage, CONTOSO);
    const { planDigest } = await until(contoso, 'AwaitingApproval');
    await contoso.signal('approve', 'f'.repeat(64));
    await contoso.signal('approve', planDigest);
    await contoso.result();
    await stage.keep('organization-billing.approved', contoso);
    await stage.keep('organization-billing.waiting', organization(stage, FABRIKAM));
  },
};

const undone: Scene = {
  paths: ['organization-billing.undone', 'organization-billing.undo-refused'],
  play: async (stage) => {
    await run(stage);
    const contoso = await undoWithStart(stage, CONTOSO, await stage.wayBack(MONTH, CONTOSO));
    await until(contoso, 'Skipped');
    await run(stage);
    await contoso.signal(RERUN_SIGNAL, 'to be billed after all');
    await contoso.result();
    await stage.keep('organization-billing.undone', contoso);
    const fabrikam = await undoWithStart(stage, FABRIKAM, 'f'.repeat(64));
    await fabrikam.result();
    await stage.keep('organization-billing.undo-refused', fabrikam);
  },
};

const continuedAsNew: Scene = {
  server: { suggestContinueAsNewAfter: 12 },
  paths: ['daily-billing.continued', 'daily-billing.continuation'],
  play: async (stage) => {
    const { workflowId, firstExecutionRunId } = await run(stage);
    await stage.keep('daily-billing.continued', stage.client.workflow.getHandle(workflowId, firstExecutionRunId));
    await stage.keep('daily-billing.continuation', stage.client.workflow.getHandle(workflowId));
  },
};

const timePasses: Scene = {
  server: 'skips-time',
  paths: [
    'organization-billing.skipped-at-once',
    'organization-billing.refused',
    'organization-billing.healed',
    'organization-billing.closed',
  ],
  play: async (stage) => {
    const skipped = await signalWithStart(stage, CONTOSO, SKIP_SIGNAL);
    await until(skipped, 'Skipped');
    await stage.keep('organization-billing.skipped-at-once', skipped);
    const duplicate = { errors: ['Attempt to insert duplicate data.'] };
    await faults(stage, 'POST', '*/ServiceAdjustments', [1], { kind: 'status', status: 500, body: duplicate, when: 'before' });
    await skipped.signal(RERUN_SIGNAL, 'settled');
    await skipped.result();
    await stage.keep('organization-billing.refused', skipped);
    await faults(stage, 'PATCH', '*/Contracts', [1], { kind: 'status', status: 401, when: 'before' });
    const healed = await signalWithStart(stage, FABRIKAM, RERUN_SIGNAL);
    await healed.result();
    await stage.keep('organization-billing.healed', healed);
    await mapTo(stage, CONTOSO, '4711');
    const closed = await signalWithStart(stage, CONTOSO, RERUN_SIGNAL);
    await closed.result();
    await stage.keep('organization-billing.closed', closed);
  },
};

export const SCENES: readonly Scene[] = [billed, parkedSkippedRerun, approved, undone, continuedAsNew, timePasses];
