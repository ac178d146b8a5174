import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Promotion } from '../../shared/config.js';
import { makeCurrent, readDeployment, type Deployment } from './deployment.js';
import { planAgainOn, leftBehind } from './left-behind.js';

/** Until it is the current version it asks often: nothing begins before one is. */
const LOOK_SOON_MS = 500;
const LOOK_EVERY_MS = 20_000;
/** So long a worker that nobody knows yet asks often. */
const SOON_FOR_MS = 30_000;

interface Version {
  broker: string;
  buildId: string;
  promotion: Promotion;
  say: (message: string) => void;
}

/**
 * Makes a worker's version the current one when that is due, and takes over what versions left behind that nobody runs any more. Somebody who starts a new
 * version, and did not ask to promote it by hand, expects it to work; a version that had its turn before, and was rolled back, does not push itself forward.
 */
export class Promoter {
  private readonly closing = new AbortController();
  private trouble: string | null = null;
  private lastSaid: string | null = null;
  /** What to say where Temporal does not register this version; null where it did. */
  private unregistered: string | null = null;

  constructor(
    private readonly client: Client,
    private readonly version: Version,
  ) {}

  async serve(): Promise<void> {
    const soonUntil = Date.now() + SOON_FOR_MS;
    while (!this.closing.signal.aborted) {
      const isCurrent = await this.lookSafely();
      const isSoon = Date.now() < soonUntil;
      if (!isSoon && this.unregistered !== null) this.sayOnce(this.unregistered);
      const pause = !isCurrent && isSoon ? LOOK_SOON_MS : LOOK_EVERY_MS;
      await sleep(pause, undefined, { signal: this.closing.signal }).catch(() => undefined); // closing ends the wait
    }
  }

  close(): void {
    this.closing.abort();
  }

  /** Whether this version is the current one after the check. A check that fails is said once, and repeated. */
  private async lookSafely(): Promise<boolean> {
    try {
      const isCurrent = await this.look();
      this.trouble = null;
      return isCurrent;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== this.trouble && !this.closing.signal.aborted)
        this.version.say(`Could not find out which version is current: ${message}`);
      this.trouble = message;
      return false;
    }
  }

  private async look(): Promise<boolean> {
    const deployment = await readDeployment(this.client, this.version.broker);
    if (deployment === null) return true;
    this.unregistered = whyUnregistered(deployment, this.version.buildId);
    if (deployment.current !== this.version.buildId) {
      const due = isDue(deployment, this.version.buildId, this.version.promotion);
      if (due && (await makeCurrent(this.client, this.version.broker, this.version.buildId)))
        this.sayOnce(`version ${this.version.buildId} is the current one now`);
      else if (!due) this.sayOnce(standingBy(deployment, this.version.buildId));
      return false;
    }
    const left = await leftBehind(this.client, this.version.broker, deployment);
    for (const one of left) await planAgainOn(this.client, one, 'the version on which it began no longer has a worker');
    if (left.length > 0)
      this.version.say(
        `${left.length} customers began on a version that no longer has a worker: planned again by ${this.version.buildId}`,
      );
    return true;
  }

  private sayOnce(message: string): void {
    if (message !== this.lastSaid) this.version.say(message);
    this.lastSaid = message;
  }
}

const standingBy = ({ current, name }: Deployment, buildId: string): string =>
  `version ${buildId} is on standby: ${current ?? 'none'} is current for ${name}. Make this one current with: billing deploy promote ${buildId}`;

/** What a version that polls and that Temporal does not list means for the broker; null where it is listed. */
export const whyUnregistered = ({ name, versions }: Deployment, buildId: string): string | null =>
  versions.some((version) => version.buildId === buildId)
    ? null
    : `Temporal does not register version ${buildId} of ${name}: nothing of this broker is billed until it does. A namespace takes 100 deployments, one for each broker, unless matching.maxDeployments of its server is higher: raise it, or serve this broker in another namespace`;

/** Whether a version should become the current one without being asked. */
export function isDue({ current, versions }: Deployment, buildId: string, promotion: Promotion): boolean {
  if (current === null) return true;
  const known = versions.find((version) => version.buildId === buildId);
  if (known === undefined) return false; // its first poll is still under way
  const isNew = known.lastCurrentAt === null;
  if (promotion === 'itself' && isNew && isNewest(versions, buildId)) return true;
  return promotion === 'itself' && !versions.some((version) => version.buildId === current && version.isServed);
}

/** Of several new ones the newest: an older one would take turns with it. */
const isNewest = (versions: Deployment['versions'], buildId: string): boolean =>
  versions.filter(({ isServed, lastCurrentAt }) => isServed && lastCurrentAt === null)[0]?.buildId === buildId;
