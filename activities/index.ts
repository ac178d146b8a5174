import type {
  CloseRequest,
  MoneySettings,
  MonthClosed,
  OrganizationSummary,
  PlanMade,
  PlanRequest,
  ReportRequest,
  ReportTaken,
  SilentFound,
  SilentRequest,
  StepDone,
  StepRequest,
  SurveyRequest,
  SurveyTaken,
  VerifyRequest,
  Work,
  WorkRequest,
} from '../shared/messages/messages.js';
import type { MonthEndDone, MonthEndRequest } from '../shared/messages/month-end.js';
import type { NoticeRequest, NoticeSent } from '../shared/messages/notices.js';
import type { DecisionsRequest } from '../shared/messages/decisions.js';
import type {
  EnsureProductStep,
  EnsureServiceStep,
  ExtendContractStep,
  PostAdjustmentStep,
  PostChargeStep,
  Step,
  UpsertContractStep,
} from '../shared/billing/plan-types.js';
import { postAdjustment, postCharge } from './carry-out/amounts.js';
import { Catalogue } from './carry-out/catalogue.js';
import { extendContract, upsertContract } from './carry-out/contracts.js';
import { recordDecisions } from './decide/decisions.js';
import type { Dependencies } from './dependencies.js';
import { toFailure } from './failures.js';
import { requireOwnPlan } from './carry-out/lease.js';
import { BatchedReads } from './gather/batched-reads.js';
import { endMonth } from './finish/month-end.js';
import { sendNotice } from './finish/send-notice.js';
import { makePlan } from './decide/plan-organization.js';
import { Proofs } from './carry-out/proof.js';
import { takeReport } from './gather/take-report.js';
import { ReportReads } from './gather/report-reads.js';
import { SharedSurveys } from './gather/shared-surveys.js';
import { KeyedMutex } from './carry-out/keyed-mutex.js';
import { Slices } from './gather/report-slices.js';
import { demandMode, demandSettings, noteOwnReport } from './settings-needed.js';
import { demandOwnBroker } from './own-broker.js';
import type { Done } from './carry-out/steps.js';
import { surveyAutotask } from './gather/survey-autotask.js';
import { carryOutBatch } from './carry-out/batch.js';
import { isUndoing, planUndoing } from './carry-out/undo-month.js';
import { verifyOrganization } from './verify/verify-organization.js';
import { findWork } from './decide/find-work.js';
import { closeRun } from './finish/close-run.js';

/** The activities by their names, which stand in every history. */
export interface Activities {
  takeReport(request: ReportRequest): Promise<ReportTaken>;
  surveyAutotask(request: SurveyRequest): Promise<SurveyTaken>;
  findWork(request: WorkRequest): Promise<Work>;
  planOrganization(request: PlanRequest): Promise<PlanMade>;
  ensureService(request: StepRequest<EnsureServiceStep>): Promise<StepDone>;
  ensureProduct(request: StepRequest<EnsureProductStep>): Promise<StepDone>;
  upsertContract(request: StepRequest<UpsertContractStep>): Promise<StepDone>;
  extendContract(request: StepRequest<ExtendContractStep>): Promise<StepDone>;
  postAdjustment(request: StepRequest<PostAdjustmentStep>): Promise<StepDone>;
  postCharge(request: StepRequest<PostChargeStep>): Promise<StepDone>;
  verifyOrganization(request: VerifyRequest): Promise<OrganizationSummary>;
  closeRun(request: CloseRequest): Promise<MonthClosed>;
  /** Who decided what. */
  recordDecisions(request: DecisionsRequest): Promise<void>;
  /** One message per run, when something waits or is missing. */
  sendNotice(request: NoticeRequest): Promise<NoticeSent>;
  /** Executions that can no longer answer, because they have ended or Temporal cannot continue them. */
  findSilent(request: SilentRequest): Promise<SilentFound>;
  /** What a person asked for on the page at the end of a month. */
  endMonth(request: MonthEndRequest): Promise<MonthEndDone>;
  /** The settings that change money, as digests. */
  tellSettings(request: { broker: string }): Promise<MoneySettings>;
}

type OnBilling = 'findWork' | 'closeRun' | 'recordDecisions' | 'sendNotice' | 'findSilent' | 'tellSettings';

/** Which task queue serves which activities. */
export interface ActivitiesByQueue {
  billing: Pick<Activities, OnBilling>;
  cloudmore: Pick<Activities, 'takeReport'>;
  autotask: Omit<Activities, OnBilling | 'takeReport'>;
}

/** `batched`: those of the process, where its queues get their activities one by one. */
export function createActivities(dependencies: Dependencies, batched = new BatchedReads(dependencies)): ActivitiesByQueue {
  const slices = new Slices(dependencies.evidence);
  const proofs = new Proofs(dependencies);
  const catalogue = new Catalogue(dependencies, new KeyedMutex(), proofs);
  const reads = new ReportReads();
  const surveys = new SharedSurveys(dependencies, slices);
  const inBatch =
    <S extends Step>(carryOut: (request: StepRequest<S>) => Promise<Done>) =>
    async (request: StepRequest<S>): Promise<StepDone> => {
      requireOwnPlan(dependencies, request);
      await noteOwnReport(dependencies, request);
      return carryOutBatch(dependencies, request, carryOut);
    };
  return {
    billing: translated(dependencies, {
      findWork: (request: WorkRequest) => findWork(dependencies, { slices, batched }, request),
      closeRun: (request: CloseRequest) => closeRun(dependencies, slices, request),
      recordDecisions: (request: DecisionsRequest) => recordDecisions(dependencies, request),
      sendNotice: (request: NoticeRequest) => sendNotice(dependencies, request),
      findSilent: ({ workflowIds }: SilentRequest) => dependencies.findSilent(workflowIds),
      tellSettings: () => Promise.resolve(dependencies.moneySettings),
    }),
    cloudmore: translated(dependencies, {
      takeReport: async (request: ReportRequest) => {
        await demandMode(dependencies, request);
        demandSettings(dependencies, request);
        return reads.take(request, () => takeReport(dependencies, request));
      },
    }),
    autotask: translated(dependencies, {
      surveyAutotask: (request: SurveyRequest) => {
        proofs.begin();
        return surveyAutotask(dependencies, slices, request);
      },
      planOrganization: (request: PlanRequest) =>
        batched.expecting(request, () =>
          isUndoing(request) ? planUndoing(dependencies, slices, request) : makePlan(dependencies, { slices, surveys }, request),
        ),
      ensureService: inBatch<EnsureServiceStep>((request) => catalogue.ensureService(request)),
      ensureProduct: inBatch<EnsureProductStep>((request) => catalogue.ensureProduct(request)),
      upsertContract: inBatch<UpsertContractStep>((request) => upsertContract(dependencies, proofs, request)),
      extendContract: inBatch<ExtendContractStep>((request) => extendContract(dependencies, request)),
      postAdjustment: inBatch<PostAdjustmentStep>((request) => postAdjustment(dependencies, batched, proofs, request)),
      postCharge: inBatch<PostChargeStep>((request) => postCharge(dependencies, proofs, request)),
      verifyOrganization: (request: VerifyRequest) => verifyOrganization(dependencies, slices, catalogue, request),
      endMonth: (request: MonthEndRequest) => endMonth(dependencies, request),
    }),
  };
}

/** Every request is one of this worker's broker, and every failure leaves through `failures.ts`. */
function translated<T extends object>(dependencies: Dependencies, activities: T): T {
  const entries = Object.entries(activities as Record<string, (request: never) => Promise<unknown>>).map(([name, activity]) => [
    name,
    async (request: never): Promise<unknown> => {
      try {
        demandOwnBroker(dependencies, request);
        return await activity(request);
      } catch (error) {
        throw toFailure(error);
      }
    },
  ]);
  return Object.fromEntries(entries) as T;
}
