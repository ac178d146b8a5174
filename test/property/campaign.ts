import fc from 'fast-check';
import { parseArgs } from 'node:util';
import { checkRun } from './checks.js';
import { play, story } from './month.js';

/** The long campaign: `npm run properties -- --runs 100000 [--seed S]`. Prints the seed; ends with 1 at the first story that breaks an invariant. */

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string' } } });
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const runs = Number(values.runs);

console.log(`${runs} generated organizations, seed ${seed}`);
const started = Date.now();
const result = fc.check(
  fc.property(story, (told) => play(told, checkRun)),
  { numRuns: runs, seed },
);
if (result.failed) {
  console.error(fc.defaultReportMessage(result));
  process.exitCode = 1;
} else {
  console.log(
    `${result.numRuns} passed in ${Math.round((Date.now() - started) / 1000)} s; the same again: npm run properties -- --runs ${runs} --seed ${seed}`,
  );
}
