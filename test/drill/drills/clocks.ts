import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { disturbed, rowOf, type Drill } from '../drill.js';
import { DrillSystem } from '../system.js';

/** Clocks that are wrong, and a holder of the lease that stands still. */

const SHIFT = `
const offMs = Number(process.env.DRILL_CLOCK_OFF_MS);
const Right = Date;
globalThis.Date = class extends Right {
  constructor(...given) { given.length === 0 ? super(Right.now() + offMs) : super(...given); }
  static now() { return Right.now() + offMs; }
};
`;
const WITHIN_MS = 60_000;
/** So long it is watched that nothing is sent. */
const WATCHED_MS = 5_000;
/** The next one serves within this. */
const TAKEN_OVER_MS = 15_000;

const skewOf = (minutes: number): Drill => ({
  name: minutes > 0 ? 'clock-ahead' : 'clock-behind',
  what: `the worker's clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? 'ahead' : 'behind'}; then a second one with the right time`,
  play: async ({ image, say }) => {
    const system = await DrillSystem.open(image, say);
    try {
      const { stack } = system;
      const shift = join(stack.folder, 'clock.mjs');
      await writeFile(shift, SHIFT);
      const off = { NODE_OPTIONS: `--import=${shift}`, DRILL_CLOCK_OFF_MS: String(minutes * 60_000) };
      const from = await system.hasServed();
      const wrong = await stack.startWorker('worker', off);
      const run = system.runMonth();
      const { seconds, line } = await wrong.says(/clock is \d+ seconds/, WITHIN_MS, from);
      await sleep(WATCHED_MS);
      const written = await system.writes();
      await stack.startWorker('worker-2');
      const { code } = await run;
      const problems = written > 0 ? [`it wrote ${written} times all the same`] : [];
      return [
        await rowOf(system, minutes > 0 ? 'clock-ahead' : 'clock-behind', skewOf(minutes).what, {
          code,
          message: line,
          seconds,
          problems,
        }),
      ];
    } finally {
      await system.close();
    }
  },
});

const FROZEN = disturbed({
  name: 'freeze',
  what: "SIGSTOP of the lease's holder, with a second worker that stands by; woken later",
  workers: 2,
  disturb: async (system, run) => {
    const { holder, others } = system.workers();
    const [next] = others;
    const startedAt = Date.now();
    holder.signal('SIGSTOP');
    const { line } = await next!.says(/serving autotask-/, TAKEN_OVER_MS);
    const seconds = (Date.now() - startedAt) / 1000;
    await sleep(10_000);
    holder.signal('SIGCONT');
    const { code } = await run;
    return { code, message: `the next one: ${line}`, seconds };
  },
});

export const CLOCKS: Drill[] = [skewOf(10), skewOf(-10), FROZEN];
