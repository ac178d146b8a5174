import type { Client } from '@temporalio/client';
import { conflictOf, environmentOf, type Profile } from '../../../shared/brokers/profiles.js';
import { loadConfig, type Config } from '../../../shared/config.js';
import { scheduleId } from '../../../shared/messages/names.js';
import { ConfigError, type Environment } from '../../../shared/environment.js';
import { openEvidence } from '../../../shared/evidence/index.js';
import { readLatestRun } from '../../../shared/notices/record.js';
import { connectVendors } from '../../../shared/vendors.js';
import { monthOf, previousMonth } from '../../../shared/billing/basics/month.js';
import { today } from '../../context.js';
import { autotaskChecks } from '../../checks/autotask.js';
import { perform, type Check, type Finding } from '../../checks/check.js';
import { cloudmoreChecks } from '../../checks/cloudmore.js';
import { withTemporal, type Temporal } from '../../temporal/connection.js';

/** How each of many brokers stands, as its settings, the evidence and Temporal know it. No vendor is asked by `standingOf`, both log-ins are by `checkBroker`. */

export interface ListedBroker {
  name: string;
  /** Null: the environment and `.env`. */
  file: string | null;
  /** What is wrong with its settings; what follows is null then. */
  problems: string[];
  mode: string | null;
  schedule: { cron: string; timeZone: string; state: 'active' | 'paused' | 'none' | 'unknown' } | null;
  /** ISO time; null: no run ever came to its end, or `unknown` says why nobody knows. */
  lastRun: string | null;
  /** Customers that wait for a person; null where Temporal cannot be asked. */
  waiting: number | null;
  /** What could not be asked, in words. */
  unknown: string[];
}

export interface CheckedBroker {
  name: string;
  file: string | null;
  /** `settings` are wrong, a `vendor` refuses, or all is `good`. */
  is: 'good' | 'settings' | 'vendor';
  text: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The settings of a broker among all others, or what is wrong with them. */
export function settingsOf(
  profile: Profile,
  all: Profile[],
  around: Environment,
): { environment: Environment; config: Config } | { problems: string[] } {
  const conflict = conflictOf(profile, all);
  if (conflict !== null) return { problems: [conflict] };
  try {
    const environment = environmentOf(profile, around);
    return { environment, config: loadConfig(environment) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { problems: error.problems };
  }
}

export async function standingOf(profile: Profile, all: Profile[], around: Environment): Promise<ListedBroker> {
  const settings = settingsOf(profile, all, around);
  const listed: ListedBroker = {
    ...profile,
    problems: [],
    mode: null,
    schedule: null,
    lastRun: null,
    waiting: null,
    unknown: [],
  };
  if ('problems' in settings) return { ...listed, problems: settings.problems };
  const { config, environment } = settings;
  const ask = async <T>(what: string, question: () => Promise<T>): Promise<T | null> =>
    question().catch((error: unknown) => {
      listed.unknown.push(`${what}: ${messageOf(error).split('\n')[0]}`);
      return null;
    });
  const known = await ask('Temporal', () =>
    withTemporal(environment, async (temporal) => ({
      state: await scheduleState(temporal, config.broker),
      waiting: await waitingCount(temporal, config.broker),
    })),
  );
  return {
    ...listed,
    mode: config.mode,
    schedule: { ...config.schedule, state: known?.state ?? 'unknown' },
    waiting: known?.waiting ?? null,
    lastRun: await ask('evidence', () => lastRunOf(config)),
  };
}

async function lastRunOf(config: Config): Promise<string | null> {
  const store = openEvidence(config.evidence, config);
  try {
    return (await readLatestRun(store, config.broker))?.endedAt ?? null;
  } finally {
    await store.close();
  }
}

/** Whether the schedule acts. */
export async function scheduleState({ client }: Temporal, broker: string): Promise<'active' | 'paused' | 'none'> {
  try {
    return (await client.schedule.getHandle(scheduleId(broker)).describe()).state.paused ? 'paused' : 'active';
  } catch (error) {
    if (error instanceof Error && error.name === 'ScheduleNotFoundError') return 'none';
    throw error;
  }
}

/** Starts no more runs; answers what was found. */
export async function pauseSchedule(temporal: Temporal, broker: string): Promise<string> {
  const state = await scheduleState(temporal, broker);
  if (state !== 'active') return state === 'none' ? 'there is none' : 'is paused already';
  await temporal.client.schedule.getHandle(scheduleId(broker)).pause('paused by billing brokers remove');
  return 'paused';
}

/** Customers of all months whose workflow is open, waiting or under way. */
export const openCount = ({ client }: Temporal, broker: string): Promise<number> => countOpen(client, broker, '');

/** Customers of all months that wait for a person. */
export const waitingCount = ({ client }: Temporal, broker: string): Promise<number> =>
  countOpen(client, broker, " AND BillingStatus IN ('NeedsAttention', 'AwaitingApproval')");

const countOpen = async (client: Client, broker: string, more: string): Promise<number> =>
  (
    await client.workflow.count(
      `WorkflowType = 'organizationBilling' AND ExecutionStatus = 'Running' AND BillingBroker = '${broker}'${more}`,
    )
  ).count;

/** Settings, and the log-in of both vendors: what `doctor` looks at first. */
export async function checkBroker(profile: Profile, all: Profile[], around: Environment): Promise<CheckedBroker> {
  const settings = settingsOf(profile, all, around);
  if ('problems' in settings) return { ...profile, is: 'settings', text: settings.problems.join('; ') };
  const { config } = settings;
  const vendors = connectVendors(config);
  const month = previousMonth(monthOf(today(config.schedule.timeZone)));
  const logIns: Check[] = [autotaskChecks(config, vendors.autotask)[0], cloudmoreChecks(config, vendors, month)[0]];
  const findings: Finding[] = await Promise.all(logIns.map(perform));
  const bad = findings.filter(({ isGood }) => !isGood);
  return bad.length > 0
    ? { ...profile, is: 'vendor', text: bad.map(({ check, text }) => `${check}: ${text}`).join('; ') }
    : { ...profile, is: 'good', text: `mode ${config.mode}; ${findings.map(({ text }) => text).join('; ')}` };
}
