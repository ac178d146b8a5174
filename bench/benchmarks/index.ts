import type { Measured } from '../figure.js';

export interface BenchmarkOptions {
  seed: number;
  scale: number;
  /** How many brokers there are, for the benchmark of that name. */
  brokers: number;
}

/** One file per benchmark, loaded when it runs. */
export interface Benchmark {
  run(options: BenchmarkOptions): Promise<Measured>;
}

interface Entry {
  summary: string;
  load: () => Promise<Benchmark>;
}

export const benchmarks: Record<string, Entry> = {
  calls: {
    summary: 'calls to Autotask against the fewest there can be, and against looking up line by line',
    load: () => import('./calls.js'),
  },
  size: {
    summary: 'memory, time, payloads and histories of a month of 100,000 lines through a worker',
    load: () => import('./size.js'),
  },
  planning: {
    summary: 'the planner over all organizations against parsing the same report',
    load: () => import('./planning.js'),
  },
  engine: {
    summary: 'a month through Temporal against the same calls in a bare loop; what it leaves in the histories',
    load: () => import('./engine.js'),
  },
  growth: {
    summary: 'what 500 brokers with 2,000 organizations each need, computed from a small month that is measured',
    load: () => import('./growth.js'),
  },
  waits: {
    summary: 'where people wait: a plan of 10,000 lines, and a first month against what its calls take at best',
    load: () => import('./waits.js'),
  },
  brokers: {
    summary: 'an unchanged day of 300 brokers against the real server on PostgreSQL, some of them broken',
    load: () => import('./brokers.js'),
  },
  fairness: {
    summary: 'how long a broker with 100,000 lines makes small ones wait that the same process serves',
    load: () => import('./fairness.js'),
  },
  'start-up': {
    summary: 'how soon help is there, against Node doing nothing, and a worker polls',
    load: () => import('./start-up.js'),
  },
  'first-day': {
    summary: 'a stopwatch from a clone to the first posted month of a tenant with a past: commands, minutes, decisions',
    load: () => import('./first-day.js'),
  },
  sandbox: {
    summary: 'how fast the stand-ins answer, so that they never are the bottleneck',
    load: () => import('./sandbox.js'),
  },
};
