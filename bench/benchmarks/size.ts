import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { figure, type Measured } from '../figure.js';
import { UNLIMITED } from '../rig.js';
import { startSandboxProcess } from '../sandbox-process.js';
import type { SizeOptions, Sized } from '../size-program.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';

/**
 * A month of 100,000 lines and 2,000 organizations against one of 1,000, in shadow mode: memory of the process that reads the report, surveys Autotask,
 * plans and settles every organization and reconciles the month, time per line, and planning against parsing the same report. Nothing is written: the
 * calls would be all one sees.
 */

const SMALL = { lines: 1_000, organizations: 60 };
const LARGE = { lines: 100_000, organizations: 2_000 };

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const small = await measure({ ...SMALL, seed });
  const large = await measure({ lines: sized(LARGE.lines, scale), organizations: sized(LARGE.organizations, scale), seed });
  const less = { better: 'less' } as const;
  return {
    figures: [
      figure('peak memory, large', large.peakMb, { unit: 'MB', limit: 512, ...less }),
      figure('peak memory, large over small', large.peakMb / small.peakMb, { unit: '×', limit: 3, ...less }),
      figure('time per line, large over small', perLine(large) / perLine(small), { unit: '×', limit: 1.1, ...less }),
      figure('planning all organizations over JSON.parse of the report', large.planningMs / large.parsingMs, {
        unit: '×',
        limit: 2,
        ...less,
      }),
    ],
    notes: { small, large },
  };
}

const perLine = ({ reportMs, surveyMs, workMs, settleMs, lines }: Sized): number =>
  (reportMs + surveyMs + workMs + settleMs) / lines;

const PROGRAM = fileURLToPath(new URL('../size-program.ts', import.meta.url));

async function measure(size: { lines: number; organizations: number; seed: number }): Promise<Sized> {
  return withFolder(async (folder) => {
    const worldPath = await generatedWorld(folder, size);
    const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
    try {
      const options: SizeOptions = { env: sandbox.env, folder };
      const child = fork(PROGRAM, [JSON.stringify(options)], {
        execArgv: ['--import', 'tsx'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      const [answer] = (await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code]) => Promise.reject(new Error(`The measured process ended with ${String(code)}.`))),
      ])) as [Sized];
      return answer;
    } finally {
      await sandbox.close();
    }
  });
}
