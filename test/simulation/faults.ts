import type { Random } from './random.js';

/** What can go wrong with one request, and schedules of it: faults that start, overlap and heal. */

export const FAULTS = [
  'refused', // 500 with errors, before any effect
  'failed-before', // 503 without errors, nothing happened
  'failed-after', // 500 without errors, after the effect
  'cut-before', // connection lost, nothing happened
  'cut-after', // connection lost, the effect stands
  'late', // connection lost, the effect comes some seconds after
  'very-late', // connection lost, the effect comes after the client has not found it
  'slow', // no answer in time, the effect stands at once
  'slow-late', // no answer in time, the effect comes when the client has given up
  'busy', // 429 without Retry-After
  'busy-until', // 429 with Retry-After
  'threads', // the thread limit's text under 500
  'unauthorized', // one 401
  'page', // a proxy's HTML page under 200, after the effect
  'truncated', // half an answer, after the effect
  'empty', // no body, after the effect
  'repeated-row', // a record twice in a page
  'stale', // a query answers what it answered some seconds before
] as const;
export type FaultKind = (typeof FAULTS)[number];

/** Faults that only an answer with records can have. */
const OF_QUERIES = new Set<FaultKind>(['repeated-row', 'stale']);
/** Faults about the moment of an effect: reads have none. */
const OF_WRITES = new Set<FaultKind>(['late', 'very-late', 'slow-late', 'failed-after']);

/** One kind of call: vendor, method and path without ids. */
export function siteOf(method: string, path: string): string {
  const short = path
    .replace(/^\/atservicesrest\/v1\.0\//i, 'autotask ')
    .replace(/^\/atservicesrest\//i, 'autotask ')
    .replace(/^\/api\/resellers\/[^/]+\//i, 'cloudmore ')
    .replace(/^\/connect\//i, 'cloudmore connect/')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/gi, ':id')
    .replace(/\/svc-[a-z]+/gi, '/:id')
    .replace(/\/\d+/g, '/:id')
    .replace(/\/query\/next\/.*$/i, '/query/next');
  const [vendor = '', rest = ''] = short.split(' ');
  return `${vendor} ${method} ${rest}`;
}

export const isQuery = (site: string): boolean => /\/query(\/next)?$/i.test(site);
export const isWrite = (site: string): boolean => site.startsWith('autotask') && !isQuery(site) && !/ GET /.test(site);

/** Whether a fault makes sense at a call site. */
export function fits(fault: FaultKind, site: string): boolean {
  if (OF_QUERIES.has(fault)) return isQuery(site);
  if (OF_WRITES.has(fault)) return isWrite(site);
  if (fault === 'refused' || fault === 'threads') return site.startsWith('autotask') && !/zoneInformation/i.test(site);
  // One 401 is answered by a new log-in at Cloudmore, by the zone at Autotask; more are the credentials', which is not a fault to get over.
  if (fault === 'unauthorized') return site.startsWith('cloudmore') && !/connect/.test(site);
  return true;
}

export interface FaultWindow {
  from: number;
  until: number;
  kind: FaultKind;
  /** Which call sites: all where null. */
  site: RegExp | null;
  /** Share of the requests. */
  share: number;
  /** How often at most. */
  times: number;
}

/** How late an effect comes, in milliseconds. */
export const LATE_MS: Record<'late' | 'very-late' | 'slow-late', [low: number, high: number]> = {
  late: [500, 15_000],
  'very-late': [22_000, 80_000],
  'slow-late': [61_000, 85_000],
};

const SITES = [
  null,
  null,
  / (POST|PATCH|DELETE) (?!.*query)/,
  /ServiceAdjustments/,
  /Charges/,
  /query/,
  /POST Contracts$/,
  /cloudmore/,
];

/** Faults around the runs of a month. */
export function drawWindows(random: Random, runsAt: number[], kinds: readonly FaultKind[] = FAULTS): FaultWindow[] {
  return Array.from({ length: random.whole(0, 6) }, () => {
    // A run takes some seconds where nothing fails.
    const from = random.pick(runsAt) + random.whole(-8_000, random.chance(0.7) ? 4_000 : 60_000);
    const isShort = random.chance(0.7);
    return {
      from,
      until: from + random.whole(1, isShort ? 300 : 4200) * 1000,
      kind: random.pick(kinds),
      site: random.pick(SITES),
      share: random.pick([0.05, 0.2, 0.5, 1]),
      times: random.pick([1, 2, 3, 6, 1000]),
    };
  });
}

/** Which fault befalls which request, and which combinations have happened. */
export class Injector {
  readonly hits = new Map<string, number>();
  private windows: FaultWindow[] = [];
  /** Autotask's hourly quota is used up until then, by somebody else. */
  private exhaustedUntil = 0;

  constructor(private readonly random: Random) {}

  plan(windows: FaultWindow[]): void {
    this.windows = windows.map((window) => ({ ...window }));
  }

  heal(): void {
    this.windows = [];
    this.exhaustedUntil = 0;
  }

  exhaust(until: number): void {
    this.exhaustedUntil = until;
  }

  pick(site: string, now: number): FaultKind | null {
    if (now < this.exhaustedUntil && site.startsWith('autotask') && !/zoneInformation/i.test(site)) return this.hit(site, 'busy');
    for (const window of this.windows) {
      if (now < window.from || now >= window.until || window.times <= 0) continue;
      if ((window.site && !window.site.test(site)) || !fits(window.kind, site)) continue;
      if (!this.random.chance(window.share)) continue;
      window.times -= 1;
      return this.hit(site, window.kind);
    }
    return null;
  }

  private hit(site: string, kind: FaultKind): FaultKind {
    const hit = `${site} × ${kind}`;
    this.hits.set(hit, (this.hits.get(hit) ?? 0) + 1);
    return kind;
  }
}
