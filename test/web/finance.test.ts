import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { MonthResult } from '../../shared/billing/results/results.js';
import { september } from '../api/vendors.js';
import { eventually } from '../eventually.js';
import { launchBrowser } from '../report/browser.js';
import { CONTOSO, FABRIKAM, organizationOf, useSystem, type TestSystem } from '../system/system.js';
import { openWeb, PASSWORD, type Web } from './open.js';

/** The page for finance in a real browser: a month in approve mode, decided without a shell. */

const MONTH = '2025-10';
const AS_OF = '2025-10-09';
const USERS = { anna: 'approve', bert: 'see', carl: 'approve' } as const;
const HOSTILE = '<img src=x onerror="document.title=1"> \u202eCONTOSO';

/** September 2025, with a customer whose name is markup. */
function world(): Record<string, unknown> {
  const text = JSON.stringify(september()).replaceAll('Contoso Dental Group', JSON.stringify(HOSTILE).slice(1, -1));
  return JSON.parse(text) as Record<string, unknown>;
}

describe('the page for finance', () => {
  let system: TestSystem;
  let web: Web;
  let browser: Browser;
  useSystem({ world: world(), env: { BILLING_MODE: 'approve' } }, (opened) => (system = opened));

  beforeAll(async () => {
    await system.json<MonthResult>([3], 'run', MONTH, '--as-of', AS_OF, '--wait');
    web = await openWeb(system, USERS);
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await web?.close();
  });

  /** The page takes ten log-ins in five minutes, so each person logs in once, and again where that has ended. */
  const sessions = new Map<string, BrowserContextOptions['storageState']>();

  async function loggedIn(name: string, options: BrowserContextOptions = {}): Promise<Page> {
    const session = sessions.get(name);
    const context = await browser.newContext({ ...options, ...(session ? { storageState: session } : {}) });
    const page = await context.newPage();
    await page.goto(`${web.address}/months/${MONTH}/customers`);
    if ((await page.getByLabel('Password').count()) > 0) {
      await page.getByLabel('Name').fill(name);
      await page.getByLabel('Password').fill(PASSWORD);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('heading', { name: `What waits in ${MONTH}` }).waitFor();
    sessions.set(name, await context.storageState());
    return page;
  }

  async function faultsOf(page: Page): Promise<string[]> {
    await page.addScriptTag({ content: axe.source }).catch(() => undefined);
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run(document)');
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  const decidedBy = async (name: string): Promise<unknown[]> =>
    (await system.json<{ entries: { actor: string | null }[] }>([0], 'log', MONTH)).entries.filter(({ actor }) => actor === name);

  test('a health check needs no log-in and reveals nothing', async () => {
    expect(await (await fetch(`${web.address}/readyz`)).text()).toBe('ready\n');
  });

  test('who has not logged in sees the log-in, whatever the address', async () => {
    for (const path of ['/', `/months/${MONTH}`, `/months/${MONTH}/customers/${CONTOSO}`, `/months/${MONTH}/report.csv`]) {
      const answer = await fetch(`${web.address}${path}`, { redirect: 'manual' });
      expect({ path, status: answer.status, to: answer.headers.get('location')?.split('?')[0] }).toEqual({
        path,
        status: 303,
        to: '/login',
      });
    }
  });

  test('a wrong password reveals nothing, and the eleventh try fails', async () => {
    const tries: number[] = [];
    for (let attempt = 0; attempt < 11; attempt += 1) {
      const form = await fetch(`${web.address}/login`);
      const cookie = form.headers.get('set-cookie')!.split(';')[0]!;
      const [, csrf] = /name="_csrf" value="([^"]+)"/.exec(await form.text())!;
      const body = new URLSearchParams({ _csrf: csrf!, name: 'anna', password: `wrong ${attempt}` });
      const answer = await fetch(`${web.address}/login`, {
        method: 'POST',
        body,
        headers: { cookie, 'x-forwarded-for': '203.0.113.9' },
      });
      tries.push(answer.status);
    }
    expect(tries).toEqual([...Array<number>(10).fill(401), 429]);
    await web.close();
    web = await openWeb(system, USERS);
  });

  test('shows waits with amounts and margin, by keyboard alone', async () => {
    const page = await loggedIn('anna');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('To the content');
    const row = page.getByRole('row', { name: /Fabrikam Logistics/ });
    expect(await row.innerText()).toMatch(/the plan waits to be released[\s\S]*540\.00[\s\S]*5,620\.99[\s\S]*\+5,080\.99 EUR/);
    await page.context().close();
  });

  test('a name with markup or reversed text is shown harmlessly', async () => {
    const page = await loggedIn('anna');
    expect(await page.title()).toContain('To do');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.content()).not.toContain('\u202e');
    expect(await page.getByText('<img src=x').count()).toBeGreaterThan(0);
    await page.context().close();
  });

  const looks: [what: string, options: Parameters<Browser['newContext']>[0]][] = [
    ['on a screen', {}],
    ['in the dark', { colorScheme: 'dark' }],
    ['on a 360 pixel phone', { viewport: { width: 360, height: 740 } }],
  ];
  test.each(looks)('axe finds nothing and nothing scrolls sideways %s', async (_, options) => {
    const page = await loggedIn('anna', { ...options, bypassCSP: true });
    for (const path of [
      '/',
      `/months/${MONTH}`,
      `/months/${MONTH}/customers?show=all`,
      `/months/${MONTH}/customers/${FABRIKAM}`,
      `/months/${MONTH}/decisions`,
      `/months/${MONTH}/year`,
      `/months/${MONTH}/end`,
      `/months/${MONTH}/customers/${FABRIKAM}/undo`,
    ]) {
      await page.goto(`${web.address}${path}`);
      expect({ path, faults: await faultsOf(page) }).toEqual({ path, faults: [] });
      expect({ path, wide: await page.evaluate('document.documentElement.scrollWidth > window.innerWidth') }).toEqual({
        path,
        wide: false,
      });
    }
    await page.context().close();
  });

  test('releases exactly the shown plan and reports the outcome', async () => {
    const page = await loggedIn('anna');
    await page.getByRole('link', { name: 'Fabrikam Logistics' }).click();
    await page.getByLabel('Reason').fill('agreed with the customer');
    await page.getByRole('button', { name: 'Release exactly this plan' }).click();
    await page.getByRole('status').waitFor();
    expect(await page.getByRole('status').innerText()).toMatch(/^Fabrikam Logistics is released/);
    const month = await eventually(
      () => system.json<MonthResult>([0, 3], 'status', MONTH),
      (seen) => organizationOf(seen, FABRIKAM).status === 'Done',
    );
    expect(organizationOf(month, FABRIKAM).posted.sales).toBe('5620.99');
    await page.context().close();
  });

  test('a plan that moved is not released, and says so', async () => {
    const page = await loggedIn('anna');
    await page.goto(`${web.address}/months/${MONTH}/customers/${CONTOSO}`);
    await page
      .locator('input[name=digest]')
      .evaluate((input) => ((input as unknown as { value: string }).value = 'f'.repeat(64)));
    await page.getByLabel('Reason').fill('too late');
    await page.getByRole('button', { name: 'Release exactly this plan' }).click();
    expect(await page.getByRole('status').innerText()).toMatch(/has changed since it was shown, and nothing was released/);
    await page.context().close();
  });

  test('a read-only user has no buttons, and forged forms fail', async () => {
    const page = await loggedIn('bert');
    await page.goto(`${web.address}/months/${MONTH}/customers/${CONTOSO}`);
    expect(await page.getByRole('button', { name: /Release|again|Leave/ }).count()).toBe(0);
    const csrf = await page.locator('form.who input[name=_csrf]').getAttribute('value');
    const answer = await page.request.post(`${web.address}/months/${MONTH}/customers/${CONTOSO}/act`, {
      form: { _csrf: csrf!, action: 'skip', digest: 'f'.repeat(64), reason: 'x' },
    });
    expect(answer.status()).toBe(403);
    for (const path of ['end/close', 'end/invoiced', `customers/${CONTOSO}/undo`, `customers/${CONTOSO}/undo/look`]) {
      const form = { _csrf: csrf!, digest: 'f'.repeat(64), reason: 'x', sum: '1' };
      const refused = await page.request.post(`${web.address}/months/${MONTH}/${path}`, { form });
      expect({ path, status: refused.status() }).toEqual({ path, status: 403 });
    }
    await page.goto(`${web.address}/months/${MONTH}/end`);
    expect(await page.getByRole('button', { name: /Close|Read/ }).count()).toBe(0);
    const month = await system.json<MonthResult>([0, 3], 'status', MONTH);
    const { status, planDigest } = organizationOf(month, CONTOSO);
    const form = { _csrf: csrf!, plan: `${planDigest}:${CONTOSO}`, reason: 'x' };
    expect((await page.request.post(`${web.address}/months/${MONTH}/release`, { form })).status()).toBe(403);
    expect([status, await decidedBy('bert')]).toEqual(['AwaitingApproval', []]);
    await page.context().close();
  });

  test('refuses a month or undo that moved since it was shown', async () => {
    const page = await loggedIn('anna');
    const csrf = await page.locator('form.who input[name=_csrf]').getAttribute('value');
    const post = async (path: string): Promise<string> => {
      const form = { _csrf: csrf!, digest: 'f'.repeat(64), reason: 'x', sum: '1' };
      return (await page.request.post(`${web.address}/months/${MONTH}/${path}`, { form })).text();
    };
    expect(await post('end/close')).toContain(`${MONTH} has changed since it was shown, and was not closed.`);
    expect(await post(`customers/${CONTOSO}/undo`)).toContain('has changed since it was shown, and nothing was taken back');
    await page.context().close();
  });

  test('a form that another site sends changes nothing', async () => {
    const page = await loggedIn('anna');
    const answer = await page.request.post(`${web.address}/months/${MONTH}/customers/${CONTOSO}/act`, {
      form: { action: 'skip', digest: 'f'.repeat(64), reason: 'x' },
    });
    expect(answer.status()).toBe(403);
    expect(await answer.text()).toContain('nothing was done');
    await page.context().close();
  });

  test('each line explains its amount and that its plan waits', async () => {
    const page = await loggedIn('bert');
    await page.goto(`${web.address}/months/${MONTH}/customers/${CONTOSO}`);
    expect(await page.locator('main').innerText()).toMatch(/2025-10, awaiting approval/);
    const whys = await page.locator('td[data-title=Why]').allInnerTexts();
    expect(whys.filter((why) => /wait for approval/.test(why))).toEqual([]);
    expect(whys.filter((why) => / units × .* = .* EUR/.test(why)).length).toBeGreaterThan(0);
    await page.context().close();
  });

  test('a user logged out elsewhere is sent to the log-in', async () => {
    const page = await loggedIn('carl');
    await page.goto(`${web.address}/months/${MONTH}/customers/${CONTOSO}`);
    const other = await page.context().newPage();
    await other.goto(web.address);
    await other.getByRole('button', { name: 'Log out' }).click();
    await page.getByLabel('Reason').fill('has logged out');
    await page.getByRole('button', { name: 'Release exactly this plan' }).click();
    await page.getByLabel('Password').waitFor();
    expect(new URL(page.url()).searchParams.get('next')).toBe(`/months/${MONTH}/customers/${CONTOSO}`);
    sessions.delete('carl');
    const anna = await loggedIn('anna');
    await anna.goto(`${web.address}/months/${MONTH}/decisions`);
    expect(await anna.locator('main').innerText()).not.toContain('has logged out');
    await anna.context().close();
    await page.context().close();
  });

  test('two simultaneous releases bill once, and Back offers none', async () => {
    const [anna, carl] = [await loggedIn('anna'), await loggedIn('carl')];
    const pages = [anna, carl];
    const release = async (page: Page): Promise<string> => {
      await page.getByLabel('Reason').fill('agreed');
      await page.getByRole('button', { name: 'Release exactly this plan' }).click();
      return page.getByRole('status').innerText();
    };
    for (const page of pages) await page.goto(`${web.address}/months/${MONTH}/customers/${CONTOSO}`);
    const said = await Promise.all(pages.map(release));
    expect(said.filter((text) => / is released\./.test(text)).length).toBeGreaterThanOrEqual(1);
    expect(said.filter((text) => !/ is released\.|Nothing was released/.test(text))).toEqual([]);
    const month = await eventually(
      () => system.json<MonthResult>([0, 3], 'status', MONTH),
      (seen) => ['Done', 'Unchanged'].includes(organizationOf(seen, CONTOSO).status),
    );
    expect(organizationOf(month, CONTOSO).posted.sales).toBe('1390.61');
    await anna.goBack();
    // Nothing of the page is kept by the browser: going back shows what is there now.
    expect(await anna.locator('main').innerText()).toMatch(/2025-10, (done|unchanged)/);
    expect(await anna.getByRole('button', { name: 'Release exactly this plan' }).count()).toBe(0);
    for (const page of pages) await page.context().close();
  });

  test('downloads are the reports of the command line', async () => {
    const page = await loggedIn('bert');
    const csv = await page.request.get(`${web.address}/months/${MONTH}/report.csv`);
    expect(csv.headers()['content-disposition']).toBe(`attachment; filename="billing-${MONTH}.csv"`);
    expect((await csv.body()).toString()).toBe(`\ufeff${(await system.cli('report', MONTH, '--format', 'csv')).stdout}`);
    await page.context().close();
  });
});
