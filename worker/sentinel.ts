import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../shared/config.js';
import { scheduleId } from '../shared/messages/names.js';
import type { Evidence } from '../shared/evidence/index.js';
import { gapBetween } from '../shared/notices/notice.js';
import { readLatestRun, sendOnce } from '../shared/notices/record.js';
import { channelsOf } from '../shared/notices/send.js';
import { faultsOf, type Fault } from './executions/faults.js';

/** What a new version breaks is seen within a minute; outages are reported after `PATIENT_FOR_MS` of `faults.ts`, all within ten minutes. */
const LOOK_EVERY_MS = 60_000;
/** A process that has just been started holds the lease after moments; one that stands by may become the one that serves at any time. */
const ASK_AGAIN_MS = 1_000;
/** A schedule may be late by this. */
const LATE_AFTER_MS = 5 * 60_000;

/**
 * Looks now and then at the broker's executions, and tells people of each fault once. A run reports its own failures as long as it can; this one reports those
 * that cannot: terminated, hanging, never started, or not to be replayed by the version that is deployed.
 */
export class Sentinel {
  private readonly closing = new AbortController();
  private readonly closed = new Promise<void>((resolve) => {
    this.closing.signal.addEventListener('abort', () => resolve());
  });
  /** When the schedule was to act next, as of the last check. */
  private expected: Date | null = null;
  private trouble: string | null = null;
  private found = 0;

  constructor(
    private readonly client: Client,
    private readonly evidence: Evidence,
    private readonly config: Pick<Config, 'broker' | 'notices'>,
    private readonly say: (message: string) => void,
  ) {}

  /** Looks until `close`, whenever this process is the one that serves the broker. */
  async serve(isOn: () => boolean): Promise<void> {
    while (!this.closing.signal.aborted) {
      // A worker that is told to stop does not wait for a server that cannot be reached.
      if (isOn()) await Promise.race([this.lookSafely(), this.closed]);
      await this.pause(isOn() ? LOOK_EVERY_MS : ASK_AGAIN_MS);
    }
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.closing.signal }).catch(() => undefined); // closing ends the wait
  }

  close(): void {
    this.closing.abort();
  }

  /** How many faults the last check found. */
  faults(): number {
    return this.found;
  }

  /** Reports what is wrong now and was not reported before. */
  async look(now = new Date()): Promise<Fault[]> {
    const { broker, notices } = this.config;
    const faults = [...(await faultsOf(this.client, broker, now)), ...(await this.absentRuns(now))];
    this.found = faults.length;
    for (const { id, title, lines } of faults)
      await sendOnce(this.evidence, {
        broker,
        occasion: { run: id, at: now.toISOString() },
        notice: { title, lines },
        channels: channelsOf(notices),
        settings: notices,
      });
    return faults;
  }

  /** Anyone who watches must not end what it watches: a check that fails is said once, and repeated. */
  private async lookSafely(): Promise<void> {
    try {
      await this.look();
      this.trouble = null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (this.trouble !== message && !this.closing.signal.aborted)
        this.say(`Could not check whether runs are healthy: ${message}`);
      this.trouble = message;
    }
  }

  /** The schedule's runs that did not begin, or did not end for more than a day. */
  private async absentRuns(now: Date): Promise<Fault[]> {
    try {
      const { info, state } = await this.client.schedule.getHandle(scheduleId(this.config.broker)).describe();
      const late = this.expected;
      this.expected = info.nextActionTimes[0] ?? null;
      if (state.paused) return [];
      const last = await readLatestRun(this.evidence, this.config.broker);
      const gap = last === null ? null : gapBetween(last.endedAt, now.toISOString());
      return [
        ...(gap === null ? [] : [absent(`gap~${last!.endedAt}`, gap)]),
        ...(late !== null && this.isMissed(late, now, info.recentActions)
          ? [absent(`missed~${late.toISOString()}`, `the schedule's run of ${late.toISOString()} did not begin`)]
          : []),
      ];
    } catch (error) {
      if (error instanceof ScheduleNotFoundError) return []; // anyone who runs by hand knows
      throw error;
    }
  }

  private isMissed(late: Date, now: Date, recent: { scheduledAt: Date }[]): boolean {
    if (recent.some(({ scheduledAt }) => scheduledAt >= late)) return false;
    if (late >= now) return false;
    if (now.getTime() - late.getTime() > LATE_AFTER_MS) return true;
    this.expected = late; // too early to tell: asked again by the next check
    return false;
  }
}

const absent = (id: string, what: string): Fault => ({
  id,
  title: `Billing: ${what}`,
  lines: ['Check the schedule with: billing schedule show'],
});
