import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { isMet, type Figure, type Measured } from './figure.js';

/** The JSON of a run: what was measured, on what, and with which seed. */
export interface BenchReport {
  /** Version of this shape. */
  bench: 1;
  at: string;
  commit: string;
  seed: number;
  /** Sizes are multiplied by this; figures with limits are meant for 1. */
  scale: number;
  machine: { system: string; processor: string; cores: number; memoryMb: number };
  versions: Record<string, string>;
  benchmarks: (Measured & { name: string; seconds: number })[];
}

const ROOT = new URL('../', import.meta.url);
/** Libraries whose version bears on speed. */
const LIBRARIES = ['@temporalio/worker', 'big.js', 'got', 'zod', '@streamparser/json'];

export function newReport(options: { seed: number; scale: number }): BenchReport {
  return {
    bench: 1,
    at: new Date().toISOString(),
    commit: commit(),
    ...options,
    machine: {
      system: type(),
      processor: cpus()[0]?.model.trim() ?? 'unknown',
      cores: cpus().length,
      memoryMb: Math.round(totalmem() / 2 ** 20),
    },
    versions: { node: process.version, ...Object.fromEntries(LIBRARIES.map((name) => [name, versionOf(name)])) },
    benchmarks: [],
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown';
  }
}

function versionOf(library: string): string {
  const { version } = JSON.parse(readFileSync(new URL(`node_modules/${library}/package.json`, ROOT), 'utf8')) as {
    version: string;
  };
  return version;
}

/** An earlier run's JSON, also where npm wrote its own lines before it. Throws when it is none. */
export function readReport(path: string): BenchReport {
  const text = readFileSync(path, 'utf8');
  const report = JSON.parse(text.slice(Math.max(0, text.indexOf('{')))) as BenchReport;
  if (report.bench !== 1) throw new Error(`${path} is not what \`npm run bench\` printed.`);
  return report;
}

// ---------------------------------------------------------------------------------------------------------------- comparing

export interface Change {
  benchmark: string;
  name: string;
  unit: string;
  before: number;
  now: number;
  /** By how much it got worse, as a share of the earlier value; negative where it got better. */
  worseBy: number;
  isOnTheClock: boolean;
  /** Further apart than both runs' spread and the tolerance, and not on the clock. */
  isRegression: boolean;
}

/** Measured figures may move by this share, also where a run's spread was small by luck, which is easy with few samples; counted ones may not move at all. */
const TOLERANCE = 0.1;
const TOLERANCE_OF_FEW = 0.25;
const FEW = 4;

/** What changed since an earlier run, figure by figure; those that only one of the runs has are left out. */
export function compare(before: BenchReport, now: BenchReport): Change[] {
  return now.benchmarks.flatMap(({ name: benchmark, figures }) => {
    const earlier = before.benchmarks.find(({ name }) => name === benchmark)?.figures ?? [];
    return figures.flatMap((figure) => {
      const old = earlier.find(({ name }) => name === figure.name);
      return old ? [changeOf(benchmark, old, figure)] : [];
    });
  });
}

function changeOf(benchmark: string, old: Figure, now: Figure): Change {
  const { name, unit, value, better, isOnTheClock } = now;
  const rise = old.value === 0 ? value : (value - old.value) / Math.abs(old.value);
  const worseBy = better === 'less' ? rise : -rise;
  const isRegression = worseBy > allowedBetween(old, now) && !isOnTheClock;
  return { benchmark, name, unit, before: old.value, now: value, worseBy, isOnTheClock, isRegression };
}

function allowedBetween(old: Figure, now: Figure): number {
  if (now.isCounted) return now.tolerance ?? 0;
  const isOfFew = Math.min(old.samples.length, now.samples.length) <= FEW;
  return Math.max(isOfFew ? TOLERANCE_OF_FEW : TOLERANCE, old.spread, now.spread);
}

// ---------------------------------------------------------------------------------------------------------------- for people

/** The figures as a table, with what they are to be. */
export function renderFigures({ benchmarks }: Pick<BenchReport, 'benchmarks'>): string {
  return benchmarks
    .map(({ name, seconds, figures }) =>
      [`${name} (${seconds.toFixed(0)} s)`, ...table(figures.map((figure) => rowOf(figure)))].join('\n'),
    )
    .join('\n\n');
}

const rowOf = (figure: Figure): string[] => [
  figure.name,
  `${amount(figure.value)} ${figure.unit}`,
  figure.samples.length > 1 ? `± ${(figure.spread * 50).toFixed(0)} %` : '',
  figure.limit === null ? '' : `${figure.better === 'less' ? '≤' : '≥'} ${amount(figure.limit)}`,
  figure.limit === null ? '' : isMet(figure) ? 'met' : 'MISSED',
];

export function renderChanges(changes: Change[]): string {
  const rows = changes.map(({ benchmark, name, unit, before, now, worseBy, isOnTheClock, isRegression }) => [
    `${benchmark}: ${name}`,
    `${amount(before)} → ${amount(now)} ${unit}`,
    worseBy === 0 ? 'the same' : `${worseBy > 0 ? 'worse' : 'better'} by ${(Math.abs(worseBy) * 100).toFixed(1)} %`,
    isRegression ? 'REGRESSION' : isOnTheClock ? 'on the clock' : '',
  ]);
  return ['Against the earlier run', ...table(rows)].join('\n');
}

function table(rows: string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd());
}

const amount = (value: number): string =>
  Number.isInteger(value) ? String(value) : value >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
