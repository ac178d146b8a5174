/** Who may call, and how much: credentials, the hourly quota, and requests in flight (`docs/vendors/autotask.md` 1 and 3.3). */
import type { SandboxRequest } from '../router.js';
import { Refusal, refuse, TEXT } from './refusal.js';
import type { Tenant } from './tenant.js';

/** Real API: wrong secret 401; unknown user and bad integration code 500 (observed by one). */
export function authenticate({ credentials }: Tenant, { headers }: SandboxRequest): void {
  const { apiintegrationcode, username, secret } = headers;
  if (!apiintegrationcode || !username || !secret) throw new Refusal(401, undefined);
  if (username.toLowerCase() !== credentials.username.toLowerCase()) throw refuse('The user could not be found.');
  if (apiintegrationcode !== credentials.integrationCode) throw refuse('The API tracking identifier is not valid.');
  if (secret !== credentials.secret) throw new Refusal(401, undefined);
}

const HOUR_MS = 3_600_000;

/** Requests of the last 60 minutes by the sandbox's clock, all integrations together. */
export class Quota {
  #times: number[] = [];

  constructor(private readonly tenant: Tenant) {}

  /** Requests that count now. */
  count(): number {
    const from = this.tenant.clock.now().getTime() - HOUR_MS;
    // In the order of the clock, unless somebody set it back.
    if ((this.#times[0] ?? Infinity) <= from) this.#times = this.#times.filter((time) => time > from);
    return this.#times.length;
  }

  /** Counts a request and answers by how much it is slowed down; over the quota it is refused and does not count. */
  use(): number {
    const limit = this.tenant.behaviour.callsPerHour;
    const used = this.count();
    if (used >= limit) {
      // The body over quota is unknown (`docs/vendors/autotask.md` 12, no. 12).
      throw new Refusal(429, { errors: [`The request threshold of ${limit} requests per 60 minutes has been exceeded.`] });
    }
    this.#times.push(this.tenant.clock.now().getTime());
    return slowedMs((used + 1) / limit);
  }
}

/** Real API: about half a second from 50 % of the quota, a second from 75 % (documented). */
function slowedMs(share: number): number {
  if (share >= 0.75) return 1000;
  return share >= 0.5 ? 500 : 0;
}

/** Requests in flight by tracking identifier and entity. Children and metadata count on their entity (documented). */
export class Threads {
  readonly #inFlight = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** Takes a place. `leave` gives it back; `check` refuses if none was free. */
  enter(identifier: string, entity: string): { check(): void; leave(): void } {
    const key = `${identifier} ${entity}`;
    const before = this.#inFlight.get(key) ?? 0;
    this.#inFlight.set(key, before + 1);
    return {
      check: () => {
        if (before >= this.limit) throw new Refusal(429, { errors: [TEXT.threads(this.limit)] });
      },
      leave: () => void this.#inFlight.set(key, (this.#inFlight.get(key) ?? 1) - 1),
    };
  }
}
