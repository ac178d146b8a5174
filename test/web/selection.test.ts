import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createWeb } from '../../client/web/server.js';
import type { ShownMonth, Source, SteeringAction } from '../../client/web/source.js';
import { saveUser } from '../../client/web/users.js';
import { NO_CALLS, NO_WRITES, type Outcome } from '../../shared/billing/results/results.js';
import { webSettings } from '../../shared/web-settings.js';
import { blankMonth } from '../../workflows/empty-month.js';
import { line, plan, running, settings } from '../billing/builders.js';
import { launchBrowser } from '../report/browser.js';
import { PASSWORD } from './open.js';

/** The list of what waits, in a real browser: several customers are chosen and released together. */

const MONTH = '2025-10';
const LIST = `/months/${MONTH}/customers`;
const DIGESTS = { Adatum: 'a'.repeat(64), Contoso: 'c'.repeat(64), Fabrikam: 'f'.repeat(64) };

/** Adatum has lines in two currencies, and so two rows. */
function waiting(name: string, planDigest: string): Outcome {
  const made = plan({ report: { lines: [line()] }, books: running(), settings: settings() });
  const items = (name === 'Adatum' ? ['EUR', 'USD'] : ['EUR']).map((currency) => ({
    ...made.items[0]!,
    ...{ currency, outcome: 'held' as const, reason: 'awaiting-approval' as const },
  }));
  return {
    ...{ ...made, planDigest, calls: NO_CALLS, writes: NO_WRITES, workflowId: null, message: null, status: 'AwaitingApproval' },
    ...{ organizationId: `id of ${name}`, organizationName: name, items },
  };
}

const MONTH_SHOWN: ShownMonth = {
  result: blankMonth('default', MONTH, '2025-10-09', 'approve'),
  ...{ heldMonth: null, nothingDue: [], closed: [], progress: null },
  outcomes: Object.entries(DIGESTS).map(([name, digest]) => waiting(name, digest)),
};

describe('the list of what waits', () => {
  let folder: string;
  let app: FastifyInstance;
  let address: string;
  let browser: Browser;
  let asked: SteeringAction[] = [];
  const source = {
    broker: 'default',
    months: () => Promise.resolve([MONTH]),
    month: () => Promise.resolve(MONTH_SHOWN),
    act: (action: SteeringAction) => {
      asked.push(action);
      return Promise.resolve({ isGood: true, text: 'It is released.' });
    },
  } as unknown as Source;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selection-'));
    const web = webSettings({ BILLING_WEB_USERS: join(folder, 'users.json') });
    await saveUser(web.users, { name: 'anna', role: 'approve' }, PASSWORD);
    await saveUser(web.users, { name: 'bert', role: 'see' }, PASSWORD);
    app = await createWeb(source, web);
    [address, browser] = await Promise.all([app.listen({ host: '127.0.0.1', port: 0 }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function loggedIn(name: string): Promise<Page> {
    asked = [];
    const page = await (await browser.newContext()).newPage();
    await page.goto(address + LIST);
    await page.getByLabel('Name').fill(name);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `What waits in ${MONTH}` }).waitFor();
    return page;
  }

  // As shown, under the name of the person who chose them.
  test('releases each chosen customer once, and no other', async () => {
    const page = await loggedIn('anna');
    for (const name of ['Adatum', 'Fabrikam']) for (const box of await page.getByLabel(`Choose ${name}`).all()) await box.check();
    await page.getByLabel('Reason').fill('as agreed');
    await page.getByRole('button', { name: 'Release', exact: true }).click();
    expect(await page.getByRole('status').innerText()).toBe('2 of 2 released.');
    expect(asked.sort((left, right) => (left.digest < right.digest ? -1 : 1))).toEqual(
      (['Adatum', 'Fabrikam'] as const).map((name) => ({
        ...{ action: 'approve', month: MONTH, organizationId: `id of ${name}`, digest: DIGESTS[name] },
        ...{ reason: 'as agreed', actor: 'anna' },
      })),
    );
    await page.context().close();
  });

  test('offers read-only users no choice and refuses their form', async () => {
    const page = await loggedIn('bert');
    expect(await page.getByRole('row').count()).toBe(1 + 4);
    expect(await page.getByRole('checkbox').count()).toBe(0);
    expect(await page.getByRole('button', { name: 'Release' }).count()).toBe(0);
    const csrf = await page.locator('form.who input[name=_csrf]').getAttribute('value');
    const form = { _csrf: csrf!, plan: `${DIGESTS.Contoso}:id of Contoso`, reason: 'forged' };
    const answer = await page.request.post(`${address}/months/${MONTH}/release`, { form });
    expect([answer.status(), asked]).toEqual([403, []]);
    expect(await answer.text()).toContain('bert may look, but not decide.');
    await page.context().close();
  });
});
