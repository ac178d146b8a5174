import type { Autotask } from '../autotask/index.js';
import { ApiError } from '../http/errors.js';
import type { Month } from '../billing/types.js';
import type { ReportSource } from '../cloudmore/config.js';
import type { Cloudmore } from '../cloudmore/index.js';
import { ASK_AUTOTASK, ASK_CLOUDMORE } from './asks.js';
import { connectorAmounts, connectorContracts } from './autotask-records.js';
import { AutotaskSeen } from './autotask-seen.js';
import { AUTOTASK_BELIEFS, BELIEFS, BELIEFS_VERSION, CLOUDMORE_BELIEFS, type BeliefId } from './beliefs.js';
import { CloudmoreSeen } from './cloudmore-seen.js';
import { couldNotAsk, type Verdict } from './verdict.js';

/**
 * Asks both vendors whether they are as the product believes: nothing is written, and Cloudmore is asked for reports, which every run does. What decides most
 * comes first, so that a probe that is broken off is still worth something.
 */

/** Calls to Autotask that one probe makes at most. */
export const CALLS_MOST = 119;

export interface Judged extends Verdict {
  id: BeliefId;
}

export interface ProbeResult {
  beliefs: number;
  /** API user that asked: another one may see something else. */
  user: string;
  month: Month;
  /** ISO times. */
  takenAt: string;
  endedAt: string;
  /** Whether every belief was asked about: neither broken off, nor cut by an outage that goes by. */
  isWhole: boolean;
  calls: { autotask: number; cloudmore: number };
  verdicts: Judged[];
}

export interface ProbeOptions {
  autotask: Autotask;
  cloudmore: Cloudmore;
  user: string;
  subscriptionUdf: string;
  companyProperty: string;
  absentMembers: string[];
  reportMonthOffset: number;
  reportSource: ReportSource;
  /** Of the report that is looked at. */
  month: Month;
  now: () => Date;
  onVerdict?: (judged: Judged, done: number, all: number) => void;
  signal?: AbortSignal | undefined;
}

export async function probe(options: ProbeOptions): Promise<ProbeResult> {
  const { autotask, cloudmore, user, month, now } = options;
  const takenAt = now().toISOString();
  const asking = new Asking(options);
  const seen = new AutotaskSeen(autotask, month, options.subscriptionUdf);
  const ofAutotask = await autotask.countCalls(() => asking.askAll('A1.zone', AUTOTASK_BELIEFS, ASK_AUTOTASK, seen), CALLS_MOST);
  const foreignKeys = async (): Promise<string[] | null> =>
    asking.isReached('A1.zone') ? (await connectorContracts(seen)).flatMap((one) => seen.keyOf(one) ?? []) : null;
  const known = await foreignKeys().catch(() => null);
  const amounts = known === null || known.length === 0 ? [] : await connectorAmounts(seen).catch(() => []);
  const { companyProperty, absentMembers, reportMonthOffset: offset, reportSource: source } = options;
  const keys = (): Promise<string[] | null> => Promise.resolve(known);
  const other = new CloudmoreSeen(cloudmore, month, { companyProperty, absentMembers }, { keys, amounts, offset, source });
  const ofCloudmore = await cloudmore.countCalls(() => asking.askAll('C2.token', CLOUDMORE_BELIEFS, ASK_CLOUDMORE, other));
  return {
    beliefs: BELIEFS_VERSION,
    user,
    month,
    takenAt,
    endedAt: now().toISOString(),
    isWhole: !asking.isCut,
    calls: { autotask: ofAutotask.calls, cloudmore: ofCloudmore.calls },
    verdicts: asking.verdicts,
  };
}

/** Nobody's answer: asked again later there may be one. That a report cannot be had is an answer. */
const isOutage = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.facts.saysNoReport !== true &&
  ['unavailable', 'timed-out', 'rate-limited', 'unauthorized'].includes(error.kind);

class Asking {
  readonly verdicts: Judged[] = [];
  isCut = false;

  constructor(private readonly options: Pick<ProbeOptions, 'onVerdict' | 'signal'>) {}

  /** One after the other. Once the log-in is not answered nothing more is asked: wrong secrets sent again and again lock a user. */
  async askAll<Id extends BeliefId, Seen>(
    logIn: Id,
    ids: Id[],
    asks: Record<Id, (seen: Seen) => Promise<Verdict>>,
    seen: Seen,
  ): Promise<void> {
    for (const id of ids)
      this.note(id, this.isReached(logIn) ? await this.ask(() => asks[id](seen)) : couldNotAsk(`as ${logIn}`));
  }

  isReached(logIn: BeliefId): boolean {
    return this.verdicts.find(({ id }) => id === logIn)?.is !== 'could not ask';
  }

  private async ask(ask: () => Promise<Verdict>): Promise<Verdict> {
    this.isCut ||= this.options.signal?.aborted === true;
    if (this.options.signal?.aborted) return couldNotAsk('the probe was broken off');
    try {
      return await ask();
    } catch (error) {
      this.isCut ||= isOutage(error);
      return couldNotAsk(error instanceof Error ? error.message : String(error));
    }
  }

  private note(id: BeliefId, verdict: Verdict): void {
    const judged = { id, ...verdict };
    this.verdicts.push(judged);
    this.options.onVerdict?.(judged, this.verdicts.length, Object.keys(BELIEFS).length);
  }
}
