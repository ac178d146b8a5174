import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { OrganizationResult } from '../../shared/billing/results/results.js';
import type { OrganizationStatus } from '../../shared/billing/results/status.js';
import type { PlanRequest, ReportRequest } from '../../shared/messages/messages.js';
import { billingQueue } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';
import { PLAN, standIns, summaryOf, type StandIns } from './stand-ins.js';
import type { WorkflowHarness } from './workers.js';

/** Organizations that wait for a person, and what they show. */

export const DIGEST = 'd'.repeat(64);
let number = 0;
/** An id of its own for every execution. */
export const newId = (): string => `message-${(number += 1)}`;
export const startOrganization = (
  harness: WorkflowHarness,
  input: unknown,
  queue = billingQueue('default'),
): Promise<WorkflowHandleWithFirstExecutionRunId> =>
  harness.client.workflow.start('organizationBilling', {
    taskQueue: queue,
    workflowId: newId(),
    args: [input],
  });
export const shows = (handle: WorkflowHandle, status: OrganizationStatus): Promise<OrganizationResult> =>
  eventually(
    () => handle.query<OrganizationResult>('status'),
    (result) => result.status === status,
  );
export const pageOf = async (handle: WorkflowHandle): Promise<string> => {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
};
export const refusedIn = async (handle: WorkflowHandle): Promise<unknown> => (await handle.describe()).memo?.refused;

/** Waits for the release of one plan; what was asked of the planner and of Cloudmore. */
export function waiting(asked: PlanRequest[] = [], reports: ReportRequest[] = []): StandIns {
  const summary = (request: Parameters<StandIns['verifyOrganization']>[0]) => {
    const made = summaryOf(request, asked.at(-1)?.approvedDigest === DIGEST ? 'Done' : 'AwaitingApproval');
    return { ...made, result: { ...made.result, planDigest: DIGEST } };
  };
  return standIns({
    takeReport: (request) => {
      reports.push(request);
      return Promise.resolve({
        report: `r${reports.length + 1}`,
        lines: 1,
        previousLines: 0,
        calls: { autotask: 0, cloudmore: 1 },
      });
    },
    planOrganization: (request) => {
      asked.push(request);
      const isOther = ![null, DIGEST].includes(request.approvedDigest);
      return Promise.resolve({ ...PLAN, digest: DIGEST, ...(isOther ? { remark: 'That is another plan.' } : {}) });
    },
    verifyOrganization: (request) => Promise.resolve(summary(request)),
  });
}
