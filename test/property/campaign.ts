import fc, { type RunDetails } from 'fast-check';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { checkDay } from './checks.js';
import { checkLies } from './lies-checks.js';
import { playLies } from './lies.js';
import { lyingStory } from './lies-story.js';
import { play, story } from './month.js';

/**
 * The long campaign: `npm run properties -- --runs 100000 [--seed S] [--processes N]`. Shared out among processes, whose seeds follow each other; ends with 1
 * at the first story that breaks an invariant, and prints the seed that shows it again.
 */

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    seed: { type: 'string' },
    processes: { type: 'string', default: String(availableParallelism()) },
  },
});
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const [runs, processes] = [Number(values.runs), Math.max(1, Number(values.processes))];

if (processes === 1) await part();
else await share();

async function share(): Promise<void> {
  const started = Date.now();
  console.log(`${runs} generated organizations in ${processes} processes, seed ${seed}`);
  const each = Math.ceil(runs / processes);
  const codes = await Promise.all(
    Array.from({ length: processes }, (_, number) => {
      const args = ['--runs', String(each), '--seed', String(seed + number), '--processes', '1'];
      const child = fork(fileURLToPath(import.meta.url), args, { execArgv: process.execArgv });
      return new Promise<number>((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
    }),
  );
  if (codes.some((code) => code !== 0)) process.exitCode = 1;
  else {
    const seconds = (Date.now() - started) / 1000;
    console.log(`${each * processes} passed in ${Math.round(seconds)} s (${Math.round((each * processes) / seconds)} a second).`);
    console.log(`The same again: npm run properties -- --runs ${runs} --seed ${seed} --processes ${processes}`);
  }
}

/** The months as they are, and a tenth as many whose vendors do not tell everything: each of those has several days and is slower. */
async function part(): Promise<void> {
  const parameters = { numRuns: runs, seed };
  const results = [
    fc.check(
      fc.property(story, (drawn) => play(drawn, checkDay)),
      parameters,
    ),
    await fc.check(
      fc.asyncProperty(lyingStory, (drawn) => playLies(drawn, checkLies)),
      { seed, numRuns: Math.ceil(runs / 10) },
    ),
  ];
  for (const result of results.filter(({ failed }) => failed)) {
    console.error(fc.defaultReportMessage(result as RunDetails<unknown>));
    console.error(result.errorInstance);
    console.error(`The same again: npm run properties -- --runs ${runs} --seed ${seed} --processes 1`);
    process.exitCode = 1;
  }
}
