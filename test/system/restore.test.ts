import { describe, expect, test } from '@jest/globals';
import { restore } from '../../client/commands/backup/restore.js';
import { looks } from '../../client/cli/keeping.js';
import { organizationBillingId, scheduleId } from '../../shared/messages/names.js';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { CONTOSO, FABRIKAM, organizationOf, useSystem, type TestSystem } from './system.js';

/** `billing restore`, the one command after a restore: what it stops, what it checks, what it says, and that it writes nothing. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';

describe('billing restore', () => {
  let system: TestSystem;
  let before: MonthResult;
  useSystem({ world: 'september-2025', env: { BILLING_MODE: 'approve' } }, (opened) => (system = opened));

  test('pauses, ends what is open, checks, previews, and writes nothing', async () => {
    expect((await system.cli('schedule', 'apply')).code).toBe(0);
    before = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    await system.forget();
    const said: string[] = [];
    const say = (text: string): void => void said.push(text);
    const context = { environment: system.env, out: say, say, isTerminal: false, paper: undefined };
    const code = await restore(context, await looks(), 100);
    const text = said.join('\n');
    // The schedule waits for a person until the plans were looked at.
    expect(code).toBe(3);
    expect(text).toMatch(/✗ schedule: paused: paused by billing restore\n\s+→ billing schedule resume/);
    expect(text).toMatch(/What a run of \d{4}-\d{2} would do:\n[\s\S]*Nothing to write\./);
    expect(text).toMatch(/Schedule .* paused\.\n2 open runs ended; the next run plans everything again\./);
    expect(text).toMatch(/Nothing was written\. When the plans are as expected: billing schedule resume/);
    expect((await system.client.schedule.getHandle(scheduleId('default')).describe()).state).toMatchObject({
      paused: true,
      note: 'paused by billing restore',
    });
    for (const organizationId of [CONTOSO, FABRIKAM]) {
      const handle = system.client.workflow.getHandle(organizationBillingId('default', MONTH, organizationId));
      expect((await handle.describe()).status.name).toBe('TERMINATED');
    }
    expect(await system.writes()).toEqual([]);
  });

  test('what waited waits again under the noted digest', async () => {
    const month = await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    for (const organizationId of [CONTOSO, FABRIKAM])
      expect(organizationOf(month, organizationId)).toMatchObject({
        status: 'AwaitingApproval',
        planDigest: organizationOf(before, organizationId).planDigest,
      });
    expect(await system.writes()).toEqual([]);
    const { planDigest } = organizationOf(before, FABRIKAM);
    const released = await system.cli('approve', MONTH, '--organization', FABRIKAM, '--digest', planDigest!);
    expect(released).toMatchObject({ code: 0, stdout: expect.stringContaining(`Released Fabrikam Logistics as ${planDigest}`) });
  });
});
