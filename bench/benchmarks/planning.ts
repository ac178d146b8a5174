import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figure, type Measured } from '../figure.js';
import { runMonth } from '../month.js';
import type { Planned, PlanningOptions, PlanningRound } from '../planning-program.js';
import { configFor, dependenciesFor, withSandbox } from '../rig.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * The planner over all organizations against `JSON.parse` of the same report: the reports of the month and of the one before it, as Cloudmore sends them.
 * Autotask holds nothing yet, so that everything is planned; and once more, in a smaller world, after the month was billed, as on every other day.
 */

const FIRST = { lines: 100_000, organizations: 2_000 };
const BILLED = { lines: 2_000, organizations: 40 };
const MONTH = { month: '2025-10', asOf: '2025-10-18' };

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const at = ({ lines, organizations }: typeof FIRST): Size => ({
    lines: sized(lines, scale),
    organizations: sized(organizations, scale),
    seed,
  });
  const first = await measure(at(FIRST), false);
  const billed = await measure(at(BILLED), true);
  const less = { better: 'less' } as const;
  const microseconds = ({ lines, rounds }: Planned, of: (round: PlanningRound) => number): number[] =>
    rounds.map((round) => (of(round) * 1000) / lines);
  return {
    figures: [
      figure('a first month: planning over JSON.parse of the report', first.rounds.map(ratio), { unit: '×', limit: 2, ...less }),
      figure(
        'a first month: planning a line',
        microseconds(first, ({ planningMs }) => planningMs),
        { unit: 'µs', ...less },
      ),
      figure(
        'a first month: JSON.parse of a line',
        microseconds(first, ({ parsingMs }) => parsingMs),
        { unit: 'µs', ...less },
      ),
      figure(
        'a month that is billed: planning a line',
        microseconds(billed, ({ planningMs }) => planningMs),
        { unit: 'µs', ...less },
      ),
    ],
    notes: { first, billed },
  };
}

type Size = typeof FIRST & { seed: number };

const ratio = ({ planningMs, parsingMs }: PlanningRound): number => planningMs / parsingMs;

async function measure(size: Size, isBilled: boolean): Promise<Planned> {
  return withFolder(async (worlds) => {
    const worldPath = await generatedWorld(worlds, size);
    return withSandbox({ worldPath, now: `${MONTH.asOf}T03:00:00Z`, latencyMs: 0 }, async (sandbox, folder) => {
      if (isBilled) await runMonth(dependenciesFor(configFor(sandbox, folder)), { ...MONTH, broker: 'default' });
      return planned({ env: sandbox.env, folder, ...MONTH });
    });
  });
}

const PROGRAM = fileURLToPath(new URL('../planning-program.ts', import.meta.url));

async function planned(options: PlanningOptions): Promise<Planned> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`The measured process ended with ${String(code)}.`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [Planned];
  ended.catch(() => undefined);
  return answer;
}
