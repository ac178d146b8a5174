import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks/index.js';
import { isMet, type Measured } from './figure.js';
import { compare, newReport, readReport, renderChanges, renderFigures, type BenchReport } from './report.js';

/**
 * `npm run bench [-- NAME…] [--seed N] [--scale X] [--brokers N] [--compare FILE]`: figures as JSON on standard output, a table for people on standard error. Ends with
 * 1 when a figure misses its limit at full scale, or got worse than in the run it is compared with.
 */

const USAGE = `npm run bench -- [NAME…] [--seed N] [--scale X] [--brokers N] [--compare FILE]

${Object.entries(benchmarks)
  .map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  .join('\n')}`;

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      scale: { type: 'string', default: '1' },
      brokers: { type: 'string', default: '300' },
      compare: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(benchmarks);
  const unknown = names.filter((name) => !(name in benchmarks));
  if (values.help || unknown.length > 0) {
    process.stderr.write(`${unknown.map((name) => `There is no benchmark "${name}".\n`).join('')}${USAGE}\n`);
    return values.help ? 0 : 64;
  }
  const earlier = values.compare === undefined ? null : readReport(values.compare);
  const report = newReport({ seed: Number(values.seed), scale: Number(values.scale) });
  for (const name of names) await measure(report, name, Number(values.brokers));
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  return verdict(report, earlier);
}

async function measure(report: BenchReport, name: string, brokers: number): Promise<void> {
  const { load } = benchmarks[name]!;
  process.stderr.write(`${name} …\n`);
  const started = performance.now();
  const benchmark = await load();
  const measured: Measured = await benchmark.run({ ...report, brokers });
  const entry = { name, seconds: (performance.now() - started) / 1000, ...measured };
  report.benchmarks.push(entry);
  process.stderr.write(`${renderFigures({ benchmarks: [entry] })}\n\n`);
}

function verdict(report: BenchReport, earlier: BenchReport | null): number {
  const changes = earlier ? compare(earlier, report) : [];
  if (earlier) process.stderr.write(`${renderChanges(changes)}\n`);
  const missed = report.benchmarks.some(({ figures }) => !figures.every(isMet));
  return (missed && report.scale === 1) || changes.some(({ isRegression }) => isRegression) ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
