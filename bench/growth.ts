/**
 * What a vendor with many brokers needs, computed from what one small month costs when it is measured. Arithmetic and a simulation, both without chance but for
 * the seeded sizes of the brokers: `benchmarks/growth.ts` measures, this computes.
 */

/** What was measured, by what it grows with. */
export interface UnitCosts {
  /** Autotask calls of a line in its first month. */
  callsPerLine: number;
  /** Autotask calls of a day on which nothing changed, for a broker. */
  callsPerQuietDay: number;
  activitiesPerLine: number;
  actionsPerLine: number;
  /** Of a run on which nothing changed. */
  actionsPerQuietDay: number;
  historyBytesPerLine: number;
  historyBytesPerQuietDay: number;
  evidenceBytesPerLine: number;
  evidenceBytesPerQuietDayAndLine: number;
  serverCpuSecondsPerActivity: number;
  workerCpuSecondsPerLine: number;
  workerMb: number;
}

export interface Fleet {
  brokers: number;
  organizationsPerBroker: number;
  linesPerOrganization: number;
  /** Share of the lines that are corrected after they were billed; each costs as much as a first one. */
  corrected: number;
  runsPerMonth: number;
  /** Months for which Temporal keeps closed workflows. */
  retentionMonths: number;
  /** Calls an hour that a broker's gate lets through. */
  callsPerHour: number;
}

/** A million organization-months: 500 brokers, 2,000 organizations each, in one month. */
export const FLEET: Fleet = {
  brokers: 500,
  organizationsPerBroker: 2_000,
  linesPerOrganization: 10,
  corrected: 0.1,
  runsPerMonth: 30,
  retentionMonths: 3,
  callsPerHour: 5_000,
};

export interface Need {
  linesPerMonth: number;
  actionsPerMonth: number;
  historyGb: number;
  evidenceGbPerMonth: number;
  workerMemoryGb: number;
  workerCpuHoursPerMonth: number;
  serverCpuHoursPerMonth: number;
  /** Hours until a broker of average size has written a month that is all new. */
  firstMonthHours: number;
}

export function needOf(costs: UnitCosts, fleet: Fleet): Need {
  const { brokers, runsPerMonth, retentionMonths } = fleet;
  const linesPerBroker = fleet.organizationsPerBroker * fleet.linesPerOrganization;
  const linesPerMonth = brokers * linesPerBroker;
  const written = linesPerMonth * (1 + fleet.corrected);
  const runs = brokers * runsPerMonth;
  const historyPerMonth = written * costs.historyBytesPerLine + runs * costs.historyBytesPerQuietDay;
  const evidence = written * costs.evidenceBytesPerLine + linesPerMonth * runsPerMonth * costs.evidenceBytesPerQuietDayAndLine;
  return {
    linesPerMonth,
    actionsPerMonth: written * costs.actionsPerLine + runs * costs.actionsPerQuietDay,
    historyGb: (historyPerMonth * retentionMonths) / 1e9,
    evidenceGbPerMonth: evidence / 1e9,
    workerMemoryGb: (brokers * costs.workerMb) / 1024,
    workerCpuHoursPerMonth: (written * costs.workerCpuSecondsPerLine) / 3600,
    serverCpuHoursPerMonth: (written * costs.activitiesPerLine * costs.serverCpuSecondsPerActivity) / 3600,
    firstMonthHours: (linesPerBroker * costs.callsPerLine) / fleet.callsPerHour,
  };
}

// ---------------------------------------------------------------------------------------------------------------- the day on which everything is new

export interface Wave {
  /** Hours over which the brokers' runs begin. */
  startsWithinHours: number;
  /** Cores that Temporal's server has. */
  serverCores: number;
}

export interface Played {
  hoursUntilAllAreDone: number;
  /** Cores that the server would need for nobody to wait for it. */
  peakServerCores: number;
  /** Share of the time to the end in which the server, not the quota, was what everybody waited for. */
  waitsForServer: number;
}

const MINUTE_S = 60;
const HOURS_MAX = 24 * 31;

/**
 * Plays the worst day, on which every broker's whole month is new, minute by minute: each broker goes as fast as its quota lets it, all together as fast as the
 * server's cores let them. Brokers are of all sizes, the largest seven times the average.
 */
export function playWave(costs: UnitCosts, fleet: Fleet, { startsWithinHours, serverCores }: Wave, random: () => number): Played {
  const lines = sizes(fleet, random);
  const left = lines.map((count) => count * costs.activitiesPerLine);
  const perMinute = (fleet.callsPerHour / 60) * (costs.activitiesPerLine / costs.callsPerLine);
  const serverPerMinute = (serverCores * MINUTE_S) / costs.serverCpuSecondsPerActivity;
  const startsAt = lines.map(() => Math.floor(random() * startsWithinHours * 60));
  let peak = 0;
  let short = 0;
  let minute = 0;
  for (; left.some((count) => count > 0) && minute < HOURS_MAX * 60; minute += 1) {
    const wanted = left.map((count, broker) => (minute < startsAt[broker]! ? 0 : Math.min(count, perMinute)));
    const together = wanted.reduce((sum, count) => sum + count, 0);
    const served = Math.min(1, serverPerMinute / Math.max(together, 1));
    if (served < 1) short += 1;
    peak = Math.max(peak, together);
    wanted.forEach((count, broker) => (left[broker]! -= count * served));
    left.forEach((count, broker) => (left[broker] = count < 1e-6 ? 0 : count));
  }
  return {
    hoursUntilAllAreDone: minute / 60,
    peakServerCores: (peak * costs.serverCpuSecondsPerActivity) / MINUTE_S,
    waitsForServer: short / Math.max(minute, 1),
  };
}

/** Lines of each broker: many small ones and few large ones, together as many as the fleet has. */
function sizes({ brokers, organizationsPerBroker, linesPerOrganization }: Fleet, random: () => number): number[] {
  const weights = Array.from({ length: brokers }, () => (1 - random()) ** -0.4);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (weight / sum) * brokers * organizationsPerBroker * linesPerOrganization);
}
