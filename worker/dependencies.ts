import { KeyedMutex } from '../activities/carry-out/keyed-mutex.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { Dependencies } from '../activities/dependencies.js';
import type { Office } from '../activities/finish/office.js';
import type { Config } from '../shared/config.js';
import { canaryCustomer } from '../shared/known-names.js';
import { moneySettingsOf } from '../shared/money-settings.js';
import { openEvidence, type Evidence, type Lease } from '../shared/evidence/index.js';
import { tenantOf } from '../shared/evidence/labels.js';
import { RETRIES } from '../shared/messages/retries.js';
import { probingOf } from '../shared/probe/kept.js';
import { connectVendors, type Vendors } from '../shared/vendors.js';
import { findSilent } from './executions/silent.js';

/** What each process has separately. */
interface Given {
  evidence?: Evidence | undefined;
  /** Clients that are there already; by default a pair is made. */
  vendors?: Vendors | undefined;
  /** Whether this process may send to Autotask (`gate-keeper.ts`). */
  maySend?: (() => boolean) | undefined;
  /** The lease it holds, or held last. */
  lease?: (() => Lease | null) | undefined;
  office?: Office | null | undefined;
}

/** Real clients over real configuration. Inside an activity they heartbeat and can be cancelled; outside (`billing plan`) they just run. */
export function createDependencies(
  config: Config,
  {
    evidence = openEvidence(config.evidence, config),
    maySend = () => true,
    vendors = connectVendors(config, { maySend }),
    lease = () => null,
    office = null,
  }: Given = {},
): Dependencies {
  return {
    sending: new KeyedMutex(),
    ...vendors,
    evidence,
    settings: config.settings,
    tenant: tenantOf(config),
    mode: config.mode,
    moneySettings: moneySettingsOf(config),
    twoPersonsAbove: config.twoPersonsAbove,
    isModeSet: config.isModeSet,
    organizationModes: config.organizationModes,
    probing: probingOf(config),
    canary: canaryOf(config),
    namesInSearch: config.namesInSearch,
    recheckDays: config.recheckDays,
    reportMonthOffset: config.reportMonthOffset,
    surveyMaxAgeMs: config.surveyMaxAgeMs,
    notices: config.notices,
    office,
    clock: {
      now: () => new Date(),
      sleep: async (milliseconds) => void (await sleep(milliseconds, undefined, { signal: activity()?.cancellationSignal })),
    },
    heartbeat: (details) => activity()?.heartbeat(details),
    signal: () => activity()?.cancellationSignal,
    execution: () => `${activity()?.info.workflowExecution?.runId ?? 'none'}/${activity()?.info.activityId ?? 'none'}`,
    askedAt: () => {
      const asked = activity()?.info.scheduledTimestampMs;
      return asked === undefined ? null : new Date(asked);
    },
    taskQueue: () => activity()?.info.taskQueue ?? '',
    namespace: () => activity()?.info.namespace ?? 'default',
    findSilent: (workflowIds) => findSilent(Context.current().client, workflowIds),
    lease,
    attempt: () => ({ number: activity()?.info.attempt ?? 1, last: RETRIES.customer.attempts }),
  };
}

/** Asked for by name or in general; where nothing is said, on the vendors' own addresses. */
const canaryOf = (config: Config): Dependencies['canary'] => ({
  isDemanded: config.canary === null ? probingOf(config).isDemanded : config.canary !== 'off',
  organization: canaryCustomer(config.canary),
});

/** The activity that runs, or undefined outside of one. */
function activity(): Context | undefined {
  try {
    return Context.current();
  } catch {
    return undefined;
  }
}
