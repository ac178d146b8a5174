import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { scheduleId } from '../../shared/messages/names.js';
import { useSystem, type TestSystem } from './system.js';
import { eventually } from '../eventually.js';

/** The daily run: a Temporal schedule, started by its cron time, by hand, or for days that were missed. */

describe('the daily schedule', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025' }, (opened) => (system = opened));

  const handle = () => system.client.schedule.getHandle(scheduleId('default'));

  test('exists after apply, with its next times', async () => {
    expect(await system.cli('schedule', 'apply')).toMatchObject({ code: 0 });
    const { info, spec } = await handle().describe();
    expect(info.nextActionTimes.length).toBeGreaterThan(0);
    expect(info.nextActionTimes[0]!.getUTCHours()).toBe(3);
    expect(spec.timezone).toBe('UTC');
    const shown = await system.cli('schedule', 'show');
    expect(shown).toMatchObject({ code: 0 });
    expect(shown.stdout).toContain('03:00');
  });

  test('brokers start at different minutes, spread by a hash', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'billing-brokers-'));
    const many = { BILLING_BROKERS: folder };
    expect(await system.cliWith(many, 'schedule', 'apply')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('up to 15 minutes later') as unknown,
    });
    const { info } = await handle().describe();
    const late = info.nextActionTimes.map(
      (time) => (time.getUTCHours() - 3) * 60 + time.getUTCMinutes() + time.getUTCSeconds() / 60,
    );
    expect(late.filter((minutes) => minutes < 0 || minutes > 15)).toEqual([]);
    expect(new Set(late).size).toBeGreaterThan(1);
    await rm(folder, { recursive: true });
    expect((await system.cliWith(many, 'schedule', 'apply')).stdout).not.toContain('minutes later');
    expect((await handle().describe()).info.nextActionTimes[0]!.getUTCMinutes()).toBe(0);
  });

  test('a second trigger during a run is skipped', async () => {
    await system.faults([
      { match: { vendor: 'cloudmore', path: '*/Organizations' }, fault: { kind: 'hang', ms: 5000, when: 'before' } },
    ]);
    expect(await system.cli('schedule', 'trigger')).toMatchObject({ code: 0 });
    await eventually(
      () => handle().describe(),
      ({ info }) => info.runningActions.length === 1,
    );
    await system.cli('schedule', 'trigger');
    const { info } = await eventually(
      () => handle().describe(),
      (seen) => seen.info.numActionsSkippedOverlap === 1,
    );
    expect(info.runningActions).toHaveLength(1);
    await system.faults([]);
    await eventually(
      () => handle().describe(),
      (seen) => seen.info.runningActions.length === 0,
    );
  });

  test('a back-fill bills the nominal day’s month and rechecks before', async () => {
    await system.control('POST', 'clock', { now: '2025-10-09T03:00:00Z' });
    await handle().backfill({
      start: new Date('2025-10-09T02:59:00Z'),
      end: new Date('2025-10-09T03:01:00Z'),
      overlap: 'ALLOW_ALL',
    });
    const month = await eventually(
      async () => {
        const { code, stdout } = await system.cli('report', '2025-10', '--format', 'json');
        return code === 0 || code === 3 ? (JSON.parse(stdout) as MonthResult) : null;
      },
      (seen) => seen?.posted.lines === 22,
    );
    expect(month).toMatchObject({ month: '2025-10', asOf: '2025-10-09' });
    const september = await system.json<MonthResult>([0], 'report', '2025-09', '--format', 'json');
    expect(september).toMatchObject({ asOf: '2025-10-09', report: { lines: 0 }, ghosts: { lines: 0 }, awaiting: { lines: 1 } });
  });

  // A time that a night leaves out is reported when it is made.
  test('respects zones with tomorrow’s date and skipped hours', async () => {
    const zone = { BILLING_TIMEZONE: 'Pacific/Auckland', BILLING_SCHEDULE: '30 2 * * *' };
    const applied = await system.cliWith(zone, 'schedule', 'apply');
    expect(applied.stderr).toMatch(/02:30 on \d{4}-\d\d-\d\d does not exist in Pacific\/Auckland/);
    await handle().backfill({
      start: new Date('2025-10-09T13:00:00Z'),
      end: new Date('2025-10-09T14:00:00Z'),
      overlap: 'ALLOW_ALL',
    });
    await eventually(
      async () => JSON.parse((await system.cli('report', '2025-10', '--format', 'json')).stdout) as MonthResult,
      ({ asOf }) => asOf === '2025-10-10',
    );
    await system.cli('schedule', 'apply');
  });

  test('can be paused, resumed and removed', async () => {
    for (const [command, paused] of [
      ['pause', true],
      ['resume', false],
    ] as const) {
      expect(await system.cli('schedule', command)).toMatchObject({ code: 0 });
      expect((await handle().describe()).state.paused).toBe(paused);
    }
    expect(await system.cli('schedule', 'remove')).toMatchObject({ code: 0 });
    await expect(handle().describe()).rejects.toThrow(/not found/i);
  });
});
