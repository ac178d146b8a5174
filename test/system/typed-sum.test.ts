import { beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { organizationBillingId } from '../../shared/messages/names.js';
import { eventually } from '../eventually.js';
import { hasTerminal, onTerminal, type Terminal } from '../terminal.js';
import { FABRIKAM, organizationOf, useSystem, type TestSystem } from './system.js';

/** The question that a release of breakers asks, as a person at a keyboard meets it: a real process on a pseudo terminal. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const QUESTION = 'Type the sum to release them (5,620.99 EUR): ';

((await hasTerminal()) ? describe : describe.skip)('approve --breakers on a terminal', () => {
  let system: TestSystem;
  useSystem({ world: 'september-2025', env: { BREAKER_NEW_ORGANIZATION_AMOUNT: '2000' } }, (opened) => (system = opened));

  beforeAll(async () => {
    await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    await system.forget();
  });

  /** The command, up to its question. */
  const asked = async (): Promise<Terminal> => {
    const argv = [process.execPath, join(ROOT, 'client', 'bin.js'), 'approve', MONTH, '--breakers'];
    const terminal = onTerminal(argv, system.env, ROOT);
    await terminal.shows(QUESTION);
    return terminal;
  };
  const seen = (): Promise<MonthResult> => system.json<MonthResult>([0, 3], 'status', MONTH);

  test('shows list and sum; another sum releases nothing', async () => {
    const terminal = await asked();
    terminal.type('5621\r');
    const { code, screen } = await terminal.ended;
    expect(screen).toMatch(
      /^Held by circuit breakers:\n {2}Fabrikam Logistics: 5,620\.99 EUR \(customer's breaker\)\nTogether: 5,620\.99 EUR\n/,
    );
    expect(screen).toMatch(/\nNothing was released: "5621" is not the sum, which is 5,620\.99 EUR\.\n$/);
    expect(code).toBe(1);
  });

  test.each([
    ['Enter alone', '\r', 'Nothing was released: "" is not the sum, which is 5,620.99 EUR.'],
    ['Ctrl-C', '\u0003', 'Nothing was released: no sum was typed.'],
    ['Ctrl-D', '\u0004', 'Nothing was released: no sum was typed.'],
  ])('%s releases nothing and says so on its own line', async (_key, keys, said) => {
    const terminal = await asked();
    terminal.type(keys);
    const { code, screen } = await terminal.ended;
    expect({ code, last: screen.trimEnd().split('\n').at(-1) }).toEqual({ code: 1, last: said });
  });

  test('status and the Web UI preview what a release writes', async () => {
    const { stdout } = await system.cli('status', MONTH, '--full');
    const page = await system.client.workflow
      .getHandle(organizationBillingId('default', MONTH, FABRIKAM))
      .query<{ currentDetails: string }>('__temporal_workflow_metadata');
    const [, onStatus = ''] = stdout.split('    Once released:\n');
    const [, onPage = ''] = page.currentDetails.split('What a release would write');
    for (const shown of [onStatus, onPage]) {
      expect(shown).toContain('Charge Azure Plan 2025-10: price 27.43, cost 27.43 EUR');
      expect(shown).toMatch(/… and \d+ more: \S*billing plan 2025-10 --full --organization 76f89d5d-/);
    }
  });

  test('the sum releases them, and only then is anything written', async () => {
    expect(organizationOf(await seen(), FABRIKAM).status).toBe('NeedsAttention');
    expect(await system.writes()).toEqual([]);
    const terminal = await asked();
    terminal.type('5,620.99 EUR\r');
    const { code, screen } = await terminal.ended;
    expect(screen).toMatch(/\nReleased Fabrikam Logistics as [0-9a-f]{64}\./);
    expect(code).toBe(0);
    const done = await eventually(seen, (month) => organizationOf(month, FABRIKAM).status === 'Done');
    expect(organizationOf(done, FABRIKAM)).toMatchObject({ posted: { sales: '5620.99' }, held: { lines: 0 } });
  });
});
