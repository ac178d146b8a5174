import type { Change } from '../changed.js';
import type { Workload } from './workloads.js';

/** A wrong product that the checker must see: one changed file each, seldom more, put in the product's place by `play.ts`. */
export interface Variant {
  name: string;
  /** What is wrong, in the words of who would meet it. */
  wrong: string;
  file: string;
  changes: Change[];
  /** Where one file is not enough. */
  also?: Pick<Variant, 'file' | 'changes'>[];
  /** A seed that shows it, and the kind of months in which; default `mixed`. */
  seed: number;
  workload?: Workload;
}
