import { parseArgs } from 'node:util';
import { buildImage } from '../project/image.js';
import { notPlayed, type Drill, type Row, type DrillOptions } from './drill.js';
import { DRILLS } from './drills/index.js';

/**
 * `npm run drill [-- NAME…] [--moments N] [--runs N] [--seed S] [--at-once N]`: brings the stack of `docker-compose.yml` up without Docker, once for every drill, and plays it,
 * so many at once, each on addresses of its own. Each ends with rows of one table; the last line is one line of figures. Exit code 0 only when every figure is 0 and all was
 * said as it must be.
 */

const HELP = `npm run drill [-- NAME…] [--moments N] [--runs N] [--seed S] [--at-once N]

  --moments N   how many random moments a restore is played at (default: 1)
  --runs N      how many times two brokers are billed at the same time (default: 1)
  --seed S      what chance is drawn from (default: 1)
  --at-once N   how many drills are played at the same time (default: 1)

Drills (default: all):
${DRILLS.map(({ name, what }) => `  ${name.padEnd(Math.max(...DRILLS.map((drill) => drill.name.length)))}  ${what}`).join('\n')}`;

const { chosen, moments, runs, atOnce, seed } = asked();

const startedAt = Date.now();
const say = (line: string): void =>
  void process.stderr.write(`${((Date.now() - startedAt) / 1000).toFixed(0).padStart(5)} s  ${line}\n`);

const played: Row[][] = [];
const skipped: string[] = [];
const image = await buildImage();
try {
  const rest = chosen.entries();
  const lane = async (): Promise<void> => {
    for (const [index, drill] of rest) played[index] = await play(drill, { image, say, moments, runs, seed });
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
} finally {
  await image.remove();
}
printTable(played.flat());

interface Asked {
  chosen: Drill[];
  moments: number;
  runs: number;
  atOnce: number;
  seed: number;
}

/** What the command line asks for; ends with help, or with what is wrong in a line. */
function asked(): Asked {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        moments: { type: 'string', default: '1' },
        runs: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        'at-once': { type: 'string', default: '1' },
      },
    });
    if (values.help) end(0, HELP);
    const unknown = positionals.find((name) => !DRILLS.some((drill) => drill.name === name));
    if (unknown !== undefined) throw new Error(`There is no drill "${unknown}".`);
    const given = [values.moments, values.runs, values['at-once'], values.seed];
    const [moments, runs, atOnce, seed] = given.map(Number) as [number, number, number, number];
    if (![moments, runs, atOnce].every((count) => Number.isInteger(count) && count > 0) || !Number.isInteger(seed))
      throw new Error('--moments, --runs and --at-once take a whole number above 0, --seed a whole number.');
    const chosen = positionals.length === 0 ? DRILLS : DRILLS.filter(({ name }) => positionals.includes(name));
    return { chosen, moments, runs, atOnce, seed };
  } catch (error) {
    return end(64, `${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function end(code: number, text: string): never {
  process[code === 0 ? 'stdout' : 'stderr'].write(`${text}\n`);
  process.exit(code);
}

async function play(drill: Drill, options: DrillOptions): Promise<Row[]> {
  const reason = (await drill.cannot?.()) ?? null;
  if (reason !== null) {
    say(`${drill.name}: NOT PLAYED: ${reason}`);
    skipped.push(`${drill.name} (${reason})`);
    return [];
  }
  say(`${drill.name}: ${drill.what}`);
  try {
    const ended = await drill.play(options);
    for (const { problems, seconds, message, alerts } of ended)
      say(
        `${drill.name}: ${problems.length === 0 ? 'right' : problems.join('; ')} (${message}, ${seconds.toFixed(1)} s; alerts if it lasts: ${alerts?.join(', ') || 'none'})`,
      );
    return ended;
  } catch (error) {
    say(`${drill.name}: ${(error as Error).stack}`);
    return [notPlayed(drill, error as Error)];
  }
}

function printTable(rows: Row[]): void {
  const out = (line: string): void => void process.stdout.write(`${line}\n`);
  const cell = (text: string): string => text.replaceAll('|', '/').slice(0, 120);
  out('| Drill | What | Exit code | Message | Seconds until told | Duplicates | Lost | Cents off |');
  out('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const { drill, what, code, message, seconds, figures } of rows)
    out(
      `| \`${drill}\` | ${cell(what)} | ${code} | ${cell(message)} | ${seconds.toFixed(1)} | ${figures.duplicates} | ${figures.lost} | ${figures.centsOff} |`,
    );
  const sum = (name: keyof Row['figures']): number => rows.reduce((all, { figures }) => all + figures[name], 0);
  const wrong = rows.filter(({ problems }) => problems.length > 0);
  for (const { drill, problems } of wrong) for (const problem of problems) out(`WRONG ${drill}: ${problem}`);
  for (const one of skipped) out(`NOT PLAYED ${one}`);
  out(
    `drill: ${rows.length} played, ${rows.length - wrong.length} right, ${wrong.length} wrong, ${skipped.length} not played; ${sum('duplicates')} duplicates, ${sum('lost')} lost, ${sum('centsOff')} cents off; ${Math.round((Date.now() - startedAt) / 1000)} s`,
  );
  process.exitCode = wrong.length > 0 ? 1 : 0;
}
