import { cutReport } from '../shared/billing/facts.js';
import type { MonthRequest, ReportTaken } from '../shared/contract.js';
import type { ReportManifest } from '../shared/evidence/months.js';
import type { Dependencies } from './dependencies.js';

/** Cloudmore's side of a month, taken once and kept: the month's facts and one slice per organization. */
export async function takeReport(
  { cloudmore, evidence, clock, heartbeat, signal }: Dependencies,
  { month, asOf }: MonthRequest,
): Promise<ReportTaken> {
  const { result, calls } = await cloudmore.countCalls(() =>
    cloudmore.readReport({ month, onProgress: heartbeat, signal: signal() }),
  );
  const { facts, organizations } = cutReport(result, asOf);
  const manifest: ReportManifest = { facts: await evidence.put(facts), takenAt: clock.now().toISOString(), slices: [] };
  for (const facts of organizations) {
    const { id, name } = facts.organization;
    heartbeat(`keeping ${name}`);
    manifest.slices.push({
      organizationId: id,
      organizationName: name,
      lines: facts.lines.length,
      slice: await evidence.put(facts),
    });
  }
  return {
    report: await evidence.put(manifest),
    lines: facts.lines,
    previousLines: facts.previousLines,
    calls: { autotask: 0, cloudmore: calls },
  };
}
