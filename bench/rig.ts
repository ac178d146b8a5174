import { createDependencies } from '../worker/dependencies.js';
import type { Dependencies } from '../activities/dependencies.js';
import { loadConfig, type Config } from '../shared/config.js';
import { openEvidence } from '../shared/evidence/index.js';
import { startSandboxProcess, type SandboxProcess } from './sandbox-process.js';
import { withFolder } from './worlds.js';

/** The product pointed at a sandbox: its own settings, clients and evidence on disk. */

/** First months of generated worlds are all news; what would hold them is not what is measured. */
const BREAKERS_OFF = {
  BREAKERS: 'off',
};

/** No quota and no thread limit on the sandbox's side. */
export const UNLIMITED = { callsPerHour: 1_000_000_000, threads: 1_000 };

/** The settings as a process of its own gets them. */
export const environmentFor = (sandbox: Pick<SandboxProcess, 'env'>, folder: string): Record<string, string> => ({
  ...sandbox.env,
  ...BREAKERS_OFF,
  BILLING_MODE: 'auto',
  BILLING_EVIDENCE: `file:${folder}/evidence`,
  AUTOTASK_THREADS: '3',
});

export function configFor(sandbox: Pick<SandboxProcess, 'env'>, folder: string): Config {
  const config = loadConfig(environmentFor(sandbox, folder));
  // More than a tenant would ever get: the time is that of the program, not of the quota.
  return { ...config, autotask: { ...config.autotask, callsPerHour: UNLIMITED.callsPerHour } };
}

export const dependenciesFor = (config: Config): Dependencies =>
  createDependencies(config, { evidence: openEvidence(config.evidence) });

/** Runs `work` with a sandbox fresh from its world, which takes so long for each call to Autotask, and a folder for evidence. */
export function withSandbox<T>(
  { worldPath, now, latencyMs }: { worldPath: string; now: string; latencyMs: number },
  work: (sandbox: SandboxProcess, folder: string) => Promise<T>,
): Promise<T> {
  return withFolder(async (folder) => {
    const sandbox = await startSandboxProcess({ worldPath, behaviour: UNLIMITED });
    try {
      await sandbox.control('POST', 'clock', { now });
      if (latencyMs > 0) await sandbox.control('POST', 'faults', [slow(latencyMs)]);
      return await work(sandbox, folder);
    } finally {
      await sandbox.close();
    }
  });
}

/** A fault of the sandbox: every call to Autotask takes so long. */
export const slow = (ms: number): object => ({ match: { vendor: 'autotask' }, fault: { kind: 'hang', ms, when: 'before' } });

// ---------------------------------------------------------------------------------------------------------------- what the sandbox saw

export interface Request {
  method: string;
  path: string;
  body: unknown;
  status: number;
}

/** Requests to Autotask since the journal was last emptied. */
export async function autotaskRequests(sandbox: SandboxProcess): Promise<Request[]> {
  const all = (await sandbox.control('GET', 'requests')) as Request[];
  return all.filter(({ path }) => /^\/atservicesrest\//i.test(path));
}

/** Requests by what they do, ids left out: `POST Contracts/N/Charges`. */
export function tally(requests: Request[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { method, path } of requests) {
    const name = `${method} ${path.replace(/^\/atservicesrest\/v1\.0\//i, '').replace(/\/\d+/g, '/N')}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}

type Rec = Record<string, unknown> & { id: number };
export type Tables = Record<
  'companies' | 'contracts' | 'contractServices' | 'unitRows' | 'charges' | 'services' | 'products' | 'adjustments',
  Rec[]
>;

export const tablesOf = async (sandbox: SandboxProcess): Promise<Tables> =>
  ((await sandbox.control('GET', 'state')) as { autotask: Tables }).autotask;
