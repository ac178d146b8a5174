import { boundOf } from '../bound.js';
import { establish } from '../established.js';
import { figure, type Figure, type Measured } from '../figure.js';
import { runMonth } from '../month.js';
import { peerCalls } from '../peer.js';
import { autotaskRequests, configFor, dependenciesFor, tablesOf, tally, UNLIMITED } from '../rig.js';
import { startSandboxProcess, type SandboxProcess } from '../sandbox-process.js';
import { generatedWorld, sized, withFolder } from '../worlds.js';
import type { Dependencies } from '../../activities/dependencies.js';

/**
 * Calls to Autotask against the fewest there can be, for a first month, the same month with a tenth of its lines corrected, and the same unchanged; the same
 * for a tenant whose month before was billed, approved, posted and invoiced; and against the way of peers, who look everything up line by line.
 */

const SIZES = [
  { lines: 1_000, organizations: 60 },
  { lines: 10_000, organizations: 500 },
];
const MONTH = '2025-10';
/** Share of the Microsoft lines that a correction on the 20th restates. */
const CHANGED = 0.1;
/** Of an established tenant, whose rows have neighbours that decide (rule 7.0), a little more. */
const LIMITS: Record<Tenant, number> = { new: 1.02, established: 1.05 };
const LIMIT_PER_UNCHANGED_LINE = 0.02;
/** Which organizations are billed at the same time decides who reads back a service that several need, and how many rows one check serves. */
const VARIES: Record<Tenant, number> = { new: 0.005, established: 0.02 };

/** A tenant that was never billed, and one whose contracts, rows and charges of the month before are there. */
const TENANTS = ['new', 'established'] as const;
type Tenant = (typeof TENANTS)[number];

interface Scenario {
  name: string;
  now: string;
  asOf: string;
}

const scenariosOf = (tenant: Tenant): Scenario[] => [
  { name: tenant === 'new' ? 'first month' : 'next month', now: '2025-10-18T03:00:00Z', asOf: '2025-10-18' },
  { name: 'a tenth changed', now: '2025-10-21T03:00:00Z', asOf: '2025-10-21' },
  { name: 'unchanged', now: '2025-10-21T03:00:00Z', asOf: '2025-10-21' },
];

export async function run({ seed, scale }: { seed: number; scale: number }): Promise<Measured> {
  const measured: Measured = { figures: [], notes: {} };
  for (const size of SIZES) {
    const lines = sized(size.lines, scale);
    const organizations = sized(size.organizations, scale);
    for (const tenant of TENANTS) {
      const { figures, notes } = await withFolder((folder) => ofTenant(folder, tenant, { lines, organizations, seed }));
      measured.figures.push(...figures);
      measured.notes[`${tenant} tenant, ${lines} lines`] = { organizations, seed, changed: CHANGED, ...notes };
    }
  }
  return measured;
}

interface Size {
  lines: number;
  organizations: number;
  seed: number;
}

async function ofTenant(folder: string, tenant: Tenant, size: Size): Promise<Measured> {
  const worldPath = await generatedWorld(folder, { ...size, changed: CHANGED });
  const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
  try {
    // One worker for all of them, as it lives in the field: picklists and currencies are read once in its life.
    const dependencies = dependenciesFor(configFor(sandbox, folder));
    const measured: Measured = { figures: [], notes: {} };
    if (tenant === 'established') await establish(sandbox, dependencies);
    for (const scenario of scenariosOf(tenant)) {
      const { figures, notes } = await ofScenario(sandbox, dependencies, { scenario, tenant, lines: size.lines });
      measured.figures.push(...figures);
      measured.notes[scenario.name] = notes;
    }
    return measured;
  } finally {
    await sandbox.close();
  }
}

const nameOf = (tenant: Tenant): string => (tenant === 'new' ? '' : 'established tenant, ');

async function ofScenario(
  sandbox: SandboxProcess,
  dependencies: Dependencies,
  { scenario: { name, now, asOf }, tenant, lines }: { scenario: Scenario; tenant: Tenant; lines: number },
): Promise<Measured> {
  await sandbox.control('POST', 'clock', { now });
  const options = { broker: 'default', month: MONTH, asOf };
  const peers = await peerCalls(dependencies, options);
  const before = await tablesOf(sandbox);
  await sandbox.control('DELETE', 'requests');
  const { result, closed } = await runMonth(dependencies, options);
  const requests = await autotaskRequests(sandbox);
  const bound = boundOf(before, await tablesOf(sandbox), { month: MONTH, companies: before.companies.length });
  if (closed.held !== result.held.lines) throw new Error('The month does not add up.');
  const calls = requests.length;
  const what = `${nameOf(tenant)}${name}, ${lines} lines`;
  const counted = { better: 'less', isCounted: true, tolerance: VARIES[tenant] } as const;
  const figures: Figure[] = [
    figure(`${what}: calls over the fewest`, calls / bound.total, { unit: '×', limit: LIMITS[tenant], ...counted }),
    figure(`${what}: calls over the peers' way`, calls / peers.total, { unit: '×', ...counted }),
  ];
  if (name === 'unchanged')
    figures.push(
      figure(`${what}: calls per line`, calls / lines, { unit: 'calls', limit: LIMIT_PER_UNCHANGED_LINE, ...counted }),
    );
  return { figures, notes: { calls, bound, peers, written: result.writes, held: result.held.lines, requests: tally(requests) } };
}
