import { describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, isMet, type Figure } from '../../bench/figure.js';
import { compare, newReport, readReport, renderChanges, renderFigures, type BenchReport } from '../../bench/report.js';

const reportOf = (...figures: Figure[]): BenchReport => ({
  ...newReport({ seed: 1, scale: 1 }),
  benchmarks: [{ name: 'calls', seconds: 1, figures, notes: {} }],
});

describe('a figure', () => {
  test('is the median with its middle half; one outlier does not count', () => {
    expect(figure('pages', [90, 110, 100, 105, 95], { unit: '/s', better: 'more' })).toMatchObject({ value: 100, spread: 0.1 });
    expect(figure('pages', [90, 5, 100, 105, 95], { unit: '/s', better: 'more' })).toMatchObject({ value: 95, spread: 10 / 95 });
    expect(figure('pages', [90, 110], { unit: '/s', better: 'more' }).value).toBe(100);
  });

  test.each([
    ['less', 1.02, 1.02, true],
    ['less', 1.03, 1.02, false],
    ['more', 1500, 1500, true],
    ['more', 1499, 1500, false],
  ] as const)('better with %s, %d meets a limit of %d: %s', (better, value, limit, met) => {
    expect(isMet(figure('f', value, { unit: '×', better, limit }))).toBe(met);
  });
});

describe('two runs', () => {
  const timed = (value: number, spread = 0): Figure =>
    figure(
      'time',
      [-1, -0.5, 0, 0.5, 1].map((share) => value * (1 + share * spread)),
      { unit: '×', better: 'less' },
    );
  const once = (value: number): Figure => figure('time', value, { unit: '×', better: 'less' });
  const onTheClock = (value: number): Figure => figure('time', value, { unit: 's', better: 'less' });
  const nearly = (value: number): Figure =>
    figure('calls', value, { unit: 'calls', better: 'less', isCounted: true, tolerance: 0.02 });
  const counted = (value: number): Figure => figure('calls', value, { unit: 'calls', better: 'less', isCounted: true });

  test.each([
    ['a tenth cannot be distinguished from chance', timed(10), timed(10.9), false],
    ['a fifth is a regression', timed(10), timed(12), true],
    ['a fifth within the spread of the earlier run is none', timed(10, 0.3), timed(12), false],
    ['one measurement cannot tell a fifth from chance', once(10), once(12), false],
    ['a third is a regression, measured once', once(10), once(13.4), true],
    ['what got better is none', timed(12), timed(10), false],
    ['twice the clock time is none: the ratio decides', onTheClock(10), onTheClock(20), false],
    ['one call more is a regression', counted(1000), counted(1001), true],
    ['as many calls are none', counted(1000), counted(1000), false],
    ['a hundredth more calls is none if a fiftieth varies', nearly(1000), nearly(1010), false],
    ['a thirtieth more is one', nearly(1000), nearly(1034), true],
  ])('compared: %s', (_, before, now, isRegression) => {
    const changes = compare(reportOf(before), reportOf(now));
    expect(changes.map((change) => change.isRegression)).toEqual([isRegression]);
    expect(renderChanges(changes).includes('REGRESSION')).toBe(isRegression);
  });

  test('are read back from what npm printed, its own lines included', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    const path = join(folder, 'earlier.json');
    const report = reportOf(timed(1));
    writeFileSync(path, `\n> bench\n> node bench/run.ts\n\n${JSON.stringify(report, null, 2)}\n`);
    expect(readReport(path)).toEqual(report);
    writeFileSync(path, '{"bench": 0}');
    expect(() => readReport(path)).toThrow('npm run bench');
    rmSync(folder, { recursive: true });
  });
});

test('names machine, version, seed and scale, and every missed limit', () => {
  const report = reportOf(figure('over the bound', 1.5, { unit: '×', better: 'less', limit: 1.02 }));
  expect(report).toMatchObject({
    bench: 1,
    seed: 1,
    scale: 1,
    machine: { cores: expect.any(Number) },
    versions: { node: process.version },
  });
  expect(renderFigures(report)).toMatch(/over the bound +1\.5 × +≤ 1\.02 +MISSED/);
});
