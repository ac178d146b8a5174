import { afterAll, beforeAll } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findMonth } from '../../client/months.js';
import { startSandbox } from '../../sandbox/index.js';
import { loadBaseConfig } from '../../shared/config.js';
import type { MonthClosed } from '../../shared/messages/messages.js';
import { september, type World } from '../api/vendors.js';
import { controlSandbox } from '../../bench/control-sandbox.js';
import { runCommand, type Ended } from '../command.js';
import { billMonth } from './bill-month.js';

export { billMonth };

/**
 * A month's books without Temporal: both vendors over HTTP, the run's own activities in this process, evidence in files, and the command line. For
 * commands that read what a run left behind.
 */
export interface Harness {
  env: Record<string, string>;
  /** Bills the month as a run does, up to its reconciliation. */
  bill(month: string, asOf: string, organizations?: string[]): Promise<MonthClosed>;
  /** The same as somebody asks for it who names the canary, or waives it. */
  billAsked(canary: string, month: string, asOf: string): Promise<MonthClosed>;
  /** The same where somebody has released every plan that waits. */
  billReleased(month: string, asOf: string): Promise<MonthClosed>;
  cli(...argv: string[]): Promise<Ended>;
  /** The same with other settings. */
  cliWith(env: Record<string, string>, ...argv: string[]): Promise<Ended>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  /** The same on a terminal so many columns wide. */
  cliOn(columns: number, ...argv: string[]): Promise<Ended>;
  /** A file in a folder of this harness's own. */
  file(name: string): string;
  close(): Promise<void>;
}

/** Opens a harness for the tests of the block, and closes it after them. */
export function useHarness(
  opened: (harness: Harness) => Promise<void> | void,
  world: () => World = september,
  env: Record<string, string> = {},
): void {
  let harness: Harness | undefined;
  beforeAll(async () => {
    harness = await openHarness(world(), env);
    await opened(harness);
  }, 60_000);
  afterAll(() => harness?.close());
}

export async function openHarness(world: World = september(), changes: Record<string, string> = {}): Promise<Harness> {
  const sandbox = await startSandbox({ world });
  const folder = await mkdtemp(join(tmpdir(), 'billing-harness-'));
  const env: Record<string, string> = {
    ...sandbox.env(),
    BILLING_EVIDENCE: `file:${join(folder, 'evidence')}`,
    BILLING_MODE: 'auto',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    ...changes,
  };
  const control = (method: string, path: string, body?: unknown): Promise<unknown> =>
    controlSandbox(sandbox.url, method, path, body);
  return {
    env,
    control,
    bill: async (month, asOf, organizations) => {
      await control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
      return billMonth(env, month, asOf, { organizations: organizations ?? null });
    },
    billAsked: async (canary, month, asOf) => {
      await control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
      return billMonth(env, month, asOf, { canary });
    },
    billReleased: async (month, asOf) => {
      const { result } = (await findMonth(loadBaseConfig(env), month))!;
      const released = Object.fromEntries(
        result.organizations.flatMap(({ organizationId, planDigest }) => (planDigest ? [[organizationId, planDigest]] : [])),
      );
      await control('POST', 'clock', { now: `${asOf}T03:00:00Z` });
      return billMonth(env, month, asOf, { released });
    },
    cli: (...argv) => runCommand(env, argv),
    cliWith: (more, ...argv) => runCommand({ ...env, ...more }, argv),
    cliOn: (columns, ...argv) => runCommand(env, argv, { columns, hasColour: false }),
    file: (name) => join(folder, name),
    close: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
