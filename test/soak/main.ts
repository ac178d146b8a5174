import { parseArgs } from 'node:util';
import { soak } from './soak.js';

/** `npm run soak -- --minutes M [--seed S]`: prints what happens, then the verdict and the figures. Exit code 0 ok, 1 violated, 2 unknown. */

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } } });
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed))
  throw new Error('--minutes takes a number above 0, --seed a whole number; as in: npm run soak -- --minutes 20 --seed 1');

const EXIT_CODES = { ok: 0, violated: 1, unknown: 2 };
const { verdict, rounds, figures } = await soak({ minutes, seed, tell: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write(
  `${JSON.stringify({ verdict, months: rounds.length, figures, problems: rounds.flatMap(({ problems }) => problems) }, null, 2)}\n`,
);
process.exitCode = EXIT_CODES[verdict];
