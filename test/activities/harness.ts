import { readFile } from 'node:fs/promises';
import { createActivities, type ActivitiesByQueue } from '../../activities/index.js';
import { startSandbox, type Sandbox } from '../../sandbox/index.js';
import { loadConfig } from '../../shared/config.js';
import type {
  GivenReport,
  MonthClosed,
  OrganizationSummary,
  PlanRequest,
  StepDone,
  StepRequest,
  VerifyRequest,
} from '../../shared/messages/messages.js';
import { memoryEvidence, type Evidence } from '../../shared/evidence/index.js';
import { createDependencies } from '../../worker/dependencies.js';
import { billOrganization } from '../../workflows/bill-organization.js';
import { carryOutBy } from '../../workflows/organization-run.js';
import { controlSandbox } from '../../bench/control-sandbox.js';

/** One organization, billed by the product's activities over HTTP, without Temporal and without waits. */

export const MONTH = { broker: 'default', month: '2025-10', mode: null };
export const CONTOSO = 'contoso';
/** Contoso's sales have more than doubled, and a breaker holds them; a line more comes on the 21st. */
const WORLD = new URL('../../sandbox/worlds/breaker-released-by-digest.json', import.meta.url);

export async function startVendors(): Promise<Sandbox> {
  const world = JSON.parse(await readFile(WORLD, 'utf8')) as { cloudmore: { monthlyBilling: { billingDate: string }[] } };
  const blocks = world.cloudmore.monthlyBilling;
  blocks.push({ ...structuredClone(blocks.at(-1)!), billingDate: '2025-10-21T00:00:00Z' });
  return startSandbox({ world });
}

export interface Harness {
  activities: ActivitiesByQueue;
  /** What a run hands to organizations, as of a day. */
  given(asOf: string): Promise<GivenReport & { survey: string }>;
  bill(given: GivenReport, approvedDigest: string | null, before?: Before): Promise<OrganizationSummary>;
  close(given: GivenReport & { survey: string }): Promise<MonthClosed>;
}

/** What happens before what was written is compared. */
export type Before = (request: VerifyRequest) => Promise<void>;

export interface Meanwhile {
  /** What happens when the product waits; default: nothing, and no time passes. */
  wait?: (milliseconds: number) => Promise<void>;
  /** What happens right before a step is carried out. */
  beforeStep?: (request: StepRequest) => Promise<void>;
  /** Which month is billed; default: that of `MONTH`. */
  month?: string;
  /** Whom; default: `CONTOSO`. */
  organizationId?: string;
  /** Called with every plan that is requested. */
  onPlan?: (request: PlanRequest) => void;
}

export function openHarness(
  sandbox: Sandbox,
  env: Record<string, string> = {},
  {
    wait = () => Promise.resolve(),
    beforeStep = () => Promise.resolve(),
    month = MONTH.month,
    organizationId = CONTOSO,
    onPlan = () => undefined,
  }: Meanwhile = {},
  evidence: Evidence = memoryEvidence(),
): Harness {
  const config = loadConfig({ ...sandbox.env(), BILLING_MODE: 'auto', ...env });
  const clock = { now: () => new Date(), sleep: wait };
  const activities = createActivities({ ...createDependencies(config, { evidence }), clock });
  const { billing, cloudmore, autotask } = activities;
  const asked = { ...MONTH, month };
  const carryOut = async (request: StepRequest): Promise<StepDone> => {
    await beforeStep(request);
    return carryOutBy(autotask)(request);
  };
  return {
    activities,
    given: async (asOf) => {
      await control(sandbox, 'clock', { now: `${asOf}T03:00:00Z` });
      const { report } = await cloudmore.takeReport({ ...asked, asOf });
      const { survey, surveyedAt } = await autotask.surveyAutotask({ ...asked, asOf, report, organizations: null });
      return { asOf, report, survey, surveyedAt };
    },
    bill: (given, approvedDigest, before = () => Promise.resolve()) =>
      billOrganization(
        {
          planOrganization: (request) => {
            onPlan(request);
            return autotask.planOrganization(request);
          },
          verifyOrganization: async (request) => {
            await before(request);
            return autotask.verifyOrganization(request);
          },
          carryOut,
        },
        { ...asked, asOf: given.asOf, organizationId, given, approvedDigest, workflowId: 'w' },
        {
          skipReason: () => null,
          hasRoom: () => true,
          failureOf: (error) => ({ effect: 'none', isOutage: false, message: (error as Error).message }),
        },
      ),
    close: ({ asOf, report, survey }) =>
      billing.closeRun({ ...asked, asOf, report, survey, calls: { autotask: 0, cloudmore: 0 }, heldMonth: null }),
  };
}

export async function control(sandbox: Sandbox, path: string, body: unknown): Promise<void> {
  await controlSandbox(sandbox.url, 'POST', path, body);
}
