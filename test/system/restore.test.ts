import { describe, expect, test } from '@jest/globals';
import { restore } from '../../client/commands/restore.js';
import { organizationBillingId, scheduleId } from '../../shared/contract.js';
import { CONTOSO, FABRIKAM, useStage, type Stage } from './stage.js';

/** `billing restore`, the one command after a restore: what it stops, what it looks at, what it says, and that it writes nothing. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';

describe('billing restore', () => {
  let stage: Stage;
  useStage({ world: 'september-2025', env: { BILLING_MODE: 'approve' } }, (opened) => (stage = opened));

  test('pauses the schedule, ends what is open, looks at the set-up, shows what a run would do, and writes nothing', async () => {
    expect((await stage.cli('schedule', 'apply')).code).toBe(0);
    expect((await stage.cli('run', MONTH, '--as-of', AS_OF, '--wait')).code).toBe(3);
    await stage.forget();
    const said: string[] = [];
    const told = (text: string): void => void said.push(text);
    const context = { environment: stage.env, out: told, say: told, isTerminal: false, paper: undefined };
    const code = await restore(context, 100);
    const text = said.join('\n');
    // The schedule waits for a person until the plans were looked at.
    expect(code).toBe(3);
    expect(text).toMatch(/✗ schedule: paused: paused by billing restore\n\s+→ billing schedule resume/);
    expect(text).toMatch(/What a run of \d{4}-\d{2} would do:\n[\s\S]*Nothing to write\./);
    expect(text).toMatch(/Schedule .* paused\.\n2 open runs ended; the next run plans everything again\./);
    expect(text).toMatch(/Nothing was written\. When the plans are as expected: billing schedule resume/);
    expect((await stage.client.schedule.getHandle(scheduleId('default')).describe()).state).toMatchObject({
      paused: true,
      note: 'paused by billing restore',
    });
    for (const organizationId of [CONTOSO, FABRIKAM]) {
      const handle = stage.client.workflow.getHandle(organizationBillingId('default', MONTH, organizationId));
      expect((await handle.describe()).status.name).toBe('TERMINATED');
    }
    expect(await stage.writes()).toEqual([]);
  });
});
