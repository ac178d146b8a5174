import { fold } from '../billing/basics/text.js';
import type { ReportSource } from '../cloudmore/config.js';
import type { Config } from '../config.js';
import type { Evidence } from '../evidence/index.js';
import { isLoopback } from '../http/hosts.js';
import { BELIEFS, BELIEFS_VERSION } from './beliefs.js';
import type { Judged, ProbeResult } from './probe.js';

/** The latest probe of a tenant, kept as evidence: it counts for the beliefs and the API user that it was made with. */

/** What a probe needs to know of the settings. */
export interface Probing {
  user: string;
  subscriptionUdf: string;
  companyProperty: string;
  absentMembers: string[];
  reportMonthOffset: number;
  reportSource: ReportSource;
  /** Whether mode `auto` asks for one: a sandbox on this machine does not. */
  isDemanded: boolean;
}

export const probingOf = ({ autotask, cloudmore }: Pick<Config, 'autotask' | 'cloudmore'>): Probing => ({
  user: autotask.username,
  subscriptionUdf: autotask.subscriptionUdf,
  companyProperty: cloudmore.companyProperty,
  absentMembers: cloudmore.absentMembers,
  reportMonthOffset: cloudmore.reportMonthOffset,
  reportSource: cloudmore.reportSource,
  isDemanded: autotask.url === null || !isLoopback(autotask.url),
});

const probeName = (broker: string): string => `probes/${broker}/latest`;

export async function keepProbe(evidence: Evidence, broker: string, result: ProbeResult): Promise<void> {
  await evidence.point(probeName(broker), await evidence.put(result));
}

/** The latest one, whatever it was made with; null where none is kept. */
export async function readProbe(evidence: Evidence, broker: string): Promise<ProbeResult | null> {
  const ref = await evidence.pointer(probeName(broker));
  return ref === null ? null : evidence.get<ProbeResult>(ref);
}

/** Whether it says anything of what this program asks, as this user. */
export const counts = ({ beliefs, user, isWhole }: ProbeResult, asking: Pick<Probing, 'user'>): boolean =>
  isWhole && beliefs === BELIEFS_VERSION && fold(user) === fold(asking.user);

/** What is contradicted and can move money: the reasons for which nothing may be written automatically. */
export const movingMoney = ({ verdicts }: Pick<ProbeResult, 'verdicts'>): Judged[] =>
  verdicts.filter(({ id, is }) => is === 'contradicted' && BELIEFS[id]?.movesMoney);

/** Why mode `auto` does not begin, for a person. */
export const refusalText = (found: Judged[]): string =>
  `The vendors are not as this program believes, and amounts depend on it: ${found
    .map(({ id, text }) => `${id}, ${BELIEFS[id].what}: ${text}`)
    .join('; ')}. Nothing was written. Mode auto begins once a probe is free of this; see all of it with: billing doctor --probe`;
