import type { Measured } from '../figure.js';

/** One file per benchmark, loaded when it runs. */
export interface Benchmark {
  run(options: { seed: number; scale: number }): Promise<Measured>;
}

interface Entry {
  summary: string;
  load: () => Promise<Benchmark>;
}

export const benchmarks: Record<string, Entry> = {
  sandbox: {
    summary: 'how fast the stand-ins answer, so that they never are the bottleneck',
    load: () => import('./sandbox.js'),
  },
};
