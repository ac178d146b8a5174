import { describe, expect, test } from '@jest/globals';
import { needOf, playWave, type Fleet, type UnitCosts } from '../../bench/growth.js';

/** What a fleet needs is arithmetic that can be done by hand. */

const COSTS: UnitCosts = {
  callsPerLine: 3,
  callsPerQuietDay: 6,
  activitiesPerLine: 2,
  actionsPerLine: 4,
  actionsPerQuietDay: 10,
  historyBytesPerLine: 8_000,
  historyBytesPerQuietDay: 70_000,
  evidenceBytesPerLine: 7_000,
  evidenceBytesPerQuietDayAndLine: 2_000,
  serverCpuSecondsPerActivity: 0.01,
  workerCpuSecondsPerLine: 0.03,
  workerMb: 512,
};

const FLEET: Fleet = {
  brokers: 10,
  organizationsPerBroker: 100,
  linesPerOrganization: 10,
  corrected: 0.5,
  runsPerMonth: 30,
  retentionMonths: 2,
  callsPerHour: 1_500,
};

test('ten brokers with a thousand lines cost ten times one', () => {
  expect(needOf(COSTS, FLEET)).toEqual({
    linesPerMonth: 10_000,
    actionsPerMonth: 15_000 * 4 + 300 * 10,
    historyGb: ((15_000 * 8_000 + 300 * 70_000) * 2) / 1e9,
    evidenceGbPerMonth: (15_000 * 7_000 + 10_000 * 30 * 2_000) / 1e9,
    workerMemoryGb: 5,
    workerCpuHoursPerMonth: (15_000 * 0.03) / 3600,
    serverCpuHoursPerMonth: (15_000 * 2 * 0.01) / 3600,
    firstMonthHours: 2,
  });
});

describe('the day on which everything is new', () => {
  const alike = (): number => 0;

  test('takes as long as one broker’s quota with enough cores', () => {
    const played = playWave(COSTS, FLEET, { startsWithinHours: 0, serverCores: 4 }, alike);
    expect(played.hoursUntilAllAreDone).toBeCloseTo(2, 1);
    expect(played.waitsForServer).toBe(0);
    // Ten brokers, 1,500 calls an hour each, two activities for three calls.
    expect(played.peakServerCores).toBeCloseTo((10 * 1_500 * 2 * 0.01) / (3 * 3600), 3);
  });

  test('takes as long as the server, when it is the slower one', () => {
    const played = playWave(COSTS, FLEET, { startsWithinHours: 0, serverCores: 0.01 }, alike);
    expect(played.hoursUntilAllAreDone).toBeCloseTo((10_000 * 2 * 0.01) / 0.01 / 3600, 1);
    expect(played.waitsForServer).toBeGreaterThan(0.9);
  });
});
