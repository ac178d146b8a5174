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
import type { Scene, SceneSystem } from './scene.js';

/** Every path a workflow can take, each once, over the September story. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const CONTOSO = '83e8db2a-ea2d-57e1-85f2-5a55ac83bac2';
const FABRIKAM = '76f89d5d-ba07-5d2e-9f88-335bf71db3ae';

type Started = WorkflowHandleWithFirstExecutionRunId;

const start = ({ client }: SceneSystem, input: Partial<DailyBillingInput> = {}): Promise<Started> =>
  client.workflow.start(WORKFLOWS.daily, {
    taskQueue: billingQueue('default'),
    workflowId: dailyBillingId('default', MONTH),
    args: [{ broker: 'default', month: MONTH, asOf: AS_OF, ...input }],
  });

async function run(system: SceneSystem, input?: Partial<DailyBillingInput>): Promise<Started> {
  const handle = await start(system, input);
  await handle.result();
  return handle;
}

const organization = ({ client }: SceneSystem, id: string): WorkflowHandle =>
  client.workflow.getHandle(organizationBillingId('default', MONTH, id));

/** Started by an operator's signal, as `billing skip` and `billing rerun` do where nothing is open. */
function signalWithStart({ client }: SceneSystem, organizationId: string, signal: string): Promise<WorkflowHandle> {
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
async function undoWithStart(system: SceneSystem, organizationId: string, digest: string): Promise<WorkflowHandle> {
  const { workflow } = system.client;
  const given = { asOf: AS_OF, report: await system.report(MONTH), survey: null, surveyedAt: null };
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
  return organization(system, organizationId);
}

const until = (handle: WorkflowHandle, status: string): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );

const mapTo = ({ control }: SceneSystem, organizationId: string, company: string): Promise<void> =>
  control('PATCH', `cloudmore/organizations/${organizationId}`, {
    customProperties: [{ name: 'AutotaskCompanyID', value: company }],
  });

/** The first request of this kind goes wrong. */
const failFirst = ({ control }: SceneSystem, method: string, path: string, fault: unknown): Promise<void> =>
  control('POST', 'faults', [{ match: { vendor: 'autotask', method, path, nth: [1] }, fault }]);

const billed: Scene = {
  paths: [
    ...['daily-billing.cancelled', 'organization-billing.shadow', 'daily-billing.fan-out', 'organization-billing.done'],
    ...['organization-billing.extended', 'daily-billing.two-months'],
  ],
  play: async (system) => {
    const cancelled = await start(system);
    await cancelled.cancel();
    await cancelled.result().catch(() => undefined);
    await system.keep('daily-billing.cancelled', cancelled);
    await run(system, { mode: 'shadow' });
    await system.keep('organization-billing.shadow', organization(system, CONTOSO));
    await system.keep('daily-billing.fan-out', await run(system));
    await system.keep('organization-billing.done', organization(system, CONTOSO));
    await system.keep('organization-billing.extended', organization(system, FABRIKAM));
    const scheduled = await system.client.workflow.start(WORKFLOWS.daily, {
      taskQueue: billingQueue('default'),
      workflowId: 'daily-billing/default-2025-10-09T03:00:00Z',
      args: [{ broker: 'default', asOf: AS_OF }],
    });
    await scheduled.result();
    await system.keep('daily-billing.two-months', scheduled);
  },
};

const parkedSkippedRerun: Scene = {
  paths: ['daily-billing.hand-over', 'organization-billing.parked-skipped-rerun', 'organization-billing.failed-activity'],
  play: async (system) => {
    await mapTo(system, CONTOSO, '4711');
    await failFirst(system, 'POST', '*/Charges', { kind: 'reset', when: 'after' });
    await run(system);
    const contoso = organization(system, CONTOSO);
    await until(contoso, 'NeedsAttention');
    await contoso.signal(SKIP_SIGNAL, 'disputed');
    await until(contoso, 'Skipped');
    await system.keep('daily-billing.hand-over', await run(system));
    await mapTo(system, CONTOSO, '29683512');
    await contoso.signal(RERUN_SIGNAL, 'corrected');
    await contoso.result();
    await system.keep('organization-billing.parked-skipped-rerun', contoso);
    await system.keep('organization-billing.failed-activity', organization(system, FABRIKAM));
  },
};

const approved: Scene = {
  mode: 'approve',
  paths: ['organization-billing.approved', 'organization-billing.waiting'],
  play: async (system) => {
    await run(system);
    const contoso = organization(system, CONTOSO);
    const { planDigest } = await until(contoso, 'AwaitingApproval');
    await contoso.signal('approve', 'f'.repeat(64));
    await contoso.signal('approve', planDigest);
    await contoso.result();
    await system.keep('organization-billing.approved', contoso);
    await system.keep('organization-billing.waiting', organization(system, FABRIKAM));
  },
};

const undone: Scene = {
  paths: ['organization-billing.undone', 'organization-billing.undo-refused'],
  play: async (system) => {
    await run(system);
    const contoso = await undoWithStart(system, CONTOSO, await system.wayBack(MONTH, CONTOSO));
    await until(contoso, 'Skipped');
    await run(system);
    await contoso.signal(RERUN_SIGNAL, 'to be billed after all');
    await contoso.result();
    await system.keep('organization-billing.undone', contoso);
    const fabrikam = await undoWithStart(system, FABRIKAM, 'f'.repeat(64));
    await fabrikam.result();
    await system.keep('organization-billing.undo-refused', fabrikam);
  },
};

const continuedAsNew: Scene = {
  server: { suggestContinueAsNewAfter: 12 },
  paths: ['daily-billing.continued', 'daily-billing.continuation'],
  play: async (system) => {
    const { workflowId, firstExecutionRunId } = await run(system);
    await system.keep('daily-billing.continued', system.client.workflow.getHandle(workflowId, firstExecutionRunId));
    await system.keep('daily-billing.continuation', system.client.workflow.getHandle(workflowId));
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
  play: async (system) => {
    const skipped = await signalWithStart(system, CONTOSO, SKIP_SIGNAL);
    await until(skipped, 'Skipped');
    await system.keep('organization-billing.skipped-at-once', skipped);
    const duplicate = { errors: ['Attempt to insert duplicate data.'] };
    await failFirst(system, 'POST', '*/ServiceAdjustments', { kind: 'status', status: 500, body: duplicate, when: 'before' });
    await skipped.signal(RERUN_SIGNAL, 'settled');
    await skipped.result();
    await system.keep('organization-billing.refused', skipped);
    await failFirst(system, 'PATCH', '*/Contracts', { kind: 'status', status: 401, when: 'before' });
    const healed = await signalWithStart(system, FABRIKAM, RERUN_SIGNAL);
    await healed.result();
    await system.keep('organization-billing.healed', healed);
    await mapTo(system, CONTOSO, '4711');
    const closed = await signalWithStart(system, CONTOSO, RERUN_SIGNAL);
    await closed.result();
    await system.keep('organization-billing.closed', closed);
  },
};

export const SCENES: readonly Scene[] = [billed, parkedSkippedRerun, approved, undone, continuedAsNew, timePasses];
