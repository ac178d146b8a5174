import { parseArgs } from 'node:util';
import { EARLIER, findEarlierServer } from './earlier-server.js';
import { PLACES, playPlaced, WORLD } from './placed.js';
import { soak } from './soak.js';

/**
 * `npm run soak -- --minutes M [--seed S]`: prints what happens, then the verdict and the figures. With `--placed` instead one month for every activity and
 * point at which its worker dies, `--at-once N` of them at the same time, `--place "ACTIVITY × POINT"` for some; with `--upgrade` one month in which Temporal's
 * server is replaced by one of a later version. Exit code 0 ok, 1 violated, 2 unknown.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string' },
    placed: { type: 'boolean', default: false },
    upgrade: { type: 'boolean', default: false },
    place: { type: 'string', multiple: true, default: PLACES },
    'at-once': { type: 'string', default: '6' },
  },
});
const chosen = values.seed ?? (values.placed ? WORLD : 1);
const [minutes, seed, atOnce] = [values.minutes, chosen, values['at-once']].map(Number) as [number, number, number];
if (!(minutes > 0) || !Number.isInteger(seed) || !(atOnce > 0))
  throw new Error(
    '--minutes and --at-once take a number above 0, --seed a whole number; as in: npm run soak -- --minutes 20 --seed 1',
  );
const unknown = values.place.find((place) => !PLACES.includes(place));
if (unknown !== undefined) throw new Error(`There is no place "${unknown}"; there are ${PLACES.join(', ')}.`);

const EXIT_CODES = { ok: 0, violated: 1, unknown: 2 };
const say = (line: string): boolean => process.stderr.write(`${line}\n`);
const { verdict, ...played } = values.placed ? await playPlaces() : values.upgrade ? await playUpgrade() : await playSoak();
process.stdout.write(`${JSON.stringify({ verdict, ...played }, null, 2)}\n`);
process.exitCode = EXIT_CODES[verdict];

interface Soaking {
  verdict: keyof typeof EXIT_CODES;
  [figure: string]: unknown;
}

async function playSoak(): Promise<Soaking> {
  const { verdict, rounds, figures } = await soak({ minutes, seed, say });
  return { verdict, months: rounds.length, figures, problems: rounds.flatMap(({ problems }) => problems) };
}

/** An upgrade that no run met proves nothing. */
async function playUpgrade(): Promise<Soaking> {
  const soaked = await soak({
    minutes: 0,
    seed: 2,
    earlier: await findEarlierServer(),
    disturbances: [{ kind: 'upgrade server' }, { kind: 'deploy worker' }, { kind: 'kill server', ms: 500 }],
    say,
  });
  const { verdict, rounds, figures } = soaked;
  const isMet = Object.keys(figures).some((name) => name.startsWith(`${EARLIER} to `) && name.endsWith('run RUNNING'));
  return {
    verdict: verdict === 'ok' && !isMet ? 'unknown' : verdict,
    figures,
    problems: rounds.flatMap(({ problems, unknown: open }) => [...problems, ...open]),
  };
}

async function playPlaces(): Promise<Soaking> {
  const startedAt = Date.now();
  const played = await playPlaced({ places: values.place, atOnce, seed, say });
  const has = (verdict: string): boolean => played.some((one) => one.verdict === verdict);
  // A place that no worker came to proves nothing.
  const missed = played.filter(({ isReached }) => !isReached).map(({ place }) => place);
  return {
    verdict: has('violated') ? 'violated' : has('unknown') || missed.length > 0 ? 'unknown' : 'ok',
    months: played.length,
    ok: played.filter(({ verdict, isReached }) => verdict === 'ok' && isReached).length,
    missed,
    seconds: Math.round((Date.now() - startedAt) / 1000),
    problems: played.flatMap(({ place, problems, unknown: open }) =>
      [...problems, ...open].map((problem) => ({ place, problem })),
    ),
  };
}
